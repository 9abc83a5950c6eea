"""Calls of Slack's Web API: within its rates, tried again where that is safe, failures as our own errors."""

import asyncio
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bots.doors.inbox import Unreachable
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]

# Seconds between two calls of a method, for each channel (docs.slack.dev: rate limits, by tier).
_PACE = {"chat.postMessage": 1.0, "chat.update": 1.0, "chat.appendStream": 0.6}
_READS = frozenset(
    {
        *("conversations.history", "conversations.info", "conversations.replies"),
        *("usergroups.list", "usergroups.users.list", "chat.getPermalink", "files.info"),
    }
)
# A message may stand there although the answer to the call was lost: whoever posts looks before trying again,
# and what was appended to one would be read twice.
_NOT_TWICE = frozenset(
    {"chat.postMessage", "chat.postEphemeral", "chat.startStream", "chat.appendStream", "views.open"}
)
_ATTEMPTS = 4
_LONGEST_WAIT = 20.0
# What is only a courtesy is left out where there is too much of it: an answer need not wait for that.
_COURTESIES = frozenset({"assistant.threads.setStatus", "chat.startStream", "chat.appendStream"})
_TOO_MANY = "ratelimited"
_PACED_AT_MOST = 1_000  # channels whose turns are remembered
# Passing faults of Slack's, and a workspace or channel that moves to another organisation (docs.slack.dev:
# each method's page, errors).
_AWAY = frozenset(
    {
        *("internal_error", "fatal_error", "service_unavailable", "request_timeout"),
        *("org_login_required", "team_added_to_org", "external_channel_migrating"),
    }
)
_LIMITED = frozenset({_TOO_MANY, "rate_limited"})  # of a method; of the messages that an app posts
_NO_TOKEN = frozenset(
    {
        *("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"),
        "not_allowed_token_type",
    }
)
_SECONDS_WITHOUT_TOKEN = 30.0
# Where the bot may not write: it is no member, the channel is archived, or not all may write there.
_CLOSED = re.compile(
    r"not_in_channel|channel_not_found|is_archived|is_inactive|restricted_action\w*|no_permission"
    r"|ekm_access_denied"
)
_CANT_WRITE = "Slack does not let me write in that channel. Ask me in a direct message, or tell an admin."
_REFUSED = "Slack did not let me do that. Please tell an admin: the log says why."


class SlackRefused(CitewiseError):
    """Slack understood a call and said no: `code` is its own word for why.

    `closed`: since nothing may be written there. `limited`: since there were too many, of a mere courtesy.
    """

    def __init__(self, method: str, code: str, needed: str = "") -> None:
        scope = f" (needs {needed})" if needed else ""
        self.closed = method.startswith("chat.") and bool(_CLOSED.fullmatch(code))
        sentence = _CANT_WRITE if self.closed else _REFUSED
        super().__init__(sentence, detail=f"{method}: {code}{scope}")
        self.code = code
        self.limited = code == _TOO_MANY
        self.needed = needed


class Calls:
    """Slack's Web API for one bot."""

    def __init__(self, client: "AsyncWebClient", setting: str = "SLACK_BOT_TOKEN") -> None:
        """`setting` is where the client's token is from."""
        self.client = client
        self.setting = setting
        self.fault = ""  # why the last call did not come through, as a sentence; empty where it did
        self._free: dict[tuple[str, str], float] = {}

    async def __call__(self, method: str, **arguments: Any) -> Json:
        """Call a method and return what it answers.

        Raises SlackRefused, and Unreachable where Slack is away or has had enough.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            await self._keep_pace(method, str(arguments.get("channel", "")))
            last = attempt == _ATTEMPTS
            try:
                answer = await self._once(method, arguments)
            except _TryLater as error:
                if error.limited and method in _COURTESIES:
                    raise SlackRefused(method, _TOO_MANY) from error
                again = error.harmless or method not in _NOT_TWICE
                if last or not again or error.seconds > _LONGEST_WAIT:
                    self.fault = error.sentence
                    detail = f"{method}: {error}"
                    raise Unreachable(error.sentence, detail=detail, seconds=error.seconds) from error
                await asyncio.sleep(error.seconds or 0.25 * 2**attempt)
            else:
                self.fault = ""
                return answer
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
            status, said = said_by(error)
            code = str(said.get("error") or "")
            if status == 429 or code in _LIMITED:
                after = float(error.response.headers.get("Retry-After", 1) or 1)
                raise _TryLater("rate limited", after, harmless=True, limited=True) from error
            if code in _NO_TOKEN:
                why = not_accepted(self.setting, code)
                raise _TryLater(code, _SECONDS_WITHOUT_TOKEN, harmless=True, sentence=why) from error
            if status >= 500 or code in _AWAY or not code:  # without a code it is the page of some proxy
                raise _TryLater(code or f"status {status}", harmless=False) from error
            raise SlackRefused(method, code, str(said.get("needed") or "")) from error
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
        if len(self._free) >= _PACED_AT_MOST:  # who had their turn need not wait: nothing is lost by that
            self._free = {key: free for key, free in self._free.items() if free > now}
        turn = max(now, self._free.get((method, channel), now))
        self._free[method, channel] = turn + pace
        if turn > now:
            await asyncio.sleep(turn - now)


class _TryLater(Exception):
    """A call did not come through; `harmless`: it surely had no effect, `limited`: there were too many."""

    def __init__(
        self,
        why: str,
        seconds: float = 0.0,
        *,
        harmless: bool,
        limited: bool = False,
        sentence: str = "Slack can't be reached at the moment.",
    ) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.harmless = harmless
        self.limited = limited
        self.sentence = sentence


def said_by(error: "SlackApiError") -> tuple[int, Json]:
    """The status of a call that failed, and what Slack said: nothing where the answer is not Slack's own."""
    status, data = getattr(error.response, "status_code", 0), getattr(error.response, "data", None)
    return int(status), data if isinstance(data, dict) else {}


def not_accepted(setting: str, code: str) -> str:
    """What an admin is told of a token that Slack does not take."""
    return f"Slack does not accept {setting} ({code}): `citewise doctor` says how to mend it."
