"""Calls of Discord's REST API: paced and retried by the library, failures as our own errors."""

from typing import TYPE_CHECKING, Any

from bots.doors.inbox import Unreachable
from brain.errors import CitewiseError

if TYPE_CHECKING:
    import discord

Json = dict[str, Any]
_AWAY = "Discord can't be reached at the moment."
_NO = "Discord did not let me do that. Please tell an admin."
_SECONDS_AFTER_401 = 30.0
# What passes (discord.com/developers/docs/topics/opcodes-and-status-codes): slow mode, write limits of a
# channel and a server, too many direct messages opened, messages or a feature switched off for a while,
# limits of a service, overload.
_PASSING = frozenset({20016, 20028, 20029, 40003, 40004, 40006, 40062, 130000})
_SECONDS_UNTIL_PAST = 10.0


class DiscordRefused(CitewiseError):
    """Discord understood a call and said no: `code` is its own number for why."""

    def __init__(self, what: str, code: int, why: str, sentence: str = _NO) -> None:
        super().__init__(sentence, detail=f"{what}: {code} {why}")
        self.code = code


class Calls:
    """Discord's REST API for one bot; the library obeys rate limits and tries server errors again."""

    def __init__(self, client: "discord.Client") -> None:
        self._client = client

    async def __call__(
        self,
        method: str,
        path: str,
        body: Json | list[Json] | None = None,
        query: Json | None = None,
        **parameters: Any,
    ) -> Any:
        """Call a route such as `/channels/{channel_id}/messages` and return what it answers.

        Raises DiscordRefused, and Unreachable where Discord is away or has had enough.
        """
        import aiohttp
        import discord
        from discord.http import Route

        given: Json = {} if body is None else {"json": body}
        given |= {"params": query} if query else {}
        what = f"{method} {path}"
        try:
            return await self._client.http.request(Route(method, path, **parameters), **given)
        except discord.RateLimited as error:
            raise Unreachable(_AWAY, detail=what, seconds=error.retry_after) from error
        except discord.HTTPException as error:
            if error.status >= 500 or error.status == 429:
                raise Unreachable(_AWAY, detail=f"{what}: {error.status}", seconds=2.0) from error
            if error.code in _PASSING:
                detail = f"{what}: {error.code} {error.text}"
                raise Unreachable(_AWAY, detail=detail, seconds=_SECONDS_UNTIL_PAST) from error
            if error.status == 401 and "{webhook_token}" not in path:
                raise Unreachable(_AWAY, detail=f"{what}: 401", seconds=_SECONDS_AFTER_401) from error
            raise DiscordRefused(what, error.code or error.status, error.text) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unreachable(_AWAY, detail=f"{what}: {error!r}") from error
