"""PowerPoint: slide after slide, the title as heading, text from top to bottom, tables, speaker's notes."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from ingest.parsing.parsed import ParsedDocument
from ingest.readers.naming import first_heading, real_title, title_from_name
from ingest.readers.outline import Outline

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def read_pptx(data: bytes, name: str) -> ParsedDocument:
    """A presentation's blocks with their slides; notes stand after their slide with part `notes`."""
    import pptx

    presentation = pptx.Presentation(io.BytesIO(data))
    outline = Outline()
    for number, slide in enumerate(presentation.slides, 1):
        if slide.element.get("show") != "0":
            _add_slide(outline, slide, number)
    properties = presentation.core_properties
    title = real_title(properties.title) or first_heading(outline.blocks) or title_from_name(name)
    return ParsedDocument(title, tuple(outline.blocks), MEDIA_TYPE, modified=_utc(properties.modified))


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _add_slide(outline: Outline, slide: Any, number: int) -> None:
    outline.forget_headings()
    outline.place(slide=number, part=None)
    title = slide.shapes.title
    if title is not None:
        outline.heading(title.text_frame.text, 1)
    shapes = [shape for shape in _flat(slide.shapes) if title is None or shape.shape_id != title.shape_id]
    for shape in sorted(shapes, key=lambda shape: ((shape.top or 0) // 100_000, shape.left or 0)):
        _add_shape(outline, shape)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        outline.place(part="notes")
        for paragraph in notes.paragraphs:
            outline.paragraph(_text(paragraph))


def _flat(shapes: Any) -> Iterator[Any]:
    """The shapes with groups opened."""
    from pptx.shapes.group import GroupShape

    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _add_shape(outline: Outline, shape: Any) -> None:
    if shape.has_table:
        rows = [[cell.text_frame.text for cell in row.cells] for row in shape.table.rows]
        outline.table(rows, header=bool(shape.table.first_row) and len(rows) > 1)
    elif shape.has_text_frame:
        paragraphs = [paragraph for paragraph in shape.text_frame.paragraphs if _text(paragraph).strip()]
        listed = len(paragraphs) > 1 and _is_body(shape)
        for paragraph in paragraphs:
            if listed or paragraph.level:
                outline.item(_text(paragraph), paragraph.level)
            else:
                outline.paragraph(_text(paragraph))
    elif shape.has_chart and shape.chart.has_title and shape.chart.chart_title.has_text_frame:
        outline.paragraph(shape.chart.chart_title.text_frame.text)


def _is_body(shape: Any) -> bool:
    """The placeholders whose paragraphs PowerPoint draws with bullets."""
    from pptx.enum.shapes import PP_PLACEHOLDER

    kinds = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
    return bool(shape.is_placeholder) and shape.placeholder_format.type in kinds


def _text(paragraph: Any) -> str:
    # A line break inside a paragraph is a vertical tab in python-pptx.
    return str(paragraph.text).replace("\v", " ")
