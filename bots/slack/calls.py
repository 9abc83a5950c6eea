"""Calls of Slack's Web API: within its rates, tried again where that is safe, failures as our own errors."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bots.doors.inbox import Unreachable
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]

# Seconds between two calls of a method, for each channel (docs.slack.dev: rate limits, by tier).
_PACE = {"chat.postMessage": 1.0, "chat.update": 1.0, "chat.appendStream": 0.6}
_READS = frozenset(
    {
        *("conversations.history", "conversations.info", "conversations.replies"),
        *("usergroups.list", "usergroups.users.list", "chat.getPermalink"),
    }
)
# A message may stand there although the answer to the call was lost: whoever posts looks before trying again.
_NOT_TWICE = frozenset({"chat.postMessage", "chat.startStream", "chat.postEphemeral"})
_ATTEMPTS = 4
_LONGEST_WAIT = 20.0
_AWAY = frozenset(
    {
        *("internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"),
        *("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"),
    }
)


class SlackRefused(CitewiseError):
    """Slack understood a call and said no: `code` is its own word for why."""

    def __init__(self, method: str, code: str, needed: str = "") -> None:
        scope = f" (needs {needed})" if needed else ""
        super().__init__(
            "Slack did not let me do that. Please tell an admin.", detail=f"{method}: {code}{scope}"
        )
        self.code = code
        self.needed = needed


class Calls:
    """Slack's Web API for one bot."""

    def __init__(self, client: "AsyncWebClient") -> None:
        self.client = client
        self._free: defaultdict[tuple[str, str], float] = defaultdict(float)

    async def __call__(self, method: str, **arguments: Any) -> Json:
        """Call a method and return what it answers.

        Raises SlackRefused, and Unreachable where Slack is away or has had enough.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            await self._keep_pace(method, str(arguments.get("channel", "")))
            last = attempt == _ATTEMPTS
            try:
                return await self._once(method, arguments)
            except _TryLater as error:
                again = error.harmless or method not in _NOT_TWICE
                if last or not again or error.seconds > _LONGEST_WAIT:
                    raise Unreachable(
                        "Slack can't be reached at the moment.",
                        detail=f"{method}: {error}",
                        seconds=error.seconds,
                    ) from error
                await asyncio.sleep(error.seconds or 0.25 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, method: str, arguments: Mapping[str, Any]) -> Json:
        import aiohttp
        from slack_sdk.errors import SlackApiError, SlackClientError

        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            if method in _READS:
                response = await self.client.api_call(method, http_verb="GET", params=given)
            else:
                response = await self.client.api_call(method, json=given)
        except SlackApiError as error:
            answer = error.response
            status = getattr(answer, "status_code", 200)
            code = str(answer.get("error", "")) if not isinstance(answer, str) else ""
            if status >= 500:
                raise _TryLater(f"status {status}", harmless=False) from error
            if status == 429 or code == "ratelimited":
                after = float(answer.headers.get("Retry-After", 1) or 1)
                raise _TryLater("rate limited", after, harmless=True) from error
            if code in _AWAY:
                raise _TryLater(
                    code, 30.0 if "auth" in code or "token" in code else 0.0, harmless=False
                ) from error
            raise SlackRefused(method, code, str(answer.get("needed", ""))) from error
        except (aiohttp.ClientConnectorError, ConnectionRefusedError) as error:
            raise _TryLater(repr(error), harmless=True) from error
        except (aiohttp.ClientError, SlackClientError, TimeoutError, ConnectionError) as error:
            raise _TryLater(repr(error), harmless=False) from error
        return dict(response.data) if isinstance(response.data, dict) else {}

    async def _keep_pace(self, method: str, channel: str) -> None:
        pace = _PACE.get(method)
        if pace is None:
            return
        now = time.monotonic()
        turn = max(now, self._free[method, channel])
        self._free[method, channel] = turn + pace
        if turn > now:
            await asyncio.sleep(turn - now)


class _TryLater(Exception):
    """A call did not come through; `harmless` where it surely had no effect."""

    def __init__(self, why: str, seconds: float = 0.0, *, harmless: bool) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.harmless = harmless
