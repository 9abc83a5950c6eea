"""Who speaks, as the Desk wants to know it: the person with their user groups, the channel, the thread."""

import time
from typing import Any

from bots.desk.parts import Caller
from bots.slack.calls import Calls, SlackRefused
from bots.slack.events import thread_of
from bots.slack.words import principal

Json = dict[str, Any]
_KEPT_SECONDS = 300.0


class People:
    """Callers from Slack's ids; the user groups are asked for now and then, none is assumed meanwhile."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._groups: dict[str, frozenset[str]] = {}
        self._until = 0.0

    async def caller(self, user: str, channel: str = "", root: str = "", *, alone: bool = False) -> Caller:
        """The person in that channel and thread; alone with the bot in a direct message or without one.

        `alone`: it is about something in the channel that they alone see, and goes on in private.
        """
        person = principal("user", user)
        own = frozenset({person, *(principal("group", name) for name in await self._groups_of(user))})
        if not channel or channel.startswith("D"):
            return Caller(person, own, "", thread_of(channel or f"D{user}", root), person)
        place = principal("channel", channel)
        thread = thread_of(channel, root) if root else f"slack:{channel}"
        return Caller(person, own, place, thread, f"{place}/{root}" if root and not alone else person)

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
