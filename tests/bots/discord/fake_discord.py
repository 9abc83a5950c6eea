"""A small Discord: REST, gateway and CDN over real sockets, strict where the real one is strict."""

import asyncio
import itertools
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

Json = dict[str, Any]
TOKEN = "MTIz.fake.token"
BOT, APPLICATION, GUILD = 1001, 1001, 2001
GENERAL, HELP, FORUM, HR = 3001, 3002, 3003, 3004
ANA, BEN, ADMIN = 5001, 5002, 5003
HR_ROLE = 6001
EPHEMERAL, SUPPRESS, V2 = 64, 4, 1 << 15
CONTENT_INTENT = 1 << 15


@dataclass
class Fault:
    """What goes wrong with the next calls that fit: `after` the effect, where it was done all the same."""

    method: str
    path: str
    status: int = 500
    times: int = 1
    retry_after: float = 0.2
    after: bool = False
    code: int = 0


class Wrong(Exception):
    """A request that Discord refuses."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class Talk:
    """One interaction: how it was acknowledged, and what was said by its token."""

    token: str
    body: Json
    callback: Json | None = None
    original: Json | None = None
    followups: list[Json] = field(default_factory=list)

    @property
    def told(self) -> list[Json]:
        """What its person was told."""
        return [*([self.original] if self.original else []), *self.followups]


class FakeDiscord:
    """One server with the bot in it."""

    def __init__(self, *, advised_shards: int = 1) -> None:
        self.advised_shards = advised_shards
        self.calls: Counter[str] = Counter()
        self.complaints: list[str] = []
        self.faults: list[Fault] = []
        self.channels: dict[int, dict[int, Json]] = defaultdict(dict)
        self.kinds = {GENERAL: 0, HELP: 0, FORUM: 15, HR: 0}
        self.parents: dict[int, int] = {}
        self.roles: dict[int, list[int]] = {HR_ROLE: []}
        self.files: dict[str, bytes] = {}
        self.commands: dict[str, list[Json]] = {}
        self.talks: dict[str, Talk] = {}
        self.typed: list[int] = []
        self.reactions: list[tuple[str, int]] = []
        self.resumes = 0
        self.identifies: list[Json] = []
        self.app_flags = 0
        self.forgets_sessions = False
        self.shut = False  # the gateway takes nobody in
        self._numbers = itertools.count(1)
        self._sockets: dict[web.WebSocketResponse, str] = {}
        self._sessions: dict[str, list[tuple[int, Json]]] = {}
        self._nonces: dict[str, Json] = {}
        self._tasks: set[asyncio.Task[None]] = set()

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

    # REST

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
            if fault.after:
                self._answer(request.method, path, body, dict(request.query))
            if fault.status == 429:
                head["Retry-After"] = str(fault.retry_after)
                limited = {"retry_after": fault.retry_after, "global": False, "message": "slow down"}
                return self._json(limited, 429, head)
            if fault.status == 0:
                assert request.transport is not None
                request.transport.abort()
            return self._json({"message": "fault", "code": fault.code}, fault.status, head)
        try:
            answer = self._answer(request.method, path, body, dict(request.query))
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

    def _answer(self, method: str, path: str, body: Any, query: dict[str, str]) -> Any:
        for pattern, act in self._routes().items():
            verb, _, form = pattern.partition(" ")
            if verb == method and (found := re.fullmatch(form, path)):
                return act(*found.groups(), body=body, query=query)
        self.complaints.append(f"no such route: {method} {path}")
        raise Wrong(404, 0, "404: Not Found")

    def _routes(self) -> dict[str, Callable[..., Any]]:
        bot = {"id": str(APPLICATION), "name": "citewise", "description": "", "bot_public": True}
        bot |= {"icon": None, "owner": user(ADMIN), "summary": "", "team": None, "rpc_origins": None}
        bot |= {"bot_require_code_grant": False, "verify_key": "", "flags": self.app_flags}
        advised = {"url": self.gateway_url, "shards": self.advised_shards, "session_start_limit": {
            "total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}}  # fmt: skip
        messages = "/channels/([0-9]+)/messages"
        return {
            "GET /users/@me": lambda **_: user(BOT),
            "GET /users/@me/guilds": lambda **_: [
                {"id": str(GUILD), "name": "Northwind", "permissions": str(self.permissions)}
            ],
            "GET /oauth2/applications/@me": lambda **_: bot,
            "GET /applications/@me": lambda **_: bot,
            "GET /gateway/bot": lambda **_: advised,
            "PUT /applications/[0-9]+/commands": lambda body, **_: self._register("global", body),
            "GET /applications/[0-9]+/commands": lambda **_: self.commands.get("global", []),
            "PUT /applications/[0-9]+/guilds/([0-9]+)/commands": lambda g, body, **_: self._register(g, body),
            "GET /applications/[0-9]+/guilds/([0-9]+)/commands": lambda g, **_: self.commands.get(g, []),
            "POST /users/@me/channels": lambda body, **_: self._direct(int(body["recipient_id"])),
            "GET /channels/([0-9]+)": lambda c, **_: self._channel(int(c)),
            f"GET {messages}": self._history,
            f"POST {messages}": lambda c, body, **_: self._send(int(c), body),
            f"PATCH {messages}/([0-9]+)": self._edit,
            f"DELETE {messages}/([0-9]+)": self._delete,
            f"POST {messages}/([0-9]+)/threads": self._open_thread,
            "POST /channels/([0-9]+)/threads": self._open_post,
            "POST /channels/([0-9]+)/typing": lambda c, **_: self.typed.append(int(c)),
            f"PUT {messages}/([0-9]+)/reactions/[^/]+/@me": lambda c, m, **_: self.reactions.append(
                ("put", int(m))
            ),
            f"DELETE {messages}/([0-9]+)/reactions/[^/]+/@me": lambda c, m, **_: self.reactions.append(
                ("delete", int(m))
            ),
            "GET /guilds/[0-9]+/members/([0-9]+)": lambda u, **_: self.member(int(u)),
            "POST /interactions/[0-9]+/([a-z0-9]+)/callback": self._callback,
            "PATCH /webhooks/[0-9]+/([a-z0-9]+)/messages/@original": self._original,
            "POST /webhooks/[0-9]+/([a-z0-9]+)": self._follow_up,
        }

    permissions = 0x7FFFFFFFFFFF

    def _register(self, scope: str, body: list[Json]) -> list[Json]:
        self.commands[scope] = [{**command, "id": str(self.snowflake())} for command in body]
        return self.commands[scope]

    def _direct(self, person: int) -> Json:
        channel = direct(person)
        self.kinds[channel] = 1
        return self._channel(channel)

    def _channel(self, number: int) -> Json:
        if number not in self.kinds:
            raise Wrong(404, 10003, "Unknown Channel")
        kind = self.kinds[number]
        found: Json = {"id": str(number), "type": kind}
        last = max(self.channels[number], default=None)
        found |= {"last_message_id": str(last) if last else None}
        if kind == 1:
            return {**found, "recipients": [user(number - 70_000)]}
        found |= {"guild_id": str(GUILD), "name": f"channel-{number}", "position": 0, "nsfw": False}
        found |= {"permission_overwrites": [], "parent_id": None, "topic": None, "available_tags": []}
        if kind == 11:
            found |= {"parent_id": str(self.parents[number]), "owner_id": str(BOT), "message_count": 1}
            stamp = "2026-01-01T00:00:00+00:00"
            thread = {"archived": False, "auto_archive_duration": 1440, "locked": False}
            found |= {"member_count": 1, "thread_metadata": {**thread, "archive_timestamp": stamp}}
        return found

    def _history(self, channel: str, body: Any, query: dict[str, str]) -> list[Json]:
        after = int(query.get("after", 0))
        found = [m for n, m in sorted(self.channels[int(channel)].items()) if n > after]
        return list(reversed(found[: int(query.get("limit", 50))]))

    def _send(self, channel: int, body: Json) -> Json:
        if channel not in self.kinds:
            raise Wrong(404, 10003, "Unknown Channel")
        self._check(body, visible=True)
        nonce = str(body.get("nonce", ""))
        if body.get("enforce_nonce") and nonce in self._nonces:
            return self._nonces[nonce]
        sent = self._put(channel, {**body, "author": user(BOT)})
        self._nonces[nonce] = sent
        return sent

    def _put(self, channel: int, body: Json) -> Json:
        reference = body.get("message_reference")
        message: Json = {
            "id": str(self.snowflake()), "channel_id": str(channel), "type": 19 if reference else 0,
            "content": "", "timestamp": now(), "edited_timestamp": None, "tts": False, "pinned": False,
            "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "components": [], "flags": 0,
        } | body  # fmt: skip
        message["components"] = [dict(c) for c in message["components"]]
        if reference:
            message["message_reference"] = {
                k: str(v) for k, v in reference.items() if k != "fail_if_not_exists"
            }
            replied = self.channels[channel].get(int(reference["message_id"]))
            message["referenced_message"] = replied
        self.channels[channel][int(message["id"])] = message
        return message

    def _edit(self, channel: str, message: str, body: Json, **_: Any) -> Json:
        found = self.channels[int(channel)].get(int(message))
        if found is None:
            raise Wrong(404, 10008, "Unknown Message")
        self._check(body, visible=False)
        found |= {**body, "edited_timestamp": now()}
        return found

    def _delete(self, channel: str, message: str, **_: Any) -> None:
        if self.channels[int(channel)].pop(int(message), None) is None:
            raise Wrong(404, 10008, "Unknown Message")

    def _open_thread(self, channel: str, message: str, body: Json, **_: Any) -> Json:
        if int(message) in self.kinds:
            raise Wrong(400, 160004, "A thread has already been created for this message")
        if not 1 <= len(body["name"]) <= 100:
            raise Wrong(400, 50035, "Invalid Form Body")
        self.kinds[int(message)] = 11
        self.parents[int(message)] = int(channel)
        thread = self._channel(int(message))
        self._tasks.add(asyncio.create_task(self._dispatch(None, "THREAD_CREATE", thread)))
        return thread

    def _open_post(self, channel: str, body: Json, **_: Any) -> Json:
        post = self.snowflake()
        self.kinds[post], self.parents[post] = 11, int(channel)
        self._check(body["message"], visible=False)
        self.channels[post][post] = {**self._put(post, {**body["message"], "author": user(BOT)})}
        return self._channel(post)

    def _callback(self, token: str, body: Json, **_: Any) -> Json:
        talk = self.talks[token]
        if talk.callback is not None:
            raise Wrong(400, 40060, "Interaction has already been acknowledged.")
        talk.callback = body
        if body["type"] == 9:
            data = body["data"]
            for text, most in ((data["title"], 45), (data["custom_id"], 100)):
                if len(text) > most:
                    self.complaints.append(f"modal: {text!r} is longer than {most}")
        return {"interaction": {"id": talk.body["id"], "type": talk.body["type"]}}

    def _original(self, token: str, body: Json, **_: Any) -> Json:
        talk = self._talk(token)
        self._check(body, visible=False)
        if (talk.callback or {}).get("type") == 6 and not talk.body["message"]["flags"] & EPHEMERAL:
            return self._edit(talk.body["channel_id"], talk.body["message"]["id"], body)
        talk.original = self._ephemeral(talk, body)
        return talk.original

    def _follow_up(self, token: str, body: Json, **_: Any) -> Json:
        talk = self._talk(token)
        self._check(body, visible=False)
        talk.followups.append(self._ephemeral(talk, body))
        return talk.followups[-1]

    def _talk(self, token: str) -> Talk:
        if token not in self.talks or self.talks[token].callback is None:
            raise Wrong(404, 10015, "Unknown Webhook")
        return self.talks[token]

    def _ephemeral(self, talk: Talk, body: Json) -> Json:
        return {
            "id": str(self.snowflake()), "channel_id": talk.body["channel_id"], "type": 20, "content": "",
            "timestamp": now(), "edited_timestamp": None, "tts": False, "pinned": False, "mentions": [],
            "mention_everyone": False, "mention_roles": [], "attachments": [], "embeds": [],
            "author": user(BOT), **body, "flags": body["flags"] | EPHEMERAL,
        }  # fmt: skip

    def _check(self, body: Json, *, visible: bool) -> None:
        """Hold a message against Discord's documented limits, and against ours on safety."""
        if body.get("allowed_mentions", {}).get("parse") != []:
            self.complaints.append("a message may ping")
        if not body["flags"] & V2 or body.get("content") or body.get("embeds"):
            self.complaints.append("not Components V2 alone")
        if not body["flags"] & SUPPRESS:
            self.complaints.append("previews are not suppressed")
        if visible and not (body.get("enforce_nonce") and 1 <= len(body["nonce"]) <= 25):
            self.complaints.append("a send without a nonce that is enforced")
        parts = walk(body["components"])
        kinds = [part for part in parts if "type" in part]
        shown = sum(len(part["content"]) for part in kinds if part["type"] == 10)
        if shown > 4_000 or len(kinds) > 40:
            raise Wrong(400, 50035, f"Invalid Form Body: {shown} characters, {len(kinds)} components")
        ids = [part["custom_id"] for part in parts if "custom_id" in part]
        if len(ids) != len(set(ids)) or any(len(name) > 100 for name in ids):
            self.complaints.append(f"custom ids: {ids}")
        for part in kinds:
            if part["type"] == 2 and not 1 <= len(part["label"]) <= 80:
                self.complaints.append(f"label {part['label']!r}")
            if part["type"] == 10 and not part["content"]:
                raise Wrong(400, 50035, "empty text")

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.match_info["name"]])

    # Gateway

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

    def _guild(self) -> Json:
        roles = [{"id": str(n), "name": "@everyone" if n == GUILD else f"role-{n}", "permissions":
                  str(self.permissions), "position": 0, "color": 0, "colors": {"primary_color": 0,
                  "secondary_color": None, "tertiary_color": None}, "hoist": False, "managed": False,
                  "mentionable": False, "flags": 0} for n in (GUILD, *self.roles)]  # fmt: skip
        threads = [self._channel(n) for n, kind in self.kinds.items() if kind == 11]
        channels = [self._channel(n) for n, kind in self.kinds.items() if kind not in (1, 11)]
        return {
            "id": str(GUILD), "name": "Northwind", "owner_id": str(ADMIN), "roles": roles, "emojis": [],
            "features": [], "channels": channels, "threads": threads, "members": [self.member(BOT)],
            "member_count": 4, "large": False, "unavailable": False, "voice_states": [], "presences": [],
            "stage_instances": [], "guild_scheduled_events": [], "stickers": [], "mfa_level": 0,
            "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
            "system_channel_flags": 0, "premium_tier": 0, "preferred_locale": "en-US", "nsfw_level": 0,
            "afk_timeout": 60, "premium_progress_bar_enabled": False, "soundboard_sounds": [],
        }  # fmt: skip

    def member(self, person: int) -> Json:
        roles = [str(role) for role, people in self.roles.items() if person in people]
        return {"user": user(person), "roles": roles, "joined_at": now(), "deaf": False, "mute": False,
                "flags": 0, "permissions": str(self.permissions)}  # fmt: skip

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

    async def until(self, look: Callable[[], Any], seconds: float = 30.0) -> Any:
        """What `look` finds, waited for."""
        async with asyncio.timeout(seconds):
            while not (found := look()):
                await asyncio.sleep(0.01)
        return found

    async def told(self, token: str, count: int = 1) -> Json:
        """The last thing that was said to who used a command or button, waited for."""
        talk = self.talks[token]
        shown = lambda: [m for m in talk.told if not words_of(m).endswith(" …")]  # noqa: E731
        return (await self.until(lambda: shown() if len(shown()) >= count else None))[-1]

    def snowflake(self) -> int:
        milliseconds = int(time.time() * 1000) - 1_420_070_400_000
        return (milliseconds << 22) | next(self._numbers)


def user(number: int) -> Json:
    name = {BOT: "citewise", ANA: "ana", BEN: "ben", ADMIN: "admin"}.get(number, f"u{number}")
    return {"id": str(number), "username": name, "discriminator": "0", "global_name": name, "avatar": None,
            "bot": number == BOT}  # fmt: skip


def direct(person: int) -> int:
    """The channel of direct messages with someone."""
    return 70_000 + person


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())


def walk(value: Any) -> list[Json]:
    """Every object inside a component."""
    if isinstance(value, dict):
        return [value, *(part for inner in value.values() for part in walk(inner))]
    return [part for inner in value for part in walk(inner)] if isinstance(value, list) else []


def raw_words_of(message: Json) -> str:
    """The Markdown of a message."""
    return "\n".join(part["content"] for part in walk(message.get("components", [])) if "content" in part)


def words_of(message: Json) -> str:
    """What a person reads in a message, roughly: without escapes."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", raw_words_of(message))


def buttons_of(message: Json) -> dict[str, Json]:
    """The buttons and menus under a message, by action."""
    found = [part for part in walk(message.get("components", [])) if "custom_id" in part]
    return {part["custom_id"].split(":")[1]: part for part in found}
