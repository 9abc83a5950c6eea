"""The connection to Discord: keeps each event, then acknowledges it, and looks back after a gap."""

import asyncio
import datetime
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import aiohttp
import discord
from discord import app_commands

from bots.desk.wording import in_chat
from bots.discord import events
from bots.discord.buttons import ChoiceMenu, PressButton, modal, submitted
from bots.discord.calls import DiscordRefused
from bots.discord.commands import add_commands
from bots.discord.message_texts import texts_of
from bots.discord.unreadable import UNREADABLE, spare
from bots.doors.inbox import Unreachable
from brain.catalog.chats.inbox import InboxItem, NewEvent
from brain.errors import CitewiseError, StorageFailed

if TYPE_CHECKING:
    from bots.desk import Desk
    from bots.discord.door import DiscordDoor

Json = dict[str, Any]
Its = discord.Interaction[Any]
CAUGHT_UP = datetime.timedelta(hours=1)
_MESSAGES_A_CHANNEL, _MESSAGES_WITH_ONE = 1_000, 20
_PAUSES = (1.0, 5.0, 30.0)  # seconds, between the tries to look back in a channel
SECONDS_TO_ACKNOWLEDGE = 10.0  # Discord takes it for three
_AWAY = (aiohttp.ClientError, OSError, TimeoutError)
_log = logging.getLogger("citewise.discord")


def intents(*, message_content: bool) -> discord.Intents:
    """What is listened to; only the content of messages not put to the bot takes a privileged intent."""
    return discord.Intents(
        guilds=True, guild_messages=True, dm_messages=True, message_content=message_content
    )


