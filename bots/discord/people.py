"""Who speaks, as the Desk wants to know it: the person with their roles, the channel, the conversation."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from discord.utils import snowflake_time

from bots.desk.domain import Caller, NoteOutside
from bots.discord.calls import Calls, DiscordRefused
from bots.discord.words import principal

Json = dict[str, Any]
_KEPT_SECONDS = 60.0  # a role that is given or taken counts after that at the latest
_REMEMBERED = 10_000  # members
# The bot's servers: those whose roles decide about a space, and the others.
Servers = Callable[[], Awaitable[tuple[list[int], list[int]]]]


class People:
    """Callers from Discord's ids.

    In a server, roles come with each event; where it has waited, they are asked for anew. In a direct message
    they are asked for in the servers whose roles decide about a space. What was asked for is kept for a
    minute. Whoever is in no server of the bot's any more, or has left the one that they asked in, is an
    outsider, to whom nothing is open.
    """

    def __init__(self, calls: Calls, servers: Servers, note_outside: NoteOutside) -> None:
        self._calls = calls
        self._servers = servers
        self._note_outside = note_outside
        self._members: dict[tuple[int, int], tuple[float, frozenset[str] | None]] = {}

    async def caller(self, payload: Json) -> Caller:
        """The person of an event (see events.py); alone with the bot where it has no place."""
        user = int(payload["user"])
        if not payload["place"]:
            found = await self._roles_anywhere(user)
            person = await self._person(user, inside=found is not None)
            return Caller(person, (found or frozenset()) | {person}, "", payload["thread"], person)
        roles: frozenset[str] | None = frozenset(principal("role", role) for role in payload["roles"])
        if payload["guild"] and _has_waited(payload["event"]):
            roles = await self._roles_in(int(payload["guild"]), user)
        person = await self._person(user, inside=roles is not None)
        place = principal("channel", payload["place"])
        origin = f"{principal('channel', payload['channel'])}/{payload.get('message') or 0}"
        if payload.get("ephemeral"):
            origin = person  # what only they saw is gone on with in private
        closed, own = bool(payload.get("closed")), (roles or frozenset()) | {person}
        return Caller(person, own, place, payload["thread"], origin, closed=closed)

    async def _person(self, user: int, *, inside: bool) -> str:
        if inside:
            return principal("user", str(user))
        person = principal("outsider", str(user))
        await self._note_outside(person, outside=True)
        return person

    async def _roles_anywhere(self, user: int) -> frozenset[str] | None:
        """Their roles in the servers whose roles count; None where they are in no server of the bot's."""
        counting, others = await self._servers()
        found: frozenset[str] | None = None
        for guild in (*counting, *others):
            if found is not None and guild not in counting:
                break
            if (roles := await self._roles_in(guild, user)) is not None:
                found = (found or frozenset()) | (roles if guild in counting else frozenset())
        return found

    async def _roles_in(self, guild: int, user: int) -> frozenset[str] | None:
        """Their roles in a server now, or a minute ago; None where they are not in it."""
        until, known = self._members.get((guild, user), (0.0, None))
        if time.monotonic() < until:
            return known
        try:
            member = await self._calls(
                "GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=user
            )
            known = frozenset(principal("role", role) for role in (*member.get("roles", []), guild))
        except DiscordRefused:
            known = None
        if len(self._members) >= _REMEMBERED:
            self._members.clear()
        self._members[guild, user] = (time.monotonic() + _KEPT_SECONDS, known)
        return known


def _has_waited(event: str) -> bool:
    """Whether an event is so old that the roles which came with it may have been taken away since."""
    return (datetime.now(UTC) - snowflake_time(int(event))).total_seconds() > _KEPT_SECONDS
