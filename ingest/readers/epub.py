"""EPUB books: the chapters in reading order, each of them a web page; DRM is told."""

import io
import re
import zipfile
from datetime import datetime
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote

from brain.errors import UnreadableDocument
from ingest.parsed import BlockKind, ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.markup.hypertext import add_html
from ingest.readers.naming import first_heading, iso_date, real_title, title_from_name
from ingest.readers.outline import Outline, folded

MEDIA_TYPE = "application/epub+zip"
_PAGES = {"application/xhtml+xml", "text/html"}
# A page that says that it is XML is read as HTML all the same; a program's label is no heading.
_DECLARED = re.compile(r"^\s*<\?xml[^>]*\?>")
_MADE_UP = re.compile(r"(?:section|chapter|part)?[ _-]?\d+", re.I)


def read_epub(data: bytes, name: str) -> ParsedDocument:
    """A book's blocks; a chapter without a heading of its own gets what the table of contents calls it."""
    outline = Outline()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = _Book(archive)
        if book.protected:
            raise UnreadableDocument(f"{name} is protected against copying (DRM), so it can't be read.")
        for place in book.chapters:
            page = _DECLARED.sub("", decode(archive.read(place)))
            _add_chapter(outline, page, book.labels.get(place, ""), book.title)
    title = book.title or first_heading(outline.blocks) or title_from_name(name)
    return ParsedDocument(title, tuple(outline.blocks), MEDIA_TYPE, modified=book.modified)


def _add_chapter(outline: Outline, page: str, label: str, title: str | None) -> None:
    chapter = Outline()
    add_html(chapter, page)
    headings = [block for block in chapter.blocks if block.kind is BlockKind.HEADING]
    headed = headings[:1] == chapter.blocks[:1] or any(block.text == label for block in headings)
    telling = label != title and not _MADE_UP.fullmatch(label)
    named = bool(chapter.blocks and label and telling and not headed)
    if named:
        outline.forget_headings()
        outline.heading(label, 1)
    place = len(outline.blocks)
    add_html(outline, page)
    if named and outline.blocks[place].text == label:
        del outline.blocks[place]  # the heading, which is drawn as one and isn't marked


class _Book:
    """What the package document says (EPUB 3.3, chapter 5)."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = set(archive.namelist())
        (place, *_) = [
            element.get("full-path") or ""
            for element in _elements(self._xml("META-INF/container.xml"), "rootfile")
        ]
        package = self._xml(place)
        self._folder = dirname(place)
        items = {item.get("id"): item for item in _elements(package, "item")}
        spine = [items.get(one.get("idref")) for one in _elements(package, "itemref")]
        places = [
            self._place(item.get("href"))
            for item in spine
            if item is not None
            and item.get("media-type") in _PAGES
            and "nav" not in (item.get("properties") or "").split()
        ]
        # Each once, as the standard has it: named a thousand times, a page would unfold as often.
        self.chapters = [place for place in dict.fromkeys(places) if place in self._members]
        self.title = real_title(next((e.text for e in _elements(package, "title")), None))
        self.modified = self._modified(package)
        self.labels = self._labels(list(items.values()))
        self.protected = bool(self._encrypted() & set(self.chapters))

    def _modified(self, package: Any) -> datetime | None:
        said = [e.text for e in _elements(package, "meta") if e.get("property") == "dcterms:modified"]
        said += [element.text for element in _elements(package, "date")]
        return next((moment for text in said if (moment := iso_date(text))), None)

    def _labels(self, items: list[Any]) -> dict[str, str]:
        """What the table of contents calls each chapter, by its place: of the older or the newer kind."""
        found: dict[str, str] = {}
        for item in items:
            place = self._place(item.get("href"))
            if place not in self._members:
                continue
            if item.get("media-type") == "application/x-dtbncx+xml":
                for point in _elements(self._xml(place), "navPoint"):
                    text = next(iter(_elements(point, "text")), None)
                    content = next(iter(_elements(point, "content")), None)
                    if text is not None and content is not None:
                        found.setdefault(self._place(content.get("src"), place), folded(text.text or ""))
            elif "nav" in (item.get("properties") or "").split():
                for link in _elements(self._xml(place), "a"):
                    found.setdefault(self._place(link.get("href"), place), folded("".join(link.itertext())))
        return found

    def _encrypted(self) -> set[str]:
        place = "META-INF/encryption.xml"
        if place not in self._members:
            return set()
        return {unquote(e.get("URI") or "") for e in _elements(self._xml(place), "CipherReference")}

    def _place(self, href: str | None, source: str = "") -> str:
        folder = dirname(source) if source else self._folder
        return normpath(join(folder, unquote((href or "").partition("#")[0])))

    def _xml(self, place: str) -> Any:
        from lxml import etree

        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        return etree.fromstring(self._archive.read(place), parser)


def _elements(root: Any, name: str) -> list[Any]:
    """All elements of that name, whatever their name space."""
    return list(root.iter(f"{{*}}{name}"))
