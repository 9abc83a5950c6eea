"""Reads the thread that a ticket is in Discord: its messages as plain words, as far as the bot is given them.

A ticket is a thread or forum post; elsewhere it is a message with those that it replies to. Without the
Message Content intent, Discord gives the words of a message only where it mentions the bot, in direct
messages, and of the message that a menu was used on.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bots.desk.domain import Caller
from bots.discord.calls import Calls, DiscordRefused
from bots.discord.events import thread_of
from bots.discord.message_texts import texts_of
from bots.discord.words import plain, principal
from bots.doors.thread_reading import LATEST_READ, LONGEST_MESSAGE, Found, ThreadRead, read_of
from brain.triage.domain import Message

Json = dict[str, Any]
_A_PAGE = 100  # messages: Discord's limit
_MOST_REPLIES = 50  # messages, each in answer to the one before
_SAID = (0, 19, 20, 21, 23)  # plain, a reply, an app's answer to a command or menu, what a thread began with
_THREAD_STARTER = 21  # Discord's type of the message that a thread began with
_FORWARDED = 1  # Discord's type of a reference, which is no reply
_HAS_THREAD = 1 << 5
_EPOCH = 1_420_070_400_000  # milliseconds, where Discord's ids begin to count
_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a ticket stands: a `thread`, or (without one) the `message` that ends a chain of replies."""

    channel: int
    thread: int = 0
    message: int = 0


class Threads:
    """Threads of the servers that a bot is in."""

    def __init__(self, calls: Calls, bot: int, *, reads_all: bool) -> None:
        """`bot` is the bot's own user id; `reads_all` says whether it has the Message Content intent."""
        self._calls = calls
        self._bot = bot
        self.reads_all = reads_all

    async def read(self, payload: Json, caller: Caller) -> ThreadRead:
        """The thread that an event was said in, or that its message (`about`, from a menu) belongs to.

        Raises Unreachable where Discord is away.
        """
        picked: Json | None = payload.get("about")
        place = _place_of(payload, picked)
        if place is None:
            return ThreadRead(caller)
        found, cut, missing = list[Json](), False, list[str]()
        try:
            if place.thread:
                found, cut = await self._thread(place.thread)
            else:
                found = await self._chain(place.channel, place.message, picked)
        except DiscordRefused:
            missing.append(_NOT_SHOWN)
        if picked is not None:
            found = sorted(
                [m for m in found if m["id"] != picked["id"]] + [picked],
                key=lambda message: int(message["id"]),
            )
        others = [m for m in found if m["id"] != payload.get("message") and m.get("type", 0) in _SAID]
        guild = payload.get("guild") or "@me"
        caller = _in(caller, place, root=int(found[0]["id"]) if found else place.message)
        # In a thread of its own: messages may be long, and hold whatever their writers wanted.
        return await asyncio.to_thread(
            lambda: read_of(
                caller,
                [self._as_found(message, guild, place) for message in others],
                cut=cut,
                missing=missing,
                why_wordless="" if self.reads_all or not payload["place"] else _WITHOUT_INTENT,
            )
        )

    async def _thread(self, thread: int) -> tuple[list[Json], bool]:
        """The first and the latest messages of a thread, and whether there are more between them."""
        first = await self._page(thread, after=0)
        if len(first) < _A_PAGE:
            return first, False
        latest = list[Json]()
        while len(latest) < LATEST_READ:
            before = latest[0]["id"] if latest else None
            page = await self._page(thread, before=before)
            latest = [*page, *latest]
            if len(page) < _A_PAGE or int(page[0]["id"]) <= int(first[-1]["id"]):
                break
        known = {message["id"] for message in first}
        cut = bool(latest) and int(latest[0]["id"]) > int(first[-1]["id"])
        if cut:  # unless the one begins right after the other
            between = await self._page(thread, after=int(first[-1]["id"]), limit=1)
            cut = bool(between) and between[0]["id"] != latest[0]["id"]
        return [*first, *(message for message in latest if message["id"] not in known)], cut

    async def _page(self, channel: int, *, limit: int = _A_PAGE, **where: Any) -> list[Json]:
        """A page of messages, the oldest first: those right after an id, before one, or the latest."""
        query = {"limit": limit, **{name: value for name, value in where.items() if value is not None}}
        page: list[Json] = await self._calls("GET", _MESSAGES, query=query, channel_id=channel)
        return sorted((_starter(message) for message in page), key=lambda message: int(message["id"]))

    async def _chain(self, channel: int, message: int, picked: Json | None) -> list[Json]:
        """A message and those that it replies to, the oldest first."""
        found = [picked] if picked is not None else []
        wanted = _answered(picked) if picked is not None else message
        while wanted and len(found) < _MOST_REPLIES:
            try:
                one: Json = await self._calls("GET", _MESSAGE, channel_id=channel, message_id=wanted)
            except DiscordRefused:
                if not found:
                    raise
                break  # deleted, or not for the bot to see: what there is must do
            found.append(one)
            if before := one.get("referenced_message"):  # it comes along, without what that one replies to
                found.append(before)
                one = before
            wanted = _answered(one)
        return list(reversed(found))

    def _as_found(self, message: Json, guild: str, place: _Place) -> Found:
        raw = "\n".join(texts_of(message))
        bot = str(self._bot)
        channel = message.get("channel_id") or place.thread or place.channel
        kind = "webhook" if message.get("webhook_id") else "user"
        said = Message(
            author=principal(kind, message["author"]["id"]),
            text=plain(raw[:LONGEST_MESSAGE], bot),
            at=datetime.fromtimestamp(((int(message["id"]) >> 22) + _EPOCH) / 1000, UTC),
            link=f"https://discord.com/channels/{guild}/{channel}/{message['id']}",
            ours=message["author"]["id"] == bot,
        )
        return Found(raw, said)


