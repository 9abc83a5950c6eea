"""The order in which a PDF page's lines are read, and which of them are running heads or page numbers."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from ingest.readers.pages.pdf_cells import with_settled_cells
from ingest.readers.pages.pdf_columns import in_columns
from ingest.readers.pages.pdf_lines import COLUMN_GAP, WORD_GAP, Cell, Line, Page

# A running head or foot stands in the outer part of the page and returns on this share of the pages.
_MARGIN, _RETURNS = 0.09, 0.4
_FEW_PAGES = 3
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|p[aá]gina|-|–|\|)?\s*(?:\d{1,4}|[ivxl]{1,6})\s*"
    r"(?:(?:/|of|von|sur|de|di|van)\s*\d{1,4}|-|–|\|)?",
    re.I,
)


def in_reading_order(page: Page) -> Page:
    """The page with its lines whole and column after column."""
    lines = joined_fragments(list(page.lines))
    parts = [part for line in lines for part in _parts(line)]
    columns = in_columns(parts)
    if columns is not None:
        lines = [line for row in columns for line in joined_fragments(row)]
    elif _out_of_order(lines):
        lines = joined_fragments(sorted(lines, key=lambda line: (round(line.base / 3), line.left)))
    return replace(page, lines=tuple(with_settled_cells(lines)))


def without_running_text(pages: list[Page]) -> list[Page]:
    """The pages without heads and feet that return from page to page, and without page numbers."""
    if len(pages) < _FEW_PAGES:
        return [_less(page, [line for line in page.lines if _says_its_number(line, page)]) for page in pages]
    seen = Counter(key for page in pages for key in {key for line in page.lines for key in _keys(line, page)})
    often = {key for key, count in seen.items() if count >= max(_FEW_PAGES, len(pages) * _RETURNS)}
    numbered = (
        sum(any(_is_page_number(line, page) for line in page.lines) for page in pages) > len(pages) // 2
    )
    return [
        _less(
            page,
            [
                line
                for line in page.lines
                if _all_in(_keys(line, page), often) or (numbered and _is_page_number(line, page))
            ],
        )
        for page in pages
    ]


def _less(page: Page, lines: list[Line]) -> Page:
    return replace(page, lines=tuple(line for line in page.lines if line not in lines)) if lines else page


def joined_fragments(lines: list[Line]) -> list[Line]:
    """Neighbours on one baseline made one line again: some writers place every few letters by themselves."""
    whole: list[Line] = []
    for line in lines:
        above = whole[-1] if whole else None
        if (
            above is None
            or abs(above.base - line.base) > 0.2 * line.size
            or line.left < above.right - line.size
        ):
            whole.append(line)
            continue
        gap = line.left - above.right
        if gap > COLUMN_GAP * line.size:
            cells = (*above.cells, *line.cells)
        else:
            glue = " " if gap > WORD_GAP * line.size else ""
            last, first = above.cells[-1], line.cells[0]
            joined = Cell(last.text + glue + first.text, last.left, first.right)
            cells = (*above.cells[:-1], joined, *line.cells[1:])
        whole[-1] = Line(
            " ".join(cell.text for cell in cells),
            above.left,
            line.right,
            above.base,
            max(above.size, line.size),
            above.bold and line.bold,
            cells,
        )
    return whole


def _parts(line: Line) -> list[Line]:
    """Each cell as a line of its own: what looks like cells may be two columns of text."""
    if len(line.cells) < 2:
        return [line]
    return [
        Line(cell.text, cell.left, cell.right, line.base, line.size, line.bold, (cell,))
        for cell in line.cells
    ]


def _keys(line: Line, page: Page) -> set[tuple[str, int]]:
    """What makes two lines the same running text: each part's words without numbers, at the same height."""
    if not _at_edge(line, page):
        return set()
    words = [cell.text for cell in line.cells] or [line.text]
    return {(re.sub(r"\d+", "#", text).casefold().strip(), round(line.base / 4)) for text in words}


def _all_in(keys: set[tuple[str, int]], often: set[tuple[str, int]]) -> bool:
    return bool(keys) and keys <= often


def _at_edge(line: Line, page: Page) -> bool:
    return line.base < page.height * _MARGIN or line.base > page.height * (1 - _MARGIN)


def _is_page_number(line: Line, page: Page) -> bool:
    return _at_edge(line, page) and _PAGE_NUMBER.fullmatch(line.text.strip()) is not None


def _says_its_number(line: Line, page: Page) -> bool:
    """`Page 1 of 2`: on few pages, a mere number at the edge may be anything."""
    return _is_page_number(line, page) and any(letter.isalpha() for letter in line.text)


def _out_of_order(lines: list[Line]) -> bool:
    jumps = sum(below.base < above.base - above.size for above, below in pairwise(lines))
    return jumps > 0
