"""Slack as a service: connects in Socket or HTTP mode, keeps each event before it is acknowledged."""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bots.desk.wording import count
from bots.doors.event_door import Memory
from bots.doors.inbox import Inbox, Unreachable
from bots.serving.services import ServiceStatus
from bots.slack.calls import Calls, SlackRefused, not_accepted
from bots.slack.door import SlackDoor
from bots.slack.events import Known, sharing, translate, unopened
from bots.slack.files import Files
from bots.slack.interactions import action_of, where_pressed
from bots.slack.naming import PLATFORM, Own
from bots.slack.needs import COMMAND, SHORTCUTS
from bots.slack.organisation import Organisation
from bots.slack.proxies import past_proxy, web_client
from brain.catalog.chats.inbox import InboxItem, Limits
from brain.errors import StorageFailed, UsageError

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult
    from slack_bolt.request.async_request import AsyncBoltRequest

    from bots.desk import Desk
    from brain.catalog.catalog import Catalog

Json = dict[str, Any]
SECONDS_A_CALL = 15
RECONNECTS_WITHIN = 300.0  # seconds
_FORMS_AT_ONCE = ("add", "remove")
# What reading an event raises that is not shaped as Slack documents it.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How Slack is reached. Socket Mode needs `app_token`, HTTP mode `signing_secret`."""

    bot_token: str
    app_token: str = ""
    signing_secret: str = ""
    mode: str = "socket"
    http_port: int = 3000
    api_url: str = "https://slack.com/api/"
    host: str = "0.0.0.0"


