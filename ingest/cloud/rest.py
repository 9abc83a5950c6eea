"""A cloud's REST API: bearer tokens, patience with throttling, and a token that no stranger gets to see."""

import hashlib
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, Any, Protocol, TypeVar

import httpx

from ingest.cloud.lending import check_size
from ingest.drives import DriveUnavailable

T = TypeVar("T")

_PIECE = 256 * 1024  # bytes written at a time
_REDIRECTS = 5
_PASSING = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is tried in all, and how long the first wait and the longest one are, in seconds.

    Waits double from try to try and are shortened by chance, so that many clients don't come back at once.
    `unreachable` is how often where nobody answers, `download` how many seconds one file may take.
    """

    attempts: int = 6
    unreachable: int = 4
    first: float = 1.0
    longest: float = 120.0
    download: float = 900.0

    def wait(self, tries: int) -> float:
        """Seconds to wait after so many tries."""
        ceiling: float = min(self.longest, self.first * 2**tries)
        return random.uniform(ceiling / 2, ceiling)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a service says when it refuses: HTTP status, its own word for the reason, its message."""

    status: int
    reason: str
    message: str


class Refused(Exception):
    """A request that the service refuses for good; whoever asked turns it into a sentence or an outcome.

    `location` is where the service says to go on instead (after 410).
    """

    def __init__(self, fault: Fault, location: str = "") -> None:
        super().__init__(f"{fault.status} {fault.reason}: {fault.message}")
        self.fault = fault
        self.location = location


