"""Which drive of the catalog a place is: one place, one space, and no file indexed from two drives."""

import shlex
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DriveRow
from brain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Registration:
    """`drive` is the catalog's, or None on the first run; `inner` are drives that this one swallows."""

    drive: DriveRow | None
    inner: tuple[DriveRow, ...]


def find(catalog: Catalog, url: str, space: str) -> Registration:
    """How the catalog knows the place at `url`; nothing is written.

    Raises UsageError where its files are indexed in another space, or by a drive around it: what was put
    into one audience must not reach a second one by the way; and where it lies around a watched drive, whose
    settings would be lost. A web address is the same one however it is written. Drives without documents
    don't count, unless they are watched.
    """
    catalog.space(space)
    same, inner = None, []
    for drive in catalog.drives():
        if drive.url == url and drive.space == space:
            same = drive
        elif not _overlap(url, drive.url) or not (drive.watched or catalog.followed.document_count(drive.id)):
            continue
        elif drive.space == space and _plain(drive.url) == _plain(url):
            raise UsageError(f"{url} is there already as {drive.url}: name it like that.")
        elif _plain(drive.url) == _plain(url) or (_holds(url, drive.url) and drive.space != space):
            raise UsageError(_elsewhere(drive, url, space))
        elif _holds(drive.url, url):
            command = "citewise drives sync" if drive.watched else "citewise ingest"
            raise UsageError(
                f"{place(url)} lies in {place(drive.url)}, which is indexed as a whole in the space "
                f"“{drive.space}”: `{command} {place(drive.url)}` brings it up to date."
            )
        elif drive.watched:
            raise UsageError(
                f"{place(drive.url)} lies in {place(url)} and is followed with its own settings: take it out "
                f"first with `citewise drives remove {typed(drive.url)}`, or add the folders beside it."
            )
        else:
            inner.append(drive)
    return Registration(same, tuple(inner))


class Swallowed:
    """The inner drives to drop once this one holds their files: all but those it couldn't read whole."""

    def __init__(self, registration: Registration, url: str) -> None:
        start = len(url.rstrip("/")) + 1
        self._whole = {unquote(inner.url[start:]): inner for inner in registration.inner}

    def unread(self, path: str) -> None:
        """A file or a part of the drive was not read."""
        for inner in [inner for inner in self._whole if _touches(inner, path)]:
            del self._whole[inner]

    def drives(self) -> list[DriveRow]:
        """Those of which all was read."""
        return list(self._whole.values())


def typed(url: str) -> str:
    """A drive's place as it is typed in a shell, where a path may hold spaces."""
    return shlex.quote(place(url))


def place(url: str) -> str:
    """A drive's address as people write it: a path for local ones."""
    parts = urlsplit(url)
    return unquote(parts.path) if parts.scheme == "file" else url


def _overlap(one: str, other: str) -> bool:
    return _plain(one) == _plain(other) or _holds(one, other) or _holds(other, one)


def _plain(url: str) -> str:
    """A web address in the one way of writing it that all others come to; other addresses as they are."""
    bare = url.removeprefix("sitemap+")
    if not bare.lower().startswith(("http:", "https:")):
        return url
    from ingest.web.robots import origin_of
    from ingest.web.site_pages import NAME

    parts = urlsplit(bare)
    rest = parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="").geturl()
    # `sitemap+` before a file's address says what its name says; before a site's it makes another drive.
    kind = "sitemap+" if bare != url and not NAME.search(parts.path) else ""
    return kind + origin_of(bare) + rest


def _holds(outer: str, inner: str) -> bool:
    pages = outer.lower().startswith(("http:", "https:"))  # a page holds no other pages
    return not pages and inner.startswith(outer.rstrip("/") + "/")


def _touches(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def _elsewhere(drive: DriveRow, url: str, space: str) -> str:
    inside = f", inside {place(url)}," if _holds(url, drive.url) else ""
    return (
        f"{place(drive.url)}{inside} is indexed in the space “{drive.space}”, and a file belongs to one "
        f"space only. To move it to “{space}”, take it out: `citewise drives remove {typed(drive.url)}`."
    )
