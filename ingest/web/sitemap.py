"""The pages of a site's sitemap as a drive.

Listing reads robots.txt and the sitemap, and asks for few pages: one whose `lastmod` is what it was when
the page was read is taken for unchanged, the others are asked for on condition that they changed since.
"""

import random
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from brain.catalog.rows import LedgerEntry
from brain.errors import CitewiseError, UnreadableDocument, UsageError
from ingest.addresses import AddressPolicy
from ingest.credentials import Credentials
from ingest.drives import DriveUnavailable, Entry, FetchedFile, Skipped, Unlisted
from ingest.options import DriveOptions
from ingest.reconciling.sifting import LEFT_OUT, Patterns
from ingest.web.document import (
    conditions,
    forbids_indexing,
    last_modified,
    leads_to_sign_in,
    led_elsewhere,
    lent,
)
from ingest.web.fetching import FetchLimits, Response, refusal
from ingest.web.page_mark import PageMark
from ingest.web.politeness import CONNECTIONS, PoliteClient
from ingest.web.robots import DISALLOWED, Robots, origin_of, read_robots
from ingest.web.site_pages import SitePages, scope_of
from ingest.web.sitemap_file import Listed

MOST_PAGES = 5000
_CHECKS = 500  # pages asked for in one listing, at the most
_KEPT_BYTES = 32 * 1024**2  # of pages that a listing got, for the reading that follows
_GIVE_UP = 5  # failures in a row

TOO_MANY = f"beyond the {MOST_PAGES:,} pages that are read of one site"
GONE = "no longer there: the site answers “not found”"
NOINDEX = "asks not to be indexed (noindex)"


def open_drive(
    url: str,
    suffixes: Collection[str],
    credentials: Credentials,
    options: DriveOptions,
    policy: AddressPolicy,
) -> "Sitemap":
    """The drive for `https://host/sitemap.xml`, or for `sitemap+https://host/`, which finds its sitemap."""
    if options.readers:
        raise UsageError(
            "A web site does not tell who may read a page, so --readers can't be used with it: add it to a "
            "space whose whole audience may read it."
        )
    return Sitemap(url, suffixes, policy, options)