def _place_of(payload: Json, picked: Json | None) -> _Place | None:
    """Where the ticket is that an event is about; None where it is about none."""
    channel = int(payload["channel"])
    if payload["place"] and payload["place"] != payload["channel"]:
        return _Place(channel, thread=channel)
    if picked is None:
        replied = int(payload.get("reply_to") or 0)
        return _Place(channel, message=replied) if replied else None
    message = int(picked["id"])
    if int(picked.get("flags") or 0) & _HAS_THREAD:
        return _Place(channel, thread=message)  # a thread has the id of the message that it was opened on
    return _Place(channel, message=message)


def _in(caller: Caller, place: _Place, root: int) -> Caller:
    """The caller in that thread: replies go there, and it names the case."""
    if place.thread:
        thread, origin = thread_of(place.thread), principal("channel", place.thread)
    else:
        thread, origin = thread_of(root), f"{principal('channel', place.channel)}/{place.message}"
    return replace(caller, thread=thread, origin=origin if caller.place else caller.person)


def _answered(message: Json) -> int:
    """The message that one replies to; 0 for none."""
    reference = message.get("message_reference") or {}
    return 0 if reference.get("type") == _FORWARDED else int(reference.get("message_id") or 0)


def _starter(message: Json) -> Json:
    """A thread opened on a message begins with a note that refers to it: that message is meant."""
    if message.get("type") == _THREAD_STARTER and message.get("referenced_message"):
        return dict(message["referenced_message"])
    return message


_NOT_SHOWN = (
    "Discord does not let me read what was said here. An admin of the server gives me View Channel and Read "
    "Message History in this channel; then triage it again."
)
_WITHOUT_INTENT = (
    "Discord gives me the words only of messages that mention me, and of the one that a menu was used on. "
    "Use the menu Apps → Triage with sources on the message that tells the problem; or an admin switches on "
    "the Message Content intent (docs/discord.md says how), and I read the whole thread."
)
