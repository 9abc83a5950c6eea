"""What the catalog keeps to tell whether a page changed: its ETag and its `lastmod` in the sitemap."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

_LASTMOD = " lastmod="


@dataclass(frozen=True, slots=True)
class PageMark:
    """`lastmod` is kept only where it can be trusted to change with the page."""

    etag: str = ""
    lastmod: str = ""

    def __str__(self) -> str:
        """As one string for the ledger; empty where nothing is known."""
        return f"{self.etag}{_LASTMOD}{self.lastmod}" if self.lastmod else self.etag

    @classmethod
    def of(cls, stored: str) -> Self:
        """From the ledger."""
        etag, parted, lastmod = stored.rpartition(_LASTMOD)
        return cls(etag, lastmod) if parted else cls(stored)

    def held_against(self, modified_ns: int) -> Self:
        """Without `lastmod` where the page itself (Last-Modified, in ns) says that it changed after that."""
        until = _latest(self.lastmod)
        if modified_ns and (until is None or modified_ns > until.timestamp() * 1e9):
            return replace(self, lastmod="")
        return self


def _latest(lastmod: str) -> datetime | None:
    """The last moment that this date (W3C format) may stand for, or None where it is no date."""
    try:
        when = datetime.fromisoformat(lastmod)
    except ValueError:
        return None
    if len(lastmod) <= len("2024-12-31"):
        return when.replace(tzinfo=UTC) + timedelta(days=2)  # around the world, a date lasts that long
    # Clocks of a site's parts differ by a few seconds.
    return (when if when.tzinfo else when.replace(tzinfo=UTC) + timedelta(hours=14)) + timedelta(minutes=1)
