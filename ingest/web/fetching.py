"""Fetch one page over HTTP(S), within limits, and only from addresses that were checked first."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import httpx

from brain.errors import UnreadableDocument, UsageError
from ingest.addresses import AddressPolicy
from ingest.drives import DriveUnavailable

ROBOT = "citewise"  # the name to use in a robots.txt
_LAST_PORT = 65_535
USER_AGENT = f"{ROBOT}/0.1 (knowledge bot; reads pages and sitemaps that an admin added)"


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much of a server's time and data is taken: seconds for all hops together, bytes unpacked.

    `cut`: what is beyond the limit on bytes is left out, instead of refusing the whole.
    """

    seconds: float = 30.0
    bytes: int = 25 * 1024 * 1024
    redirects: int = 5
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """What a server sent; `url` is where the redirects ended. Header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def fetch(
    url: str,
    policy: AddressPolicy,
    limits: FetchLimits | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The page at `url`: its status is 200, or 304 where `headers` hold conditions.

    Raises UsageError for what can't be fetched as asked (scheme, private address), DriveUnavailable
    where the server or the network fails, UnreadableDocument where the page is too large.
    """
    response = request(url, policy, limits, headers)
    if response.status not in (200, 304):
        raise DriveUnavailable(refusal(url, response.status))
    return response


def request(
    url: str,
    policy: AddressPolicy,
    limits: FetchLimits | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Whatever the server answers at the end of the redirects; raises as `fetch` does."""
    return asyncio.run(_fetch(url, policy, limits or FetchLimits(), headers or {}))


async def _fetch(
    url: str, policy: AddressPolicy, limits: FetchLimits, headers: Mapping[str, str]
) -> Response:
    try:
        # httpx limits single reads; a server that drips bytes is stopped by a limit on the whole.
        async with asyncio.timeout(limits.seconds), _client(policy, limits) as client:
            return await _follow(client, url, limits, headers)
    except TimeoutError as error:
        raise DriveUnavailable(
            f"{url} did not answer in full within {limits.seconds:g} seconds. Try again later."
        ) from error
    except httpx.InvalidURL as error:
        raise UsageError(f"{url} is not a web address that can be fetched.", detail=repr(error)) from error
    except (httpx.HTTPError, OSError) as error:
        raise DriveUnavailable(
            f"{url} can't be reached. Check the address and this machine's network, then try again.",
            detail=repr(error),
        ) from error


def _client(policy: AddressPolicy, limits: FetchLimits) -> httpx.AsyncClient:
    # No proxies or .netrc from the environment: a proxy would resolve names past the check.
    return httpx.AsyncClient(
        transport=_CheckedTransport(policy),
        trust_env=False,
        timeout=limits.seconds,
        headers={
            "User-Agent": USER_AGENT,
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Encoding": "gzip",
        },
    )


async def _follow(
    client: httpx.AsyncClient, url: str, limits: FetchLimits, headers: Mapping[str, str]
) -> Response:
    at = httpx.URL(url)
    for _ in range(limits.redirects + 1):
        if at.scheme not in ("http", "https") or not at.host:
            raise UsageError(f"{at} is not a web page: only http:// and https:// addresses are read.")
        if at.userinfo:
            raise UsageError("A web address with a user name or password in it would be shown in citations.")
        if not 0 < (at.port or 80) <= _LAST_PORT:
            raise UsageError(f"{at} is not a web address that can be fetched: ports go up to {_LAST_PORT}.")
        async with client.stream("GET", at, headers=dict(headers)) as response:
            if response.has_redirect_location:
                at = at.join(response.headers["location"])
                continue
            body = await _body(response, url, limits) if response.status_code == 200 else b""
            return Response(str(at), response.status_code, dict(response.headers), body)
    raise DriveUnavailable(f"{url} redirects more than {limits.redirects} times, so it was given up.")


async def _body(response: httpx.Response, url: str, limits: FetchLimits) -> bytes:
    limit = limits.bytes
    too_large = f"{url} is larger than {limit // 1024} KiB, which is more than a page may have."
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit and not limits.cut:
        raise UnreadableDocument(too_large)
    body = bytearray()
    async for piece in _unpacked(response, url, limit + 1):
        body += piece
        if len(body) > limit and limits.cut:
            return bytes(body[:limit])
        if len(body) > limit:
            raise UnreadableDocument(too_large)
    return bytes(body)


async def _unpacked(response: httpx.Response, url: str, most: int) -> AsyncIterator[bytes]:
    """The body, at most so many bytes at a time: httpx itself would unpack a few KB into gigabytes."""
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed in ("", "identity"):
        async for piece in response.aiter_raw():
            yield piece
        return
    if packed not in ("gzip", "x-gzip"):
        raise UnreadableDocument(f"{url} is sent packed as {packed}, which was not asked for.")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        async for piece in response.aiter_raw():
            left = piece
            while left and not unpacker.eof:
                yield unpacker.decompress(left, most)
                left = unpacker.unconsumed_tail
    except zlib.error as error:
        raise DriveUnavailable(f"{url} is sent as a damaged gzip file.", detail=repr(error)) from error
    if not unpacker.eof:
        raise DriveUnavailable(f"{url} was sent in part only. Try again later.")


def refusal(url: str, status: int) -> str:
    """Why a page can't be read, told from the status that its server answers."""
    if status in (404, 410):
        return (
            f"{url} does not exist (any more): the server answers {status}. If it was indexed, it stays so "
            "until you take it out with `citewise documents remove`."
        )
    if status in (401, 403):
        return f"{url} is not open to citewise: the server answers {status}. Only public pages can be read."
    return f"{url} can't be read now: the server answers {status}. Try again later."


class _CheckedTransport(httpx.AsyncBaseTransport):
    """Connects to an address that was just checked, so that the name can't point elsewhere in between."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        # A kept connection belongs to an address; the next host on it must be checked and named anew.
        self._network = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the first checked address that takes a connection."""
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        addresses = await loop.run_in_executor(None, self._policy.checked, url.raw_host.decode(), port)
        request.extensions = {**request.extensions, "sni_hostname": url.raw_host.decode()}
        for remaining, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
            request.url = url.copy_with(host=address)
            try:
                return await self._network.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if not remaining:
                    raise
        raise httpx.ConnectError(f"no address for {url.host}")

    async def aclose(self) -> None:
        """Close what is open."""
        await self._network.aclose()
