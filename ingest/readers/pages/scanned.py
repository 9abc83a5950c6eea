"""Lines found by text recognition, made to look like the lines of a PDF page."""

from ingest.readers.pages.optical import Recognised
from ingest.readers.pages.pdf_layout import in_reading_order
from ingest.readers.pages.pdf_lines import Cell, Line, Page


def page_from_picture(
    found: list[Recognised], number: int, size: tuple[int, int], *, scale: float = 1.0
) -> Page:
    """A page measured in pixels times `scale`; every line gets the usual height, since boxes waver."""
    heights = sorted(line.bottom - line.top for line in found)
    usual = heights[len(heights) // 2] if heights else 1.0
    lines = tuple(
        Line(
            line.text,
            line.left * scale,
            line.right * scale,
            line.bottom * scale,
            _letters(line.bottom - line.top, usual) * scale,
            False,
            (Cell(line.text, line.left * scale, line.right * scale),),
        )
        for line in found
    )
    return in_reading_order(Page(number, size[0] * scale, size[1] * scale, lines, scanned=True))


def _letters(height: float, usual: float) -> float:
    """The letters' size: of a line that stands out its own, otherwise the usual; 0.8 of a box is letters."""
    return 0.8 * (height if height > 1.4 * usual else usual)
