"""Discord as a service: connects to the gateway, keeps each event before it is acknowledged."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bots.desk.wording import count
from bots.discord.calls import Calls, DiscordRefused
from bots.doors.inbox import Inbox, Unreachable
from bots.serving.services import ServiceStatus
from brain.catalog.chats.inbox import InboxItem, Limits

if TYPE_CHECKING:
    import aiohttp

    from bots.desk import Desk
    from bots.discord.client import DoorClient
    from bots.discord.door import DiscordMemory
    from bots.discord.events import Known
    from bots.discord.older_cases import OlderCases
    from bots.discord.people import Servers
    from brain.catalog.catalog import Catalog

SECONDS_A_CALL = 15
SECONDS_TO_CONNECT = 60
EVERY_CHANNEL = "all"
# Direct messages are looked for, after a gap, in the conversations of the last week.
DIRECT_SECONDS, MOST_DIRECT = 7 * 86_400.0, 50
_AWAY = "Discord can't be reached at the moment."
PLATFORM = "discord"
_TOKEN_REFUSED = "Discord does not accept DISCORD_BOT_TOKEN: `citewise doctor` says how to mend that."
_INTENT_REFUSED = (
    "DISCORD_MESSAGE_CONTENT is true, but the Message Content intent is not switched on in Discord's "
    "developer portal: `citewise doctor` says where."
)


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """How Discord is reached, and how the bot behaves there.

    `guilds` get the commands at once, otherwise all servers do. In `threads` (channel ids, or `all`) each
    question gets a thread of its own. A server that did not arrive for `arrival_seconds` is not waited for.
    """

    bot_token: str
    api_url: str = "https://discord.com/api/v10"
    gateway_url: str = ""
    cdn_url: str = ""
    message_content: bool = False
    guilds: tuple[int, ...] = ()
    threads: tuple[str, ...] = ()
    arrival_seconds: float = 2.0


class DiscordService:
    """One bot. `start` connects, `stop` lets go; `status` says how it is."""

    name = PLATFORM

    def __init__(
        self,
        settings: DiscordSettings,
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
        self._client: DoorClient | None = None
        self._connection: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect to Discord and begin to work.

        Raises DiscordRefused where token or intents are not accepted, Unreachable where Discord is away.
        """
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Take nothing more in; what is unfinished is taken up by the next start."""
        await self._open.aclose()
        self._client = self._connection = None

    async def status(self) -> ServiceStatus:
        """How it is."""
        client = self._client
        if client is None or client.user is None or not self.running:
            return ServiceStatus(False, "not connected")
        waiting = await asyncio.to_thread(self._catalog.inbox.waiting, PLATFORM)
        state = "connected" if client.connected else "connecting again"
        wait = "1 event waits" if waiting == 1 else f"{waiting:,} events wait"
        sentence = f"{state} as {client.user.name} in {count(len(client.guilds), 'server')}, {wait}"
        return ServiceStatus(True, sentence, client.connected)

    @property
    def running(self) -> bool:
        """Whether it is connected, or connects again by itself."""
        return self._connection is not None and not self._connection.done()

    async def _start(self) -> None:
        import aiohttp

        limit = aiohttp.ClientTimeout(total=SECONDS_A_CALL)
        session = await self._open.enter_async_context(aiohttp.ClientSession(timeout=limit))
        gateway, shards = await self._gateway(session)
        client = self._make_client(gateway, shards)
        self._open.push_async_callback(client.close)
        await self._log_in(client)
        await self.open_inbox(client, session)
        self._client = client
        self._connection = asyncio.create_task(client.connect())
        self._open.push_async_callback(self._end_connection, client, self._connection)
        await self._until_ready(client, self._connection)
        settling = asyncio.create_task(self._older_cases(client).settle())
        self._open.callback(settling.cancel)

    def _older_cases(self, client: "DoorClient") -> "OlderCases":
        from bots.discord.older_cases import OlderCases

        return OlderCases(self._catalog, _kinds_of(client, Calls(client)))

    async def open_inbox(self, client: "DoorClient", session: "aiohttp.ClientSession") -> None:
        """Wire a client that is logged in to the Desk, register its commands, and begin to work."""
        from bots.discord.commands import synchronise
        from bots.discord.door import DiscordDoor
        from bots.discord.files import Files
        from bots.discord.people import People
        from bots.discord.posting import Posts
        from bots.discord.telling import Telling
        from bots.discord.threads import Threads
        from brain.catalog.chats.notes import Notes

        assert client.user is not None
        assert client.application_id is not None
        calls = Calls(client)
        posts = Posts(calls, client.user.id)
        telling = Telling(calls, posts, client.application_id, _kinds_of(client, calls))
        people = People(calls, self._servers(client), self._desk.note_outside)
        files = Files(session, self._own_addresses())
        threads = Threads(calls, client.user.id, reads_all=self._settings.message_content)
        door = DiscordDoor(self._desk, calls, posts, telling, people, files, threads, self._memory())
        inbox = self._inbox = Inbox(self._catalog, door, self._limits, self._workers, self._write_down)
        client.wire(self._desk, door, self._known(client.user.id), inbox.receive, self._write_down)
        await synchronise(
            client.tree, calls, Notes(self._catalog.database), client.application_id, self._settings.guilds
        )
        await asyncio.to_thread(self._older_cases(client).close)
        await inbox.start()
        self._open.push_async_callback(inbox.stop)

    async def _gateway(self, session: "aiohttp.ClientSession") -> tuple[str, int]:
        """Where to connect to, and over how many connections, as Discord advises for this bot."""
        import aiohttp

        url = f"{self._settings.api_url.rstrip('/')}/gateway/bot"
        head = {"Authorization": f"Bot {self._settings.bot_token}"}
        try:
            async with session.get(url, headers=head) as response:
                if response.status == 401:
                    raise _token_refused("GET /gateway/bot")
                if response.status != 200:
                    raise Unreachable(_AWAY, detail=f"GET /gateway/bot: {response.status}")
                advised = await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unreachable(_AWAY, detail=repr(error)) from error
        return self._settings.gateway_url or str(advised["url"]), int(advised.get("shards") or 1)

    def _make_client(self, gateway: str, shards: int) -> "DoorClient":
        import discord
        import yarl
        from discord.gateway import DiscordWebSocket
        from discord.http import Route

        from bots.discord.client import DoorClient, ShardedDoorClient, intents

        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nothing is said aloud here
        Route.BASE = self._settings.api_url.rstrip("/")
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        if self._settings.cdn_url:
            discord.Asset.BASE = self._settings.cdn_url.rstrip("/")
        wanted = intents(message_content=self._settings.message_content)
        options: dict[str, Any] = {"intents": wanted, "guild_ready_timeout": self._settings.arrival_seconds}
        return ShardedDoorClient(shard_count=shards, **options) if shards > 1 else DoorClient(**options)

    async def _log_in(self, client: "DoorClient") -> None:
        import aiohttp
        import discord

        try:
            await client.login(self._settings.bot_token)
        except discord.LoginFailure as error:
            raise _token_refused("log in") from error
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unreachable(_AWAY, detail=repr(error)) from error

    async def _until_ready(self, client: "DoorClient", connection: "asyncio.Task[None]") -> None:
        import discord

        ready = asyncio.create_task(client.wait_until_ready())
        try:
            async with asyncio.timeout(SECONDS_TO_CONNECT):
                await asyncio.wait({ready, connection}, return_when=asyncio.FIRST_COMPLETED)
            if connection.done():
                await connection
        except discord.PrivilegedIntentsRequired as error:
            raise DiscordRefused("connect", 4014, "disallowed intents", _INTENT_REFUSED) from error
        except (discord.ConnectionClosed, TimeoutError, OSError) as error:
            raise Unreachable(_AWAY, detail=repr(error)) from error
        finally:
            ready.cancel()

    async def _end_connection(self, client: "DoorClient", connection: "asyncio.Task[None]") -> None:
        client.ending = True
        connection.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await connection

    def _memory(self) -> "DiscordMemory":
        from bots.discord.door import DiscordMemory

        async def note_posted(item: InboxItem, posted: str) -> None:
            await self._inbox.note_posted(item, posted)

        async def of_message(message: str) -> InboxItem | None:
            return await asyncio.to_thread(self._catalog.inbox.of_message, PLATFORM, message)

        async def direct_channels() -> list[int]:
            since = time.time() - DIRECT_SECONDS
            table = self._catalog.inbox
            threads = await asyncio.to_thread(table.threads_without_place, PLATFORM, since)
            return [int(thread.removeprefix(f"{PLATFORM}:")) for thread in threads[-MOST_DIRECT:]]

        return DiscordMemory(note_posted, of_message, direct_channels)

    def _known(self, bot: int) -> "Known":
        from bots.discord.events import Known

        threads = self._settings.threads
        return Known(
            bot=bot,
            reads_all=self._settings.message_content,
            conversation=lambda thread: self._catalog.inbox.knows_thread(thread),
            handoff=lambda thread: self._catalog.handoffs.in_thread(thread) is not None,
            auto_answer=lambda place: place in self._catalog.places.auto_answer(),
            own_thread=lambda channel: EVERY_CHANNEL in threads or str(channel) in threads,
            of_message=lambda message: self._catalog.inbox.of_message(PLATFORM, message),
        )

    def _servers(self, client: "DoorClient") -> "Servers":
        async def servers() -> tuple[list[int], list[int]]:
            # What was left unfinished is taken up before the gateway tells of any server.
            await client.wait_until_ready()
            counting = guilds_with_mapped_roles(client, self._catalog)
            return counting, [guild.id for guild in client.guilds if guild.id not in counting]

        return servers

    def _own_addresses(self) -> Iterable[str]:
        default = DiscordSettings("")
        urls = (self._settings.cdn_url, self._settings.api_url)
        return [url for url in urls if url and url != default.api_url]


def guilds_with_mapped_roles(client: "DoorClient", catalog: "Catalog") -> list[int]:
    """The servers of which a role decides about a space, or is asked for help; those that may be such too."""
    named = {name for space in catalog.spaces() for name in catalog.principals(space.name)}
    named |= set(catalog.places.support().values())
    start = f"{PLATFORM}:role:"
    roles = {int(name.removeprefix(start)) for name in named if name.startswith(start)}
    return [
        guild.id
        for guild in client.guilds
        if roles and (guild.unavailable or any(guild.get_role(role) for role in roles))
    ]


def _token_refused(what: str) -> DiscordRefused:
    return DiscordRefused(what, 401, "the bot token is not accepted", _TOKEN_REFUSED)


def _kinds_of(client: "DoorClient", calls: Calls) -> Callable[[int], Awaitable[int]]:
    async def kind_of(channel: int) -> int:
        # What was left unfinished is taken up before the gateway tells of any channel.
        kind: Any = getattr(client.get_channel(channel), "type", None)
        if kind is not None:
            return int(kind.value)
        return int((await calls("GET", "/channels/{channel_id}", channel_id=channel))["type"])

    return kind_of
