"""What the routes of Discord's REST do to the fake server."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from discord_gateway import CONTENT_INTENT, Gateway
from discord_limits import EPHEMERAL, Wrong, check_commands, check_message, check_modal, check_name
from discord_server import ADMIN, APPLICATION, BOT, GUILD, direct, now, user
from discord_texts import Json


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


class Rest(Gateway):
    """A server that its bot acts in."""

    def __init__(self, *, advised_shards: int = 1) -> None:
        super().__init__()
        self.advised_shards = advised_shards
        self.commands: dict[str, list[Json]] = {}
        self.talks: dict[str, Talk] = {}
        self.others = 0
        self.typed: list[int] = []
        self.reactions: list[tuple[str, int]] = []
        self._nonces: dict[str, Json] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def act(self, method: str, path: str, body: Any, query: dict[str, str]) -> Any:
        for pattern, act in self._routes().items():
            verb, _, form = pattern.partition(" ")
            if verb == method and (found := re.fullmatch(form, path)):
                return act(*found.groups(), body=body, query=query)
        self.complaints.append(f"no such route: {method} {path}")
        raise Wrong(404, 0, "404: Not Found")

    def _routes(self) -> dict[str, Callable[..., Any]]:
        bot = {"id": str(APPLICATION), "name": "citewise", "description": "", "bot_public": self.public}
        bot |= {"icon": None, "owner": user(ADMIN), "summary": "", "team": None, "rpc_origins": None}
        bot |= {"bot_require_code_grant": False, "verify_key": "", "flags": self.app_flags}
        advised = {"url": self.gateway_url, "shards": self.advised_shards, "session_start_limit": {
            "total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}}  # fmt: skip
        messages = "/channels/([0-9]+)/messages"
        return {
            "GET /users/@me": lambda **_: user(BOT),
            "GET /users/@me/guilds": lambda query, **_: self._servers(query),
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
            f"GET {messages}/([0-9]+)": self._one,
            f"POST {messages}": lambda c, body, **_: self._send(int(c), body),
            f"PATCH {messages}/([0-9]+)": self._edit,
            f"DELETE {messages}/([0-9]+)": self._delete,
            f"POST {messages}/([0-9]+)/threads": self._open_thread,
            "POST /channels/([0-9]+)/threads": self._open_post,
            "GET /channels/([0-9]+)/thread-members/([0-9]+)": lambda c, u, **_: self._thread_member(c, u),
            "POST /channels/([0-9]+)/typing": lambda c, **_: self.typed.append(int(c)),
            f"PUT {messages}/([0-9]+)/reactions/[^/]+/@me": lambda c, m, **_: self.reactions.append(
                ("put", int(m))
            ),
            f"DELETE {messages}/([0-9]+)/reactions/[^/]+/@me": lambda c, m, **_: self.reactions.append(
                ("delete", int(m))
            ),
            "GET /guilds/[0-9]+/threads/active": lambda **_: {
                "threads": self._guild()["threads"],
                "members": [],
            },
            "GET /guilds/[0-9]+/members/([0-9]+)": lambda u, **_: self.member(int(u)),
            "POST /interactions/[0-9]+/([a-z0-9]+)/callback": self._callback,
            "PATCH /webhooks/[0-9]+/([a-z0-9]+)/messages/@original": self._original,
            "POST /webhooks/[0-9]+/([a-z0-9]+)": self._follow_up,
        }

    def _servers(self, query: dict[str, str]) -> list[Json]:
        """A page of the servers that the bot is in; `others` were made before this one."""
        rights = str(self.permissions)
        found = [
            {"id": str(1 + number), "name": "Other", "permissions": "0"} for number in range(self.others)
        ]
        found += [{"id": str(GUILD), "name": "Northwind", "permissions": rights}]
        after, most = int(query.get("after", 0)), min(int(query.get("limit", 200)), 200)
        return [server for server in found if int(server["id"]) > after][:most]

    def _register(self, scope: str, body: list[Json]) -> list[Json]:
        check_commands(body, self.complaints)
        self.commands[scope] = [{**command, "id": str(self.snowflake())} for command in body]
        return self.commands[scope]

    def _direct(self, person: int) -> Json:
        channel = direct(person)
        self.kinds[channel] = 1
        return self._channel(channel)

    def _thread_member(self, thread: str, person: str) -> Json:
        if int(person) not in self.in_thread.get(int(thread), set()):
            raise Wrong(404, 10013, "Unknown User")
        return {"id": thread, "user_id": person, "join_timestamp": now(), "flags": 0}

    def _history(self, channel: str, body: Any, query: dict[str, str]) -> list[Json]:
        found = self._readable(int(channel))
        limit, before = int(query.get("limit", 50)), int(query.get("before", 1 << 63))
        assert 1 <= limit <= 100
        if "after" in query:
            after = int(query["after"])
            shown = [m for n, m in sorted(found.items()) if n > after][:limit]
        else:
            shown = [m for n, m in sorted(found.items()) if n < before][-limit:]
        return [self._as_told(m) for m in reversed(shown)]

    def _one(self, channel: str, message: str, **_: Any) -> Json:
        found = self._readable(int(channel)).get(int(message))
        if found is None:
            raise Wrong(404, 10008, "Unknown Message")
        return self._as_told(found)

    def _readable(self, channel: int) -> dict[int, Json]:
        if channel in self.closed and self.kinds[channel] != 1:  # what was said directly stays readable
            raise Wrong(403, 50001, "Missing Access")
        return self.channels[channel]

    def _as_told(self, message: Json) -> Json:
        """As Discord does, leave out the words where the bot has no right to them."""
        reads = bool(self.identifies and self.identifies[-1]["intents"] & CONTENT_INTENT)
        ours = message["author"]["id"] == str(BOT)
        mine = ours or self.kinds[int(message["channel_id"])] == 1
        named = any(user["id"] == str(BOT) for user in message.get("mentions", []))
        told = {name: value for name, value in message.items() if name != "referenced_message"}
        if not (reads or mine or named):
            told |= {"content": "", "attachments": [], "embeds": []}
        if message.get("referenced_message"):  # one comes along, without what that one refers to
            replied = self._as_told(message["referenced_message"])
            told["referenced_message"] = {k: v for k, v in replied.items() if k != "referenced_message"}
        return told

    def _send(self, channel: int, body: Json) -> Json:
        if channel not in self.kinds:
            raise Wrong(404, 10003, "Unknown Channel")
        if channel in self.closed:
            raise Wrong(403, 50007 if self.kinds[channel] == 1 else 50001, "Missing Access")
        if self.kinds[channel] == 15:
            raise Wrong(400, 50008, "Cannot send messages in a non-text channel")
        check_message(body, self.complaints, visible=True)
        nonce = str(body.get("nonce", ""))
        if body.get("enforce_nonce") and nonce in self._nonces:
            return self._nonces[nonce]
        if self.kinds[channel] == 12:  # who is called in a private thread is let into it
            called = (body.get("allowed_mentions") or {}).get("users", [])
            self.in_thread.setdefault(channel, set()).update(map(int, called))
        sent = self._put(channel, {**body, "author": user(BOT)})
        self._nonces[nonce] = sent
        return sent

    def _edit(self, channel: str, message: str, body: Json, **_: Any) -> Json:
        found = self.channels[int(channel)].get(int(message))
        if found is None:
            raise Wrong(404, 10008, "Unknown Message")
        check_message(body, self.complaints, visible=False)
        found |= {**body, "edited_timestamp": now()}
        return found

    def _delete(self, channel: str, message: str, **_: Any) -> None:
        if self.channels[int(channel)].pop(int(message), None) is None:
            raise Wrong(404, 10008, "Unknown Message")

    def _open_thread(self, channel: str, message: str, body: Json, **_: Any) -> Json:
        if int(message) in self.kinds:
            raise Wrong(400, 160004, "A thread has already been created for this message")
        check_name(body["name"])
        self.kinds[int(message)] = 11
        self.parents[int(message)] = int(channel)
        thread = self._channel(int(message))
        self._tasks.add(asyncio.create_task(self._dispatch(None, "THREAD_CREATE", thread)))
        return thread

    def _open_post(self, channel: str, body: Json, **_: Any) -> Json:
        if self.tags.get(int(channel)) and not body.get("applied_tags"):
            raise Wrong(400, 40067, "A tag is required to create a forum post in this channel")
        check_name(body["name"])
        post = self.snowflake()
        self.kinds[post], self.parents[post] = 11, int(channel)
        check_message(body["message"], self.complaints, visible=False)
        self._put(post, {**body["message"], "id": str(post), "author": user(BOT)})
        thread = self._channel(post)
        self._tasks.add(asyncio.create_task(self._dispatch(None, "THREAD_CREATE", thread)))
        return thread

    def _callback(self, token: str, body: Json, **_: Any) -> Json:
        talk = self.talks[token]
        if talk.callback is not None:
            raise Wrong(400, 40060, "Interaction has already been acknowledged.")
        talk.callback = body
        if body["type"] == 9:
            data = body["data"]
            check_modal(data, self.complaints)
        return {"interaction": {"id": talk.body["id"], "type": talk.body["type"]}}

    def _original(self, token: str, body: Json, **_: Any) -> Json:
        talk = self._talk(token)
        check_message(body, self.complaints, visible=False)
        if (talk.callback or {}).get("type") == 6 and not talk.body["message"]["flags"] & EPHEMERAL:
            return self._edit(talk.body["channel_id"], talk.body["message"]["id"], body)
        talk.original = self._ephemeral(talk, body)
        return talk.original

    def _follow_up(self, token: str, body: Json, **_: Any) -> Json:
        talk = self._talk(token)
        check_message(body, self.complaints, visible=False)
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
