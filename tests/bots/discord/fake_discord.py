"""A small Discord: REST, gateway and CDN over real sockets, strict where the real one is strict."""

import asyncio
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from discord_gateway import CONTENT_INTENT
from discord_limits import EPHEMERAL, Wrong
from discord_rest import Rest, Talk
from discord_server import (
    ADMIN,
    ANA,
    APPLICATION,
    BEN,
    BOT,
    FORUM,
    GENERAL,
    GUILD,
    HELP,
    HR,
    HR_ROLE,
    TOKEN,
    direct,
    now,
    user,
)
from discord_texts import Json, buttons_of, raw_words_of, walk, words_of

__all__ = [
    "ADMIN", "ANA", "APPLICATION", "BEN", "BOT", "CONTENT_INTENT", "EPHEMERAL", "FORUM", "GENERAL", "GUILD",
    "HELP", "HR", "HR_ROLE", "TOKEN", "FakeDiscord", "Fault", "Json", "Talk", "buttons_of", "direct", "now",
    "raw_words_of", "user", "walk", "words_of",
]  # fmt: skip


@dataclass
class Fault:
    """What goes wrong with the next calls that fit: `after` the effect, where it was done all the same.

    With `held` the effect is there, and no answer comes as long as the caller lives. With `until` nothing
    goes wrong, but it all happens only when that is set.
    """

    method: str
    path: str
    status: int = 500
    times: int = 1
    retry_after: float = 0.2
    after: bool = False
    code: int = 0
    held: bool = False
    until: asyncio.Event | None = None


class FakeDiscord(Rest):
    """The sockets of one server with the bot in it, and what a test waits for there."""

    def __init__(self, *, advised_shards: int = 1) -> None:
        super().__init__(advised_shards=advised_shards)
        self.calls: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self.files: dict[str, bytes] = {}

    async def __aenter__(self) -> "FakeDiscord":
        app = web.Application()
        app.router.add_get("/gateway", self._gateway)
        app.router.add_get("/cdn/{name}", self._file)
        app.router.add_route("*", "/api/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.gateway_url = f"ws://{host}:{port}/gateway"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.drop()
        await self._runner.cleanup()

    @property
    def settings(self) -> Json:
        return {
            "bot_token": TOKEN,
            "api_url": f"{self.url}/api",
            "gateway_url": self.gateway_url,
            "cdn_url": f"{self.url}/cdn",
        }

    async def _rest(self, request: web.Request) -> web.Response:
        path = "/" + request.match_info["path"]
        # Without these headers discord.py lets one call after the other through.
        head = {"Via": "1.1 fake", "X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "49",
                "X-RateLimit-Reset-After": "1.0"}  # fmt: skip
        by_token = path.startswith(("/interactions/", "/webhooks/"))  # these carry a token of their own
        if not by_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return self._json({"message": "401: Unauthorized", "code": 0}, 401, head)
        text = await request.text()
        body = json.loads(text) if text else {}
        self.calls[f"{request.method} {re.sub(r'[0-9]{3,}|tok[0-9]+', '#', path)}"] += 1
        fault = next((f for f in self.faults if f.method == request.method and re.search(f.path, path)), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
            if fault.until is not None:
                await fault.until.wait()
                fault = None
        if fault is not None:
            if fault.after or fault.held:
                self.act(request.method, path, body, dict(request.query))
            if fault.held:
                await asyncio.Event().wait()
            if fault.status == 429:
                head["Retry-After"] = str(fault.retry_after)
                limited = {"retry_after": fault.retry_after, "global": False, "message": "slow down"}
                return self._json(limited, 429, head)
            if fault.status == 0:
                assert request.transport is not None
                request.transport.abort()
            return self._json({"message": "fault", "code": fault.code}, fault.status, head)
        try:
            answer = self.act(request.method, path, body, dict(request.query))
        except Wrong as wrong:
            return self._json({"message": str(wrong), "code": wrong.code}, wrong.status, head)
        if answer is None:
            return web.Response(status=204, headers=head)
        return self._json(answer, 200, head)

    @staticmethod
    def _json(data: Any, status: int, head: dict[str, str]) -> web.Response:
        # discord.py compares the header as a whole, so that no charset may follow.
        text = json.dumps(data).encode()
        return web.Response(body=text, status=status, headers={**head, "Content-Type": "application/json"})

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["name"]])

    # What people see

    def answers(self, channel: int, to: int = 0) -> list[Json]:
        """The bot's messages in a channel; with `to`, those in answer to that message."""
        return [
            m for m in self.channels[channel].values()
            if m["author"]["id"] == str(BOT)
            and (not to or m.get("message_reference", {}).get("message_id") == str(to))
        ]  # fmt: skip

    async def answer(self, channel: int, to: int = 0, count: int = 1) -> Json:
        """The last of `count` complete messages of the bot, waited for."""
        return (await self.until(lambda: self._complete(channel, to, count)))[-1]

    def _complete(self, channel: int, to: int, count: int) -> list[Json]:
        found = [m for m in self.answers(channel, to) if not words_of(m).endswith(" …")]
        return found if len(found) >= count else []

    async def told(self, token: str, count: int = 1) -> Json:
        """The last thing that was said to who used a command or button, waited for."""
        talk = self.talks[token]
        shown = lambda: [m for m in talk.told if not words_of(m).endswith(" …")]  # noqa: E731
        return (await self.until(lambda: shown() if len(shown()) >= count else None))[-1]
