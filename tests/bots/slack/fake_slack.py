"""A small Slack over real sockets: Web API, Socket Mode, files and response addresses.

It keeps what people would see (`channels`), holds requests against slack_sdk's own models and Slack's
documented limits, and fails on demand (`faults`). What a test does as a person are its methods.
"""

import asyncio
import itertools
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bots.slack.needs import SCOPES_OF

Json = dict[str, Any]
BOT, TEAM, APP_TOKEN, BOT_TOKEN = "UBOT", "T1", "xapp-1-test", "xoxb-test"
DONE: Json = {"ok": True}


class Wrong(Exception):
    """What Slack answers with ok: false."""


@dataclass
class Fault:
    """The next `times` calls of a method fail: with an HTTP status or Slack's word, or after the effect."""

    method: str
    times: int = 1
    status: int = 200
    error: str = ""
    retry_after: float = 0.0
    afterwards: bool = False


@dataclass
class FakeSlack:
    """One workspace with one bot in it."""

    redelivery: float = 1.0  # seconds after which an unacknowledged event comes again
    streams: bool = True
    thumbs: bool = True
    scopes: set[str] = field(
        default_factory=lambda: set().union(*map(set, SCOPES_OF.values())) | {"commands"}
    )
    channels: defaultdict[str, dict[str, Json]] = field(default_factory=lambda: defaultdict(dict))
    ephemeral: list[Json] = field(default_factory=list)
    modals: list[Json] = field(default_factory=list)
    homes: dict[str, Json] = field(default_factory=dict)
    prompts: list[Json] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    acked: dict[str, float] = field(default_factory=dict)
    sent: list[Json] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)  # channels without the bot
    port: int = 0

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._sockets: list[web.WebSocketResponse] = []
        self._unacked: dict[str, tuple[Json, float, float]] = {}
        self._http: str = ""

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
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.calls[method] += 1
        fault = next((f for f in self.faults if f.method == method and f.times > 0), None)
        if fault is not None:
            fault.times -= 1
            if not fault.afterwards:
                return self._failed(fault)
        arguments = {**request.query}
        if request.can_read_body:
            if request.content_type == "application/json":
                arguments |= await request.json()
            else:
                arguments |= dict(await request.post())
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token")
        try:
            answer = self._do(method, arguments, token)
        except Wrong as error:
            return web.json_response({"ok": False, "error": str(error)})
        if fault is not None:
            return self._failed(fault)
        return web.json_response(
            {**DONE, **answer}, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))}
        )

    def _failed(self, fault: Fault) -> web.Response:
        head = {"Retry-After": str(fault.retry_after)} if fault.status == 429 else {}
        return web.json_response(
            {
                "ok": False,
                "error": fault.error or ("ratelimited" if fault.status == 429 else "internal_error"),
            },
            status=fault.status,
            headers=head,
        )

    def _do(self, method: str, given: Json, token: str | None) -> Json:
        if method == "apps.connections.open":
            if token != APP_TOKEN:
                raise Wrong("invalid_auth")
            return {"url": f"ws://127.0.0.1:{self.port}/socket"}
        if token != BOT_TOKEN:
            raise Wrong("invalid_auth")
        if method not in SCOPES_OF:
            self.complaints.append(f"{method} is called and not listed")
            raise Wrong("unknown_method")
        if not set(SCOPES_OF[method]) <= self.scopes:
            raise Wrong("missing_scope")
        do: Callable[[Json], Json] = getattr(self, "_do_" + method.replace(".", "_").lower())
        return do(given)

    def _do_auth_test(self, given: Json) -> Json:
        return {
            "user_id": BOT,
            "team_id": TEAM,
            "team": "Acme",
            "user": "citewise",
            "bot_id": "B1",
            "url": self.url,
        }

    def _do_chat_postmessage(self, given: Json) -> Json:
        channel = self._channel(given["channel"])
        self._check_message(given)
        return self._put(channel, {**given, "user": BOT, "bot_id": "B1"})

    def _do_chat_postephemeral(self, given: Json) -> Json:
        self._channel(given["channel"])
        self._check_message(given)
        self.ephemeral.append(given)
        return {"message_ts": self._ts()}

    def _do_chat_update(self, given: Json) -> Json:
        message = self._message(given)
        if message.get("streaming"):
            raise Wrong("streaming_state_conflict")
        self._check_message(given)
        message |= {**given, "edited": True, "streamed": []}
        return {"ts": given["ts"]}

    def _do_chat_delete(self, given: Json) -> Json:
        self._message(given)
        del self.channels[given["channel"]][given["ts"]]
        return {}

    def _do_chat_startstream(self, given: Json) -> Json:
        if not self.streams:
            raise Wrong("feature_not_enabled")
        channel = self._channel(given["channel"])
        if not channel.startswith("D") and not (
            given.get("recipient_user_id") and given.get("recipient_team_id")
        ):
            raise Wrong("missing_recipient_user_id")
        self._check_blocks([block for chunk in given.get("chunks", []) for block in chunk["blocks"]])
        message = {
            "user": BOT,
            "bot_id": "B1",
            "streaming": True,
            "thread_ts": given["thread_ts"],
            "blocks": [],
        }
        return self._put(channel, {**message, "streamed": given.get("chunks", [])})

    def _do_chat_appendstream(self, given: Json) -> Json:
        message = self._message(given)
        if not message.get("streaming"):
            raise Wrong("message_not_in_streaming_state")
        message["streamed"] = [*message["streamed"], *given.get("chunks", [])]
        return {}

    def _do_chat_stopstream(self, given: Json) -> Json:
        message = self._message(given)
        if not message.get("streaming"):
            raise Wrong("message_not_in_streaming_state")
        self._check_blocks(given.get("blocks", []))
        message |= {"streaming": False, "metadata": given.get("metadata"), "blocks": given.get("blocks", [])}
        message["streamed"] = [*message["streamed"], *given.get("chunks", [])]
        return {}

    def _do_chat_getpermalink(self, given: Json) -> Json:
        return {"permalink": f"https://acme.slack.com/archives/{given['channel']}/p{given['message_ts']}"}

    def _do_conversations_replies(self, given: Json) -> Json:
        found = self.channels[self._channel(given["channel"])].values()
        return {"messages": [m for m in found if given["ts"] in (m["ts"], m.get("thread_ts"))]}

    def _do_conversations_history(self, given: Json) -> Json:
        found = self.channels[self._channel(given["channel"])].values()
        return {"messages": [m for m in reversed(found) if not m.get("thread_ts")]}

    def _do_conversations_info(self, given: Json) -> Json:
        channel = given["channel"]
        if channel.startswith("CGONE"):
            raise Wrong("channel_not_found")
        return {"channel": {"id": channel, "name": channel.lower(), "is_member": channel not in self.outside}}

    def _do_conversations_open(self, given: Json) -> Json:
        people = given["users"].split(",")
        return {"channel": {"id": f"D{people[0]}" if len(people) == 1 else "G" + "".join(people)}}

    def _do_usergroups_list(self, given: Json) -> Json:
        return {"usergroups": [{"id": name, "users": users} for name, users in self.groups.items()]}

    def _do_usergroups_users_list(self, given: Json) -> Json:
        return {"users": self.groups[given["usergroup"]]}

    def _do_views_open(self, given: Json) -> Json:
        if not given.get("trigger_id"):
            raise Wrong("invalid_trigger_id")
        self._check_view(given["view"])
        view = {**given["view"], "id": f"V{next(self._numbers)}"}
        self.modals.append(view)
        return {"view": view}

    def _do_views_publish(self, given: Json) -> Json:
        self._check_view(given["view"])
        self.homes[given["user_id"]] = given["view"]
        return {}

    def _do_assistant_threads_setstatus(self, given: Json) -> Json:
        self.statuses.append(given)
        return {}

    def _do_assistant_threads_setsuggestedprompts(self, given: Json) -> Json:
        assert len(given["prompts"]) <= 4
        self.prompts.append(given)
        return {}

    async def _file(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return web.Response(text="<html>sign in</html>", content_type="text/html")
        return web.Response(
            body=self.files[request.match_info["name"]], content_type="application/octet-stream"
        )

    async def _response(self, request: web.Request) -> web.Response:
        message = await request.json()
        if request.match_info["name"] == "expired":
            return web.Response(status=404, text="used_url")
        self._check_message(message)
        self.ephemeral.append({**message, "address": request.match_info["name"]})
        return web.Response(text="ok")

    # Checks that Slack does

    def _check_message(self, message: Json) -> None:
        if not message.get("text"):
            self.complaints.append("a message has no text for its notification")
        self._check_blocks(message.get("blocks", []))
        if message.get("metadata"):
            assert set(message["metadata"]) == {"event_type", "event_payload"}

    def _check_blocks(self, blocks: list[Json], most: int = 50) -> None:
        if len(blocks) > most:
            raise Wrong("invalid_blocks")
        for block in blocks:
            if block["type"] == "context_actions" and not self.thumbs:
                raise Wrong("invalid_blocks")
            parsed = Block.parse(block)
            if parsed is None:
                self.complaints.append(f"no such block: {block['type']}")
                raise Wrong("invalid_blocks")
            try:
                parsed.to_dict()
            except Exception as error:
                self.complaints.append(f"{block['type']}: {error}")
                raise Wrong("invalid_blocks") from error
            self._check_limits(block)
        if len(json.dumps(blocks, ensure_ascii=False)) > 100_000 or texts(blocks) > 13_200:
            raise Wrong("msg_blocks_too_long")

    def _check_limits(self, block: Json) -> None:
        limits = {"header": 150, "button": 75}
        for part in walk(block):
            kind, text = part.get("type"), part.get("text")
            words = text.get("text", "") if isinstance(text, dict) else text
            if kind in limits and len(words) > limits[kind]:
                self.complaints.append(f"{kind} of {len(words)} characters")
            if kind == "text" and not words:
                self.complaints.append("an empty text element")
            if len(str(part.get("action_id", ""))) > 255 or len(str(part.get("value", ""))) > 2000:
                self.complaints.append(f"{kind}: action_id or value is too long")
        actions = [element["action_id"] for element in block.get("elements", []) if "action_id" in element]
        if len(actions) != len(set(actions)):
            self.complaints.append("two elements of a block have one action_id")

    def _check_view(self, view: Json) -> None:
        self._check_blocks(view["blocks"], most=100)
        assert View(**view).to_dict()
        if len(view.get("private_metadata", "")) > 3000:
            raise Wrong("view_too_large")

    def _channel(self, channel: str) -> str:
        if channel in self.outside:
            raise Wrong("not_in_channel")
        if not channel or channel[0] not in "CDG":
            raise Wrong("channel_not_found")
        return channel

    def _message(self, given: Json) -> Json:
        found = self.channels[self._channel(given["channel"])].get(given["ts"])
        if found is None:
            raise Wrong("message_not_found")
        return found

    def _put(self, channel: str, message: Json) -> Json:
        ts = self._ts()
        self.channels[channel][ts] = {**message, "ts": ts}
        return {"ts": ts, "channel": channel}

    def _ts(self) -> str:
        return f"{1_700_000_000 + next(self._numbers):010d}.000100"

    # Socket Mode

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

    # What people do

    async def say(
        self, user: str, text: str, channel: str = "CGEN", root: str = "", *, files: list[Json] | None = None
    ) -> str:
        """Write a message; a mention comes as two events, as from Slack. Returns its ts."""
        ts = self._ts()
        message: Json = {"user": user, "text": text, "ts": ts}
        message |= {"thread_ts": root} if root else {}
        message |= {"files": files, "subtype": "file_share"} if files else {}
        self.channels[channel][ts] = message
        kind = "im" if channel.startswith("D") else "channel"
        event = {
            **message,
            "type": "message",
            "channel": channel,
            "channel_type": kind,
            "event_ts": ts,
            "team": TEAM,
        }
        await self.event(event)
        if f"<@{BOT}>" in text and kind == "channel":
            await self.event({**event, "type": "app_mention"})
        return ts

    async def mention(self, user: str, text: str, channel: str = "CGEN", root: str = "", **more: Any) -> str:
        return await self.say(user, f"<@{BOT}> {text}", channel, root, **more)

    async def edit(self, channel: str, ts: str, text: str) -> None:
        before = dict(self.channels[channel][ts])
        self.channels[channel][ts] |= {"text": text}
        event = {"type": "message", "subtype": "message_changed", "channel": channel, "hidden": True}
        await self.event({**event, "message": dict(self.channels[channel][ts]), "previous_message": before})

    async def delete(self, channel: str, ts: str) -> None:
        before = self.channels[channel].pop(ts)
        event = {"type": "message", "subtype": "message_deleted", "channel": channel, "hidden": True}
        await self.event({**event, "deleted_ts": ts, "previous_message": before})

    async def event(self, event: Json, identity: str = "") -> Json:
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A1",
            "event_id": identity or f"Ev{next(self._numbers)}",
            "event_time": int(time.time()),
            "event": event,
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }
        await self.send("events_api", body)
        return body

    async def command(self, user: str, text: str, channel: str = "CGEN") -> str:
        number = next(self._numbers)
        body = {
            "command": "/citewise",
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": TEAM,
            "trigger_id": f"trig{number}",
            "response_url": f"{self.url}/respond/r{number}",
        }
        await self.send("slash_commands", body)
        return f"r{number}"

    async def press(self, user: str, button: Json, channel: str, message: Json, *, value: str = "") -> str:
        """Press a button of a message (one of `buttons_of`)."""
        number = next(self._numbers)
        action = {
            "type": button["type"],
            "action_id": button["action_id"],
            "action_ts": self._ts(),
            "block_id": "b",
        }
        if button["type"] == "static_select":
            action["selected_option"] = {"value": value}
        else:
            action["value"] = value or button.get("value")
        ts, root = message.get("ts", ""), message.get("thread_ts")
        body = {
            "type": "block_actions",
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM},
            "channel": {"id": channel},
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": not ts}
            | ({"thread_ts": root} if root else {}),
            "message": {"ts": ts, **({"thread_ts": root} if root else {})},
            "trigger_id": f"trig{number}",
            "response_url": f"{self.url}/respond/r{number}",
            "actions": [action],
        }
        await self.send("interactive", body)
        return f"r{number}"

    async def submit(self, user: str, view: Json, **values: str) -> None:
        """Fill in a modal and send it."""
        state = {}
        for block in view["blocks"]:
            value, kind = values.get(block["block_id"]), block["element"]["type"]
            filled = {"selected_option": {"value": value}} if kind == "static_select" else {"value": value}
            state[block["block_id"]] = {"value": {"type": kind, **filled}}
        body = {"type": "view_submission", "user": {"id": user}, "team": {"id": TEAM}}
        await self.send("interactive", {**body, "view": {**view, "hash": "h", "state": {"values": state}}})

    async def shortcut(self, user: str, channel: str, ts: str) -> str:
        number = next(self._numbers)
        body = {
            "type": "message_action",
            "callback_id": "add_to_knowledge_base",
            "user": {"id": user},
            "team": {"id": TEAM},
            "channel": {"id": channel},
            "message": self.channels[channel][ts],
            "message_ts": ts,
            "trigger_id": f"trig{number}",
            "response_url": f"{self.url}/respond/r{number}",
        }
        await self.send("interactive", body)
        return f"r{number}"

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
        """What was answered to a command or a press, waited for."""
        return (await self.until(lambda: [m for m in self.ephemeral if m.get("address") == address]))[-1]

    async def until(self, look: Callable[[], Any], seconds: float = 60.0) -> Any:
        """What `look` finds, waited for."""
        async with asyncio.timeout(seconds):
            while not (found := look()):
                await asyncio.sleep(0.01)
        return found