class Tokens(Protocol):
    """Where bearer tokens come from."""

    def bearer(self) -> str:
        """A token that is valid now. Raises DriveUnavailable or UsageError with the remedy."""
        ...

    def forget(self) -> None:
        """The service did not take the last token: the next call gets a new one."""
        ...


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a service speaks: its name for people, its error bodies, and which refusals only mean "slower"."""

    service: str
    read_fault: Callable[[httpx.Response], Fault]
    slow_down: Callable[[Fault], bool]


@dataclass(frozen=True, slots=True)
class Received:
    """A body that arrived whole: its bytes and its MD5 in hex."""

    size: int
    md5: str


class RestApi:
    """Requests below one base address. Safe to use from several threads."""

    def __init__(
        self, base: str, client: httpx.Client, tokens: Tokens, dialect: Dialect, patience: Patience
    ) -> None:
        self.base = base
        self._origin = _origin(httpx.URL(base))
        self._client = client
        self._tokens = tokens
        self._dialect = dialect
        self._patience = patience
        self._pause = _SharedPause()

    def get(
        self, place: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[dict[str, Any], Mapping[str, str]]:
        """The JSON at a path below the base, or at a link that the service gave; and the answer's headers.

        Raises Refused, or DriveUnavailable where the service can't be reached or has no time.
        """
        response = self._patiently(lambda: self._send("GET", self._url(place), params, headers))
        return self._json(response), response.headers

    def post(self, place: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send JSON, which must be harmless to send twice; raises as `get` does."""
        return self._json(self._patiently(lambda: self._send("POST", self._url(place), body=body)))

    def download(
        self,
        place: str,
        into: IO[bytes],
        params: Mapping[str, str] | None = None,
        also_trusted: str = "",
    ) -> Received:
        """Write a body to a file, which holds it whole afterwards.

        The token goes to the base's own host and to `also_trusted` (scheme, host and port), nowhere else.
        Raises Refused, DriveUnavailable, or UnreadableDocument for a file that is too large.
        """
        trusted = {self._origin} | ({_origin(httpx.URL(also_trusted))} if also_trusted else set())
        deadline = time.monotonic() + self._patience.download
        url = httpx.URL(place) if "://" in place else self._url(place)
        return self._patiently(lambda: self._receive(url, params, into, trusted, deadline))

    def wait(self, seconds: float) -> None:
        """Hold back all requests for a while: the service said so in some other way than by a status."""
        self._check_wait(seconds)
        self._pause.until(time.monotonic() + seconds)

    def pause_after(self, tries: int) -> float:
        """Seconds to wait after so many tries, where the service names none. Raises DriveUnavailable."""
        if tries + 1 >= self._patience.attempts:
            raise DriveUnavailable(self._slow())
        return self._patience.wait(tries)

    def _url(self, place: str) -> httpx.URL:
        if "://" not in place:
            return httpx.URL(f"{self.base}{place}")
        url = httpx.URL(place)
        if _origin(url) != self._origin:
            raise DriveUnavailable(
                f"{self._dialect.service} named a page on another host, {url.host}, and was not "
                "followed there.",
                detail=f"base {self._origin}",
            )
        return url

    def _patiently(self, attempt: Callable[[], T]) -> T:
        """Try until it works, the service refuses for good, or patience ends."""
        renewed, tries = False, 0
        while True:
            self._pause.keep()
            try:
                return attempt()
            except Refused as refused:
                if refused.fault.status != 401 or renewed:
                    raise
                renewed = True
                self._tokens.forget()
                continue
            except _Passing as passing:
                failure: Exception = passing
                most = self._patience.attempts
                sentence = self._slow() if passing.throttled else self._failing(passing.fault.status)
                wait = passing.wait
            except httpx.RequestError as error:
                failure, sentence, wait = error, self._unreachable(), None
                most = self._patience.unreachable
            tries += 1
            if tries >= most:
                raise DriveUnavailable(sentence, detail=repr(failure)) from failure
            seconds = self._patience.wait(tries - 1) if wait is None else wait
            self._check_wait(seconds)
            self._pause.until(time.monotonic() + seconds)

    def _send(
        self,
        method: str,
        url: httpx.URL,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        if params:
            url = url.copy_merge_params(dict(params))
        token = {"Authorization": f"Bearer {self._tokens.bearer()}", "Accept": "application/json"}
        response = self._client.request(method, url, headers={**token, **(headers or {})}, json=body)
        self._check(response)
        return response

    def _receive(
        self,
        url: httpx.URL,
        params: Mapping[str, str] | None,
        into: IO[bytes],
        trusted: set[str],
        deadline: float,
    ) -> Received:
        """Fetch a file through its redirects; the token goes to `trusted` origins alone."""
        at = url.copy_merge_params(dict(params)) if params else url
        for _ in range(_REDIRECTS + 1):
            headers = {"Accept-Encoding": "identity"}  # so that its length can be checked against the header
            if _origin(at) in trusted:
                headers["Authorization"] = f"Bearer {self._tokens.bearer()}"
            with self._client.stream("GET", at, headers=headers) as response:
                if response.has_redirect_location:
                    at = at.join(response.headers["location"])
                    if at.scheme != "https" and url.scheme == "https":
                        raise DriveUnavailable(
                            f"{self._dialect.service} sends files over http://, unprotected."
                        )
                    continue
                if response.status_code >= 300:
                    response.read()
                self._check(response)
                return self._store(response, into, deadline)
        raise DriveUnavailable(f"{self._dialect.service} redirects a download more than {_REDIRECTS} times.")

    def _store(self, response: httpx.Response, into: IO[bytes], deadline: float) -> Received:
        into.seek(0)
        into.truncate()
        digest, size = hashlib.md5(usedforsecurity=False), 0
        for piece in response.iter_bytes(_PIECE):
            size += len(piece)
            check_size(size)
            if time.monotonic() > deadline:
                raise DriveUnavailable(
                    f"{self._dialect.service} sends this file too slowly. Try again later."
                )
            digest.update(piece)
            into.write(piece)
        into.flush()
        return Received(size, digest.hexdigest())

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if status < 300:
            return
        fault = self._dialect.read_fault(response)
        throttled = status == 429 or self._dialect.slow_down(fault)
        if throttled or status in _PASSING:
            raise _Passing(fault, throttled, _retry_after(response))
        raise Refused(fault, response.headers.get("location", ""))

    def _json(self, response: httpx.Response) -> dict[str, Any]:
        try:
            answer = response.json()
        except ValueError as error:
            raise DriveUnavailable(self._stranger(), detail=repr(error)) from error
        if not isinstance(answer, dict):
            raise DriveUnavailable(self._stranger(), detail=type(answer).__name__)
        return answer

    def _check_wait(self, seconds: float) -> None:
        if seconds > self._patience.longest:
            raise DriveUnavailable(
                f"{self._dialect.service} asks to be left alone for {seconds:.0f} seconds. Nothing "
                "was changed: a later run goes on."
            )

    def _slow(self) -> str:
        return (
            f"{self._dialect.service} keeps asking to slow down. Nothing was changed: a later run goes on. "
            "If it happens often, look at the drive less often."
        )

    def _failing(self, status: int) -> str:
        return f"{self._dialect.service} fails now ({status}). Nothing was changed: a later run tries again."

    def _unreachable(self) -> str:
        return (
            f"{self._dialect.service} can't be reached at {self._origin}. Nothing was changed: check this "
            "machine's network, or set proxy or ca_file for it in credentials.toml."
        )

    def _stranger(self) -> str:
        return (
            f"What answers at {self._origin} is not {self._dialect.service}: check base_url in "
            "credentials.toml, and whether a proxy or a sign-in page stands in between."
        )


class _Passing(Exception):
    """A failure that waiting may cure; `wait` is what the service asks for in seconds, if it says."""

    def __init__(self, fault: Fault, throttled: bool, wait: float | None) -> None:
        super().__init__(f"{fault.status} {fault.reason}")
        self.fault = fault
        self.throttled = throttled
        self.wait = wait


class _SharedPause:
    """While one thread is asked to wait, none asks for more: services count that against the client."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0

    def until(self, moment: float) -> None:
        """Let nobody through before this moment (of the monotonic clock)."""
        with self._lock:
            self._until = max(self._until, moment)

    def keep(self) -> None:
        """Wait until requests may go out."""
        while (left := self._until - time.monotonic()) > 0:
            time.sleep(left)


def _origin(url: httpx.URL) -> str:
    port = url.port or (443 if url.scheme == "https" else 80)
    return f"{url.scheme}://{url.host}:{port}"


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds from now, from either form of the header (RFC 9110, 10.2.3)."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment.tzinfo else None
