"""A small Slack over real sockets: Web API, Socket Mode, files and response addresses.

It keeps what people would see (`channels`), holds requests against slack_sdk's own models and Slack's
documented limits, and fails on demand (`faults`). What a test does as a person are its methods.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web
from slack_limits import Wrong, check_message
from slack_methods import RESPONSE, USES_OF_AN_ADDRESS, refuses, unknown
from slack_people import SlackPeople
from slack_texts import Json, blocks_of, button, links_of, texts, walk, words_of
from slack_workspace import APP_TOKEN, BOT, BOT_TOKEN, TEAM

__all__ = [
    "APP_TOKEN", "BOT", "BOT_TOKEN", "TEAM", "FakeSlack", "Fault", "blocks_of", "button", "links_of", "texts",
    "walk", "words_of",
]  # fmt: skip


@dataclass
class Fault:
    """The next `times` calls of a method fail: with an HTTP status or Slack's word, or after the effect.

    With `held` the effect is there, and no answer comes as long as the caller lives. With `page` the answer
    is that, and none of Slack's own.
    """

    method: str
    times: int = 1
    status: int = 200
    error: str = ""
    retry_after: float = 0.0
    afterwards: bool = False
    held: bool = False
    page: str | None = None


@dataclass
class FakeSlack(SlackPeople):
    """The server of one workspace, and what a test waits for in it."""

    calls: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    uses: Counter[str] = field(default_factory=Counter)  # of response addresses
    used_up: int = 404  # the status of one that is used up

    # The server

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=30_000_000)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/socket", self._socket)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_post("/respond/{name}", self._response)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._again = asyncio.create_task(self._redeliver())
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._again.cancel()
        await self.drop()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls[method] += 1
        fault = next((f for f in self.faults if f.method == method and f.times > 0), None)
        if fault is not None:
            fault.times -= 1
            if fault.error:
                self._check_refusal(method, fault.error)
            if not (fault.afterwards or fault.held):
                return self._failed(fault)
        arguments = {**request.query}
        if request.can_read_body:
            if request.content_type == "application/json":
                arguments |= await request.json()
            else:
                arguments |= dict(await request.post())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token")
        try:
            answer = self.act(method, arguments, token)
        except Wrong as error:
            self._check_refusal(method, str(error))
            return web.json_response({"ok": False, "error": str(error)})
        if fault is not None and fault.held:
            await asyncio.Event().wait()
        if fault is not None:
            return self._failed(fault)
        return web.json_response(
            {"ok": True, **answer}, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))}
        )

    def _check_refusal(self, method: str, code: str) -> None:
        if not refuses(method, code):
            self.complaints.append(f"{method} is not documented to refuse with {code}")

    def _failed(self, fault: Fault) -> web.Response:
        if fault.page is not None:
            kind = "text/html" if fault.page else "text/plain"
            return web.Response(status=fault.status, text=fault.page, content_type=kind)
        head = {"Retry-After": str(fault.retry_after)} if fault.status == 429 else {}
        return web.json_response(
            {
                "ok": False,
                "error": fault.error or ("ratelimited" if fault.status == 429 else "internal_error"),
            },
            status=fault.status,
            headers=head,
        )

    async def _file(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return web.Response(text="<html>sign in</html>", content_type="text/html")
        return web.Response(
            body=self.files[request.match_info["name"]], content_type="application/octet-stream"
        )

    async def _response(self, request: web.Request) -> web.Response:
        message, name = await request.json(), request.match_info["name"]
        self.uses[name] += 1
        if name == "expired" or self.uses[name] > USES_OF_AN_ADDRESS:
            return web.json_response({"ok": False, "error": "used_url"}, status=self.used_up)
        if in_vain := unknown(RESPONSE, message):
            self.complaints.append(f"a response address takes no {in_vain}")
        check_message(message, self.complaints, thumbs=self.thumbs)
        self.ephemeral.append({**message, "address": name})
        return web.Response(text="ok")

    # What people see

    def answers(self, channel: str, root: str) -> list[Json]:
        """The bot's messages in a thread."""
        found = self.channels[channel].values()
        return [m for m in found if m.get("thread_ts") == root and m.get("user") == BOT]

    async def answer(self, channel: str, root: str, count: int = 1) -> Json:
        """The last of `count` complete messages of the bot in a thread, waited for."""
        return (await self.until(lambda: self._complete(channel, root, count)))[-1]

    def _complete(self, channel: str, root: str, count: int) -> list[Json]:
        found = [m for m in self.answers(channel, root) if not m.get("streaming")]
        return found if len(found) >= count else []

    async def privately(self, address: str) -> Json:
        """What was answered to a command or a press, by its address or in its place, waited for."""
        where = self.pressed.get(address, {})

        def answers(message: Json) -> bool:
            in_place = bool(where) and all(message.get(name) == where[name] for name in ("user", "channel"))
            return in_place or message.get("address") == address

        return (await self.until(lambda: list(filter(answers, self.ephemeral[where.get("after", 0) :]))))[-1]

    async def until(self, look: Callable[[], Any], seconds: float = 60.0) -> Any:
        """What `look` finds, waited for."""
        async with asyncio.timeout(seconds):
            while not (found := look()):
                await asyncio.sleep(0.01)
        return found
