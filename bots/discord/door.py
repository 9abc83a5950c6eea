"""Works off what the inbox keeps: each event becomes one call of the Desk, and its reply one message."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from discord.utils import time_snowflake

from bots.desk import Caller, Desk, Draft, Final, Press
from bots.desk.cards import Card, Delivery, Form, Reply, Standing
from bots.desk.domain import Attachment
from bots.discord.calls import Calls, DiscordRefused
from bots.discord.courtesies import Courtesies
from bots.discord.events import PLATFORM, thread_of
from bots.discord.files import Files
from bots.discord.layout import answer_views, card_view, draft_view, mark_of
from bots.discord.people import People
from bots.discord.posting import AnswerMessage, Place, Posts
from bots.discord.refusals import CLOSED, NOT_HEARD, NOTHING_TO_READ, closed_to_me, not_there, unread
from bots.discord.telling import Earlier, Sent, Telling, key_for
from bots.discord.threads import Threads
from bots.discord.words import one_line
from bots.doors.canned_replies import MORE, NOT_ALL_TOLD, WORDLESS
from bots.doors.event_door import EventDoor, Json, Memory
from bots.doors.message_reading import as_document, goes_unsaid
from bots.doors.thread_reading import ThreadRead
from brain.catalog.chats.inbox import InboxItem, NewEvent
from brain.errors import UsageError

_EDITS_OF_PRIVATE = 1.5  # seconds between two
_THREAD_EXISTS = 160004  # Discord's code: the message has one already
_REMEMBERED = 10_000  # events that were begun
_CLOCKS_DIFFER = timedelta(hours=1)  # this machine's and Discord's, at most


@dataclass(frozen=True, slots=True)
class DiscordMemory(Memory):
    """The same as elsewhere, and who wrote directly: Discord does not tell what came while it was away."""

    direct_channels: Callable[[], Awaitable[list[int]]]


class DiscordDoor(EventDoor):
    """Discord, as the inbox sees it."""

    platform = PLATFORM

    def __init__(
        self,
        desk: Desk,
        calls: Calls,
        posts: Posts,
        telling: Telling,
        people: People,
        files: Files,
        threads: Threads,
        memory: DiscordMemory,
    ) -> None:
        super().__init__(desk)
        self._threads = threads
        self._calls = calls
        self._posts = posts
        self._telling = telling
        self._people = people
        self._files = files
        self._memory = memory
        self._courtesies = Courtesies(calls)
        self._begun: set[str] = set()  # events that are past waiting

    # What the inbox calls

    async def work(self, item: InboxItem) -> None:
        """Answer an event."""
        if len(self._begun) > _REMEMBERED:
            self._begun.clear()
        self._begun.add(item.event)
        await super().work(item)

    async def apologise(self, item: InboxItem, sentence: str) -> None:
        """Let the one visible answer be this sentence; of an edited question, the old one fits no more."""
        if item.kind != "edited":
            await super().apologise(item, sentence)
            return
        payload, card = json.loads(item.payload), Card("That did not work", sentence)
        if "verb" in payload:
            await self._tell(item, payload, card, item.key)
            return
        asked = await self._memory.of_message(f"{payload['channel']}:{payload['message']}")
        if asked is not None and (asked.posted or payload["how"] in ("direct", "mention")):
            await self._post_instead(asked, payload, card)

    def acknowledging(self, token: str) -> AbstractContextManager[None]:
        """While an interaction is acknowledged: what is said by its token waits for that."""
        return self._telling.acknowledging(token)

    async def tell_waiting(self, new: NewEvent, ahead: int) -> None:
        """Tell someone that others are before them: a mark on the question, words under a command."""
        payload = json.loads(new.payload)
        if new.event in self._begun:
            return
        if new.kind == "command" and payload.get("token"):
            before = f"{ahead} {'question is' if ahead == 1 else 'questions are'} before yours…"
            await self._telling.acknowledged(payload["token"])
            if new.event not in self._begun:  # else it would take the place of what was answered meanwhile
                await self._telling.alone("waiting", payload, Card(before), original=True)
        elif new.kind == "question" and payload["how"] in ("direct", "mention"):
            await self._courtesies.mark(payload)

    # Each kind of event

    async def _question(self, item: InboxItem, payload: Json) -> None:
        caller = await self._people.caller(payload)
        if payload["how"] == "handoff" and not await self._asked_beside(item, payload, caller):
            return
        if payload.get("unread"):
            said = unread(payload["unread"], reads_all=self._threads.reads_all)
            await self._post_instead(item, payload, said)
            return
        unasked = payload["how"] == "unasked"
        look = item.attempts > 0 or payload.get("looked_back", False)
        message: AnswerMessage | None = None
        async with self._courtesies.typing(payload, silent=unasked):
            asked = caller.asks(payload["text"], private=False, unasked=unasked, event=item.key)
            async for part in self._desk.ask(asked):
                if isinstance(part, Draft):
                    message = message or await self._message(item, payload, look=look)
                    await message.draft(draft_view(part.text, mark_of(message.keys[0])))
                elif isinstance(part, Final) and not (
                    payload["how"] == "thread" and goes_unsaid(part, payload["text"])
                ):
                    message = message or await self._message(item, payload, look=look)
                    await self._finish(message, part)
                    if part.more_privately:
                        await self._tell_besides(item, payload, MORE, "m")
                    if payload.get("attached") and part.answer.refused:
                        await self._tell_besides(item, payload, WORDLESS, "w")
        await self._courtesies.unmark(payload)

    async def _tell_besides(self, item: InboxItem, payload: Json, card: Card, mark: str) -> None:
        """Tell the asker something; where they take no direct messages, the answer stands without it."""
        with suppress(DiscordRefused):
            await self._tell(item, payload, card, f"{item.key}-{mark}")

    async def _asked_beside(self, item: InboxItem, payload: Json, caller: Caller) -> bool:
        """Whether words in the thread of a hand-off are a question to the bot, and not for its asker.

        Whoever answers the bot there without having taken it on is told that nobody has heard it.
        """
        if await self._heard(item, payload, caller):
            return False
        if payload["pinged"] and not payload["named"]:
            await self._tell(item, payload, NOT_HEARD, f"{item.key}-c0")
        return bool(payload["named"])

    async def _edited(self, item: InboxItem, payload: Json) -> None:
        """Answer an edited message anew: a question in the place of its old answer, a command as a new one.

        What is a question only now is answered now.
        """
        asked = await self._memory.of_message(f"{payload['channel']}:{payload['message']}")
        if asked is None or not payload["text"].strip():
            return
        caller = await self._people.caller(payload)
        if payload["how"] == "handoff" and not await self._asked_beside(item, payload, caller):
            return
        if "verb" in payload:
            await self._deleted(payload)  # what it was answered with before, for all to see
            await self._command(item, {**payload, "order": asked.key})
            return
        if not asked.posted and payload["how"] not in ("direct", "mention"):
            return
        async for part in self._desk.ask(caller.asks(payload["text"], private=False, event=item.key)):
            if isinstance(part, Final):
                # An answer that was taken away is not sent once more under its key: Discord would return it.
                key = "" if asked.posted else item.key
                message = await self._message(asked, payload, look=item.attempts > 0, key=key)
                await self._finish(message, part)

    async def _deleted(self, payload: Json) -> None:
        """Take the answer to a deleted question away."""
        asked = await self._memory.of_message(f"{payload['channel']}:{payload['message']}")
        if asked is not None and asked.posted:
            channel, posted = _standing(asked.posted, payload)
            for message in posted.split():
                await self._posts.delete(channel, int(message))
            await self._memory.note_posted(asked, "")

    async def _command(self, item: InboxItem, payload: Json) -> None:
        caller = await self._people.caller(payload)
        verb, words = payload["verb"], payload["words"]
        if verb == "ask":
            await self._ask_privately(item, payload, caller, words)
            return
        files: list[Attachment] = []
        if verb == "add" and await self._desk.may_use(verb, caller):
            files = [await self._files.fetch(file) for file in payload["files"]]
            if "message_text" in payload and not files:
                files = [as_document(payload["message_text"], payload["message"], payload["message_link"])]
        await self._run(item, payload, caller, tuple(files))
        in_vain = verb == "spaces" and words.startswith("auto on") and not self._threads.reads_all
        if in_vain and await self._desk.may_use(verb, caller):
            await self._tell(item, payload, NOTHING_TO_READ, f"{item.key}-i")

    def _busy(self, payload: Json) -> AbstractAsyncContextManager[None]:
        """By typing; of a command or a menu Discord itself says that it is worked on."""
        return self._courtesies.typing(payload, silent="token" in payload)

    async def _thread(self, payload: Json, caller: Caller) -> ThreadRead:
        return await self._threads.read(payload, caller)

    async def _ask_privately(self, item: InboxItem, payload: Json, caller: Caller, text: str) -> None:
        marks = [mark_of(f"{item.key}-{number}") for number in range(4)]
        due = 0.0
        async for part in self._desk.ask(caller.asks(text, private=True, event=item.key)):
            now = asyncio.get_running_loop().time()
            if isinstance(part, Draft) and now >= due and payload.get("token"):
                await self._telling.alone(item.key, payload, draft_view(part.text, marks[0]), original=True)
                due = now + _EDITS_OF_PRIVATE
            elif isinstance(part, Final):
                for number, view in enumerate(answer_views(part.answer, part.buttons, marks, text)):
                    key = f"{item.key}-{number}"
                    again = item.attempts > 0
                    await self._telling.alone(key, payload, view, original=not number, again=again)

    async def _press(self, item: InboxItem, payload: Json) -> None:
        caller = await self._people.caller(payload)
        press = Press(payload["action"], payload["ref"], caller, payload["fields"])
        await self._reply(item, payload, await self._desk.press(press), pressed=True)

    async def caller(self, payload: Json) -> Caller:
        """Who an event is from, for what is answered without the inbox."""
        return await self._people.caller(payload)

    async def direct_channels(self) -> list[int]:
        """The channels of direct messages that someone wrote in lately."""
        return await self._memory.direct_channels()

    async def form(self, action: str, ref: str, payload: Json) -> Form | None:
        """The form of an action, if it has one."""
        if not self._desk.asks_first(action):
            return None
        return await self._desk.form(action, ref, await self._people.caller(payload))

    # Messages

    async def _reply(self, item: InboxItem, payload: Json, reply: Reply, *, pressed: bool = False) -> None:
        """Deliver first, then tell the caller: what they read has happened."""

        async def deliver(number: int, delivery: Delivery) -> None:
            await self._deliver(item, f"{item.key}-e{number}", payload, delivery)

        await self._carry_out(reply, deliver)
        cards = [reply.card] if reply.card else []
        for number, card in enumerate((*cards, *reply.more)):
            # A press is acknowledged on the message of the button, a command with one of its own.
            original = number == 0 and (reply.replaces or not pressed or payload["fresh"])
            await self._tell(item, payload, card, f"{item.key}-c{number}", original=original)

    async def _tell(
        self, item: InboxItem, payload: Json, card: Card, key: str, *, original: bool = False
    ) -> None:
        await self._telling.alone(key, payload, card, original=original, again=item.attempts > 0)

    async def _deliver(self, item: InboxItem, key: str, payload: Json, delivery: Delivery) -> None:
        to = delivery.to
        if payload["place"] and to == f"discord:channel:{payload['place']}":
            to = f"discord:channel:{payload['channel']}"  # "the channel" is this thread, where it is one
        again, after = item.attempts > 0, int(payload["event"]) if not delivery.key else None
        if delivery.since is not None:
            again, after = True, time_snowflake(delivery.since - _CLOCKS_DIFFER)
        older = key if item.attempts > 0 else ""  # sent before an update, by what was killed then
        await self._carry(delivery.key or key, to, delivery, Earlier(again, after, older))

    async def _learn(self, place: str) -> None:
        """Servers have no people from outside."""

    async def _deliver_unasked(self, item: InboxItem, delivery: Delivery) -> None:
        await self._carry(delivery.key, delivery.to, delivery, Earlier(again=True, after=None))

    async def _carry(self, key: str, to: str, delivery: Delivery, earlier: Earlier) -> None:
        async def tell(where: str, whom: tuple[str, ...]) -> Sent:
            its_key = key if where == to else key_for(key, where)
            return await self._telling.elsewhere(its_key, where, delivery.card, earlier, whom)

        async with self._once(delivery.key):
            sent = await self._told(replace(delivery, to=to), tell)
            at = f"{sent.channel}/{' '.join(map(str, sent.messages))}"
            thread = thread_of(sent.channel if sent.is_thread else sent.messages[0])
            stale = bool(delivery.ref) and await self._desk.placed(delivery.ref, thread, at)
            _, refused = await self._alone(sent.left, tell)
        if stale:
            await self._redraw(delivery.ref)
        if refused:
            raise UsageError(NOT_ALL_TOLD)

    async def _show_now(self, standing: Standing) -> None:
        channel, _, messages = standing.at.partition("/")
        ids = [int(message) for message in messages.split()]
        await self._telling.edit(standing.key, int(channel), ids, standing.card)

    async def _finish(self, message: AnswerMessage, part: Final) -> None:
        await message.finish(answer_views(part.answer, part.buttons, self._marks(message)))

    def _marks(self, message: AnswerMessage) -> list[int]:
        return [mark_of(key) for key in message.keys]

    async def _instead(self, item: InboxItem, payload: Json, card: Card) -> None:
        try:
            if item.kind == "question":
                await self._post_instead(item, payload, card)
            else:
                await self._tell(item, payload, card, item.key, original=item.kind == "command")
        except DiscordRefused as error:
            if "token" in payload or not payload["place"]:
                raise  # there is no other way to reach them
            if item.kind == "question":
                await self._courtesies.unmark(payload)
                told = not_there(payload["channel"], error.code) or card
                await self._tell(item, payload, told, f"{item.key}-c0")
            elif error.code in CLOSED:
                await self._post_instead(item, payload, closed_to_me(payload["verb"]))
            else:
                raise

    async def _post_instead(self, item: InboxItem, payload: Json, card: Card) -> None:
        message = await self._message(item, payload, look=True)
        await message.finish([card_view(card, self._marks(message)[0])])
        await self._courtesies.unmark(payload)

    async def _message(self, item: InboxItem, payload: Json, *, look: bool, key: str = "") -> AnswerMessage:
        """The message of an answer; with `look`, what stands of it already is looked for."""
        channel, posted = _standing(item.posted, payload)
        if not posted and payload.get("own_thread") and await self._open_thread(payload):
            channel = int(payload["message"])  # a thread has the id of the message that it is opened on
        reply_to = int(payload["message"]) if channel == int(payload["channel"]) else 0
        place, note = Place(channel, reply_to), self._noting(item, channel)
        message = AnswerMessage(self._posts, key or item.key, place, note, posted)
        if look:
            await message.find(self._marks(message), after=int(payload["message"]))
        return message

    def _noting(self, item: InboxItem, channel: int) -> Callable[[str], Awaitable[None]]:
        async def note(posted: str) -> None:
            await self._memory.note_posted(item, f"{channel}/{posted}")

        return note

    async def _open_thread(self, payload: Json) -> bool:
        """Open the question's own thread; False where that isn't allowed, so that it is answered beside."""
        where: Json = {"channel_id": int(payload["channel"]), "message_id": int(payload["message"])}
        body = {"name": one_line(payload["text"], 90), "auto_archive_duration": 1440}
        try:
            await self._calls("POST", "/channels/{channel_id}/messages/{message_id}/threads", body, **where)
        except DiscordRefused as error:
            return error.code == _THREAD_EXISTS
        return True


def _standing(posted: str, payload: Json) -> tuple[int, str]:
    """Where an answer stands and under which ids, from what was noted of it: `channel/id id`."""
    channel, _, ids = posted.partition("/")
    return (int(channel), ids) if ids else (int(payload["channel"]), "")
