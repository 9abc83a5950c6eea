"""Slide decks: a slide for each top heading, with bullets, a table, or both, and speaker notes."""

from io import BytesIO
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.oxml.xmlchemy import OxmlElement
from pptx.presentation import Presentation as PptxDeck
from pptx.slide import Slide
from pptx.util import Inches, Pt

from drive_build import source
from drive_build.packing import pack_again

SEA = RGBColor(0x1F, 0x6F, 0x8B)  # type: ignore[no-untyped-call]
TITLE_LAYOUT, TEXT_LAYOUT = 0, 1
LEFT, WIDTH = Inches(0.8), Inches(11.7)


def write_pptx(document: source.SourceDocument, target: Path) -> None:
    """Writes `target`; the first slide is the title slide."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    properties = deck.core_properties
    properties.title = document.title
    properties.author = properties.last_modified_by = document.author
    properties.created = properties.modified = document.date
    slide: Slide | None = None
    for block in document.blocks:
        if isinstance(block, source.Heading):
            layout = TITLE_LAYOUT if slide is None else TEXT_LAYOUT
            slide = _open_slide(deck, layout, source.plain(block.runs))
        elif slide is None:
            raise ValueError(f"{document.title}: the deck has to begin with a heading")
        elif isinstance(block, source.Table):
            _add_table(slide, block.rows)
        else:
            _add_text(slide, block)
    _drop_empty_bodies(deck)
    made = BytesIO()
    deck.save(made)
    pack_again(made, target)


def _open_slide(deck: PptxDeck, layout: int, title: str) -> Slide:
    slide: Slide = deck.slides.add_slide(deck.slide_layouts[layout])
    heading: Any = slide.shapes.title
    body: Any = slide.placeholders[1]
    heading.text = title
    heading.text_frame.paragraphs[0].runs[0].font.color.rgb = SEA
    on_title, below = (heading, 2.4, 1.1), (body, 3.7, 1.2)
    on_text, under = (heading, 0.5, 1.1), (body, 1.8, 5.0)
    for shape, top, height in (on_text, under) if layout == TEXT_LAYOUT else (on_title, below):
        shape.left, shape.top = LEFT, Inches(top)
        shape.width, shape.height = WIDTH, Inches(height)
    return slide


def _add_text(slide: Slide, block: source.Paragraph | source.Item) -> None:
    text = source.plain(block.runs)
    if text.startswith(source.NOTES):
        notes: Any = slide.notes_slide.notes_text_frame
        notes.text = text.removeprefix(source.NOTES)
        return
    number = block.number if isinstance(block, source.Item) else None
    frame: Any = slide.placeholders[1].text_frame
    paragraph = frame.add_paragraph() if frame.text else frame.paragraphs[0]
    paragraph.text = text
    if number is not None:
        numbering = OxmlElement("a:buAutoNum")
        numbering.set("type", "arabicPeriod")
        paragraph._p.get_or_add_pPr().append(numbering)
    paragraph.font.size = Pt(24)


def _add_table(slide: Slide, rows: tuple[tuple[source.Runs, ...], ...]) -> None:
    height = Inches(0.55 * len(rows))
    table = slide.shapes.add_table(len(rows), len(rows[0]), LEFT, Inches(1.9), WIDTH, height).table
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, runs in zip(cells.cells, row, strict=True):
            cell.text = source.plain(runs)
            cell.text_frame.paragraphs[0].font.size = Pt(18)


def _drop_empty_bodies(deck: PptxDeck) -> None:
    """A slide with only a table has no use for the placeholder that says `Click to add text`."""
    for slide in deck.slides:
        body: Any = slide.placeholders[1]
        if not body.text_frame.text:
            body.element.getparent().remove(body.element)
