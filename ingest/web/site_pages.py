"""Which pages a site's sitemaps list: found from an address, followed through indexes, held to the scope."""

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import unquote, urldefrag, urlsplit

from brain.errors import UnreadableDocument, UsageError
from ingest.drives import DriveUnavailable, Skipped, Unlisted
from ingest.web.fetching import FetchLimits, refusal
from ingest.web.politeness import PoliteClient
from ingest.web.robots import Robots, origin_of
from ingest.web.sitemap_file import MAX_BYTES, Listed, NoSitemap, SitemapFile, parse_sitemap

NAME = re.compile(r"sitemap[^/]*\.(xml|txt)(\.gz)?$", re.IGNORECASE)
MOST_FILES = 200
DEEPEST = 3  # an index within an index is against the protocol, and found in practice
_LIMITS = FetchLimits(seconds=60.0, bytes=MAX_BYTES)

ELSEWHERE = "on another site than the sitemap"
OUT_OF_SCOPE = "outside of the sitemap's folder"
_PREFIX = "sitemap+"


def scope_of(url: str) -> str:
    """What the addresses of pages begin with: the folder of the sitemap, or the site part that was named."""
    parts = urlsplit(url.removeprefix(_PREFIX))
    if not parts.hostname:
        raise UsageError(f"{url} names no site: write it like sitemap+https://example.org/.")
    if parts.username is not None or parts.password is not None:
        raise UsageError("A web address with a user name or password in it would be shown in citations.")
    return origin_of(parts.geturl()) + (parts.path.rpartition("/")[0] or "") + "/"


class SitePages:
    """Iterates over `Listed` pages within the scope, with what is left out (Skipped) or failed (Unlisted).

    Raises DriveUnavailable where no sitemap can be had at all.
    """

    def __init__(self, url: str, site: PoliteClient, robots: Robots) -> None:
        self._site = site
        self._scope = scope_of(url)
        self._origin = origin_of(self._scope)
        self._starts = _starts(url, self._origin, robots)

    def __iter__(self) -> Iterator[Listed | Skipped | Unlisted]:
        """Each page once, in the order of the sitemaps."""
        seen_files: set[str] = set()
        seen_pages: set[str] = set()
        queue = deque((start, 0) for start in self._starts)
        while queue:
            url, depth = queue.popleft()
            if url in seen_files:
                continue
            if len(seen_files) == MOST_FILES:
                yield Unlisted("", f"The sitemap has more than {MOST_FILES} parts: the rest was not read.")
                return
            seen_files.add(url)
            try:
                file = self._read(url)
            except (DriveUnavailable, UnreadableDocument) as error:
                if depth == 0:
                    raise DriveUnavailable(error.sentence, detail=error.detail) from error
                # Which pages that part lists is not known, so no page may be taken for gone.
                yield Unlisted("", error.sentence)
                continue
            yield from self._pages(file, seen_pages)
            for part in file.sitemaps:
                if depth + 1 >= DEEPEST:
                    yield Unlisted("", f"{url} nests sitemaps too deeply: {part.url} was not read.")
                elif origin_of_or_none(part.url) == self._origin:
                    queue.append((part.url, depth + 1))
                else:
                    yield Skipped(part.url, ELSEWHERE)

    def _pages(self, file: SitemapFile, seen: set[str]) -> Iterator[Listed | Skipped]:
        for page in file.pages:
            url = urldefrag(page.url).url
            if url in seen:
                continue
            seen.add(url)
            origin = origin_of_or_none(url)
            if origin != self._origin:
                yield Skipped(url, ELSEWHERE)
                continue
            parts = urlsplit(url)
            url = origin + parts._replace(scheme="", netloc="", path=parts.path or "/").geturl()
            climbs = {".", ".."} & set(unquote(parts.path).split("/"))
            if climbs or not url.startswith(self._scope):
                yield Skipped(url, OUT_OF_SCOPE)
            else:
                yield Listed(url, page.lastmod)

    def _read(self, url: str) -> SitemapFile:
        response = self._site.get(url, limits=_LIMITS)
        if response.status in (404, 410):
            raise DriveUnavailable(
                f"There is no sitemap at {url} (the server answers {response.status}). What is indexed "
                "stays. Name the sitemap itself, or ask whoever runs the site where it is."
            )
        if response.status != 200:
            raise DriveUnavailable(refusal(url, response.status))
        if origin_of(response.url) != self._origin:
            raise DriveUnavailable(
                f"{url} leads to {origin_of(response.url)}, which is another site: name the sitemap there."
            )
        try:
            return parse_sitemap(response.body)
        except NoSitemap as error:
            raise DriveUnavailable(f"{url} {error}. What is indexed stays.", detail=repr(error)) from error


def origin_of_or_none(url: str) -> str | None:
    """The origin of an address found in a file: None for what is no plain http(s) address."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme.lower() in ("http", "https") and parts.hostname and parts.username is None
        return origin_of(url) if plain else None
    except ValueError:
        return None


def _starts(url: str, origin: str, robots: Robots) -> list[str]:
    if not url.startswith(_PREFIX):
        return [url]
    if NAME.search(urlsplit(url).path):
        return [url.removeprefix(_PREFIX)]
    named = [place for place in robots.sitemaps if origin_of_or_none(place) == origin]
    return named or [f"{origin}/sitemap.xml"]
