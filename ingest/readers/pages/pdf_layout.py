"""The order in which a PDF page's lines are read, and which of them are running heads or page numbers."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from ingest.readers.pages.pdf_lines import CELL_GAP, WORD_GAP, Cell, Line, Page

# A running head or foot stands in the outer part of the page and returns on this share of the pages.
_MARGIN, _RETURNS = 0.08, 0.4
_FEW_PAGES = 3
# Half the lines of a column of text are wider than this many ems.
_COLUMN = 14
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite|p[aá]gina|-|–|\|)?\s*(?:\d{1,4}|[ivxl]{1,6})\s*"
    r"(?:(?:/|of|von|sur|de|di|van)\s*\d{1,4}|-|–|\|)?",
    re.I,
)


def in_reading_order(page: Page) -> Page:
    """The page with its lines whole and column after column."""
    lines = joined_fragments(list(page.lines))
    parts = [part for line in lines for part in _parts(line)]
    gutter = _gutter(parts, page.width)
    if gutter is not None:
        lines = _by_column(parts, gutter)
    elif _out_of_order(lines):
        lines = joined_fragments(sorted(lines, key=lambda line: (round(line.base / 3), line.left)))
    return replace(page, lines=tuple(lines))


def without_running_text(pages: list[Page]) -> list[Page]:
    """The pages without heads and feet that return from page to page, and without page numbers."""
    if len(pages) < _FEW_PAGES:
        return [_less(page, [line for line in page.lines if _says_its_number(line, page)]) for page in pages]
    seen = Counter(key for page in pages for key in {_key(line, page) for line in page.lines} if key)
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
                if _key(line, page) in often or (numbered and _is_page_number(line, page))
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
        if gap > CELL_GAP * line.size:
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


def _key(line: Line, page: Page) -> tuple[str, int] | None:
    """What makes two lines the same running text: words without numbers, at the same height."""
    if not _at_edge(line, page):
        return None
    return re.sub(r"\d+", "#", line.text).casefold().strip(), round(line.base / 4)


def _at_edge(line: Line, page: Page) -> bool:
    return line.base < page.height * _MARGIN or line.base > page.height * (1 - _MARGIN)


def _is_page_number(line: Line, page: Page) -> bool:
    return _at_edge(line, page) and _PAGE_NUMBER.fullmatch(line.text.strip()) is not None


def _says_its_number(line: Line, page: Page) -> bool:
    """`Page 1 of 2`: on few pages, a mere number at the edge may be anything."""
    return _is_page_number(line, page) and any(letter.isalpha() for letter in line.text)


def _gutter(lines: list[Line], width: float) -> float | None:
    """The middle of the empty strip between two columns of text, if there is one."""
    if len(lines) < 12:
        return None
    best: tuple[int, float] | None = None
    for step in range(35, 66):
        x = width * step / 100
        crossing = sum(line.left < x < line.right for line in lines)
        left = [line for line in lines if line.right <= x]
        right = [line for line in lines if line.left >= x]
        enough = min(len(left), len(right)) > len(lines) * 0.25 and crossing < len(lines) * 0.25
        if enough and _is_prose(left) and _is_prose(right) and (best is None or crossing < best[0]):
            best = (crossing, x)
    return best[1] if best else None


def _is_prose(lines: list[Line]) -> bool:
    """Columns of running text have full lines; a table's cells and labels are short."""
    widths = sorted(line.right - line.left for line in lines)
    return widths[len(widths) // 2] > _COLUMN * lines[0].size


def _by_column(lines: list[Line], gutter: float) -> list[Line]:
    """Between lines that cross the gutter, first the left column, then the right one."""
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in sorted(lines, key=lambda line: line.base):
        if line.left < gutter < line.right:
            ordered += [*left, *right, line]
            left, right = [], []
        else:
            (left if line.right <= gutter else right).append(line)
    return joined_fragments([*ordered, *left, *right])


def _out_of_order(lines: list[Line]) -> bool:
    jumps = sum(below.base < above.base - above.size for above, below in pairwise(lines))
    return jumps > 0
