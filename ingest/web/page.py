"""A web page as a drive of one document."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urldefrag

from brain.catalog.rows import LedgerEntry
from brain.errors import UsageError
from ingest.addresses import AddressPolicy
from ingest.drives import Entry, FetchedFile, Skipped, Unlisted
from ingest.web.document import conditions, last_modified, lent
from ingest.web.fetching import FetchLimits, Response, fetch
from ingest.web.politeness import PoliteClient
from ingest.web.robots import read_robots


class WebPage:
    """One page at an http(s) address; its content type decides how it is read.

    Listing fetches it, on condition that it changed since (ETag, Last-Modified), and keeps it for `fetch`.
    """

    whole = True  # nobody is still writing it

    def __init__(
        self, url: str, suffixes: Collection[str], policy: AddressPolicy, limits: FetchLimits | None = None
    ) -> None:
        self._url = urldefrag(url).url
        self._suffixes = frozenset(suffixes)
        self._policy = policy
        self._limits = limits
        self._response: Response | None = None

    @property
    def url(self) -> str:
        """The page's address, without a fragment."""
        return self._url

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """The page's one entry: as it was, if the server says that nothing changed.

        Raises UsageError where the site's robots.txt forbids the page: what is indexed of it stays then.
        """
        if not read_robots(self._url, PoliteClient(self._policy)).allows(self._url):
            raise UsageError(
                f"{self._url} may not be read by robots: the site's robots.txt says so. Ask whoever runs the "
                "site to allow the user agent “citewise”."
            )
        known = ledger.get(self._url)
        response = fetch(
            self._url, self._policy, self._limits, conditions(known, known.etag if known else "")
        )
        if known is not None and response.status == 304:
            yield Entry(self._url, known.size, known.mtime_ns, known.etag)
            return
        self._response = response
        yield Entry(self._url, len(response.body), last_modified(response), response.headers.get("etag", ""))

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """The page as a file, its suffix taken from the content type."""
        response = self._response or fetch(self._url, self._policy, self._limits)
        with lent(response, entry, self._suffixes) as file:
            yield file

    def uri(self, entry: Entry) -> str:
        """The address itself."""
        return self._url
