"""Sitemap files (sitemaps.org protocol 0.9): the addresses in them, and the further sitemaps of an index."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

MAX_BYTES = 50 * 1024**2  # what the protocol allows one file, unpacked
MAX_ADDRESSES = 50_000  # likewise
_TOO_LONG = f"holds more than the {MAX_ADDRESSES:,} addresses that one may hold"
_LONGEST_ADDRESS = 2048
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_DEEPEST = 8  # elements within elements; genuine sitemaps have four


class NoSitemap(Exception):
    """The file is no sitemap, or is a hostile one; the text says which, to go after a name."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An address in a sitemap; `lastmod` as written there, or empty."""

    url: str
    lastmod: str = ""


@dataclass(frozen=True, slots=True)
class SitemapFile:
    """What one file holds: pages, or (an index) further sitemaps."""

    pages: tuple[Listed, ...] = ()
    sitemaps: tuple[Listed, ...] = ()


def parse_sitemap(body: bytes) -> SitemapFile:
    """Read a sitemap (XML, or text with an address a line) or a sitemap index, gzipped or not.

    Raises NoSitemap, also for a text with any other line: half a list would make pages look gone.
    """
    data = _unpacked(body).removeprefix(b"\xef\xbb\xbf")
    try:
        return _lines(data) if _ADDRESS.match(data[:16].lstrip().decode("latin-1")) else _parsed(data)
    except DefusedXmlException as error:
        raise NoSitemap("declares a document type or entities, which no genuine sitemap does") from error
    except ParseError as error:
        raise NoSitemap("is not a sitemap in XML") from error


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise NoSitemap("is a damaged gzip file") from error
    if unpacker.unconsumed_tail:
        raise NoSitemap(f"unfolds to more than {MAX_BYTES // 1024**2} MB")
    if not unpacker.eof:
        raise NoSitemap("is a gzip file that ends too early")
    return data


def _lines(data: bytes) -> SitemapFile:
    try:
        lines = [line.strip() for line in data.decode().splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise NoSitemap("begins like a sitemap in text, and is not UTF-8") from error
    if len(lines) > MAX_ADDRESSES:
        raise NoSitemap(_TOO_LONG)
    for number, line in enumerate(lines, 1):
        if not _ADDRESS.fullmatch(line):
            raise NoSitemap(f"is not a sitemap in text: its line {number} is no web address")
    return SitemapFile(tuple(Listed(line) for line in lines if len(line) <= _LONGEST_ADDRESS))


def _parsed(data: bytes) -> SitemapFile:
    found: dict[str, list[Listed]] = {"url": [], "sitemap": []}
    for kind, listed in _entries(data):
        if sum(map(len, found.values())) >= MAX_ADDRESSES:
            raise NoSitemap(_TOO_LONG)
        found[kind].append(listed)
    return SitemapFile(tuple(found["url"]), tuple(found["sitemap"]))


def _entries(data: bytes) -> Iterator[tuple[str, Listed]]:
    depth = 0
    root = None
    for event, element in iterparse(BytesIO(data), events=("start", "end"), forbid_dtd=True):
        name = _local(element.tag)
        if event == "start":
            depth += 1
            if root is None:
                root = element
                if name not in ("urlset", "sitemapindex"):
                    raise NoSitemap("is not a sitemap")
            if depth > _DEEPEST:
                raise NoSitemap("is not a sitemap: its elements are nested too deeply")
            continue
        depth -= 1
        if depth != 1:
            continue
        fields = {_local(child.tag): (child.text or "").strip() for child in element}
        if name in ("url", "sitemap") and 0 < len(fields.get("loc", "")) <= _LONGEST_ADDRESS:
            yield name, Listed(fields["loc"], "".join(fields.get("lastmod", "").split())[:40])
        assert root is not None
        root.clear()  # what was read is let go, so that memory stays small


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
