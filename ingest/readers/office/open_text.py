"""OpenDocument texts (`.odt`): headings, lists, tables, notes; hidden and deleted words are left out."""

from typing import Any

from ingest.parsed import ParsedDocument
from ingest.readers.merged_cells import add_table
from ingest.readers.naming import first_heading, real_title, title_from_name
from ingest.readers.office.open_document import DRAW, STYLE, TEXT, OpenDocument, table_rows
from ingest.readers.office.open_document import TABLE as TABLE_NAMES
from ingest.readers.outline import Outline, folded

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_CONTENTS = {f"{TEXT}{name}-index" for name in ("alphabetical", "illustration", "table", "object", "user")}
_CONTENTS |= {f"{TEXT}table-of-content", f"{TEXT}bibliography", f"{TEXT}tracked-changes"}
_DEEPEST = 20


def read_odt(data: bytes, name: str) -> ParsedDocument:
    """A text's blocks; the title is its property, else the title line or first heading."""
    document = OpenDocument(data, name)
    walker = _Walker(document)
    walker.walk(document.body)
    blocks = walker.outline.blocks
    title = document.title or real_title(walker.title) or first_heading(blocks) or title_from_name(name)
    return ParsedDocument(title, tuple(blocks), MEDIA_TYPE, modified=document.modified)


class _Walker:
    """Goes through the body once, counting headings and list items as the program does."""

    def __init__(self, document: OpenDocument) -> None:
        self.outline = Outline()
        self.title: str | None = None
        self._document = document
        self._numbered = _numbered_lists(document)
        self._headings = _HeadingNumbers(document)
        self._counts: dict[tuple[str, int], int] = {}
        self._depth = 0

    def walk(self, parent: Any) -> None:
        """Adds every paragraph, list and table below the element."""
        self._depth += 1
        for element in parent if self._depth < _DEEPEST else ():
            if element.tag in (f"{TEXT}p", f"{TEXT}h"):
                self._paragraph(element)
            elif element.tag == f"{TEXT}list":
                self._list(element, element.get(f"{TEXT}style-name") or "", 0)
            elif element.tag == f"{TABLE_NAMES}table":
                self._table(element)
            elif element.tag == f"{TEXT}section" and _is_hidden(element):
                continue
            elif element.tag == f"{TEXT}numbered-paragraph" or (
                isinstance(element.tag, str) and element.tag not in _CONTENTS and _holds_text(element)
            ):
                self.walk(element)
        self._depth -= 1

    def _paragraph(self, element: Any) -> None:
        if self._document.hides(element):
            return  # with the boxes that are anchored in it
        text = self._document.words(element)
        styles = list(self._document.styled_as(element.get(f"{TEXT}style-name")))
        if not text.strip():
            pass
        elif element.tag == f"{TEXT}h":
            level = int(element.get(f"{TEXT}outline-level") or 1)
            mark = self._headings.mark(level, element)
            self.outline.heading(f"{mark} {text}" if mark else text, level)
        elif "Title" in styles:
            self.title = self.title or folded(text)
            self.outline.heading(text, 1)
        else:
            for line in text.split("\n"):
                self.outline.paragraph(line)
        self._anchored(element)

    def _anchored(self, element: Any) -> None:
        """Text boxes that are anchored in a paragraph, and the notes that it refers to."""
        boxes = list(element.iter(f"{DRAW}text-box"))
        within = {inner for box in boxes for inner in box.iter(f"{DRAW}text-box") if inner is not box}
        for box in boxes:
            if box not in within:  # those are found when the outer one is read
                self.walk(box)
        for note in element.iter(f"{TEXT}note-body"):
            for paragraph in note.iter(f"{TEXT}p"):
                self.outline.paragraph(self._document.words(paragraph))

    def _list(self, element: Any, style: str, depth: int) -> None:
        key = style, depth
        if element.get(f"{TEXT}continue-numbering") != "true" or key not in self._counts:
            self._counts[key] = 0
        for item in element:
            first = item.tag == f"{TEXT}list-item"
            if first:
                start = item.get(f"{TEXT}start-value") or ""
                self._counts[key] = int(start) if start.isdecimal() else self._counts[key] + 1
            for child in item:
                if child.tag == f"{TEXT}list" and depth < _DEEPEST:
                    self._list(child, child.get(f"{TEXT}style-name") or style, depth + 1)
                elif child.tag == f"{TEXT}h":
                    self._paragraph(child)
                elif child.tag == f"{TEXT}p":
                    mark = f"{self._counts[key]}." if key in self._numbered else "-"
                    text = self._document.words(child)
                    if first:
                        self.outline.item(text, depth, mark)
                    else:  # a second paragraph of the item
                        self.outline.paragraph(text)
                    first = first and not text.strip()
                    self._anchored(child)

    def _table(self, table: Any) -> None:
        rows, header = table_rows(self._document, table)
        if rows and all(len(row) == 1 for row in rows):
            for cell in table.iter(f"{TABLE_NAMES}table-cell"):  # a frame around text, not a table
                self.walk(cell)
        else:
            add_table(self.outline, rows, header)


class _HeadingNumbers:
    """Counts headings whose outline style says so: `2.1` before the second heading of the second chapter."""

    def __init__(self, document: OpenDocument) -> None:
        self._levels: dict[int, int] = {}  # level: how many numbers are shown
        for source in document.sources:
            for level in source.iter(f"{TEXT}outline-level-style"):
                if level.get(f"{STYLE}num-format") == "1":
                    shown = level.get(f"{TEXT}display-levels") or "1"
                    self._levels[int(level.get(f"{TEXT}level") or 1)] = int(shown)
        self._counts = [0] * 11

    def mark(self, level: int, heading: Any) -> str:
        """The number of the next heading of that level."""
        if level not in self._levels or heading.get(f"{TEXT}is-list-header") == "true":
            return ""
        self._counts[level] += 1
        self._counts[level + 1 :] = [0] * (len(self._counts) - level - 1)
        return ".".join(str(count) for count in self._counts[level - self._levels[level] + 1 : level + 1])


def _numbered_lists(document: OpenDocument) -> set[tuple[str, int]]:
    """The levels (from 0) of list styles that number their items."""
    return {
        (style.get(f"{STYLE}name") or "", int(level.get(f"{TEXT}level") or 1) - 1)
        for source in document.sources
        for style in source.iter(f"{TEXT}list-style")
        for level in style.iter(f"{TEXT}list-level-style-number")
        if level.get(f"{STYLE}num-format")
    }


def _is_hidden(section: Any) -> bool:
    """Whether a section is not shown, be it by a condition that held when the file was saved."""
    display = section.get(f"{TEXT}display")
    return bool(display == "none" or (display == "condition" and section.get(f"{TEXT}is-hidden") == "true"))


def _holds_text(element: Any) -> bool:
    return next(element.iter(f"{TEXT}p", f"{TEXT}h"), None) is not None
