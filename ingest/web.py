"""A web page as a drive of one document."""

import mimetypes
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urldefrag, urlsplit

from brain.catalog.rows import DocumentState, LedgerEntry
from brain.errors import UnreadableDocument
from ingest.addresses import AddressPolicy
from ingest.drives import Entry, FetchedFile, Skipped, Unlisted
from ingest.fetching import FetchLimits, Response, fetch
from ingest.local_folder import moment

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
_BOM = b"\xef\xbb\xbf"


class WebPage:
    """One page at an http(s) address; its content type decides how it is read.

    Listing fetches it, on condition that it changed since (ETag, Last-Modified), and keeps it for `fetch`.
    """

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
        """The page's one entry: as it was, if the server says that nothing changed."""
        known = ledger.get(self._url)
        response = fetch(self._url, self._policy, self._limits, _conditions(known))
        if known is not None and response.status == 304:
            yield Entry(self._url, known.size, known.mtime_ns, known.etag)
            return
        self._response = response
        yield Entry(self._url, len(response.body), _last_modified(response), response.headers.get("etag", ""))

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """The page as a file, its suffix taken from the content type."""
        response = self._response or fetch(self._url, self._policy, self._limits)
        name = PurePosixPath(unquote(urlsplit(response.url).path)).stem or "page"
        with tempfile.TemporaryDirectory(prefix="citewise-") as folder:
            path = Path(folder, name[:80].replace("\0", "") + self._suffix(response))
            path.write_bytes(_with_charset(response))
            yield FetchedFile(path, entry, moment(entry.mtime_ns) if entry.mtime_ns else None)

    def uri(self, entry: Entry) -> str:
        """The address itself."""
        return self._url

    def _suffix(self, response: Response) -> str:
        kind = _content_type(response)
        suffix = _SUFFIXES.get(kind, "")
        if kind in ("", "application/octet-stream", "binary/octet-stream"):
            suffix = PurePosixPath(urlsplit(response.url).path).suffix.lower() or ".html"
        suffix = suffix or mimetypes.guess_extension(kind) or ""
        if suffix not in self._suffixes:
            raise UnreadableDocument(f"{self._url} is of the type {kind or suffix}, which can't be read.")
        return suffix


def _conditions(known: LedgerEntry | None) -> dict[str, str]:
    if known is None or known.state is not DocumentState.CURRENT:
        return {}
    conditions = {}
    if known.etag:
        conditions["If-None-Match"] = known.etag
    modified = moment(known.mtime_ns) if known.mtime_ns else None
    if modified is not None:
        conditions["If-Modified-Since"] = format_datetime(modified, usegmt=True)
    return conditions


def _content_type(response: Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def _last_modified(response: Response) -> int:
    """The server's time for the page in nanoseconds, or 0."""
    try:
        when: datetime = parsedate_to_datetime(response.headers.get("last-modified", ""))
    except ValueError:
        return 0
    return int(when.timestamp()) * 10**9


def _with_charset(response: Response) -> bytes:
    """The body; where the server names the charset of a text, as UTF-8 with a mark that readers obey."""
    _, _, parameters = response.headers.get("content-type", "").partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(" \"'")
    if not charset or not _content_type(response).startswith(("text/", "application/xhtml")):
        return response.body
    try:
        return _BOM + response.body.decode(charset).removeprefix("\ufeff").encode()
    except (LookupError, UnicodeError):
        return response.body  # a charset that is unknown or untrue: the reader finds out
