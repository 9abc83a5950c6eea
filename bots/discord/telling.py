"""Cards to people and places: to someone alone, into a direct message, into another channel."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bots.desk.cards import Card
from bots.discord.calls import Calls, DiscordRefused
from bots.discord.layout import card_view, mark_of, parts_of
from bots.discord.posting import EPHEMERAL, UNKNOWN_MESSAGE, Place, Posts, body_of
from bots.discord.refusals import (
    EXPIRED,
    GONE,
    LEFT,
    NO_CHANNEL,
    NO_ENTRY,
    NO_RIGHT,
    NOBODY,
    NOT_IN_IT,
    NOT_TOLD,
    TAG_REQUIRED,
)
from bots.discord.words import one_line, person_in, principal
from brain.errors import UsageError

if TYPE_CHECKING:
    from discord.ui import LayoutView

Json = dict[str, Any]
_ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
_FOLLOW_UP = "/webhooks/{webhook_id}/{webhook_token}"
# Types of channels, by Discord's numbers.
_FORUMS, _THREADS = (15, 16), (10, 11, 12)
_PRIVATE_THREAD = 12
_POSTS_BACK = 20  # in a forum
_CALLED_AT_MOST = 100  # people in one message; Discord notifies no more
_POSTS = "/channels/{channel_id}/threads"


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a card stands: in which messages of which channel, and whether that is a thread.

    `left` are people (principals) whom it is for and who have left that thread: they don't read it there.
    """

    channel: int
    messages: tuple[int, ...]
    is_thread: bool
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """Where a card is looked for before it is sent, since it may stand there already.

    With `again` among the messages after the id `after`; with None for that in any case, among all that could
    be it. Also under the key that an `older` citewise may have sent it under.
    """

    again: bool
    after: int | None
    older: str = ""

    @property
    def looked_for(self) -> bool:
        """Whether it is looked for at all."""
        return self.again or self.after is None

    def marks(self, key: str) -> list[int]:
        """What marks a message with that key, and what marked it where an older citewise sent it."""
        return [mark_of(known) for known in (key, self.older) if known]

    def of_part(self, number: int) -> "Earlier":
        """The same for a further part of the card."""
        return replace(self, older=self.older and _key(self.older, number))


@dataclass(frozen=True, slots=True)
class _Addressee:
    """A person or a channel, by the id, and the message of it that is answered (0 for none)."""

    is_person: bool
    name: str
    reply_to: int

    @classmethod
    def of(cls, to: str) -> "_Addressee":
        """Whom a principal names, for a message followed by `/` and its id; UsageError for anyone else."""
        who, _, reply_to = to.partition("/")
        platform, _, rest = who.partition(":")
        kind, _, name = rest.partition(":")
        if platform != "discord":
            raise UsageError(f"{who} is not on Discord, so I can't tell them from here.")
        if kind == "role" or not name.isdecimal():
            raise UsageError(
                f"{who} can't be written to: an admin names a channel with `spaces support` instead."
            )
        return cls(kind == "user", name, int(reply_to or 0))


