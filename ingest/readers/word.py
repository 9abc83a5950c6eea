"""Word documents: paragraphs by their styles, numbered lists with their numbers, tables in their place."""

import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ingest.parsing.parsed import ParsedDocument
from ingest.readers.naming import first_heading, real_title, title_from_name
from ingest.readers.outline import Outline
from ingest.readers.word_styles import WORDS as _W
from ingest.readers.word_styles import Style, Styles

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def read_docx(data: bytes, name: str) -> ParsedDocument:
    """A Word file's blocks; the title is its property, else the title line or first heading."""
    import docx

    document = docx.Document(io.BytesIO(data))
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
    """Goes through the body once, counting list numbers as Word does."""

    def __init__(self, document: Any) -> None:
        self.outline = Outline()
        self.title: str | None = None
        self._body = document.element.body
        self._styles = Styles(document)
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)

    def walk(self) -> None:
        """Adds every paragraph and table of the body."""
        self._children(self._body)

    def _children(self, parent: Any) -> None:
        for element in parent:
            match element.tag:
                case _Tag.PARAGRAPH:
                    self._paragraph(element)
                case _Tag.TABLE:
                    self._table(element)
                case _Tag.CONTROL if not _is_contents(element):
                    # python-docx passes over content controls, which templates are full of.
                    for content in element.iterchildren(f"{_W}sdtContent"):
                        self._children(content)

    def _paragraph(self, paragraph: Any) -> None:
        text = _text(paragraph)
        style = self._styles.of(paragraph)
        if not text.strip() or style.name.startswith("toc "):
            return
        if style.name == "title":
            self.title = self.title or " ".join(text.split())
            self.outline.heading(text, 1)
        elif style.level is not None:
            self.outline.heading(text, style.level)
        elif style.list_id is not None:
            self.outline.item(text, style.depth, self._mark(style))
        else:
            for line in text.split("\n"):
                self.outline.paragraph(line)

    def _mark(self, style: Style) -> str:
        if not self._styles.numbered(style):
            return "-"
        counts = self._counts[style.list_id or ""]
        counts[style.depth] = counts.get(style.depth, 0) + 1
        for deeper in [level for level in counts if level > style.depth]:
            del counts[deeper]
        return f"{counts[style.depth]}."

    def _table(self, table: Any) -> None:
        rows = [list(_cells(row)) for row in table.iterchildren(f"{_W}tr")]
        rows = [row for row in rows if any(cell.strip() for cell in row)]
        if rows and max(map(len, rows)) == 1:
            # A frame around text, not a table.
            for row in rows:
                for line in row[0].split("\n"):
                    self.outline.paragraph(line)
        else:
            self.outline.table(rows, header=len(rows) > 1 and all(cell.strip() for cell in rows[0][1:]))


def _is_contents(control: Any) -> bool:
    gallery = control.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
    return gallery is not None and gallery.get(f"{_W}val") == "Table of Contents"


def _text(element: Any) -> str:
    """The words of a paragraph: hyperlinks included, deleted text and field codes not."""
    parts: list[str] = []
    for node in element.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        tag = node.tag[len(_W) :]
        if tag == "tab" and node.getparent().tag == f"{_W}tabs":
            continue
        # A text box is written twice, the second time for programs that don't know the first form.
        if any(above.tag == _FALLBACK for above in node.iterancestors()):
            continue
        parts.append({"t": node.text or "", "tab": "\t", "noBreakHyphen": "-"}.get(tag, "\n"))
    return "".join(parts)


def _cells(row: Any) -> Iterator[str]:
    for cell in row.iterchildren(f"{_W}tc"):
        yield "\n".join(_text(paragraph) for paragraph in cell.iter(f"{_W}p"))