class DoorClient(discord.Client):
    """A bot's client. `wire` must have been called before it connects."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,  # nothing here is kept in memory: the inbox has it
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_ratelimit_timeout=30.0,
            **options,
        )
        logging.getLogger("discord").setLevel(logging.ERROR)  # its warnings hold addresses with tokens
        self.tree: app_commands.CommandTree[DoorClient] = app_commands.CommandTree(self)
        add_commands(self.tree, self)
        self.add_dynamic_items(PressButton, ChoiceMenu)
        self.caught_up = asyncio.Event()
        self.connected = False
        self.ending = False  # from here on nothing is taken in: it is found at the next start
        self.full_disk_pause = 5.0  # seconds
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def wire(
        self,
        desk: "Desk",
        door: "DiscordDoor",
        known: events.Known,
        receive: Callable[[NewEvent], Awaitable[bool]],
        write_down: Callable[[BaseException], Any],
    ) -> None:
        """Say where events go; `receive` returns when one is kept."""
        self._desk, self._door, self._known = desk, door, known
        self._receive, self._write_down = receive, write_down
        spare(self._connection.parsers, write_down)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Write down what nobody expected of an event."""
        error = sys.exc_info()[1]
        if error is not None and not self.ending:
            self._write_down(error)

    # Messages

    async def on_message(self, message: discord.Message) -> None:
        """A message: kept, where it is for the bot."""
        await self._take(message)

    async def _take(self, message: discord.Message, *, looked_back: bool = False) -> None:
        async with self._in_turn(message.id):
            if looked_back and message.edited_at is not None:
                known = await self._known_message(message.channel.id, message.id)
                if known is not None:
                    await self._keep(await asyncio.to_thread(self._edited_meanwhile, message, known))
                    return
            await self._keep(
                await asyncio.to_thread(events.question, message, self._known, looked_back=looked_back)
            )

    def _edited_meanwhile(self, message: discord.Message, known: InboxItem) -> NewEvent | None:
        """The edit of a question while nobody listened; a command is not given twice on the mere chance."""
        new = events.edited(message, known, self._known)
        return None if known.kind != "question" or "verb" in events.payload_of(new) else new

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """An edit: of a known question, or one that makes a question of a message."""
        message = payload.message
        if message.edited_at is None or message.author.bot:
            return  # links that unfolded, threads that were opened
        async with self._in_turn(message.id):
            known = await self._known_message(payload.channel_id, payload.message_id)
            if known is not None:
                await self._keep(await asyncio.to_thread(events.edited, message, known, self._known))
            elif any(user.id == self._known.bot for user in message.mentions):
                await self._keep(await asyncio.to_thread(events.question, message, self._known))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A deletion of a known question."""
        await self._gone(payload.channel_id, payload.message_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many deletions."""
        for message in payload.message_ids:
            await self._gone(payload.channel_id, message)

    async def _gone(self, channel: int, message: int) -> None:
        async with self._in_turn(message):
            known = await self._known_message(channel, message)
            if known is not None:
                await self._keep(events.deleted(channel, message, known))

    @asynccontextmanager
    async def _in_turn(self, message: int) -> AsyncIterator[None]:
        """What happens to a message one after the other: after a gap, Discord tells all of it at once."""
        async with self._turns.setdefault(message, asyncio.Lock()):
            yield

    async def _known_message(self, channel: int, message: int) -> InboxItem | None:
        return await asyncio.to_thread(self._known.of_message, f"{channel}:{message}")

    # Commands, buttons, forms

    async def commanded(
        self, interaction: Its, verb: str, words: str, files: list[discord.Attachment] | None = None
    ) -> None:
        """Keep a command, then let its person see that it is worked on."""
        found = [events.file_of(file) for file in files or []]
        await self._take_in(interaction, events.command(interaction, verb, words, found), thinking=True)

    async def add_message(self, interaction: Its, message: discord.Message) -> None:
        """Keep the wish to add a message, or what is attached to it."""
        files = [events.file_of(file, message.jump_url) for file in message.attachments]
        words = "\n".join(texts_of(events.about(message)))
        text = {"message_text": words, "message": str(message.id), "message_link": message.jump_url}
        await self._take_in(interaction, events.command(interaction, "add", "", files, **text), thinking=True)

    async def triage_message(self, interaction: Its, message: discord.Message) -> None:
        """Keep the wish to triage the thread of a message."""
        new = events.command(interaction, "triage", "", [], about=events.about(message))
        await self._take_in(interaction, new, thinking=True)

    async def pressed(self, interaction: Its, action: str, ref: str, fields: Mapping[str, str]) -> None:
        """Keep a press, unless its action asks for something first."""
        new = await asyncio.to_thread(events.press, interaction, action, ref, fields, self._known)
        if fields or not await self._asks_first(interaction, action, ref, new):
            await self._take_in(interaction, new, thinking=False)

    async def filled_in(self, interaction: Its, action: str) -> None:
        """Open the form of an action, or say through the Desk why there is none for this person."""
        new = events.command(interaction, action, "", [])
        if not await self._asks_first(interaction, action, "", new):
            await self.commanded(interaction, action, "")

    async def on_interaction(self, interaction: Its) -> None:
        """A form that was sent: read from its own ids, so that it works after a restart too."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        found = submitted(interaction.data or {})
        if found is None:
            return
        action, ref, fields = found
        new = await asyncio.to_thread(events.press, interaction, action, ref, fields, self._known)
        await self._take_in(interaction, new, thinking=interaction.message is None)

    async def suggested(self, interaction: Its, what: str, words: str) -> tuple[tuple[str, str], ...]:
        """What could be meant while someone types: values with their labels."""
        caller = await self._door.caller(events.asker(interaction))
        return await self._desk.suggest(what, words, caller)

    async def _asks_first(self, interaction: Its, action: str, ref: str, new: NewEvent) -> bool:
        answered = True
        async with self._told(interaction):
            form = await self._door.form(action, ref, events.payload_of(new))
            answered = form is not None
            if form is not None:
                await self._acknowledge(interaction.response.send_modal(modal(form)))
        return answered

    async def _take_in(self, interaction: Its, new: NewEvent, *, thinking: bool) -> None:
        """Keep an event, then acknowledge it; only after that, anything can be said by its token."""
        if self.ending:
            return  # Discord tells its person that nobody answers
        how = {"ephemeral": True, "thinking": True} if thinking else {}
        async with self._told(interaction):
            with self._door.acknowledging(interaction.token):
                if await self._receive(new):  # else Discord has told of it before
                    await self._acknowledge(interaction.response.defer(**how))

    @asynccontextmanager
    async def _told(self, interaction: Its) -> AsyncIterator[None]:
        """Tell its person at once where an event can't be kept, or what it is about not be looked up."""
        try:
            yield
        except CitewiseError as error:
            self._write_down(error)
            await self._acknowledge(interaction.response.send_message(in_chat(error), ephemeral=True))

    async def _acknowledge(self, answer: Awaitable[Any]) -> None:
        try:
            async with asyncio.timeout(SECONDS_TO_ACKNOWLEDGE):
                await answer
        except (discord.HTTPException, *_AWAY) as error:
            self._write_down(error)  # what is kept is told in a direct message instead

    async def _keep(self, new: NewEvent | None) -> None:
        """Keep what a message brought, however long the disk is full: Discord does not tell it again."""
        while new is not None and not self.ending:
            try:
                await self._receive(new)
                return
            except StorageFailed as error:
                self._write_down(error)
                with suppress(CitewiseError):
                    await self._door.tell_waiting(new, 1)
                await asyncio.sleep(self.full_disk_pause)

    # What was said while nobody listened

    async def on_connect(self) -> None:
        """A connection stands."""
        self.connected = True

    async def on_disconnect(self) -> None:
        """It broke; the library makes a new one."""
        self.connected = False

    async def on_resumed(self) -> None:
        """The session goes on, and Discord has sent what was missed."""
        self.connected = True

    async def on_ready(self) -> None:
        """A new session: look for what was asked since the last one."""
        try:
            await self._catch_up()
        except (DiscordRefused, Unreachable, RuntimeError) as error:
            if not self.ending:  # then, "session is closed" is no news
                raise
            _log.debug("stopped while looking back: %s", error)
        finally:
            self.caught_up.set()

    async def _catch_up(self) -> None:
        """Take in the questions of the last hour; those that are known already stay what they are."""
        first = discord.utils.time_snowflake(discord.utils.utcnow() - CAUGHT_UP)
        for channel in self._channels():
            if (channel.last_message_id or 0) > first and self._may_read(channel):
                await self._look_back(channel.id, first, _MESSAGES_A_CHANNEL)
        for number in await self._door.direct_channels():
            await self._look_back(number, first, _MESSAGES_WITH_ONE)

    async def _look_back(self, number: int, first: int, most: int) -> None:
        """Take in what was said in a channel; tried again where Discord is away, but not where it says no."""
        for pause in (*_PAUSES, 0.0):
            try:
                channel: Any = self.get_channel(number) or await self.fetch_channel(number)
                async for message in channel.history(
                    limit=most, after=discord.Object(first), oldest_first=True
                ):
                    await self._take(message, looked_back=True)
                return
            except discord.RateLimited as error:
                why: Exception = error
                pause = error.retry_after
            except UNREADABLE as error:
                self._write_down(error)
                why = error
                break
            except (discord.HTTPException, *_AWAY) as error:
                why = error
                if isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429:
                    break
            await asyncio.sleep(pause)
        _log.warning("could not look back in channel %s: %s", number, why)

    def _channels(self) -> list[Any]:
        return [
            channel
            for guild in self.guilds
            for channels in (guild.text_channels, guild.threads, guild.voice_channels, guild.stage_channels)
            for channel in channels
        ]

    @staticmethod
    def _may_read(channel: Any) -> bool:
        if isinstance(channel, discord.Thread) and channel.parent is None:
            return False
        me = channel.guild.me
        rights = channel.permissions_for(me) if me is not None else None
        return rights is None or (rights.view_channel and rights.read_message_history)


class ShardedDoorClient(DoorClient, discord.AutoShardedClient):
    """The same over several connections, as Discord asks for above 2,500 servers."""