class SlackService:
    """One workspace's bot. `start` connects, `stop` lets go; `status` says how it is."""

    name = PLATFORM

    def __init__(
        self,
        settings: SlackSettings,
        desk: "Desk",
        catalog: "Catalog",
        write_down: Callable[[BaseException], Path | None] = lambda error: None,
        limits: Limits | None = None,
        workers: int = 4,
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._catalog = catalog
        self._write_down = write_down
        self._limits = limits
        self._workers = workers
        self._open = AsyncExitStack()
        self._connected: Callable[[], Awaitable[bool]] | None = None
        self._calls: Calls | None = None
        self._seen = 0.0  # when it was connected last
        self.reconnects_within = RECONNECTS_WITHIN
        self._bot = ""
        self._organisation = Organisation(frozenset())

    async def start(self) -> None:
        """Connect to Slack and begin to work.

        Raises UsageError where a setting is missing, SlackRefused where the tokens are not accepted, and
        Unreachable where Slack is away.
        """
        if self._settings.mode == "http" and not self._settings.signing_secret:
            raise UsageError(
                "SLACK_SIGNING_SECRET is needed in HTTP mode: without it anyone could speak as Slack."
            )
        if self._settings.mode == "socket" and not self._settings.app_token:
            raise UsageError("SLACK_APP_TOKEN is needed in Socket Mode: docs/slack.md says where it is made.")
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise
        self._seen = time.monotonic()

    async def stop(self) -> None:
        """Take nothing more in; what is unfinished is taken up by the next start."""
        await self._open.aclose()
        self._connected = None

    async def status(self) -> ServiceStatus:
        """How it is; while it reconnects it runs, since nothing is lost meanwhile.

        Not for ever: only a new start tells why Slack opens no socket any more, such as a token taken back.
        """
        if self._connected is None:
            return ServiceStatus(False, "not running")
        connected, now = await self._connected(), time.monotonic()
        self._seen = now if connected else self._seen
        if now - self._seen > self.reconnects_within:
            return ServiceStatus(False, f"has not been connected for {now - self._seen:.0f} s")
        state = "connected" if connected else "reconnecting"
        waiting = self._catalog.inbox.waiting(PLATFORM)
        fault = self._calls.fault if self._calls else ""
        sentence = f"{state} in {self._settings.mode} mode, {count(waiting, 'event')} waiting"
        return ServiceStatus(True, f"{sentence}. {fault}" if fault else sentence, connected and not fault)

    async def _start(self) -> None:
        import aiohttp

        limit = aiohttp.ClientTimeout(total=SECONDS_A_CALL)
        session = await self._open.enter_async_context(aiohttp.ClientSession(timeout=limit))
        address = self._settings.api_url
        reached = partial(web_client, url=address, session=session, timeout=SECONDS_A_CALL)
        client = reached(self._settings.bot_token)
        calls = self._calls = Calls(client)
        me = await _accepted(calls, "auth.test")
        self._bot = str(me["user_id"])
        homes = frozenset(str(me[name]) for name in ("team_id", "enterprise_id") if me.get(name))
        self._organisation = Organisation(homes)
        files = Files(session, self._settings.bot_token, self._settings.api_url)
        own = Own(self._bot, str(me.get("bot_id") or ""))
        door = SlackDoor(self._desk, calls, files, own, self._organisation, self._memory())
        inbox = self._inbox = Inbox(self._catalog, door, self._limits, self._workers, self._write_down)
        await inbox.start()
        self._open.push_async_callback(inbox.stop)
        app = self._app(client, inbox, door)
        if self._settings.mode == "http":
            await self._over_http(app)
            return
        # Asked here, since the library would try for ever with a token that is wrong, and say nothing.
        opening = Calls(reached(self._settings.app_token), "SLACK_APP_TOKEN")
        await self._over_sockets(app, str((await _accepted(opening, "apps.connections.open"))["url"]))

    def _memory(self) -> Memory:
        async def note_posted(item: InboxItem, posted: str) -> None:
            await self._inbox.note_posted(item, posted)

        async def of_message(message: str) -> InboxItem | None:
            return await asyncio.to_thread(self._catalog.inbox.of_message, PLATFORM, message)

        return Memory(note_posted, of_message)

    def _known(self) -> Known:
        return Known(
            bot=self._bot,
            organisation=self._organisation,
            conversation=lambda thread: self._catalog.inbox.knows_thread(thread),
            handoff=lambda thread: self._catalog.handoffs.in_thread(thread) is not None,
            auto_answer=lambda place: place in self._catalog.places.auto_answer(),
            asked=lambda message: self._catalog.inbox.of_message(PLATFORM, message) is not None,
        )

    def _app(self, client: Any, inbox: Inbox, door: SlackDoor) -> "AsyncApp":
        """The Bolt app: a middleware keeps each event, then one listener for each kind acknowledges it."""
        from slack_bolt.async_app import AsyncApp
        from slack_bolt.authorization import AuthorizeResult

        async def authorized(enterprise_id: str | None, team_id: str | None) -> "AuthorizeResult":
            # Asked when this began: the library would ask again, by a client of its own and any proxy.
            token, bot = self._settings.bot_token, self._bot
            return AuthorizeResult(
                enterprise_id=enterprise_id, team_id=team_id, bot_user_id=bot, bot_token=token
            )

        app = AsyncApp(
            client=client,
            authorize=authorized,
            signing_secret=self._settings.signing_secret or secrets.token_hex(),  # none is checked on sockets
            request_verification_enabled=self._settings.mode == "http",
            ignoring_self_events_enabled=False,  # translate() does it, and needs no call for it
            logger=_quiet(),
        )
        known, in_turn = self._known(), asyncio.Lock()

        async def keep(req: "AsyncBoltRequest", next: Callable[[], Awaitable[Any]]) -> Any:
            body, reading = req.body, translate
            try:
                opened = await self._opens_form(door, body)
            except (SlackRefused, Unreachable) as error:
                self._write_down(error)
                opened, reading = False, unopened
            except UNREADABLE as error:
                self._write_down(error)
                opened = True
            # What a message and its edit mean hangs on which is known first: after a gap they come at once.
            async with in_turn:
                try:
                    new = None if opened else reading(body, known)
                except UNREADABLE as error:  # sent again, it would be no better
                    self._write_down(error)
                    new = None
                if new is not None:
                    await inbox.receive(new)
            return await next()

        async def hear(req: "AsyncBoltRequest", next: Callable[[], Awaitable[Any]]) -> Any:
            try:
                if told := sharing(req.body):
                    await door.hear_of_sharing(told[0], shared=told[1])
            except (*UNREADABLE, StorageFailed) as error:  # noted in memory; looked up again in minutes
                self._write_down(error)
            return await next()

        async def acknowledge(ack: Callable[[], Awaitable[Any]]) -> None:
            await ack()

        app.use(hear)
        app.use(keep)
        app.event(re.compile(".*"))(acknowledge)
        app.command(COMMAND)(acknowledge)
        for shortcut in SHORTCUTS:
            app.shortcut(shortcut)(acknowledge)
        app.action(re.compile("^citewise:"))(acknowledge)
        app.view(re.compile("^citewise:"))(acknowledge)
        return app

    async def _opens_form(self, door: SlackDoor, body: Json) -> bool:
        """Open a form at once, where a press or a bare command asks for one.

        Raises SlackRefused or Unreachable where it did not open.
        """
        if body.get("type") == "block_actions":
            action, ref = action_of(body["actions"][0])
            where = where_pressed(body)
        elif body.get("command") == COMMAND and (body.get("text") or "").strip() in _FORMS_AT_ONCE:
            action, ref = body["text"].strip(), ""
            where = {"user": body["user_id"], "channel": body["channel_id"]}
            where |= {"team": body.get("team_id"), "response_url": body.get("response_url")}
        else:
            return False
        if not self._desk.asks_first(action):
            return False
        return await door.open_form(action, ref, where, str(body.get("trigger_id", "")))

    async def _over_sockets(self, app: "AsyncApp", first: str) -> None:
        from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

        handler = AsyncSocketModeHandler(app, self._settings.app_token, logger=_quiet())
        self._open.push_async_callback(handler.close_async)
        handler.client.wss_uri = first
        past_proxy(handler.client, first)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        self._connected = handler.client.is_connected

    async def _over_http(self, app: "AsyncApp") -> None:
        from aiohttp import web

        from bots.slack.http_mode import application

        async def told() -> str:
            return (await self.status()).sentence

        server = application(app, self._settings.signing_secret, told)
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        self._open.push_async_callback(runner.cleanup)
        port = self._settings.http_port
        try:
            await web.TCPSite(runner, self._settings.host, port).start()
        except OSError as error:
            raise UsageError(
                f"Port {port} can't be listened at, most likely another process does: set SLACK_HTTP_PORT.",
                detail=str(error),
            ) from error

        async def listening() -> bool:
            return bool(runner.addresses)

        self._connected = listening
        self.addresses = list(runner.addresses)


async def _accepted(calls: Calls, method: str) -> Json:
    """What a method answers; raises UsageError where Slack refuses it for what the token may do."""
    try:
        return await calls(method)
    except SlackRefused as error:
        raise UsageError(not_accepted(calls.setting, error.code), detail=error.detail) from error


def _quiet() -> logging.Logger:
    """Slack's libraries log what they did not handle and each reconnect: errors are enough."""
    logger = logging.getLogger("citewise.slack")
    logger.setLevel(logging.CRITICAL)
    return logger
