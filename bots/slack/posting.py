"""One answer in one message: streamed where Slack lets us, found again after a crash, never posted twice."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bots.doors.inbox import Unreachable
from bots.serving.log import fields
from bots.slack.blocks import paragraphs
from bots.slack.calls import Calls, SlackRefused
from bots.slack.naming import Own
from bots.slack.spoken import spoken

Json = dict[str, Any]
MARK = "citewise_answer"
_A_PAGE, _MOST_PAGES = 200, 25  # messages that are looked through for one that was posted before
# What stands can't be changed, such as by a setting of the workspace, or is gone: the answer is a message of
# its own.
_UNCHANGEABLE = frozenset({"edit_window_closed", "cant_update_message", "update_failed", "message_not_found"})
_AFTER_TOO_MANY = 5.0  # seconds without a piece of the answer, where there were too many
_BETWEEN_APPENDS = 0.8  # seconds; appendStream takes 100 a minute and more
# Of what can't be taken away, and of the answer below what can't be changed either.
_BELOW = "The answer is below."
_INSTEAD = "This takes the place of what I wrote above."
HARMLESS = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}

log = logging.getLogger("citewise.doors")


class AnswerMessage:
    """The one visible message that answers a question, under a root message in a channel."""

    def __init__(
        self,
        calls: Calls,
        own: Own,
        key: str,
        where: Json,
        note_posted: Callable[[str], Awaitable[None]],
        posted: str = "",
        *,
        stood: bool = False,
    ) -> None:
        """`where` holds channel, root (the thread), ts (the question), user, team; `posted` its known ts.

        `stood`: it stood as a whole before, so that one that somebody deleted since is not wanted any more.
        """
        self._calls = calls
        self._own = own
        self._key = key
        self._where = where
        self._note_posted = note_posted
        self.ts = posted
        self._stood = stood
        self._streaming = False
        self._shown = ""
        self._next_append = 0.0

    @property
    def metadata(self) -> Json:
        """What marks the message as the answer to this event."""
        return {"event_type": MARK, "event_payload": {"key": self._key}}

    async def find(self) -> bool:
        """Look for a message that was posted before a crash and not noted; False where its thread is gone.

        All of ours carry their mark when they are complete; an unmarked one after the question is a stream
        that was cut off.
        """
        if self.ts:
            return True
        try:
            await self._look()
        except SlackRefused as error:
            if error.code != "thread_not_found":
                raise
            return False
        return True

    async def _look(self, *, after: str = "") -> bool:
        """Look for ours in the thread, `after` a ts only for a complete one; whether it stands there."""
        where: Json = {"channel": self._where["channel"], "ts": self._where["root"], "limit": _A_PAGE}
        where |= {"oldest": self._where["ts"], "include_all_metadata": True}  # it stands after its question
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await self._calls("conversations.replies", **where, cursor=cursor or None)
            for message in answer.get("messages", []):
                cut_off = not after and self._is_cut_off(message)
                if message["ts"] > after and (cut_off or self._is_marked(message)):
                    await self._stands(message["ts"])
                    return True
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return False

    def _is_marked(self, message: Json) -> bool:
        mark = message.get("metadata") or {}
        return mark.get("event_type") == MARK and mark.get("event_payload", {}).get("key") == self._key

    def _is_cut_off(self, message: Json) -> bool:
        unmarked = self._own.wrote(message) and not message.get("metadata")
        return unmarked and message["ts"] > self._where["ts"]

    async def draft(self, text: str) -> None:
        """Show how far the answer has come; left out where it can't be, or comes too fast."""
        grown = text.startswith(self._shown)
        if (self.ts and not self._streaming) or not grown or time.monotonic() < self._next_append:
            return
        channel, grown_by = self._where["channel"], text[len(self._shown) :].strip()
        if not grown_by:
            return
        chunks = [{"type": "blocks", "blocks": paragraphs(grown_by)}]
        try:
            if self._streaming:
                await self._calls("chat.appendStream", channel=channel, ts=self.ts, chunks=chunks)
            else:
                started = await self._calls(
                    "chat.startStream",
                    channel=channel,
                    thread_ts=self._where["root"],
                    recipient_user_id=self._where["user"],
                    recipient_team_id=self._where["team"],
                    chunks=chunks,
                )
                self._streaming = True
                await self._stands(started["ts"])
        except SlackRefused as error:
            if self._streaming and error.limited:
                self._next_append = time.monotonic() + _AFTER_TOO_MANY
            else:  # no streams here, or this one has expired
                self._whole_at_the_end()
            return
        except Unreachable:
            if not self._streaming:
                raise  # one may have begun: it is looked for
            self._whole_at_the_end()  # what was to be appended may stand there, or not
            return
        self._shown = text
        self._next_append = time.monotonic() + _BETWEEN_APPENDS

    def _whole_at_the_end(self) -> None:
        self._streaming, self._next_append = False, float("inf")

    async def finish(self, text: str, words: list[Json], foot: list[Json]) -> None:
        """Show the whole: `words` and `foot` are its blocks, `text` what `words` say."""
        if self._streaming and text.startswith(self._shown):
            rest = text[len(self._shown) :].strip()
            chunks = [{"type": "blocks", "blocks": paragraphs(rest)}] if rest else None
            try:
                await self._calls(
                    "chat.stopStream",
                    channel=self._where["channel"],
                    ts=self.ts,
                    chunks=chunks,
                    blocks=foot or None,
                    metadata=self.metadata,
                )
                return
            except SlackRefused:
                pass  # the stream has expired, or its foot was not liked: the message is set as a whole
        await self._set([*words, *foot])

    async def _set(self, blocks: list[Json]) -> None:
        channel = self._where["channel"]
        message = {"channel": channel, "blocks": blocks, "text": spoken(blocks), "metadata": self.metadata}
        if not self.ts:
            posted = await self._calls(
                "chat.postMessage", thread_ts=self._where["root"], **message, **HARMLESS
            )
            await self._stands(posted["ts"])
            return
        try:
            await self._update(self.ts, message)
        except SlackRefused as error:
            gone = error.code == "message_not_found"
            if gone and self._stood:
                return  # someone deleted the answer: it is not wanted
            if error.code not in _UNCHANGEABLE:
                raise
            await self._replace(blocks, gone=gone)

    async def _update(self, ts: str, message: Json) -> None:
        """Let what stands be this; a stream that has not ended is ended first."""
        try:
            await self._calls("chat.update", ts=ts, **message, parse="none", link_names=False)
        except SlackRefused as error:
            if error.code != "streaming_state_conflict":
                raise
            try:
                await self._calls("chat.stopStream", channel=message["channel"], ts=ts)
            except SlackRefused as stopped:  # by a call whose answer was lost
                if stopped.code != "message_not_in_streaming_state":
                    raise
            await self._calls("chat.update", ts=ts, **message, parse="none", link_names=False)

    async def _replace(self, blocks: list[Json], *, gone: bool) -> None:
        """Let a message of its own be the answer, in the place of what can't be changed: never beside it.

        A try that was cut off may have posted it. What stood is taken away first; killed after that, the next
        try finds it gone. Where it has to stay, the answer says that it holds instead.
        """
        old = self.ts
        try:
            posted = await self._look(after=old)
        except SlackRefused as error:
            if error.code == "thread_not_found":
                return  # the question was deleted meanwhile
            raise
        cleared = gone or await self._cleared(old)
        if not posted:
            self.ts = ""
            await self._set(blocks if cleared else [*paragraphs(_INSTEAD), *blocks])

    async def _cleared(self, ts: str) -> bool:
        """Take away what can't be the answer, or let it say where that is; False where Slack lets neither."""
        channel, blocks = self._where["channel"], paragraphs(_BELOW)
        try:
            await self._calls("chat.delete", channel=channel, ts=ts)
            return True
        except SlackRefused as error:
            if error.code == "message_not_found":
                return True
        mark = {"event_type": MARK, "event_payload": {"key": f"{self._key}-before"}}
        below = {"channel": channel, "blocks": blocks, "text": _BELOW, "metadata": mark}
        try:
            await self._update(ts, below)
            return True
        except SlackRefused as error:  # the answer matters more than what is left above it
            told = {"channel": channel, "reason": error.detail}
            log.info("not taken away", extra=fields("half an answer stays above the whole", **told))
        return False

    async def _stands(self, ts: str) -> None:
        self.ts = ts
        await self._note_posted(ts)
