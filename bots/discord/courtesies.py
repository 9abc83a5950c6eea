"""What people see while they wait: that the bot types, and a mark on a question before its turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from discord.utils import time_snowflake

from bots.discord.calls import Calls
from brain.errors import CitewiseError

Json = dict[str, Any]
WAITING = "⏳"
_REMEMBERED = 10_000  # questions that wait; the inbox holds far fewer
_TYPING_SECONDS = 8.0  # Discord shows it for ten
_TYPING = "/channels/{channel_id}/typing"
_REACTION = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"


class Courtesies:
    """Shows it, in the channel or on the message of an event; that Discord refuses it never matters."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._began = time_snowflake(datetime.now(UTC))
        self._marked: dict[str, None] = {}  # message ids, the oldest first

    @asynccontextmanager
    async def typing(self, payload: Json, *, silent: bool) -> AsyncIterator[None]:
        """Type as long as something is worked on, unless `silent`."""

        async def type_on() -> None:
            while True:
                with suppress(CitewiseError):
                    await self._calls("POST", _TYPING, channel_id=int(payload["channel"]))
                await asyncio.sleep(_TYPING_SECONDS)

        task = None if silent else asyncio.create_task(type_on())
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def mark(self, payload: Json) -> None:
        """Mark a question that waits."""
        if len(self._marked) >= _REMEMBERED:
            del self._marked[next(iter(self._marked))]
        self._marked[payload["message"]] = None
        await self._react("PUT", payload)
        if payload["message"] not in self._marked:  # it was answered meanwhile
            await self._react("DELETE", payload)

    async def unmark(self, payload: Json) -> None:
        """Take the mark away; it may be from before a restart, after which nobody knows of it."""
        if payload["message"] in self._marked or int(payload["event"]) < self._began:
            self._marked.pop(payload["message"], None)
            await self._react("DELETE", payload)

    async def _react(self, method: str, payload: Json) -> None:
        where: Json = {"channel_id": int(payload["channel"]), "message_id": int(payload["message"])}
        with suppress(CitewiseError):
            await self._calls(method, _REACTION, emoji=WAITING, **where)
