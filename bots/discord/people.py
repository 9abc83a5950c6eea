"""Who speaks, as the Desk wants to know it: the person with their roles, the channel, the conversation."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from bots.desk.domain import Caller, NoteOutside
from bots.discord.calls import Calls, DiscordRefused
from bots.discord.words import principal

Json = dict[str, Any]
_KEPT_SECONDS = 300.0
# The bot's servers: those whose roles decide about a space, and the others.
Servers = Callable[[], Awaitable[tuple[list[int], list[int]]]]


class People:
    """Callers from Discord's ids.

    In a server, roles come with each event. In a direct message they are asked for in the servers whose
    roles decide about a space, and kept for some minutes. Whoever is in no server of the bot's any more is
    an outsider, to whom nothing is open.
    """

    def __init__(self, calls: Calls, servers: Servers, note_outside: NoteOutside) -> None:
        self._calls = calls
        self._servers = servers
        self._note_outside = note_outside
        self._roles: dict[int, tuple[float, frozenset[str] | None]] = {}

    async def caller(self, payload: Json) -> Caller:
        """The person of an event (see events.py); alone with the bot where it has no place."""
        person = principal("user", payload["user"])
        if not payload["place"]:
            found = await self._roles_anywhere(int(payload["user"]))
            if found is None:
                person = principal("outsider", payload["user"])
                await self._note_outside(person, outside=True)
            return Caller(person, (found or frozenset()) | {person}, "", payload["thread"], person)
        roles = frozenset(principal("role", role) for role in payload["roles"])
        place = principal("channel", payload["place"])
        origin = f"{principal('channel', payload['channel'])}/{payload.get('message') or 0}"
        if payload.get("ephemeral"):
            origin = person  # what only they saw is gone on with in private
        closed = bool(payload.get("closed"))
        return Caller(person, roles | {person}, place, payload["thread"], origin, closed=closed)

    async def _roles_anywhere(self, user: int) -> frozenset[str] | None:
        """Their roles in the servers whose roles count; None where they are in no server of the bot's."""
        until, known = self._roles.get(user, (0.0, None))
        if time.monotonic() < until:
            return known
        counting, others = await self._servers()
        found: set[str] | None = None
        for guild in (*counting, *others):
            if found is not None and guild not in counting:
                break
            try:
                member = await self._calls(
                    "GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=user
                )
            except DiscordRefused:
                continue  # not a member there
            found = found or set()
            if guild in counting:
                found |= {principal("role", role) for role in (*member.get("roles", []), guild)}
        if len(self._roles) > 10_000:
            self._roles.clear()
        roles = None if found is None else frozenset(found)
        self._roles[user] = (time.monotonic() + _KEPT_SECONDS, roles)
        return roles
