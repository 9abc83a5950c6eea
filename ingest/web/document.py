"""A web server's answer as a document: its format, its time, what it says about being indexed."""

import mimetypes
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from brain.catalog.rows import DocumentState, LedgerEntry
from brain.errors import UnreadableDocument
from ingest.drives import Entry, FetchedFile
from ingest.loans import loan
from ingest.local.folder import moment
from ingest.web.fetching import ROBOT, Response

_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-rst": ".rst",
    "text/prs.fallenstein.rst": ".rst",
    "text/asciidoc": ".adoc",
    "text/x-asciidoc": ".adoc",
    "text/org": ".org",
    "text/x-org": ".org",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/pdf": ".pdf",
    "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}
# Servers send these as plain text where nobody has told them better.
_SENT_AS_TEXT = (".rst", ".adoc", ".asciidoc", ".org")
_SIGN_IN = re.compile(
    r"(?:log|sign)[io]n(?![a-z])|(?<![a-z])(?:log|sign)[-_]in(?![a-z])"
    r"|/(?:sso|saml2?|adfs|o?auth\d*|auth(?:enticat|ori[sz])\w*)(?:[/._-]|$)"
)
_BOM = b"\xef\xbb\xbf"
_META = re.compile(rb"<meta\b[^>]{0,500}>", re.IGNORECASE)
_ROBOTS_META = re.compile(rb"""\bname\s*=\s*["']?(robots|%b)["'\s/>]""" % ROBOT.encode(), re.IGNORECASE)
_FORBIDS = re.compile(r"""(?:^|[\s,:"'=])(?:noindex|none)(?:$|[\s,"'/>])""", re.IGNORECASE)


@contextmanager
def lent(response: Response, entry: Entry, suffixes: Collection[str]) -> Iterator[FetchedFile]:
    """The answer as a file, its suffix taken from the content type; UnreadableDocument for other formats."""
    name = PurePosixPath(unquote(urlsplit(response.url).path)).stem or "page"
    suffix = _suffix(response, entry.path, suffixes)
    entry = replace(entry, size=len(response.body))
    with loan() as folder:
        path = folder / (re.sub(r"[\0/\\]", "", name)[:60] + suffix)
        path.write_bytes(_with_charset(response))
        yield FetchedFile(path, entry, moment(entry.mtime_ns) if entry.mtime_ns else None)


def conditions(known: LedgerEntry | None, etag: str) -> dict[str, str]:
    """Headers by which a server need not send again what is indexed."""
    if known is None or known.state is not DocumentState.CURRENT:
        return {}
    headers = {}
    if etag:
        headers["If-None-Match"] = etag
    modified = moment(known.mtime_ns) if known.mtime_ns else None
    if modified is not None:
        headers["If-Modified-Since"] = format_datetime(modified, usegmt=True)
    return headers


def last_modified(response: Response) -> int:
    """The server's time for the page in nanoseconds, or 0."""
    try:
        when: datetime = parsedate_to_datetime(response.headers.get("last-modified", ""))
        return max(int(when.timestamp()), 0) * 10**9
    except (ValueError, OverflowError):
        return 0


def leads_to_sign_in(url: str, response: Response) -> bool:
    """Whether a page's address led to one that looks like a place to sign in, as itself it does not."""
    asked, came = (f"/{parts.netloc}{parts.path}".lower() for parts in map(urlsplit, (url, response.url)))
    return bool(_SIGN_IN.search(came)) and not _SIGN_IN.search(asked)


def led_elsewhere(url: str, response: Response) -> str:
    """Why a page is not read that another one stands in for."""
    came = urlsplit(response.url)
    return (
        f"{url} leads to {came.scheme}://{came.netloc}{came.path} now, perhaps to sign in: it was not read."
    )


def forbids_indexing(response: Response) -> bool:
    """Whether the page says `noindex` (or `none`) to all robots or to citewise, in a header or a `<meta>`."""
    for said in response.headers.get("x-robots-tag", "").split(","):
        agent, colon, rule = said.partition(":")
        if colon and agent.strip().lower() != ROBOT:
            continue
        if (rule if colon else said).strip().lower() in ("noindex", "none"):
            return True
    tags = _META.findall(response.body[: 256 * 1024]) if "html" in _content_type(response) else []
    return any(_ROBOTS_META.search(tag) and _FORBIDS.search(tag.decode("latin-1")) for tag in tags)


def _suffix(response: Response, url: str, suffixes: Collection[str]) -> str:
    kind = _content_type(response)
    suffix = _SUFFIXES.get(kind, "")
    named = PurePosixPath(urlsplit(response.url).path).suffix.lower()
    if kind == "text/plain" and named in _SENT_AS_TEXT:
        suffix = named
    if kind in ("", "application/octet-stream", "binary/octet-stream"):
        suffix = named or ".html"
    suffix = suffix or mimetypes.guess_extension(kind) or ""
    if suffix not in suffixes:
        raise UnreadableDocument(f"{url} is of the type {kind or suffix}, which can't be read.")
    return suffix


def _content_type(response: Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


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
