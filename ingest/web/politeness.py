"""Requests to one site at a pace that it bears: few at a time, spaced as it asks, none while it rests."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ingest.addresses import AddressPolicy
from ingest.drives import DriveUnavailable
from ingest.web.fetching import FetchLimits, Response, request

CONNECTIONS = 4
LONGEST_DELAY = 30.0  # seconds between two requests; a longer Crawl-delay counts as this one
PATIENCE = 20.0  # seconds of Retry-After that are waited for; for longer ones the site is left alone
_REST = 60.0  # seconds, where a site says "too many requests" and not for how long
_LONGEST_REST = 3600.0
_SHORTEST_REST = 1.0  # of a site that is busy twice and says "at once"


class SiteBusy(DriveUnavailable):
    """The site asked to be left alone for a while."""


class PoliteClient:
    """All requests to one site go through one of these; may be used from several threads.

    `delay` is the seconds between the beginnings of two requests, as robots.txt asks for them.
    """

    def __init__(
        self,
        policy: AddressPolicy,
        limits: FetchLimits | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.delay = 0.0
        self._policy = policy
        self._limits = limits
        self._wait = wait
        self._places = threading.BoundedSemaphore(CONNECTIONS)
        self._lock = threading.Lock()
        self._next = 0.0
        self._rests_until = 0.0

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, limits: FetchLimits | None = None
    ) -> Response:
        """What the site answers, after its turn has come; a short Retry-After is obeyed once.

        Raises SiteBusy where the site wants more rest than that, and what `fetching.request` raises.
        """
        for last in (False, True):
            with self._places:
                self._take_turn(url)
                response = request(url, self._policy, limits or self._limits, headers)
            rest = _retry_after(response)
            if rest is None:
                return response
            if last or rest > PATIENCE:
                self._rests_until = time.monotonic() + min(max(rest, _SHORTEST_REST), _LONGEST_REST)
                self._refuse_while_resting(url)
            self._wait(rest)
        raise AssertionError("the second answer was returned or refused")

    def _take_turn(self, url: str) -> None:
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + min(self.delay, LONGEST_DELAY)
        if turn > now:
            self._wait(turn - now)
        self._refuse_while_resting(url)

    def _refuse_while_resting(self, url: str) -> None:
        left = self._rests_until - time.monotonic()
        if left > 0:
            raise SiteBusy(f"{url}: the site asks not to be called for {left:.0f} more seconds.")


def _retry_after(response: Response) -> float | None:
    """Seconds that the site wants to be left alone, or None where it asks for nothing (RFC 9110, 10.2.3)."""
    if response.status not in (429, 503):
        return None
    said = response.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        when = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return _REST if response.status == 429 else None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
