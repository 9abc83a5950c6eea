"""Attachments from Discord: fetched from Discord's own hosts only, up to a size."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bots.desk.documents.knowledge import LARGEST_FILE, too_large
from bots.desk.parts import Attachment
from bots.doors.inbox import Unreachable
from brain.errors import UsageError

if TYPE_CHECKING:
    import aiohttp

Json = dict[str, Any]
_OWN = ("cdn.discordapp.com", "media.discordapp.net")
_PIECE = 65_536
SECONDS_WITHOUT_A_BYTE = 15.0
_AWAY = "Discord does not hand out the file at the moment."


class Files:
    """Downloads of one bot. Attachments lie open under signed addresses: no token goes out with them."""

    def __init__(self, session: "aiohttp.ClientSession", bases: Iterable[str] = ()) -> None:
        """`bases` are the addresses that were set for Discord: their hosts count as its own."""
        self._session = session
        self._bases = frozenset((parts.scheme, parts.netloc) for parts in map(urlsplit, bases))

    async def fetch(self, file: Json) -> Attachment:
        """One attachment: `name`, `url`, `size` (bytes), `link` (where it can be looked at).

        Raises UsageError where it is too large, gone or lies elsewhere, Unreachable where Discord is away.
        """
        import aiohttp

        name, url = str(file["name"]), str(file["url"])
        if not self.is_discords(url):
            raise UsageError(f"“{name}” does not lie on Discord itself, so I can't read it: upload it here.")
        if int(file.get("size") or 0) > LARGEST_FILE:
            raise UsageError(too_large(name, int(file["size"])))
        # However long a large file takes: as long as something comes, it is not given up.
        patience = aiohttp.ClientTimeout(
            sock_connect=SECONDS_WITHOUT_A_BYTE, sock_read=SECONDS_WITHOUT_A_BYTE
        )
        try:
            async with self._session.get(url, allow_redirects=False, timeout=patience) as response:
                if response.status >= 500 or response.status == 429:
                    raise Unreachable(_AWAY, seconds=2.0)
                if response.status != 200:
                    raise UsageError(f"“{name}” is no longer on Discord: upload it once more.")
                content = bytearray()
                async for piece in response.content.iter_chunked(_PIECE):
                    content += piece
                    if len(content) > LARGEST_FILE:
                        raise UsageError(too_large(name, len(content)))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(_AWAY, detail=repr(error)) from error
        return Attachment(name, bytes(content), str(file.get("link") or ""))

    def is_discords(self, url: str) -> bool:
        """Whether an address is one of Discord's own, or of the set bases."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) in self._bases:
            return True
        return parts.scheme == "https" and parts.hostname in _OWN and parts.port in (None, 443)
