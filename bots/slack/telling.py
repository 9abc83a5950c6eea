"""Cards to people and places: to someone alone in a channel, into a direct message, into another channel."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bots.desk.cards import Card
from bots.doors.inbox import Unreachable
from bots.slack.blocks import calling, card_blocks, fits
from bots.slack.calls import Calls, SlackRefused
from bots.slack.files import Files
from bots.slack.posting import HARMLESS, MARK
from bots.slack.spoken import spoken
from brain.errors import UsageError

Json = dict[str, Any]
_GROUP_AT_MOST = 8  # people in a group conversation
_A_PAGE, _MOST_PAGES = 200, 25  # messages that are looked through for one that was sent before
NOT_HERE = ("not_in_channel", "channel_not_found", "is_archived")
_INVITE = (
    "I can't write in the channel that it goes to. Somebody in it writes `/invite @citewise` there (or takes "
    "it out of the archive), then press again: nothing is lost, and nothing is sent twice."
)
_NOBODY = (
    *("user_not_found", "user_disabled", "cannot_dm_bot", "users_not_found", "messages_tab_disabled"),
    *("not_enough_users", "no_users", "users_list_not_supplied", "no_such_subteam"),
    *("user_not_visible", "invalid_user_combination"),
)
_THREAD_GONE = (
    "The message that it was to stand below has been deleted, so nothing was sent there: write to whoever "
    "asked."
)
_NOT_TOLD = (
    "Whoever this is for can't be written to on Slack: they left, or their group is empty. What you did is "
    "kept, and nobody was told: please tell them, or an admin."
)


class Telling:
    """Sends cards; what stays visible carries a mark, so that a repeated send is found and left out."""

    def __init__(self, calls: Calls, files: Files) -> None:
        self._calls = calls
        self._files = files

    async def alone(
        self, key: str, payload: Json, said: Card | list[Json], *, replaces: bool = False
    ) -> None:
        """Tell the person of an event, so that nobody else sees it.

        In the thread that the event is from (`thread`) as an ephemeral message, elsewhere by its response
        address: that works in channels without the bot too, for half an hour, and leads to no thread. Where
        neither is to be had, in a direct message.
        """
        blocks = card_blocks(said) if isinstance(said, Card) else said
        message = {"text": spoken(blocks), "blocks": blocks}
        url, channel = payload.get("response_url"), payload.get("channel") or ""
        reading_a_thread = bool(url and payload.get("thread")) and not replaces
        if reading_a_thread and await self._shown_in_place(payload, message):
            return
        if url and await self._respond(url, {**message, "replace_original": replaces}):
            return
        if channel.startswith("D"):
            try:
                await self._post(key, channel, message, payload.get("root") or None, again=True)
                return
            except SlackRefused as error:  # a command works between two people too, where the bot is not
                if error.code not in NOT_HERE:
                    raise
        elif channel and not reading_a_thread and await self._shown_in_place(payload, message):
            return
        to = await self._direct([payload["user"]])
        await self._post(key, to, message, None if channel else payload.get("root") or None, again=True)

    async def _shown_in_place(self, payload: Json, message: Json) -> bool:
        """Show an ephemeral message where the event is from; False where Slack does not let the bot.

        Below a message that has no replies nobody would see it: then it stands in the channel.
        """
        where = {"channel": payload["channel"], "user": payload["user"]}
        where |= {"thread_ts": payload.get("thread") or None}
        try:
            await self._calls("chat.postEphemeral", **where, **message, parse="none", link_names=False)
        except SlackRefused:  # the bot isn't in that channel
            return False
        return True

    async def elsewhere(
        self, key: str, to: str, card: Card, *, again: bool, whom: tuple[str, ...] = (), older: str = ""
    ) -> tuple[str, str]:
        """Show a card to a channel, a thread of one, a person or a group; returns channel and ts.

        `to` is a principal, for a thread followed by `/` and its root. With `again` it is looked for first,
        also under the key that it may have been sent under by an `older` citewise.
        `whom` are those who are to be called, where others read it too.
        """
        who, _, root = to.partition("/")
        if not who.startswith("slack:"):
            raise UsageError(f"{who} is not on Slack, so I can't tell them from here.")
        if not fits(card):
            raise UsageError("That is more than fits into one message, so I did not send it: shorten it.")
        call: list[Json] = []
        if ":user:" not in who:  # where others read it, a name would call its person
            card, call = replace(card, people=frozenset()), calling(whom)
        blocks = [*call, *card_blocks(card)]
        message = {"text": spoken(blocks), "blocks": blocks}
        try:
            channel = await self._channel_of(who)
            return channel, await self._post(key, channel, message, root or None, again=again, older=older)
        except SlackRefused as error:
            if error.code in NOT_HERE:
                raise UsageError(_INVITE) from error
            if error.closed:
                raise UsageError(error.sentence) from error
            if error.code == "thread_not_found":
                raise UsageError(_THREAD_GONE) from error
            if error.code in _NOBODY:
                raise UsageError(_NOT_TOLD) from error
            raise

    async def edit(self, key: str, channel: str, ts: str, card: Card) -> None:
        """Let a message that was shown elsewhere show this card; Slack notifies nobody of an edit."""
        blocks = card_blocks(replace(card, people=frozenset()))
        mark = {"event_type": MARK, "event_payload": {"key": key}}
        message = {"text": spoken(blocks), "blocks": blocks, "metadata": mark}
        await self._calls("chat.update", channel=channel, ts=ts, **message, parse="none", link_names=False)

    async def _channel_of(self, who: str) -> str:
        kind, _, name = who.partition(":")[2].partition(":")
        if kind == "user":
            return await self._direct([name])
        if kind == "group":
            members = await self._calls("usergroups.users.list", usergroup=name)
            return await self._direct(members.get("users", [])[:_GROUP_AT_MOST])
        return name

    async def _post(
        self, key: str, channel: str, message: Json, root: str | None, *, again: bool, older: str = ""
    ) -> str:
        if again and (stands := await self._standing({key, older} - {""}, channel, root)):
            return stands
        if root and not again:  # below a message that is gone, nobody would see it
            await self._calls("conversations.replies", channel=channel, ts=root, limit=1)
        mark = {"event_type": MARK, "event_payload": {"key": key}}
        posted = await self._calls(
            "chat.postMessage", channel=channel, thread_ts=root, **message, metadata=mark, **HARMLESS
        )
        return str(posted["ts"])

    async def _standing(self, keys: Collection[str], channel: str, root: str | None) -> str:
        """Where a message with such a key stands: in all of a thread, or among the latest of a channel."""
        where: Json = {"channel": channel, "limit": _A_PAGE, "include_all_metadata": True}
        method = "conversations.replies" if root else "conversations.history"
        cursor = ""
        for _ in range(_MOST_PAGES if root else 1):
            answer = await self._calls(method, **where, ts=root, cursor=cursor or None)
            for found in answer.get("messages", []):
                if (found.get("metadata") or {}).get("event_payload", {}).get("key") in keys:
                    return str(found["ts"])
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return ""

    async def _direct(self, people: list[str]) -> str:
        opened = await self._calls("conversations.open", users=",".join(people))
        return str(opened["channel"]["id"])

    async def _respond(self, url: str, message: Json) -> bool:
        """Answer by a response address; False where it no longer takes anything."""
        import aiohttp

        if not self._files.is_slacks(url):
            return False
        body = {"response_type": "ephemeral", **message}
        try:
            async with self._files.session.post(url, json=body) as response:
                if response.status == 429 or response.status >= 500:
                    raise Unreachable("Slack is away.", seconds=float(response.headers.get("Retry-After", 1)))
                return response.status == 200 and '"ok":false' not in (await response.text()).replace(" ", "")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable("Slack can't be reached at the moment.", detail=repr(error)) from error
