"""Tickets of before it was noted which threads are private: found out once, and closed until then."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bots.discord.calls import DiscordRefused
from bots.doors.inbox import Unreachable
from bots.serving.log import fields
from brain.catalog.chats.notes import Notes
from brain.errors import StorageFailed

if TYPE_CHECKING:
    from brain.catalog.catalog import Catalog

_CHANNEL = "discord:channel:"
_NOTE = "discord threads not looked at"  # the list of them, empty once all were
_PRIVATE_THREAD = 12

log = logging.getLogger("citewise.doors")


class OlderCases:
    """The tickets of one catalog that stand in threads of which nobody noted whether all are let in."""

    def __init__(self, catalog: "Catalog", kind_of: Callable[[int], Awaitable[int]]) -> None:
        """`kind_of` tells Discord's number for what a channel is, or raises DiscordRefused or Unreachable."""
        self._catalog = catalog
        self._notes = Notes(catalog.database)
        self._kind_of = kind_of

    def close(self) -> None:
        """Let each count as a private one until it was looked at: to be done before anything is shown."""
        if not self._notes.find(_NOTE):
            self._put(self._found())
        for thread in self._left():
            self._catalog.places.note_closed(f"discord:{thread}")

    async def settle(self) -> None:
        """Open those that all of their channel are let into; those that are gone stay closed.

        Where Discord or the disk fails, the rest is left for the next start.
        """
        left = await asyncio.to_thread(self._left)
        try:
            for thread in list(left):
                public = await self._is_public(thread)
                left.remove(thread)
                await asyncio.to_thread(self._settled, thread, left, public=public)
        except (Unreachable, StorageFailed) as error:
            told = {"left": len(left), "reason": error.detail or error.sentence}
            log.info("not settled", extra=fields("older tickets of threads stay closed", **told))

    async def _is_public(self, thread: int) -> bool:
        try:
            return await self._kind_of(thread) != _PRIVATE_THREAD
        except DiscordRefused:
            return False

    def _settled(self, thread: int, left: list[int], *, public: bool) -> None:
        if public:
            self._catalog.places.note_open(f"discord:{thread}")
        self._put(left)

    def _found(self) -> list[int]:
        """The threads of kept tickets: outside one, a ticket is told of by the message that it is about."""
        places = self._catalog.places
        return [
            int(case.origin.removeprefix(_CHANNEL))
            for case in self._catalog.cases.listed()
            if case.place.startswith(_CHANNEL)
            and case.origin.removeprefix(_CHANNEL).isdecimal()
            and case.origin not in (case.place, "")
            and not places.is_closed(case.thread)
        ]

    def _left(self) -> list[int]:
        return list(json.loads(self._notes.find(_NOTE) or "[]"))

    def _put(self, threads: list[int]) -> None:
        self._notes.put(_NOTE, json.dumps(threads))
