"""Who is from outside, where other organisations share a channel (Slack Connect): decided here alone."""

import logging
import time
from dataclasses import dataclass
from typing import Any

from bots.desk.domain import NoteOutside
from bots.doors.inbox import Unreachable
from bots.serving.log import fields
from bots.slack.calls import Calls, SlackRefused

Json = dict[str, Any]
_KEPT_SECONDS = 300.0
# Somebody of another team is the first sign that a channel is shared by now; and what Slack does not tell may
# be mended a moment later, by an invitation or a scope.
_KEPT_IN_DOUBT = 10.0
_REMEMBERED = 10_000  # channels

# Not below `citewise.slack`, under which Slack's own libraries are kept silent.
log = logging.getLogger("citewise.doors")


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
    `shared` is None where Slack does not say.
    """
    shared = body.get("is_ext_shared_channel")
    team = message.get("user_team") or message.get("team") or ("" if shared else body.get("team_id"))
    return {"team": team, "shared": None if shared is None else bool(shared)}


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found of a channel: whether others are in it, or `unsure`; until when that is kept.

    `closely`: until when not even somebody of another team is a reason to look again.
    """

    shared: bool = False
    unsure: bool = False
    until: float = 0.0
    closely: float = 0.0


class SharedChannels:
    """The channels that others are in, as Slack tells of them: looked up now and then, and noted.

    Where Slack does not tell, a channel counts as shared: what is for one's own people stays with them.
    """

    def __init__(self, calls: Calls, note_outside: NoteOutside) -> None:
        self._calls = calls
        self._note_outside = note_outside
        self._found: dict[str, _Found] = {}
        self._heard = 0  # how often Slack told of a channel by itself

    async def hear(self, channel: str, place: str, *, shared: bool) -> None:
        """Take note of what Slack tells by itself: that a channel is shared by now, or is no longer.

        That others are in it counts at once; that they have left is looked up before anything is said there.
        """
        self._heard += 1
        if shared:
            self._remember(channel, _Found(True, until=time.monotonic() + _KEPT_SECONDS))
            await self._note_outside(place, outside=True)
        else:
            self._found.pop(channel, None)

    async def holds(self, channel: str, place: str, *, told: bool | None, closely: bool = False) -> bool:
        """Whether others are in a channel, whose principal is `place`; `told` is what the event says of that.

        `closely`: what was found a while ago may no longer hold, or is not good enough: whoever is there is
        of another team, or all there are about to be shown something.
        """
        found = self._found.get(channel, _Found())
        until = min(found.until, found.closely) if closely and not found.shared else found.until
        news = (told is False and found.unsure) or (told is True and not found.shared)
        if time.monotonic() < until and not news:
            return found.shared
        heard = self._heard
        shared, why = (True, "") if told else await self._looked_up(channel, told)
        if heard != self._heard:  # Slack may have answered before it was shared
            return await self.holds(channel, place, told=told)
        if why and not found.unsure:
            told_of = {"channel": place, "reason": why}
            log.warning("readers not known", extra=fields("it is not known who reads there", **told_of))
        await self._note_outside(place, outside=shared, unsure=why)
        # From the answer on, not from the question: who comes meanwhile waits for it, too.
        now = time.monotonic()
        kept = _KEPT_IN_DOUBT if why else _KEPT_SECONDS
        self._remember(
            channel, _Found(shared, bool(why), now + kept, now + _KEPT_IN_DOUBT if closely else found.closely)
        )
        return shared

    async def learn(self, channel: str, place: str) -> None:
        """Look it up now, before anything is said there unasked; SlackRefused where Slack does not tell."""
        heard = self._heard
        shared = await self._asked(channel)
        if heard != self._heard:
            await self.holds(channel, place, told=None)
            return
        await self._note_outside(place, outside=shared)
        self._remember(channel, _Found(shared, until=time.monotonic() + _KEPT_SECONDS))

    def is_direct_with_others(self, channel: str, *, told: bool | None) -> bool:
        """Whether a direct message from another team is one from outside; a command and a press don't say.

        Then it is, unless a message that was written there has said otherwise.
        """
        if told is None:
            return self._found[channel].shared if channel in self._found else True
        if channel:  # nobody else's conversation is told by one of which not even the name is known
            self._remember(channel, _Found(told))
        return told

    async def _looked_up(self, channel: str, told: bool | None) -> tuple[bool, str]:
        """What Slack says of it; where it says nothing, what the event `told`, or that it is shared and why.

        Nothing is said of private channels that the bot isn't in, and of what its scopes don't cover. Nor is
        it waited for while Slack can't be asked: whoever wants nothing that hangs on it is answered.
        """
        try:
            return await self._asked(channel), ""
        except (SlackRefused, Unreachable) as error:
            return (False, "") if told is False else (True, _why(error))

    async def _asked(self, channel: str) -> bool:
        found = (await self._calls("conversations.info", channel=channel))["channel"]
        return bool(found.get("is_ext_shared"))

    def _remember(self, channel: str, found: _Found) -> None:
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found[channel] = found


def _why(error: SlackRefused | Unreachable) -> str:
    """What an admin is told of a channel that Slack says nothing about."""
    if isinstance(error, Unreachable):
        return f"Slack could not be asked: {error.sentence}"
    if error.code == "channel_not_found":
        return "I am not in it (channel_not_found): somebody in it writes `/invite @citewise`."
    if error.code == "missing_scope":
        return "Slack does not let me look (missing_scope): `citewise doctor` says how to mend it."
    return f"Slack does not let me look ({error.code})."
