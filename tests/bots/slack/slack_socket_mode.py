"""Socket Mode of the fake Slack: envelopes that come again until they are acknowledged."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from slack_texts import Json
from slack_workspace import SlackWorkspace


@dataclass
class SocketMode(SlackWorkspace):
    """A workspace that tells its bot what happens."""

    redelivery: float = 1.0  # seconds after which an unacknowledged event comes again
    acked: dict[str, float] = field(default_factory=dict)
    sent: list[Json] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._sockets: list[web.WebSocketResponse] = []
        self._unacked: dict[str, tuple[Json, float, float]] = {}

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1})
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                envelope = json.loads(message.data).get("envelope_id")
                if envelope in self._unacked:
                    self.acked[envelope] = time.monotonic() - self._unacked.pop(envelope)[1]
        self._sockets.remove(socket)
        return socket

    async def drop(self) -> None:
        """Cut all connections, as networks do."""
        for socket in list(self._sockets):
            with suppress(ConnectionError):
                await socket.close(code=1001)

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tell the bot that this connection will end."""
        for socket in self._sockets:
            await socket.send_json({"type": "disconnect", "reason": reason})

    async def connected(self) -> None:
        async with asyncio.timeout(60):
            while not self._sockets:
                await asyncio.sleep(0.01)

    async def send(self, kind: str, payload: Json) -> str:
        """Send an envelope now, and again until it is acknowledged."""
        envelope = {"envelope_id": f"env{next(self._numbers)}", "type": kind, "payload": payload}
        envelope |= {"accepts_response_payload": kind != "events_api"}
        self._unacked[envelope["envelope_id"]] = (envelope, time.monotonic(), time.monotonic())
        self.sent.append(envelope)
        await self._push(envelope)
        return str(envelope["envelope_id"])

    async def _push(self, envelope: Json) -> None:
        self.pushed.append(str(envelope["envelope_id"]))
        for socket in reversed(self._sockets):
            with suppress(ConnectionError, RuntimeError):
                await socket.send_json(envelope)
                return

    async def _redeliver(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            for name, (envelope, first, last) in list(self._unacked.items()):
                if self._sockets and time.monotonic() - last > self.redelivery:
                    self._unacked[name] = (envelope, first, time.monotonic())
                    await self._push(envelope)
