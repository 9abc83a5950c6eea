"""Fetches a file that came with a message, from the address that the chat gave for it, up to a size."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bots.desk.documents.knowledge import LARGEST_FILE, too_large
from bots.doors.inbox import Unreachable
from brain.errors import UsageError

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

_PIECE = 65_536
_SILENCE = 15.0  # seconds; a large file may take longer, as long as something comes


async def download(
    session: "ClientSession",
    name: str,
    url: str,
    size: int,
    *,
    refusal: "Callable[[ClientResponse], str]",
    away: str,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """The file's bytes; no other address is gone to, wherever this one leads.

    `size` is what the chat says of it, `refusal` what is told of a response that is not the file (empty for
    one that is). Raises UsageError for that and for a file that is too large, Unreachable(`away`) where the
    chat can't hand it out at the moment.
    """
    import aiohttp

    if size > LARGEST_FILE:
        raise UsageError(too_large(name, size))
    patience = aiohttp.ClientTimeout(sock_connect=_SILENCE, sock_read=_SILENCE)
    try:
        async with session.get(url, headers=headers, allow_redirects=False, timeout=patience) as response:
            if response.status >= 500 or response.status == 429:
                raise Unreachable(away, seconds=2.0)
            if sentence := refusal(response):
                raise UsageError(sentence)
            content = bytearray()
            async for piece in response.content.iter_chunked(_PIECE):
                content += piece
                if len(content) > LARGEST_FILE:
                    raise UsageError(too_large(name, len(content)))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreachable(away, detail=repr(error)) from error
    return bytes(content)