class Sitemap:
    """Every page that a sitemap lists on its own host and below its own folder, each under its address.

    `most_pages` bounds the drive; pages that are indexed already come first.
    """

    whole = True  # a page is there or not: nobody is still writing it

    def __init__(
        self,
        url: str,
        suffixes: Collection[str],
        policy: AddressPolicy,
        options: DriveOptions | None = None,
        limits: FetchLimits | None = None,
        most_pages: int = MOST_PAGES,
    ) -> None:
        self._url = url
        self._scope = scope_of(url)
        self._suffixes = frozenset(suffixes)
        self._options = options or DriveOptions()
        self._patterns = Patterns(self._options)
        self._most_pages = most_pages
        self._site = PoliteClient(policy, limits)
        self._robots: Robots | None = None
        self._lastmod: dict[str, str] = {}
        self._kept: OrderedDict[str, Response] = OrderedDict()

    @property
    def url(self) -> str:
        """The address as it was given."""
        return self._url

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """The pages; one that answers 404 or 410 is left out, one that fails is unlisted.

        Raises DriveUnavailable where robots.txt or the sitemap can't be had.
        """
        self._robots = read_robots(self._scope, self._site)
        pages = SitePages(self._url, self._site, self._robots)
        known: dict[str, Listed] = {}
        new: dict[str, Listed] = {}  # never more than could be read: a site may list millions of pages
        for found in pages:
            if not isinstance(found, Listed):
                yield found
            elif reason := self._reason_to_skip(found.url):
                yield Skipped(found.url, reason)
            elif found.url not in known and found.url not in new:
                kept = known if found.url in ledger else new
                if len(kept) < self._most_pages:
                    kept[found.url] = found
                else:
                    yield Skipped(found.url, TOO_MANY)
        wanted = [*known.values(), *new.values()]
        yield from (Skipped(page.url, TOO_MANY) for page in wanted[self._most_pages :])
        del wanted[self._most_pages :]
        self._lastmod = {page.url: page.lastmod for page in wanted}
        yield from self._entries(wanted, ledger)

    def check_there(self) -> None:
        """Ask the site for its robots.txt. Raises DriveUnavailable where it does not answer, or rests."""
        read_robots(self._scope, self._site)

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """The page as a file.

        Raises FileNotFoundError for a page that is gone, DriveUnavailable for one that fails now.
        """
        try:
            response = self._kept.get(entry.path) or self._site.get(entry.path)
        except UsageError as error:
            # A page that redirects into the house concerns that page only, not the run.
            raise UnreadableDocument(error.sentence, detail=error.detail) from error
        if response.status in (404, 410):
            raise FileNotFoundError(entry.path)
        _refuse_failure(entry.path, response)
        if forbids_indexing(response):
            raise UnreadableDocument(f"{entry.path} {NOINDEX}, so it was not read.")
        self._keep(entry.path, response)
        lastmod = self._lastmod.get(entry.path, PageMark.of(entry.etag).lastmod)
        with lent(response, _as_read(response, entry, lastmod), self._suffixes) as file:
            yield file

    def uri(self, entry: Entry) -> str:
        """The page's address."""
        return entry.path

    def _reason_to_skip(self, url: str) -> str | None:
        assert self._robots is not None
        if not self._robots.allows(url):
            return DISALLOWED
        return LEFT_OUT if self._patterns.leave_out(url) else None

    def _entries(
        self, pages: Sequence[Listed], ledger: Mapping[str, LedgerEntry]
    ) -> Iterator[Entry | Skipped | Unlisted]:
        doubtful = []
        for page in pages:
            known = ledger.get(page.url)
            if known is None:
                yield Entry(page.url, 0, 0, str(PageMark(lastmod=page.lastmod)))
            elif page.lastmod and PageMark.of(known.etag).lastmod == page.lastmod:
                yield _as_known(page.url, known)
            else:
                doubtful.append((page, known))
        # Which pages wait for a later listing is left to chance, so that none of them always does.
        random.shuffle(doubtful)
        most = self._checks()
        yield from (_as_known(page.url, known) for page, known in doubtful[most:])
        yield from self._checked(doubtful[:most])

    def _checks(self) -> int:
        """How many pages may be asked for now: what fits between two listings at the pace of the site."""
        delay = self._site.delay
        return min(_CHECKS, max(1, int(self._options.every / delay))) if delay else _CHECKS

    def _checked(self, pages: Sequence[tuple[Listed, LedgerEntry]]) -> Iterator[Entry | Skipped | Unlisted]:
        failures = 0
        for start in range(0, len(pages), CONNECTIONS):
            part = pages[start : start + CONNECTIONS]
            if failures >= _GIVE_UP:
                yield from (_as_known(page.url, known) for page, known in part)
                continue
            with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="sitemap") as pool:
                results = list(pool.map(lambda pair: self._check(*pair), part))
            for result in results:
                failures = failures + 1 if isinstance(result, Unlisted) else 0
                yield result

    def _check(self, page: Listed, known: LedgerEntry) -> Entry | Skipped | Unlisted:
        """Ask for one page on condition; what came instead of "unchanged" is kept for `fetch`."""
        try:
            response = self._site.get(page.url, conditions(known, PageMark.of(known.etag).etag))
            if response.status in (404, 410):
                return Skipped(page.url, GONE)
            if response.status == 304:
                return _as_known(page.url, known)
            _refuse_failure(page.url, response)
        except CitewiseError as error:
            return Unlisted(page.url, error.sentence)
        if forbids_indexing(response):
            return Skipped(page.url, NOINDEX)
        self._keep(page.url, response)
        return _as_read(response, Entry(page.url, 0, 0), page.lastmod)

    def _keep(self, url: str, response: Response) -> None:
        self._kept[url] = response
        while sum(len(kept.body) for kept in list(self._kept.values())) > _KEPT_BYTES:
            try:
                self._kept.popitem(last=False)
            except KeyError:
                return


def _as_known(url: str, known: LedgerEntry) -> Entry:
    return Entry(url, known.size, known.mtime_ns, known.etag)


def _as_read(response: Response, entry: Entry, lastmod: str) -> Entry:
    modified = last_modified(response)
    mark = PageMark(response.headers.get("etag", ""), lastmod).held_against(modified)
    return replace(entry, size=len(response.body), mtime_ns=modified, etag=str(mark))


def _refuse_failure(url: str, response: Response) -> None:
    """Raise DriveUnavailable for an answer that is not the page: an error, or a login in its place."""
    if response.status != 200:
        raise DriveUnavailable(refusal(url, response.status))
    elsewhere = origin_of(url).partition("://")[2] != origin_of(response.url).partition("://")[2]
    if elsewhere or leads_to_sign_in(url, response):
        raise DriveUnavailable(led_elsewhere(url, response))
