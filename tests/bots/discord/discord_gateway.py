"""The gateway of the fake Discord: sessions, their events, and resuming where a connection broke."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import web
from discord_server import APPLICATION, BOT, GUILD, TOKEN, DiscordServer, user
from discord_texts import Json

CONTENT_INTENT = 1 << 15


class Gateway(DiscordServer):
    """A server that tells its bot what happens."""

    gateway_url: str

    def __init__(self) -> None:
        super().__init__()
        self.resumes = 0
        self.identifies: list[Json] = []
        self.app_flags = 0
        self.public = False  # whether anyone may invite the bot
        self.forgets_sessions = False
        self.shut = False  # the gateway takes nobody in
        self._sockets: dict[web.WebSocketResponse, str] = {}
        self._sessions: dict[str, list[tuple[int, Json]]] = {}

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if self.shut:
            return web.Response(status=503)
        socket = web.WebSocketResponse(timeout=0.5)
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}})
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                told = json.loads(message.data)
                match told["op"]:
                    case 1:
                        await socket.send_json({"op": 11})
                    case 2:
                        await self._identify(socket, told["d"])
                    case 6:
                        await self._resume(socket, told["d"])
        self._sockets.pop(socket, None)
        return socket

    async def _identify(self, socket: web.WebSocketResponse, told: Json) -> None:
        if told["token"] != TOKEN:
            await socket.close(code=4004)
            return
        if told["intents"] & CONTENT_INTENT and not self.app_flags & ((1 << 18) | (1 << 19)):
            await socket.close(code=4014)
            return
        self.identifies.append(told)
        session = f"session{next(self._numbers)}"
        self._sessions[session] = []
        self._sockets[socket] = session
        shard = told.get("shard") or [0, 1]
        await self._dispatch(socket, "READY", {
            "v": 10, "user": user(BOT), "session_id": session, "resume_gateway_url": self.gateway_url,
            "guilds": [{"id": str(GUILD), "unavailable": True}] if not shard[0] else [],
            "application": {"id": str(APPLICATION), "flags": self.app_flags}, "shard": shard,
        })  # fmt: skip
        if not shard[0]:
            await self._dispatch(socket, "GUILD_CREATE", self._guild())

    async def _resume(self, socket: web.WebSocketResponse, told: Json) -> None:
        session = told["session_id"]
        if session not in self._sessions or self.forgets_sessions:
            await socket.send_json({"op": 9, "d": False})
            return
        self.resumes += 1
        self._sockets[socket] = session
        for number, event in self._sessions[session]:
            if number > told["seq"]:
                await socket.send_json({**event, "s": number})
        await self._dispatch(socket, "RESUMED", {})

    async def _dispatch(self, socket: web.WebSocketResponse | None, name: str, data: Json) -> None:
        """Send an event to one socket, or to all sessions; it is kept for those that resume."""
        sessions = [self._sockets[socket]] if socket is not None else list(self._sessions)
        event = {"op": 0, "t": name, "d": data}
        for session in sessions:
            number = len(self._sessions[session]) + 1
            self._sessions[session].append((number, event))
            for to, of in list(self._sockets.items()):
                if of == session:
                    with suppress(ConnectionError, RuntimeError):
                        await to.send_json({**event, "s": number})

    async def drop(self, code: int = 4000) -> None:
        """Cut all connections, as networks do."""
        for socket in list(self._sockets):
            self._sockets.pop(socket, None)
            with suppress(ConnectionError):
                await socket.close(code=code)

    async def ask_to_reconnect(self) -> None:
        for socket in list(self._sockets):
            await socket.send_json({"op": 7, "d": None})

    async def connected(self) -> None:
        await self.until(lambda: self._sockets)

    async def until(self, look: Callable[[], Any], seconds: float = 30.0) -> Any:
        """What `look` finds, waited for."""
        async with asyncio.timeout(seconds):
            while not (found := look()):
                await asyncio.sleep(0.01)
        return found
