"""PowerPoint: slide after slide, the title as heading, text from top to bottom, tables, speaker's notes."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ingest.parsed import ParsedDocument
from ingest.readers.merged_cells import Cell, add_table
from ingest.readers.naming import first_heading, real_title, title_from_name
from ingest.readers.office.drawings import add_chart, diagram_texts
from ingest.readers.office.hidden_parts import Hidden
from ingest.readers.office.packages import openable
from ingest.readers.outline import Outline

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def read_pptx(data: bytes, name: str) -> ParsedDocument:
    """A presentation's blocks with their slides; notes stand after their slide with part `notes`."""
    import pptx

    presentation = pptx.Presentation(io.BytesIO(openable(data)))
    outline = Outline()
    hidden = Hidden("slide")
    for number, slide in enumerate(presentation.slides, 1):
        if slide.element.get("show") in ("0", "false"):
            hidden.parts += 1
        else:
            _add_slide(outline, slide, number)
    properties = presentation.core_properties
    title = real_title(properties.title) or first_heading(outline.blocks) or title_from_name(name)
    return ParsedDocument(
        title,
        tuple(outline.blocks),
        MEDIA_TYPE,
        modified=_utc(properties.modified),
        warnings=tuple(hidden.sentences()),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _add_slide(outline: Outline, slide: Any, number: int) -> None:
    outline.forget_headings()
    outline.place(slide=number, part=None)
    title = slide.shapes.title
    if title is not None and not title.has_text_frame:  # a picture was put where the title goes
        title = None
    if title is not None:
        outline.heading(title.text_frame.text, 1)
    for shape in _in_reading_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _add_shape(outline, shape)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        outline.place(part="notes")
        for paragraph in notes.paragraphs:
            outline.paragraph(_text(paragraph))


def _in_reading_order(shapes: Any) -> Iterator[Any]:
    """From top to bottom; a group's shapes, which are measured by the group's own ruler, in its place."""
    from pptx.shapes.group import GroupShape

    for shape in sorted(shapes, key=lambda shape: ((shape.top or 0) // 100_000, shape.left or 0)):
        if isinstance(shape, GroupShape):
            yield from _in_reading_order(shape.shapes)
        elif not _is_running_text(shape):
            yield shape


def _is_running_text(shape: Any) -> bool:
    """Footer, date and number, which every slide repeats."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    kinds = (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER)
    return bool(shape.is_placeholder) and shape.placeholder_format.type in kinds


def _add_shape(outline: Outline, shape: Any) -> None:
    if shape.has_table:
        _add_table(outline, shape.table)
    elif shape.has_text_frame:
        paragraphs = [paragraph for paragraph in shape.text_frame.paragraphs if _text(paragraph).strip()]
        listed = len(paragraphs) > 1 and _is_body(shape)
        for paragraph in paragraphs:
            if listed or paragraph.level:
                outline.item(_text(paragraph), paragraph.level)
            else:
                outline.paragraph(_text(paragraph))
    elif shape.has_chart:
        add_chart(outline, shape.chart._chartSpace)
    else:
        for text in diagram_texts(shape):
            outline.item(text)


def _add_table(outline: Outline, table: Any) -> None:
    rows = [
        [
            Cell(cell.text_frame.text, cell.span_width, cell.span_height)
            if cell.is_merge_origin
            else Cell(cell.text_frame.text)
            for cell in row.cells
            if not cell.is_spanned
        ]
        for row in table.rows
    ]
    marked = (
        bool(table.first_row) and len(rows) > 1 and all(cell.across == cell.down == 1 for cell in rows[0])
    )
    add_table(outline, rows, 1 if marked else None, proof=0 if table.first_row else 1)


def _is_body(shape: Any) -> bool:
    """The placeholders whose paragraphs PowerPoint draws with bullets."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    kinds = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
    return bool(shape.is_placeholder) and shape.placeholder_format.type in kinds


def _text(paragraph: Any) -> str:
    # A line break inside a paragraph is a vertical tab in python-pptx.
    return str(paragraph.text).replace("\v", " ")
