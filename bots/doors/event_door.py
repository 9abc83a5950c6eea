"""What a chat's door does with the inbox's events whichever chat it is; how it speaks is its own affair."""

import asyncio
import json
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from bots.desk import Caller, Command, Desk
from bots.desk.cards import Card, Delivery, Reply, Standing
from bots.desk.domain import Attachment
from bots.doors.canned_replies import NOT_ALL_TOLD, NOT_CARRIED, TURNED_AWAY
from bots.doors.inbox import Unreachable
from bots.doors.thread_reading import ThreadRead
from bots.serving.log import fields
from brain.catalog.chats.inbox import InboxItem
from brain.errors import CitewiseError, UsageError

Json = dict[str, Any]
_T = TypeVar("_T")
_UNASKED = ("deleted", "edited", "opened", "notice")  # events after which nobody waits for an answer
# Until what could not be delivered is tried again: somebody lets the bot in, or not.
_SECONDS_CLOSED = 3_600.0

log = logging.getLogger("citewise.doors")
log.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Memory:
    """What a door notes down in the inbox, and looks up there."""

    note_posted: Callable[[InboxItem, str], Awaitable[None]]
    of_message: Callable[[str], Awaitable[InboxItem | None]]


class EventDoor(ABC):
    """Half of `inbox.Door`: which method an event goes to, and who is told when it can't be answered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._delivering: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def work(self, item: InboxItem) -> None:
        """Answer an event."""
        payload = json.loads(item.payload)
        match item.kind:
            case "question":
                await self._question(item, payload)
            case "edited":
                await self._edited(item, payload)
            case "deleted":
                await self._deleted(payload)
            case "command":
                await self._command(item, payload)
            case "press":
                await self._press(item, payload)
            case "notice":
                await self._notice(item, payload["notice"])

    async def apologise(self, item: InboxItem, sentence: str) -> None:
        """Let the one visible answer be this sentence."""
        await self._say_instead(item, Card("That did not work", sentence))

    async def tell_later(self, item: InboxItem, sentence: str) -> None:
        """Say that the answer comes later: in the place of this, or, to a person alone, after it."""
        said = item if item.kind == "question" else replace(item, event=f"{item.event}-later")
        await self._say_instead(said, Card("In a moment", sentence))

    async def turn_away(self, item: InboxItem) -> None:
        """Say politely that it is too much."""
        await self._say_instead(item, TURNED_AWAY[item.turned_away])

    async def _run(
        self, item: InboxItem, payload: Json, caller: Caller, files: tuple[Attachment, ...] = ()
    ) -> None:
        """Do what a verb says; a thread is read only for those who may have it read."""
        verb, words = payload["verb"], payload["words"]
        if words or not self._desk.reads_thread(verb) or not await self._desk.may_use(verb, caller):
            event = payload.get("order") or item.key  # an edited message is the same order as before
            reply = await self._desk.run(Command(verb, words, caller, files, event=event))
        else:
            async with self._busy(payload):
                reply = await self._run_on_thread(verb, await self._thread(payload, caller), item.key)
        await self._reply(item, payload, reply)

    async def _run_on_thread(self, verb: str, read: ThreadRead, event: str) -> Reply:
        told = " ".join(read.missing)
        if told and not read.messages:
            return Reply(Card("I can't read this thread", told))
        reply = await self._desk.run(Command(verb, "", read.caller, messages=read.messages, event=event))
        more = (Card("Not all of the thread was read", told),) if told else ()
        return replace(reply, more=(*reply.more, *more))

    @asynccontextmanager
    async def _once(self, key: str) -> AsyncIterator[None]:
        """One at a time delivers what has this key, so that the next finds what the one before has sent."""
        if not key:
            yield
            return
        lock = self._delivering.setdefault(key, asyncio.Lock())
        async with lock:
            yield

    async def _told(self, delivery: Delivery, tell: Callable[[str, tuple[str, ...]], Awaitable[_T]]) -> _T:
        """Tell it where it is to go (and call whom it is for); where that is closed, each of them alone."""
        try:
            return await tell(delivery.to, delivery.whom)
        except UsageError:
            people = [person for person in delivery.whom if ":user:" in person and person != delivery.to]
            if not people:
                raise
        told, refused = await self._alone(people, tell)
        if refused:
            raise UsageError(NOT_ALL_TOLD) if told else refused[0]
        return told[0]

    @staticmethod
    async def _alone(
        people: Iterable[str], tell: Callable[[str, tuple[str, ...]], Awaitable[_T]]
    ) -> tuple[list[_T], list[UsageError]]:
        """Tell each of these people alone, also after one who can't be told; what came of it."""
        told, refused = list[_T](), list[UsageError]()
        for person in people:
            try:
                told.append(await tell(person, ()))
            except UsageError as error:
                refused.append(error)
        return told, refused

    async def _carry_out(self, reply: Reply, deliver: Callable[[int, Delivery], Awaitable[None]]) -> None:
        """Deliver each, also after one that was refused, and draw anew; then the first refusal is raised."""
        refused = list[CitewiseError]()
        for number, delivery in enumerate(reply.elsewhere):
            try:
                await deliver(number, delivery)
            except Unreachable:
                raise
            except CitewiseError as error:
                if delivery.matters:
                    refused.append(error)
                else:
                    told = {"to": delivery.to, "reason": error.detail or error.sentence}
                    log.info("not delivered", extra=fields("not delivered", **told))
        for ref in reply.redrawn:
            await self._redraw(ref)
        if refused:
            raise refused[0]

    async def _redraw(self, ref: str) -> None:
        """Let the cards of a ref show how things are: one after the other, so that the last is the newest.

        Two refs of one thing (a request and its reminder) have the same cards.
        """
        async with self._once(f"redraw {ref.partition(':')[2]}"):
            for standing in await self._desk.standing(ref):
                try:
                    await self._show_now(standing)
                except Unreachable:
                    raise
                except CitewiseError as error:
                    # Somebody deleted it, or shut the bot out: nothing hangs on it.
                    told = {"ref": ref, "at": standing.at, "reason": error.detail or error.sentence}
                    log.info("not redrawn", extra=fields("not redrawn", **told))

    async def _heard(self, item: InboxItem, payload: Json, caller: Caller) -> bool:
        """What whoever took a hand-off writes in its thread is for the asker, and no question."""
        reply = await self._desk.heard(caller, payload["text"])
        if reply is not None and not payload["text"].strip():
            reply = Reply(NOT_CARRIED)
        elif reply is not None and payload.get("attached"):
            reply = replace(reply, more=(*reply.more, NOT_CARRIED))
        if reply is not None:
            await self._reply(item, payload, reply)
        return reply is not None

    async def _notice(self, item: InboxItem, key: str) -> None:
        """Say what nobody asked for; where it can't be said, it is tried again later."""
        refused = list[CitewiseError]()

        async def deliver(delivery: Delivery) -> bool:
            try:
                await self._deliver_unasked(item, delivery)
            except Unreachable:
                raise
            except CitewiseError as error:
                refused.append(error)
                told = {"notice": key, "to": delivery.to, "reason": error.detail or error.sentence}
                log.warning("not delivered", extra=fields("not delivered", **told))
                return False
            return True

        known = await self._knows_readers(self._desk.notices.place(key), refused)
        if not known or not await self._desk.notices.say(key, datetime.now().astimezone(), deliver):
            why = f"{key}: {refused[-1].detail or refused[-1].sentence}" if refused else key
            raise Unreachable("It can't be said there yet.", detail=why, seconds=_SECONDS_CLOSED)

    async def _knows_readers(self, place: str, refused: list[CitewiseError]) -> bool:
        """Whether it is known who reads in a place that nobody may have written in so far."""
        try:
            await self._learn(place)
        except Unreachable:
            raise
        except CitewiseError as error:
            refused.append(error)
            return False
        return True

    @abstractmethod
    async def _learn(self, place: str) -> None:
        """Find out whether people from outside are in a place (empty: none), where a platform has such."""

    async def _say_instead(self, item: InboxItem, card: Card) -> None:
        payload = json.loads(item.payload)
        if item.kind not in _UNASKED and payload.get("how") != "unasked":
            await self._instead(item, payload, card)

    @abstractmethod
    async def _question(self, item: InboxItem, payload: Json) -> None: ...

    @abstractmethod
    async def _edited(self, item: InboxItem, payload: Json) -> None: ...

    @abstractmethod
    async def _deleted(self, payload: Json) -> None: ...

    @abstractmethod
    async def _command(self, item: InboxItem, payload: Json) -> None: ...

    @abstractmethod
    async def _thread(self, payload: Json, caller: Caller) -> ThreadRead:
        """The thread that an event was said in, or that its message belongs to."""

    @abstractmethod
    def _busy(self, payload: Json) -> AbstractAsyncContextManager[None]:
        """Let people see that an order is worked on, where the platform does not show it by itself."""

    @abstractmethod
    async def _press(self, item: InboxItem, payload: Json) -> None: ...

    @abstractmethod
    async def _reply(self, item: InboxItem, payload: Json, reply: Reply) -> None:
        """Deliver first, then tell the caller: what they read has happened."""

    @abstractmethod
    async def _deliver_unasked(self, item: InboxItem, delivery: Delivery) -> None:
        """Deliver what has a key, unless it stands there already."""

    @abstractmethod
    async def _show_now(self, standing: Standing) -> None:
        """Let a message that stands show this card from now on; nobody is called by that."""

    @abstractmethod
    async def _instead(self, item: InboxItem, payload: Json, card: Card) -> None:
        """Let this card be the one visible answer."""
