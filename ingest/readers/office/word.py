"""Word documents: paragraphs by their styles, numbers as Word counts them, tables in their place."""

import io
import re
from datetime import UTC, datetime
from typing import Any

from ingest.parsed import ParsedDocument
from ingest.readers.merged_cells import add_table
from ingest.readers.naming import first_heading, real_title, title_from_name
from ingest.readers.office.drawings import add_chart, charts_in
from ingest.readers.office.packages import openable
from ingest.readers.office.word_numbering import WORDS as _W
from ingest.readers.office.word_numbering import Numbering
from ingest.readers.office.word_styles import Style, Styles
from ingest.readers.office.word_tables import header_of, parts_of, rows_of
from ingest.readers.office.word_text import boxes_in, notes_of, references_in, text_of
from ingest.readers.outline import Outline

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PLAIN_MARK = re.compile(r"^(\d+)[.)]?$")
_DEEPEST = 20  # text boxes and frames within each other


def read_docx(data: bytes, name: str) -> ParsedDocument:
    """A Word file's blocks; the title is its property, else the title line or first heading."""
    import docx

    document = docx.Document(io.BytesIO(openable(data)))
    walker = _WordWalker(document)
    walker.walk()
    blocks = walker.outline.blocks
    properties = _core_properties(document)
    title = real_title(properties[0]) or real_title(walker.title) or first_heading(blocks)
    return ParsedDocument(title or title_from_name(name), tuple(blocks), MEDIA_TYPE, modified=properties[1])


def _core_properties(document: Any) -> tuple[str | None, datetime | None]:
    """Title and date; python-docx would invent both for a file without them."""
    if not any(
        relation.reltype.endswith("/core-properties") for relation in document.part.package.rels.values()
    ):
        return None, None
    properties = document.core_properties
    modified = properties.modified or properties.created
    return properties.title, modified.replace(tzinfo=modified.tzinfo or UTC) if modified else None


class _Tag:
    """The body's elements that hold text."""

    PARAGRAPH = f"{_W}p"
    TABLE = f"{_W}tbl"
    CONTROL = f"{_W}sdt"


class _WordWalker:
    """Goes through the body once, counting as Word does; a footnote stands behind what refers to it."""

    def __init__(self, document: Any) -> None:
        self.outline = Outline()
        self.title: str | None = None
        self._part = document.part
        self._body = document.element.body
        self._styles = Styles(document)
        self._numbering = Numbering(document)
        self._notes = notes_of(document)
        self._depth = 0

    def walk(self) -> None:
        """Adds every paragraph and table of the body."""
        self._children(self._body)

    def _children(self, parent: Any) -> None:
        self._depth += 1
        for element in parent:
            match element.tag:
                case _Tag.PARAGRAPH:
                    self._paragraph(element)
                    self._boxes_and_notes(element)
                case _Tag.TABLE:
                    self._table(element)
                case _Tag.CONTROL if not _is_contents(element):
                    # python-docx passes over content controls, which templates are full of.
                    for content in element.iterchildren(f"{_W}sdtContent"):
                        self._children(content)
        self._depth -= 1

    def _paragraph(self, paragraph: Any) -> None:
        text = text_of(paragraph)
        style = self._styles.of(paragraph)
        if not text.strip() or style.name.startswith("toc "):
            return
        mark = self._mark(style)
        if style.name == "title":
            self.title = self.title or " ".join(text.split())
            self.outline.heading(text, 1)
        elif style.level is not None:
            self.outline.heading(text if mark == "-" else f"{mark} {text}", style.level)
        elif style.list_id is not None:
            self.outline.item(text, style.depth or 0, _PLAIN_MARK.sub(r"\1.", mark))
        else:
            for line in text.split("\n"):
                self.outline.paragraph(line)

    def _mark(self, style: Style) -> str:
        if style.list_id is None:
            return "-"
        depth = style.depth
        if depth is None:
            depth = self._numbering.depth_of(style.list_id, style.identity) or 0
        return self._numbering.mark(style.list_id, depth, counted="number" in style.name)

    def _boxes_and_notes(self, element: Any) -> None:
        """Text boxes and charts that are anchored here, and the notes that are referred to here."""
        if self._depth < _DEEPEST:
            for box in boxes_in(element):
                self._children(box)
        for chart in charts_in(element, self._part):
            add_chart(self.outline, chart)
        for kind, identity in references_in(element):
            for text in self._notes.pop((kind, identity), ()):
                self.outline.paragraph(text)

    def _table(self, table: Any) -> None:
        rows = rows_of(table)
        if rows and all(len(row.cells) == 1 for row in rows) and self._depth < _DEEPEST:
            # A frame around text, not a table.
            for row in parts_of(table, "tr"):
                for cell in parts_of(row, "tc"):
                    self._children(cell)
        else:
            add_table(self.outline, [row.cells for row in rows], header_of(rows))
            self._boxes_and_notes(table)


def _is_contents(control: Any) -> bool:
    gallery = control.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
    return gallery is not None and gallery.get(f"{_W}val") == "Table of Contents"
