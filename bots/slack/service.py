"""Slack as a service: connects in Socket or HTTP mode, keeps each event before it is acknowledged."""

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bots.desk.wording import count
from bots.event_door import Memory
from bots.inbox import Inbox, Unreachable
from bots.serving.services import ServiceStatus
from bots.slack.calls import Calls, SlackRefused
from bots.slack.door import SlackDoor
from bots.slack.events import PLATFORM, Known, action_of, translate, where_pressed
from bots.slack.files import Files
from bots.slack.needs import COMMAND, SHORTCUTS
from brain.catalog.inbox import InboxItem, Limits
from brain.errors import UsageError

if TYPE_CHECKING:
    from aiohttp import web
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.request.async_request import AsyncBoltRequest

    from bots.desk import Desk
    from brain.catalog.catalog import Catalog

Json = dict[str, Any]
SECONDS_A_CALL = 15
_FORMS_AT_ONCE = ("add", "remove")


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
        self._bot = ""

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

    async def stop(self) -> None:
        """Take nothing more in; what is unfinished is taken up by the next start."""
        await self._open.aclose()
        self._connected = None

    async def status(self) -> ServiceStatus:
        """How it is; while it reconnects it runs, since nothing is lost meanwhile."""
        if self._connected is None:
            return ServiceStatus(False, "not running")
        state = "connected" if await self._connected() else "reconnecting"
        waiting = self._catalog.inbox.waiting(PLATFORM)
        return ServiceStatus(
            True, f"{state} in {self._settings.mode} mode, {count(waiting, 'event')} waiting"
        )

    async def _start(self) -> None:
        import aiohttp
        from slack_sdk.web.async_client import AsyncWebClient

        limit = aiohttp.ClientTimeout(total=SECONDS_A_CALL)
        session = await self._open.enter_async_context(aiohttp.ClientSession(timeout=limit))
        client = AsyncWebClient(
            token=self._settings.bot_token,
            base_url=self._settings.api_url,
            session=session,
            timeout=SECONDS_A_CALL,
            retry_handlers=[],
        )
        calls = Calls(client)
        known = await calls("auth.test")
        self._bot = str(known["user_id"])
        files = Files(session, self._settings.bot_token, self._settings.api_url)
        door = SlackDoor(self._desk, calls, files, self._bot, str(known.get("team_id", "")), self._memory())
        inbox = self._inbox = Inbox(self._catalog, door, self._limits, self._workers, self._write_down)
        await inbox.start()
        self._open.push_async_callback(inbox.stop)
        app = self._app(client, inbox, door)
        await (self._over_http(app) if self._settings.mode == "http" else self._over_sockets(app))

    def _memory(self) -> Memory:
        async def note_posted(item: InboxItem, posted: str) -> None:
            await self._inbox.note_posted(item, posted)

        async def of_message(message: str) -> InboxItem | None:
            return await asyncio.to_thread(self._catalog.inbox.of_message, PLATFORM, message)

        return Memory(note_posted, of_message)

    def _known(self) -> Known:
        return Known(
            bot=self._bot,
            conversation=lambda thread: self._catalog.inbox.knows_thread(thread, "question"),
            handoff=lambda thread: self._catalog.handoffs.in_thread(thread) is not None,
            auto_answer=lambda place: place in self._catalog.places.auto_answer(),
        )

    def _app(self, client: Any, inbox: Inbox, door: SlackDoor) -> "AsyncApp":
        """The Bolt app: a middleware keeps each event, then one listener for each kind acknowledges it."""
        from slack_bolt.async_app import AsyncApp

        app = AsyncApp(
            client=client,
            signing_secret=self._settings.signing_secret or secrets.token_hex(),  # none is checked on sockets
            request_verification_enabled=self._settings.mode == "http",
            ignoring_self_events_enabled=False,  # translate() does it, and needs no call for it
            logger=_quiet(),
        )
        known = self._known()

        async def keep(req: "AsyncBoltRequest", next: Callable[[], Awaitable[Any]]) -> Any:
            body = req.body
            new = None if await self._opens_form(door, body) else translate(body, known)
            if new is not None:
                await inbox.receive(new)
            return await next()

        async def acknowledge(ack: Callable[[], Awaitable[Any]]) -> None:
            await ack()

        app.use(keep)
        app.event(re.compile(".*"))(acknowledge)
        app.command(COMMAND)(acknowledge)
        for shortcut in SHORTCUTS:
            app.shortcut(shortcut)(acknowledge)
        app.action(re.compile("^citewise:"))(acknowledge)
        app.view(re.compile("^citewise:"))(acknowledge)
        return app

    async def _opens_form(self, door: SlackDoor, body: Json) -> bool:
        """Open a form at once, where a press or a bare command asks for one."""
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
        try:
            return await door.open_form(action, ref, where, str(body.get("trigger_id", "")))
        except (SlackRefused, Unreachable) as error:
            self._write_down(error)  # without its form, the press is worked off as it is
            return False

    async def _over_sockets(self, app: "AsyncApp") -> None:
        from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

        handler = AsyncSocketModeHandler(app, self._settings.app_token, logger=_quiet())
        self._open.push_async_callback(handler.close_async)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        self._connected = handler.client.is_connected

    async def _over_http(self, app: "AsyncApp") -> None:
        from aiohttp import web
        from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request

        async def take(request: "web.Request") -> "web.Response":
            return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

        async def healthy(request: "web.Request") -> "web.Response":
            return web.json_response({"ok": True, "status": (await self.status()).sentence})

        server = web.Application(client_max_size=2_000_000)
        server.router.add_post("/slack/events", take)
        server.router.add_get("/healthz", healthy)
        runner = web.AppRunner(server, access_log=None)
        await runner.setup()
        self._open.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, self._settings.host, self._settings.http_port)
        await site.start()

        async def listening() -> bool:
            return bool(runner.addresses)

        self._connected = listening
        self.addresses = list(runner.addresses)


def _quiet() -> logging.Logger:
    """Slack's libraries log what they did not handle and each reconnect: errors are enough."""
    logger = logging.getLogger("citewise.slack")
    logger.setLevel(logging.CRITICAL)
    return logger
