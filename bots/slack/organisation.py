"""Who is from outside, where other organisations share a channel (Slack Connect): decided here alone."""

import time
from typing import Any

from bots.desk.domain import NoteOutside
from bots.slack.calls import Calls, SlackRefused

Json = dict[str, Any]
_KEPT_SECONDS = 300.0
_KEPT_FOR_STRANGERS = 10.0  # somebody of another team is the first sign that a channel is shared by now


class Organisation:
    """The organisation that the bot belongs to: its workspace, and what that is a part of."""

    def __init__(self, homes: frozenset[str]) -> None:
        """`homes` are the ids of both."""
        self._homes = homes

    def is_outsider(self, writer: Json) -> bool:
        """Whether somebody is from outside: `writer` tells their `team`, and whether the place is `shared`.

        Where no others are, everybody is one's own. Elsewhere that is who is known to be: whose team Slack
        does not tell is an outsider.
        """
        return bool(writer.get("shared")) and not self.has(writer.get("team"))

    def has(self, team: str | None) -> bool:
        """Whether a team is known to be our own; in a larger organisation, others may be, too."""
        return team in self._homes


def writer_of(body: Json, message: Json) -> Json:
    """The team of whoever wrote a message, and whether other organisations are in its channel.

    The team of the envelope may be any of those that share the channel: there, that of the writer counts.
    """
    shared = bool(body.get("is_ext_shared_channel"))
    team = message.get("user_team") or message.get("team") or ("" if shared else body.get("team_id"))
    return {"team": team, "shared": shared}


class SharedChannels:
    """The channels that others are in, as Slack tells of them: looked up now and then, and noted."""

    def __init__(self, calls: Calls, note_outside: NoteOutside) -> None:
        self._calls = calls
        self._note_outside = note_outside
        self._shared: dict[str, tuple[float, bool]] = {}
        self._doubted: dict[str, float] = {}  # until when somebody of another team is no reason to look again

    async def holds(self, channel: str, place: str, *, known: bool, strange: bool = False) -> bool:
        """Whether others are in a channel, whose principal is `place`; `known`: the event says so itself.

        `strange`: whoever is there is of another team, so that what was found a while ago may no longer hold.
        """
        until, before = self._shared.get(channel, (0.0, False))
        if strange and not before:
            until = min(until, self._doubted.get(channel, 0.0))
        if time.monotonic() < until and (before or not known):
            return before
        shared: bool | None = True if known else await self._looked_up(channel)
        if shared is not None:
            await self._note_outside(place, outside=shared)
        self._shared[channel] = (time.monotonic() + _KEPT_SECONDS, before if shared is None else shared)
        if strange:  # from the answer on, not from the question: who comes meanwhile waits for it, too
            self._doubted[channel] = time.monotonic() + _KEPT_FOR_STRANGERS
        return self._shared[channel][1]

    async def learn(self, channel: str, place: str) -> None:
        """Look it up now, before anything is said there unasked; SlackRefused where Slack does not tell."""
        shared = await self._asked(channel)
        await self._note_outside(place, outside=shared)
        self._shared[channel] = (time.monotonic() + _KEPT_SECONDS, shared)

    async def _looked_up(self, channel: str) -> bool | None:
        """What Slack says of it; nothing where the bot isn't in it, and of group conversations."""
        try:
            return await self._asked(channel)
        except SlackRefused:
            return None

    async def _asked(self, channel: str) -> bool:
        found = (await self._calls("conversations.info", channel=channel))["channel"]
        return bool(found.get("is_ext_shared"))
