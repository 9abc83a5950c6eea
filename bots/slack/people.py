"""Who speaks, as the Desk wants to know it: the person with their user groups, the channel, the thread."""

import time
from typing import Any

from bots.desk.domain import Caller, NoteOutside
from bots.slack.calls import Calls, SlackRefused
from bots.slack.naming import thread_of
from bots.slack.organisation import Organisation, SharedChannels
from bots.slack.words import principal

Json = dict[str, Any]
_KEPT_SECONDS = 60.0  # usergroups.list may be asked twenty times a minute


class People:
    """Callers from Slack's ids.

    User groups are asked for now and then. Where they can't be told, none is assumed.
    """

    def __init__(self, calls: Calls, organisation: Organisation, note_outside: NoteOutside) -> None:
        self._calls = calls
        self._organisation = organisation
        self._shared = SharedChannels(calls, note_outside)
        self._note_outside = note_outside
        self._groups: dict[str, frozenset[str]] = {}
        self._until = 0.0

    async def caller(self, payload: Json, *, closely: bool = False) -> Caller:
        """The person of an event in its channel and thread; without a channel, alone with the bot.

        What they alone see in a channel (`ephemeral`) goes on in private. In what is shared with other
        organisations, or may be, whoever isn't known to be of ours is an outsider, to whom nothing is open.
        `closely`: all in the channel are about to be shown something, so that it is looked at once more.
        """
        user, channel = str(payload["user"]), payload.get("channel") or ""
        direct, told = not channel or channel.startswith("D"), payload.get("shared")
        place, root = "" if direct else principal("channel", channel), payload.get("root") or ""
        strange = bool(payload.get("team")) and not self._organisation.has(payload["team"])
        shared = bool(told)
        if place:
            shared = await self._shared.holds(channel, place, told=told, closely=closely or strange)
        elif strange:
            shared = self._shared.is_direct_with_others(channel, told=told)
        if self._organisation.is_outsider({"team": payload.get("team"), "shared": shared}):
            person = principal("outsider", user)
            own = frozenset({person})
            await self._note_outside(person, outside=True)
        else:
            person = principal("user", user)
            own = frozenset({person, *(principal("group", name) for name in await self._groups_of(user))})
        if direct:
            return Caller(person, own, "", thread_of(channel or f"D{user}", root), person)
        thread = thread_of(channel, root) if root else f"slack:{channel}"
        in_thread = bool(root) and not payload.get("ephemeral")
        return Caller(person, own, place, thread, f"{place}/{root}" if in_thread else person)

    async def hear(self, channel: str, *, shared: bool) -> None:
        """Take note of a channel that another organisation has just come into, or left."""
        await self._shared.hear(channel, principal("channel", channel), shared=shared)

    async def learn(self, place: str) -> None:
        """Find out whether people from outside are in a channel; SlackRefused where Slack does not tell."""
        await self._shared.learn(place.rpartition(":")[2], place)

    async def look(self, place: str) -> None:
        """Find out closely who reads a channel that is about to be shown something; unknown, it is closed."""
        await self._shared.holds(place.rpartition(":")[2], place, told=None, closely=True)

    async def _groups_of(self, user: str) -> frozenset[str]:
        if time.monotonic() > self._until:
            try:
                answer = await self._calls("usergroups.list", include_users=True)
            except SlackRefused:
                answer = {}
            found: dict[str, set[str]] = {}
            for group in answer.get("usergroups", []):
                for member in group.get("users", []) if not group.get("date_delete") else []:
                    found.setdefault(member, set()).add(group["id"])
            self._groups = {member: frozenset(groups) for member, groups in found.items()}
            self._until = time.monotonic() + _KEPT_SECONDS
        return self._groups.get(user, frozenset())