class Telling:
    """Sends cards; what stays visible carries a mark, so that a repeated send is found and left out."""

    def __init__(
        self, calls: Calls, posts: Posts, application: int, kind_of: Callable[[int], Awaitable[int]]
    ) -> None:
        """`kind_of` says of which type a channel is."""
        self._calls = calls
        self._posts = posts
        self._application = application
        self._kind_of = kind_of
        self._acknowledging: dict[str, asyncio.Event] = {}  # by the tokens of interactions

    @contextmanager
    def acknowledging(self, token: str) -> Iterator[None]:
        """Hold back what is said by that token until it has been acknowledged: before, Discord refuses it."""
        done = self._acknowledging[token] = asyncio.Event()
        try:
            yield
        finally:
            self._acknowledging.pop(token, None)
            done.set()

    async def acknowledged(self, token: str) -> None:
        """Wait until an interaction has been acknowledged, if that is being done."""
        if pending := self._acknowledging.get(token):
            await pending.wait()

    async def alone(
        self, key: str, payload: Json, said: "Card | LayoutView", *, original: bool, again: bool = False
    ) -> None:
        """Tell the person of an event, so that nobody else sees it.

        Through the interaction where there is one (for 15 minutes, in the place of what it stands on with
        `original`), else in a direct message. With `again` a direct message is looked for first.
        """
        view = card_view(said, mark_of(key)) if isinstance(said, Card) else said
        if token := payload.get("token"):
            where: Json = {"webhook_id": self._application, "webhook_token": token}
            await self.acknowledged(token)
            try:
                if original:
                    await self._calls("PATCH", _ORIGINAL, body_of(view), **where)
                else:
                    await self._calls("POST", _FOLLOW_UP, body_of(view, EPHEMERAL), **where)
                return
            except DiscordRefused as error:
                if error.code == UNKNOWN_MESSAGE:
                    return  # it was dismissed
                if error.code not in EXPIRED:
                    raise
        if payload.get("place"):
            channel = await self.direct(payload["user"])
        else:
            channel = int(payload["channel"] or await self.direct(payload["user"]))
        await self._post(key, Place(channel), view, Earlier(again, int(payload["event"])))

    async def elsewhere(
        self, key: str, to: str, card: Card, earlier: Earlier, whom: tuple[str, ...] = ()
    ) -> Sent:
        """Show a card to a channel, in answer to a message of one, or to a person.

        `to` is a principal, for a message followed by `/` and its id. A card that is too long for one message
        goes into several. `whom` are those who are to be called, where others read it too; of them, who has
        left a private thread is not. Raises UsageError where Discord does not let the bot, in words.
        """
        who = _Addressee.of(to)
        if not who.is_person:  # what others read names nobody but who is called
            card = replace(card, people=frozenset())
        with _refused_in_words(to_person=who.is_person):
            channel = await self.direct(who.name) if who.is_person else int(who.name)
            type_ = None if who.is_person else await self._kind_of(channel)
            called, left = ([], []) if who.is_person else await self._to_call(channel, type_, whom)
            views = [
                card_view(part, mark_of(_key(key, number)), () if number else called)
                for number, part in enumerate(parts_of(card, called))
            ]
            place, sent = Place(channel, who.reply_to), list[int]()
            if type_ in _FORUMS:  # a post is a thread, and has the id of its first message
                post = await self._forum_post(channel, card.title, views[0], key, earlier)
                place, sent = Place(post), [post]
                earlier = Earlier(earlier.looked_for, post, earlier.older)
            for number, view in enumerate(views[len(sent) :], len(sent)):
                calls, its_key = () if number else called, _key(key, number)
                sent.append(await self._post(its_key, place, view, earlier.of_part(number), calls))
                place = Place(place.channel)
        is_thread = type_ in (*_THREADS, *_FORUMS)
        return Sent(place.channel, tuple(sent), is_thread, tuple(principal("user", one) for one in left))

    async def _to_call(
        self, channel: int, type_: int | None, whom: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Who of `whom` are called there, and who have left the thread; UsageError where all have."""
        called = [person for person in map(person_in, whom) if person]
        if not called or type_ != _PRIVATE_THREAD:
            return called[:_CALLED_AT_MOST], []
        left = [person for person in called if not await self._is_in(channel, person)]
        called = [person for person in called if person not in left]
        if not called:
            raise UsageError(LEFT)
        return called[:_CALLED_AT_MOST], left

    async def edit(self, key: str, channel: int, messages: Sequence[int], card: Card) -> None:
        """Let messages that a card was shown in show this one; an edit notifies nobody."""
        parts = parts_of(replace(card, people=frozenset()))
        if len(parts) > len(messages):  # the last of them shows what fits of the rest
            rest = "\n".join(part.text for part in parts[len(messages) - 1 :])
            title = card.title if len(messages) == 1 else ""
            parts[len(messages) - 1 :] = [replace(parts[-1], title=title, text=rest)]
        for number, (message, part) in enumerate(zip(messages, parts, strict=False)):
            await self._posts.edit(channel, message, card_view(part, mark_of(_key(key, number))))
        for message in messages[len(parts) :]:
            await self._posts.delete(channel, message)

    async def direct(self, user: str | int) -> int:
        """The channel of direct messages with someone."""
        opened = await self._calls("POST", "/users/@me/channels", {"recipient_id": str(user)})
        return int(opened["id"])

    async def _post(
        self, key: str, place: Place, view: "LayoutView", earlier: Earlier, whom: Sequence[str] = ()
    ) -> int:
        if earlier.after is None:
            # A reply stands after what it replies to: what an older home sent here under this key is not it.
            if found_back := await self._posts.look_back(place.channel, mark_of(key), place.reply_to):
                return found_back
        elif earlier.again:
            found = await self._posts.find(place.channel, earlier.marks(key), earlier.after)
            if found:
                return found[0]
        return await self._posts.send(place, view, key, whom)

    async def _is_in(self, thread: int, person: str) -> bool:
        """Whether a person is in a thread: to be called in a private one would let them in (again)."""
        try:
            await self._calls(
                "GET", "/channels/{channel_id}/thread-members/{user_id}", channel_id=thread, user_id=person
            )
        except DiscordRefused as error:
            if error.code not in NOT_IN_IT:
                raise
            return False
        return True

    async def _forum_post(
        self, forum: int, title: str, view: "LayoutView", key: str, earlier: Earlier
    ) -> int:
        """Open a post in a forum, or find the one that was opened; its id."""
        if earlier.looked_for:
            stands = await self._standing_post(forum, earlier.marks(key), earlier.after or 0)
            if stands:
                return stands
        body = {"name": one_line(title, 100), "message": body_of(view)}
        try:
            opened = await self._calls("POST", _POSTS, body, channel_id=forum)
        except DiscordRefused as error:
            if error.code != TAG_REQUIRED:
                raise
            tags = (await self._calls("GET", "/channels/{channel_id}", channel_id=forum))["available_tags"]
            body["applied_tags"] = [tag["id"] for tag in tags if not tag["moderated"]][:1]
            opened = await self._calls("POST", _POSTS, body, channel_id=forum)
        return int(opened["id"])

    async def _standing_post(self, forum: int, marks: Sequence[int], since: int) -> int:
        """Our post in a forum whose first message has such a mark, among those since an id; 0 for none."""
        guild = (await self._calls("GET", "/channels/{channel_id}", channel_id=forum))["guild_id"]
        active = await self._calls("GET", "/guilds/{guild_id}/threads/active", guild_id=guild)
        posts = [int(thread["id"]) for thread in active["threads"] if thread["parent_id"] == str(forum)]
        for post in sorted((post for post in posts if post > since), reverse=True)[:_POSTS_BACK]:
            if await self._posts.find(post, marks, after=post - 1):  # the first message has the post's id
                return post
        return 0


def key_for(key: str, person: str) -> str:
    """The key of a card for a person alone, where it went to others too.

    Discord takes two messages of one nonce for one, in whatever channels they are.
    """
    return f"{key}={person}"


def _key(key: str, number: int) -> str:
    """The key of a part of a card: the first has the card's own."""
    return f"{key}+{number}" if number else key


@contextmanager
def _refused_in_words(*, to_person: bool) -> Iterator[None]:
    """Turn what Discord refuses for its rights into the UsageError that says what would help."""
    try:
        yield
    except DiscordRefused as error:
        if error.code in NOBODY and to_person:
            raise UsageError(NOT_TOLD) from error
        if error.code in NO_ENTRY:
            raise UsageError(NO_RIGHT) from error
        if error.code == GONE:
            raise UsageError(NO_CHANNEL) from error
        raise
