"""Reads the thread that a ticket is in Slack: its messages as plain words, as far as the bot may see them."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bots.desk.domain import Caller
from bots.doors.thread_reading import FIRST_READ, LATEST_READ, LONGEST_MESSAGE, Found, ThreadRead, read_of
from bots.slack.calls import Calls, SlackRefused
from bots.slack.naming import PLATFORM, Own
from bots.slack.words import plain, principal
from brain.triage.domain import Message

Json = dict[str, Any]
_A_PAGE, _MOST_PAGES = 200, 25  # Slack advises pages of at most 200
_SAID = (None, "bot_message", "file_share", "me_message", "thread_broadcast")
_NOT_HERE = ("not_in_channel", "channel_not_found")
_ENDLESS = (
    f"The thread has more than {_A_PAGE * _MOST_PAGES:,} messages: I read its first {FIRST_READ} and those "
    f"up to number {_A_PAGE * _MOST_PAGES:,}, and none after that. Use the menu on the message that tells "
    "how it stands."
)
_ALONE = "so I could read no more than the message that you picked"


class Threads:
    """Threads of one workspace, read for one bot."""

    def __init__(self, calls: Calls, own: Own) -> None:
        self._calls = calls
        self._own = own

    async def read(self, payload: Json, caller: Caller) -> ThreadRead:
        """The thread that an event was said in, or that its message (`about`, from a menu) belongs to.

        Raises Unreachable where Slack is away.
        """
        channel, root = str(payload.get("channel") or ""), str(payload.get("root") or "")
        picked: Json | None = payload.get("about")
        if not root or (picked is None and root == payload.get("ts")):
            return ThreadRead(caller)
        caller = replace(caller, thread=f"{PLATFORM}:{channel}:{root}")
        missing: tuple[str, ...] = ()
        found, cut = list[Json](), False
        try:
            found, cut, ended = await self._messages(channel, root)
            if not ended:
                cut, missing = False, (_ENDLESS,)
        except SlackRefused as error:
            missing = (_why(error, alone=picked is not None),)
        if picked is not None and all(message["ts"] != picked["ts"] for message in found):
            found = sorted([*found, picked], key=lambda message: float(message["ts"]))
        others = [m for m in found if m["ts"] != payload.get("ts") and m.get("subtype") in _SAID]
        link = await self.permalink(channel, root) if others else ""
        # In a thread of its own: messages may be long, and hold whatever their writers wanted.
        return await asyncio.to_thread(
            lambda: read_of(caller, self._as_found(others, channel, root, link), cut=cut, missing=missing)
        )

    async def _messages(self, channel: str, root: str) -> tuple[list[Json], bool, bool]:
        """The first and the latest messages, whether there are more between them, and whether that is all.

        Slack gives a thread from its beginning only, so that the end of an endless one isn't reached.
        """
        first, latest, seen = list[Json](), deque[Json](maxlen=LATEST_READ), set[str]()
        where: Json = {"channel": channel, "ts": root, "limit": _A_PAGE}
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await self._calls("conversations.replies", **where, cursor=cursor or None)
            for message in answer.get("messages", []):
                if message["ts"] not in seen:  # the first message stands on every page
                    seen.add(message["ts"])
                    (first if len(first) < FIRST_READ else latest).append(message)
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return [*first, *latest], len(seen) > len(first) + len(latest), not cursor

    def _as_found(self, messages: Sequence[Json], channel: str, root: str, link: str) -> list[Found]:
        found = []
        for message in messages:
            raw, ts = text_of(message), str(message["ts"])
            ours = self._own.wrote(message)
            user = message.get("user") or (self._own.user if ours else "")
            kind, name = ("user", user) if user else ("bot", message.get("bot_id"))
            said = Message(
                author=principal(kind, str(name or "unknown")),
                text=plain(raw[:LONGEST_MESSAGE], self._own.user),
                at=datetime.fromtimestamp(float(ts), UTC),
                link=link if ts == root else _reply_link(link, channel, root, ts),
                ours=ours,
            )
            found.append(Found(raw, said))
        return found

    async def permalink(self, channel: str, ts: str) -> str:
        """Where a message can be looked at; empty where Slack does not tell."""
        try:
            answer = await self._calls("chat.getPermalink", channel=channel, message_ts=ts)
        except SlackRefused:
            return ""
        return str(answer.get("permalink") or "")


def _reply_link(link: str, channel: str, root: str, ts: str) -> str:
    """The address of a reply, made from that of its root: Slack would be asked once a message otherwise."""
    base, found, _ = link.rpartition("/p")
    return f"{base}/p{ts.replace('.', '')}?thread_ts={root}&cid={channel}" if found else ""


def text_of(message: Json) -> str:
    """What a message says; those of other apps may say it in their attachments alone."""
    if message.get("text"):
        return str(message["text"])
    parts = [
        str(attached.get(name))
        for attached in message.get("attachments") or []
        for name in ("pretext", "title", "text")
        if attached.get(name)
    ]
    return "\n".join(parts)


def _why(error: SlackRefused, *, alone: bool) -> str:
    only = f", {_ALONE}" if alone else ""
    if error.code in _NOT_HERE:
        return (
            f"I am not in this channel{only}. Write `/invite @citewise` there, and triage it again: then I "
            "read the whole thread, and a reply can be sent."
        )
    if error.code == "missing_scope":
        return (
            f"Slack does not let me read threads here{only}. An admin pastes the manifest once more and "
            "installs the app again; `citewise doctor` names what is missing."
        )
    return f"Slack did not let me read this thread{only}. Please tell an admin; the log says why."
