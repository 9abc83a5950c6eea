"""Word documents: paragraphs by their styles, numbered lists with their numbers, tables in their place."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ingest.parsed import ParsedDocument
from ingest.readers.naming import first_heading, real_title, title_from_name
from ingest.readers.outline import Outline

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"heading (\d)", re.I)


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
        self._document = document
        self._formats = _number_formats(document)
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)

    def walk(self) -> None:
        """Adds every paragraph and table of the body."""
        self._children(self._document.element.body)

    def _children(self, parent: Any) -> None:
        from docx.text.paragraph import Paragraph

        for element in parent:
            match element.tag:
                case _Tag.PARAGRAPH:
                    self._paragraph(Paragraph(element, self._document))
                case _Tag.TABLE:
                    self._table(element)
                case _Tag.CONTROL if not _is_contents(element):
                    # python-docx passes over content controls, which templates are full of.
                    for content in element.iterchildren(f"{_W}sdtContent"):
                        self._children(content)

    def _paragraph(self, paragraph: Any) -> None:
        text = _text(paragraph._p)
        if not text.strip():
            return
        style = (paragraph.style.name if paragraph.style is not None else "") or ""
        level = _heading_level(paragraph, style)
        if style.lower().startswith("toc "):
            return
        if style.lower() == "title":
            self.title = self.title or " ".join(text.split())
            self.outline.heading(text, 1)
        elif level is not None:
            self.outline.heading(text, level)
        elif (listed := _list_place(paragraph, style)) is not None:
            number_id, depth = listed
            self.outline.item(text, depth, self._mark(number_id, depth, style))
        else:
            for line in text.split("\n"):
                self.outline.paragraph(line)

    def _mark(self, number_id: str, depth: int, style: str) -> str:
        kind = self._formats.get((number_id, depth), "decimal" if "number" in style.lower() else "bullet")
        if kind not in ("decimal", "decimalZero"):
            return "-"
        counts = self._counts[number_id]
        counts[depth] = counts.get(depth, 0) + 1
        for deeper in [level for level in counts if level > depth]:
            del counts[deeper]
        return f"{counts[depth]}."

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


def _heading_level(paragraph: Any, style: str) -> int | None:
    if match := _HEADING.match(style):
        return int(match[1])
    if style.lower() == "subtitle":
        return 2
    outline_level = paragraph._p.find(f"{_W}pPr/{_W}outlineLvl")
    if outline_level is not None and (value := int(outline_level.get(f"{_W}val", "9"))) < 9:
        return value + 1
    return None


def _list_place(paragraph: Any, style: str) -> tuple[str, int] | None:
    """(list id, depth) of a list item, from the paragraph or from its style."""
    number = paragraph._p.find(f"{_W}pPr/{_W}numPr")
    if number is None and paragraph.style is not None:
        number = paragraph.style.element.find(f"{_W}pPr/{_W}numPr")
    if number is None:
        return (style, 0) if style.lower().startswith("list ") else None
    identity, level = number.find(f"{_W}numId"), number.find(f"{_W}ilvl")
    value = identity.get(f"{_W}val") if identity is not None else style
    if value == "0":
        return None
    return str(value), int(level.get(f"{_W}val", "0")) if level is not None else 0


def _number_formats(document: Any) -> dict[tuple[str, int], str]:
    """How each list and level is marked: `bullet`, `decimal` and so on."""
    part = next(
        (
            relation.target_part
            for relation in document.part.rels.values()
            if relation.reltype.endswith("/numbering")
        ),
        None,
    )
    if part is None:
        return {}
    root = part.element
    levels = {
        abstract.get(f"{_W}abstractNumId"): {
            int(level.get(f"{_W}ilvl")): form.get(f"{_W}val")
            for level in abstract.iterchildren(f"{_W}lvl")
            if (form := level.find(f"{_W}numFmt")) is not None
        }
        for abstract in root.iterchildren(f"{_W}abstractNum")
    }
    formats: dict[tuple[str, int], str] = {}
    for number in root.iterchildren(f"{_W}num"):
        target = number.find(f"{_W}abstractNumId")
        for depth, form in levels.get(target.get(f"{_W}val") if target is not None else None, {}).items():
            formats[number.get(f"{_W}numId"), depth] = form
    return formats
