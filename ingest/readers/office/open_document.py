"""What the kinds of OpenDocument files (ODF 1.3, part 3) have in common: parts, styles, words, tables."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from brain.errors import UnreadableDocument
from ingest.readers.merged_cells import Cell
from ingest.readers.naming import iso_date, real_title
from ingest.readers.outline import folded

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, TEXT, TABLE, STYLE, DRAW, PRESENTATION, META = (
    _NAMES % name for name in ("office", "text", "table", "style", "drawing", "presentation", "meta")
)
_FORMATTING = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_CORE = "{http://purl.org/dc/elements/1.1/}"
# What stands between the words without being any, or is told where it belongs.
_UNREAD = {
    f"{OFFICE}annotation", f"{OFFICE}annotation-end", f"{TEXT}note", f"{TEXT}tracked-changes",
    f"{TEXT}hidden-text", f"{TEXT}ruby-text", f"{TEXT}bookmark", f"{DRAW}frame", f"{DRAW}a",
}  # fmt: skip
_WIDEST = 256


@dataclass(frozen=True, slots=True)
class StyleOf:
    """What a style says of words: whether they are bold or hidden, and which style it goes back to."""

    parent: str = ""
    bold: bool | None = None
    hidden: bool | None = None


class OpenDocument:
    """An opened file: its `body`, and what its styles mean."""

    def __init__(self, data: bytes, name: str) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())

            def part(member: str) -> bytes:
                return archive.read(member) if member in members else b""

            if b"encryption-data" in part("META-INF/manifest.xml"):
                raise UnreadableDocument(
                    f"{name} is protected by a password: save a copy without the password and add that."
                )
            content, meta, styles = (part(f"{stem}.xml") for stem in ("content", "meta", "styles"))
        root = _parsed(content)
        (self.body,) = root.find(f"{OFFICE}body")
        self._meta = _parsed(meta) if meta else None
        roots = [_parsed(styles)] if styles else []
        self.sources = [*roots, root]
        self._styles = {
            style.get(f"{STYLE}name", ""): _style_of(style)
            for source in self.sources
            for style in source.iter(f"{STYLE}style")
        }

    @property
    def title(self) -> str | None:
        """The title in the file's properties."""
        return real_title(self._property(f"{_CORE}title"))

    @property
    def modified(self) -> datetime | None:
        """When it was saved."""
        return iso_date(self._property(f"{_CORE}date") or self._property(f"{META}creation-date"))

    def style(self, name: str | None) -> StyleOf:
        """What a style says."""
        return self._styles.get(name or "", StyleOf())

    def styled_as(self, name: str | None) -> Iterator[str]:
        """A style's name and those that it goes back to, such as `Heading_20_1`."""
        seen = set()
        while name and name not in seen:
            seen.add(name)
            yield name
            name = self.style(name).parent

    def styles_with(self, properties: str, name: str, value: str) -> set[str]:
        """The styles among whose `properties` the one of that name has this value."""
        return {
            style.get(f"{STYLE}name") or ""
            for source in self.sources
            for style in source.iter(f"{STYLE}style")
            for found in style.iter(properties)
            if found.get(name) == value
        }

    def words(self, element: Any) -> str:
        """A paragraph's own words, without those that are hidden, noted at the side or deleted."""
        return "".join(self._pieces(element))

    def hides(self, element: Any) -> bool:
        """Whether it is hidden: by its style, or the nearest above that says so, or by a field in it."""
        styles = self.styled_as(element.get(f"{TEXT}style-name"))
        if next((said for name in styles if (said := self.style(name).hidden) is not None), False):
            return True
        field = element.find(f"{TEXT}hidden-paragraph")
        return field is not None and field.get(f"{TEXT}is-hidden") == "true"

    def is_bold(self, paragraph: Any) -> bool:
        """Whether all of a paragraph's words are bold."""
        own = any(self.style(name).bold for name in self.styled_as(paragraph.get(f"{TEXT}style-name")))
        loose = (paragraph.text or "") + "".join(child.tail or "" for child in paragraph)
        if own or not folded(self.words(paragraph)):
            return own
        spans = [span for span in paragraph if span.tag == f"{TEXT}span" and self.words(span).strip()]
        return not loose.strip() and all(self.style(span.get(f"{TEXT}style-name")).bold for span in spans)

    def _pieces(self, element: Any) -> Iterator[str]:
        if self.hides(element):
            return
        yield element.text or ""
        for child in element:
            if child.tag == f"{TEXT}s":
                yield " "
            elif child.tag in (f"{TEXT}tab", f"{TEXT}line-break"):
                yield "\n" if child.tag == f"{TEXT}line-break" else " "
            elif child.tag not in _UNREAD and isinstance(child.tag, str):
                yield from self._pieces(child)
            yield child.tail or ""

    def _property(self, name: str) -> str | None:
        found = self._meta.find(f".//{name}") if self._meta is not None else None
        return found.text if found is not None else None


def table_rows(document: OpenDocument, table: Any) -> tuple[list[list[Cell]], int | None]:
    """A text's or slide's table: its rows, and how many of them are the header, if the file tells."""
    rows: list[list[Cell]] = []
    bold: list[bool] = []
    marked = 0
    for row, is_header in rows_in(table):
        cells = [cell for cell in row if cell.tag == f"{TABLE}table-cell"]
        found = []
        for cell in cells:
            words = " ".join(
                filter(None, (document.words(p).strip() for p in cell.iter(f"{TEXT}p", f"{TEXT}h")))
            )
            one = Cell(
                words, number_of(cell, "number-columns-spanned"), number_of(cell, "number-rows-spanned")
            )
            found += [one] * min(number_of(cell, "number-columns-repeated"), _WIDEST)
        if not any(cell.text.strip() for cell in found):
            continue
        marked += is_header and marked == len(rows)
        rows.append(found)
        paragraphs = [p for cell in cells for p in cell.iter(f"{TEXT}p") if document.words(p).strip()]
        bold.append(bool(paragraphs) and all(map(document.is_bold, paragraphs)))
    if 0 < marked < len(rows):
        return rows, marked
    plain = bool(rows) and all(cell.across == cell.down == 1 for cell in rows[0])
    return rows, 1 if len(rows) > 1 and plain and bold[0] and not bold[1] else None


def rows_in(table: Any) -> Iterator[tuple[Any, bool]]:
    """A table's rows, those in groups too, and whether they are its header."""
    for child in table:
        if child.tag == f"{TABLE}table-row":
            yield child, False
        elif child.tag == f"{TABLE}table-header-rows":
            yield from ((row, True) for row, _ in rows_in(child))
        elif child.tag in (f"{TABLE}table-rows", f"{TABLE}table-row-group"):
            yield from rows_in(child)


def number_of(element: Any, name: str) -> int:
    """A table's count, such as how many rows a cell covers; 1 where none is given."""
    value = element.get(f"{TABLE}{name}") or "1"
    return max(1, int(value)) if value.isdecimal() else 1


def _style_of(style: Any) -> StyleOf:
    found = style.find(f"{STYLE}text-properties")
    display = None if found is None else found.get(f"{TEXT}display")
    weight = None if found is None else found.get(f"{_FORMATTING}font-weight")
    return StyleOf(
        style.get(f"{STYLE}parent-style-name") or "",
        None if weight is None else weight == "bold" or (weight.isdecimal() and int(weight) >= 600),
        None if display is None else display == "none",
    )


def _parsed(xml: bytes) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        if error.code != etree.ErrorTypes.DTD_XMLID_VALUE:
            raise
        # AbiWord names things as no XML may be named; nothing that is read depends on it.
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
