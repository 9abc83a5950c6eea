"""What the Desk says without being asked: the weekly digest, and reminders of what nobody answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bots.desk.cards import Delivery

# Delivers, and tells whether that is possible; raises what means that it is to be tried again later.
Deliver = Callable[[Delivery], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be said once: `key` names it for good, `platform` is whose door says it."""

    key: str
    platform: str


class Source(Protocol):
    """What there is to be said about one thing. Keys begin with the `name`."""

    name: str

    def due(self, now: datetime) -> list[Notice]:
        """What is to be said by now, also what was said already: a key counts once."""
        ...

    def place(self, rest: str) -> str:
        """The place that it is made for, whose people must be known first; empty where it hangs on none."""
        ...

    async def say(self, rest: str, now: datetime, deliver: Deliver) -> bool:
        """Say what the rest of a key names, if it still holds; False where it could not be delivered."""
        ...


class Notices:
    """All that is said without being asked."""

    def __init__(self, *sources: Source) -> None:
        self._sources = {source.name: source for source in sources}

    def due(self, now: datetime) -> list[Notice]:
        """What is to be said by now (a moment with a time zone, that of the people)."""
        return [notice for source in self._sources.values() for notice in source.due(now)]

    def place(self, key: str) -> str:
        """The place by whose people it is decided what is said; empty where none decides that."""
        name, _, rest = key.partition(":")
        source = self._sources.get(name)
        return source.place(rest) if source else ""

    async def say(self, key: str, now: datetime, deliver: Deliver) -> bool:
        """Say it, if it still holds; False where it could not be delivered."""
        name, _, rest = key.partition(":")
        source = self._sources.get(name)
        return source is None or await source.say(rest, now, deliver)
