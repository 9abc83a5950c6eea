"""One answer in a few messages at most: streamed by edits, found again after a crash, never posted twice."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bots.discord.calls import Calls, DiscordRefused

if TYPE_CHECKING:
    from discord.ui import LayoutView

Json = dict[str, Any]
_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_BETWEEN_EDITS = 1.5  # seconds; a channel takes five edits in five
UNKNOWN_MESSAGE = 10008  # Discord's code: it is gone
_COMPONENTS_V2, _SUPPRESS_EMBEDS, EPHEMERAL = 1 << 15, 1 << 2, 1 << 6
PARTS_AT_MOST = 4  # messages of an answer
_MOST_PAGES = 20  # of a hundred messages
_LONGEST_NONCE = 25  # characters: Discord's limit


def body_of(view: "LayoutView", flags: int = 0, whom: Sequence[str] = ()) -> Json:
    """A message as it goes out: it shows no previews, and pings nobody but the people with the ids `whom`."""
    return {
        "components": view.to_components(),  # type: ignore[no-untyped-call]
        "flags": _COMPONENTS_V2 | _SUPPRESS_EMBEDS | flags,
        "allowed_mentions": {"parse": [], "replied_user": False} | ({"users": list(whom)} if whom else {}),
    }


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages go: a channel or thread, in answer to a message of it where there is one."""

    channel: int
    reply_to: int = 0


class Posts:
    """Sends, edits, finds and deletes messages of one bot."""

    def __init__(self, calls: Calls, bot: int) -> None:
        """`bot` is the bot's own user id."""
        self._calls = calls
        self._bot = bot

    async def send(self, place: Place, view: "LayoutView", key: str, whom: Sequence[str] = ()) -> int:
        """Send a message; one that was sent under that key a moment ago is returned instead.

        It notifies the people with the ids `whom`, where the view names them.
        """
        nonce = key if len(key) <= _LONGEST_NONCE else hashlib.sha256(key.encode()).hexdigest()
        body = body_of(view, whom=whom) | {"nonce": nonce[:_LONGEST_NONCE], "enforce_nonce": True}
        if place.reply_to:
            body["message_reference"] = {
                "message_id": place.reply_to,
                "channel_id": place.channel,
                "fail_if_not_exists": False,
            }
        sent = await self._calls("POST", _MESSAGES, body, channel_id=place.channel)
        return int(sent["id"])

    async def edit(self, channel: int, message: int, view: "LayoutView") -> None:
        """Set what a message shows."""
        await self._calls("PATCH", _MESSAGE, body_of(view), channel_id=channel, message_id=message)

    async def delete(self, channel: int, message: int) -> None:
        """Take a message away; harmless where it is gone."""
        try:
            await self._calls("DELETE", _MESSAGE, channel_id=channel, message_id=message)
        except DiscordRefused as error:
            if error.code != UNKNOWN_MESSAGE:
                raise

    async def find(self, channel: int, marks: Sequence[int], after: int) -> list[int]:
        """Which of our messages after that one carry these marks, in the marks' order.

        Goes on for some pages at most.
        """
        query: Json = {"after": after, "limit": 100}
        found: dict[int, int] = {}
        for _ in range(_MOST_PAGES):
            page = await self._calls("GET", _MESSAGES, query=query, channel_id=channel)
            found |= self._marked(page)
            if len(page) < 100:
                break
            query["after"] = max(int(message["id"]) for message in page)
        return [found[mark] for mark in marks if mark in found]

    async def look_back(self, channel: int, mark: int, after: int) -> int:
        """Our latest message with that mark, but none before the id `after`; 0 for none.

        Asked for a message of which nobody knows when it was sent. Goes back some pages at most.
        """
        query: Json = {"limit": 100}
        for _ in range(_MOST_PAGES):
            page = await self._calls("GET", _MESSAGES, query=query, channel_id=channel)
            if stands := self._marked(page).get(mark):
                return stands if stands > after else 0
            if len(page) < 100 or (before := min(int(message["id"]) for message in page)) <= after:
                break
            query["before"] = before
        return 0

    def _marked(self, messages: Sequence[Json]) -> dict[int, int]:
        """Our messages among these, by their marks."""
        found: dict[int, int] = {}
        for message in messages:
            if int(message["author"]["id"]) == self._bot:
                for component in message.get("components", [])[:1]:
                    found[int(component.get("id") or 0)] = int(message["id"])
        return found


class AnswerMessage:
    """The visible answer to a question."""

    def __init__(
        self,
        posts: Posts,
        key: str,
        place: Place,
        note_posted: Callable[[str], Awaitable[None]],
        posted: str = "",
    ) -> None:
        """`posted` are the ids that are known to stand already, parted by spaces."""
        self._posts = posts
        self._key = key
        self._place = place
        self._note_posted = note_posted
        self._ids = [int(number) for number in posted.split()]
        self._next_edit = 0.0

    @property
    def keys(self) -> list[str]:
        """Under which its messages are sent, and marked."""
        return [f"{self._key}-{number}" for number in range(PARTS_AT_MOST)]

    async def find(self, marks: Sequence[int], after: int) -> None:
        """Look for messages that were posted before a crash and not noted."""
        found = await self._posts.find(self._place.channel, marks, after)
        if len(found) > len(self._ids):
            self._ids = found
            await self._stands()

    async def draft(self, view: "LayoutView") -> None:
        """Show how far the answer has come; left out where it comes too fast."""
        if time.monotonic() < self._next_edit:
            return
        await self._show(0, view)
        self._next_edit = time.monotonic() + _BETWEEN_EDITS

    async def finish(self, views: "Sequence[LayoutView]") -> None:
        """Show the whole; messages that an earlier, longer answer needed are taken away."""
        for number, view in enumerate(views):
            await self._show(number, view)
        if len(self._ids) > len(views):
            for message in self._ids[len(views) :]:
                await self._posts.delete(self._place.channel, message)
            self._ids = self._ids[: len(views)]
            await self._stands()

    async def _show(self, number: int, view: "LayoutView") -> None:
        if number < len(self._ids):
            try:
                await self._posts.edit(self._place.channel, self._ids[number], view)
                return
            except DiscordRefused as error:
                if error.code != UNKNOWN_MESSAGE:
                    raise
                return  # someone deleted the answer: it is not wanted
        self._ids.append(await self._posts.send(self._place, view, self.keys[number]))
        await self._stands()

    async def _stands(self) -> None:
        await self._note_posted(" ".join(map(str, self._ids)))
