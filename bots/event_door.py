"""What a chat's door does with the inbox's events whichever chat it is; how it speaks is its own affair."""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bots.desk import Caller, Desk
from bots.desk.cards import Card, Reply
from bots.desk.manners import TURNED_AWAY
from brain.catalog.inbox import InboxItem

Json = dict[str, Any]
_UNASKED = ("deleted", "edited", "opened")  # kinds of events after which nobody waits for an answer


@dataclass(frozen=True, slots=True)
class Memory:
    """What a door notes down in the inbox, and looks up there."""

    note_posted: Callable[[InboxItem, str], Awaitable[None]]
    of_message: Callable[[str], Awaitable[InboxItem | None]]


class EventDoor(ABC):
    """Half of `bots.inbox.Door`: which method an event goes to, and who is told when it can't be answered."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

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

    async def apologise(self, item: InboxItem, sentence: str) -> None:
        """Let the one visible answer be this sentence."""
        await self._say_instead(item, Card("That did not work", sentence))

    async def turn_away(self, item: InboxItem) -> None:
        """Say politely that it is too much."""
        await self._say_instead(item, TURNED_AWAY[item.turned_away])

    async def _heard(self, item: InboxItem, payload: Json, caller: Caller) -> None:
        """What somebody writes in the thread of a hand-off is for the asker, and no question."""
        reply = await self._desk.heard(caller, payload["text"])
        if reply is not None:
            await self._reply(item, payload, reply)

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
    async def _press(self, item: InboxItem, payload: Json) -> None: ...

    @abstractmethod
    async def _reply(self, item: InboxItem, payload: Json, reply: Reply) -> None:
        """Deliver first, then tell the caller: what they read has happened."""

    @abstractmethod
    async def _instead(self, item: InboxItem, payload: Json, card: Card) -> None:
        """Let this card be the one visible answer."""