def walk(value: Any) -> list[Json]:
    """Every object inside a block."""
    if isinstance(value, dict):
        return [value, *(part for inner in value.values() for part in walk(inner))]
    return [part for inner in value for part in walk(inner)] if isinstance(value, list) else []


def texts(blocks: list[Json]) -> int:
    """How many characters of text some blocks hold."""
    return sum(len(part["text"]) for part in walk(blocks) if isinstance(part.get("text"), str))


def blocks_of(message: Json) -> list[Json]:
    """All blocks of a message, streamed ones first."""
    streamed = [block for chunk in message.get("streamed", []) for block in chunk["blocks"]]
    return [*streamed, *message.get("blocks", [])]


def words_of(message: Json) -> str:
    """What a person reads in a message, buttons left out."""
    blocks = [
        *(b for chunk in message.get("streamed", []) for b in chunk["blocks"]),
        *message.get("blocks", []),
    ]
    shown = [b for b in blocks if b["type"] not in ("actions", "context_actions")]
    return " ".join(part["text"] for part in walk(shown) if isinstance(part.get("text"), str))


def links_of(message: Json) -> list[str]:
    """Everything in a message that leads somewhere when clicked."""
    blocks = [
        *(b for chunk in message.get("streamed", []) for b in chunk["blocks"]),
        *message.get("blocks", []),
    ]
    return [part["url"] for part in walk(blocks) if "url" in part]


def button(message: Json, action: str) -> Json:
    """The button of an action under a message."""
    for part in walk(message.get("blocks", [])):
        if part.get("type") == "feedback_buttons" and action in ("helpful", "not_helpful"):
            which = "positive_button" if action == "helpful" else "negative_button"
            return {**part, "value": part[which]["value"]}
        if str(part.get("action_id", "")).startswith(f"citewise:{action}:"):
            return part
    raise AssertionError(f"no button {action} in {words_of(message)!r}")
