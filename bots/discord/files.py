"""Attachments from Discord: fetched from Discord's own hosts only, up to a size."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bots.desk.domain import Attachment
from bots.doors.downloads import download
from brain.errors import UsageError

if TYPE_CHECKING:
    import aiohttp

Json = dict[str, Any]
_OWN = ("cdn.discordapp.com", "media.discordapp.net")
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
        name, url = str(file["name"]), str(file["url"])
        if not self.is_discords(url):
            raise UsageError(f"“{name}” does not lie on Discord itself, so I can't read it: upload it here.")
        gone = f"“{name}” is no longer on Discord: upload it once more."
        content = await download(
            self._session,
            name,
            url,
            int(file.get("size") or 0),
            refusal=lambda response: gone if response.status != 200 else "",
            away=_AWAY,
        )
        return Attachment(name, content, str(file.get("link") or ""))

    def is_discords(self, url: str) -> bool:
        """Whether an address is one of Discord's own, or of the set bases."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) in self._bases:
            return True
        return parts.scheme == "https" and parts.hostname in _OWN and parts.port in (None, 443)
