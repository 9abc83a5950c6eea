"""Who speaks, as the Desk wants to know it: the person with their roles, the channel, the conversation."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from bots.desk.parts import Caller
from bots.discord.calls import Calls, DiscordRefused
from bots.discord.words import principal

Json = dict[str, Any]
_KEPT_SECONDS = 300.0


class People:
    """Callers from Discord's ids.

    In a server, roles come with each event. In a direct message they are asked for in the servers whose
    roles decide about a space (`guilds_that_matter`), and kept for some minutes.
    """

    def __init__(self, calls: Calls, guilds_that_matter: Callable[[], Awaitable[list[int]]]) -> None:
        self._calls = calls
        self._guilds = guilds_that_matter
        self._roles: dict[int, tuple[float, frozenset[str]]] = {}

    async def caller(self, payload: Json) -> Caller:
        """The person of an event (see events.py); alone with the bot where it has no place."""
        person = principal("user", payload["user"])
        if not payload["place"]:
            roles = await self._roles_anywhere(int(payload["user"]))
            return Caller(person, roles | {person}, "", payload["thread"], person)
        roles = frozenset(principal("role", role) for role in payload["roles"])
        place = principal("channel", payload["place"])
        origin = f"{principal('channel', payload['channel'])}/{payload.get('message') or 0}"
        if payload.get("ephemeral"):
            origin = person  # what only they saw is gone on with in private
        return Caller(person, roles | {person}, place, payload["thread"], origin)

    async def _roles_anywhere(self, user: int) -> frozenset[str]:
        until, known = self._roles.get(user, (0.0, frozenset()))
        if time.monotonic() < until:
            return known
        found = set[str]()
        for guild in await self._guilds():
            try:
                member = await self._calls(
                    "GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=user
                )
            except DiscordRefused:
                continue  # not a member there
            found |= {principal("role", role) for role in (*member.get("roles", []), guild)}
        if len(self._roles) > 10_000:
            self._roles.clear()
        self._roles[user] = (time.monotonic() + _KEPT_SECONDS, frozenset(found))
        return frozenset(found)
