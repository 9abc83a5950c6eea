"""OpenDocument presentations (`.odp`): slide after slide, the title as heading, tables, speaker's notes."""

from typing import Any

from ingest.parsed import ParsedDocument
from ingest.readers.merged_cells import add_table
from ingest.readers.naming import first_heading, title_from_name
from ingest.readers.office.hidden_parts import Hidden
from ingest.readers.office.open_document import (
    DRAW,
    PRESENTATION,
    STYLE,
    TABLE,
    TEXT,
    OpenDocument,
    table_rows,
)
from ingest.readers.outline import Outline

MEDIA_TYPE = "application/vnd.oasis.opendocument.presentation"
_RUNNING = {"footer", "date-time", "page-number", "header"}
_DEEPEST = 20


def read_odp(data: bytes, name: str) -> ParsedDocument:
    """A presentation's blocks with their slides; notes stand after their slide with part `notes`."""
    document = OpenDocument(data, name)
    outline = Outline()
    hidden = Hidden("slide")
    unseen = document.styles_with(f"{STYLE}drawing-page-properties", f"{PRESENTATION}visibility", "hidden")
    for number, page in enumerate(document.body.iterchildren(f"{DRAW}page"), 1):
        if page.get(f"{DRAW}style-name") in unseen:
            hidden.parts += 1
            continue
        outline.forget_headings()
        outline.place(slide=number, part=None)
        shapes = [shape for shape in page if shape.get(f"{PRESENTATION}class") not in _RUNNING]
        for shape in shapes:
            if shape.get(f"{PRESENTATION}class") == "title":
                outline.heading(" ".join(document.words(p) for p in shape.iter(f"{TEXT}p")), 1)
        for shape in shapes:
            if shape.get(f"{PRESENTATION}class") != "title" and shape.tag != f"{PRESENTATION}notes":
                _add(outline, document, shape, 0)
        outline.place(part="notes")
        for frame in page.iterfind(f"{PRESENTATION}notes/{DRAW}frame"):
            if frame.get(f"{PRESENTATION}class") == "notes":
                for paragraph in frame.iter(f"{TEXT}p"):
                    outline.paragraph(document.words(paragraph))
    title = document.title or first_heading(outline.blocks) or title_from_name(name)
    return ParsedDocument(
        title,
        tuple(outline.blocks),
        MEDIA_TYPE,
        modified=document.modified,
        warnings=tuple(hidden.sentences()),
    )


def _add(outline: Outline, document: OpenDocument, element: Any, depth: int) -> None:
    """Paragraphs, list items and tables below the element; `depth` counts lists, from 0 outside of all."""
    if element.tag == f"{TEXT}p":
        text = document.words(element)
        if depth:
            outline.item(text, depth - 1)
        else:
            outline.paragraph(text)
    elif element.tag == f"{TABLE}table":
        add_table(outline, *table_rows(document, element))
    elif isinstance(element.tag, str) and depth < _DEEPEST:
        for child in element:
            _add(outline, document, child, depth + (element.tag == f"{TEXT}list"))
