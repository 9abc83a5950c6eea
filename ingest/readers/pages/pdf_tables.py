"""Rows of a table in a PDF: cells put under their columns, and whether the first row is a header."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.readers.pages.pdf_lines import LINE_END_HYPHEN, Cell, Line
from ingest.readers.tabular import combined, reads_as_header

# Rows lie further apart than the lines within a cell, by this much at least.
_APART = 1.2
# Lines of one text lie closer than this many times the letters' size.
_CLOSE = 1.45
# Rows of a table lie closer than this many times the letters' size.
_ROWS = 2.0
_OPEN_ENDS = (",", "-", "/", "&", LINE_END_HYPHEN)
_FIGURE = re.compile(r"[-+(]?[$€£]?\s?\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TALLEST_HEADER = 3

Column = tuple[float, float]
"""A column's left and right edge."""


def with_whole_cells(lines: Sequence[Line], is_item: Callable[[Line], bool]) -> list[Line]:
    """The lines with every row of a table as one: what was wrapped in a cell goes on behind a newline.

    Items of a list, whose marks stand as far away as a cell, are no rows.
    """
    found: list[Line] = []
    at = 0
    while at < len(lines):
        end = _end_of_table(lines, at, is_item)
        rows = lines[at:end]
        gaps = [below.base - above.base for above, below in pairwise(rows)]
        pitch = min(gaps, default=0.0)
        if 0 < pitch <= _CLOSE * rows[0].size and max(gaps) >= _APART * pitch:
            found += _joined(rows, gaps, pitch)
        else:
            found += rows
        at = end
    return found


def rows_with_one_cell(lines: Sequence[Line]) -> set[int]:
    """Lines of one cell between the rows of a table, as close and as tall as these: most cells are empty."""
    found: set[int] = set()
    for at in range(1, len(lines) - 1):
        above, line, below = lines[at - 1 : at + 2]
        if len(line.cells) != 1 or len(above.cells) < 2 or len(below.cells) < 2:
            continue
        gaps = (line.base - above.base, below.base - line.base)
        alike = max(abs(line.size - other.size) for other in (above, below)) < 0.6
        cells = [*above.cells, *below.cells]
        within = line.right <= max(cell.right for cell in cells) and any(
            abs(line.left - cell.left) < line.size / 2 or abs(line.right - cell.right) < line.size / 2
            for cell in cells
        )
        if alike and within and min(gaps) > 0 and max(gaps) < min(_ROWS * line.size, _APART * min(gaps)):
            found.add(at)
    return found


def _end_of_table(lines: Sequence[Line], first: int, is_item: Callable[[Line], bool]) -> int:
    """Where the table ends that begins with a line; the next line where none does."""
    at = first + 1
    if len(lines[first].cells) < 2 or is_item(lines[first]):
        return at
    columns = [cell.left for cell in lines[first].cells]
    while at < len(lines):
        line, above = lines[at], lines[at - 1]
        gap = line.base - above.base
        if gap <= 0 or abs(line.size - above.size) > 1 or is_item(line):
            break
        if len(line.cells) < 2 and (gap > _CLOSE * line.size or not _is_under(line, columns)):
            break
        columns += [cell.left for cell in line.cells]
        at += 1
    return at


def _is_under(line: Line, columns: Sequence[float]) -> bool:
    return any(abs(line.left - left) < line.size / 2 for left in columns)


def _joined(rows: Sequence[Line], gaps: Sequence[float], pitch: float) -> list[Line]:
    whole = [rows[0]]
    columns = max(len(row.cells) for row in rows)
    for line, gap in zip(rows[1:], gaps, strict=True):
        held = _with_cells(whole[-1], line) if gap < _APART * pitch and len(line.cells) < columns else None
        if held is None:
            whole.append(line)
        else:
            whole[-1] = held
    return whole


def _with_cells(row: Line, line: Line) -> Line | None:
    """The row with the line's cells below its own; None where the line may as well be a row of its own."""
    cells = list(row.cells)
    goes_on = False
    for cell in line.cells:
        place = next((n for n, above in enumerate(cells) if abs(above.left - cell.left) < row.size / 2), None)
        if place is None or _FIGURE.match(cell.text):
            return None
        above = cells[place]
        goes_on = goes_on or cell.text[:1].islower() or above.text.endswith(_OPEN_ENDS)
        cells[place] = Cell(f"{above.text}\n{cell.text}", above.left, max(above.right, cell.right))
    if not goes_on:
        return None
    text = " ".join(cell.text for cell in cells)
    # The last line's baseline: what follows is measured from there.
    return replace(row, text=text, base=line.base, right=max(row.right, line.right), cells=tuple(cells))


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows, each with a cell for every column, and which of them is the header.

    Where the header takes several rows, its names stand in the last of these, and the others are empty.
    """

    rows: list[list[str]]
    header: int | None


def table_of(rows: Sequence[Line]) -> Table:
    """The rows' cells under their columns."""
    columns = _columns_of(rows)
    if not columns:
        placed = [[cell.text for cell in row.cells] for row in rows]
        named = len(rows) > 1 and len(placed[0]) == len(placed[1]) and _is_header(rows, placed)
        return Table(placed, 0 if named else None)
    placed = [_placed(row, columns) for row in rows]
    height = _header_height(rows, columns)
    unsure = any(_is_unsure(cell, columns) for row in rows[height:] for cell in row.cells) or any(
        len(_under(cell, columns)) not in (1, len(cell.text.split())) for cell in rows[height - 1].cells
    )
    if any(sum(map(bool, cells)) < len(row.cells) for row, cells in zip(rows, placed, strict=True)):
        return Table([[cell.text for cell in row.cells] for row in rows], None)  # a form, or two tables
    if unsure or len(rows) <= height:
        return Table(placed, None)  # rather no name than another column's
    names = combined([_names(row, columns, last=row is rows[height - 1]) for row in rows[:height]])
    under = [names, *placed[height:]]
    if not _is_header([rows[0], *rows[height:]], under):
        return Table(placed, None)
    return Table([[]] * (height - 1) + under, height - 1)


def _columns_of(rows: Sequence[Line]) -> list[Column]:
    """Where the columns stand; none where each row has all cells, or where they can't be told apart."""
    counts = {len(row.cells) for row in rows}
    if len(counts) == 1:
        return []
    found: list[Column] = []
    for row in sorted(rows, key=lambda row: -len(row.cells)):
        for cell in row.cells:
            under = _under(cell, found)
            if not under:
                found = sorted([*found, (cell.left, cell.right)])
            elif len(under) == 1:
                left, right = found[under[0]]
                found[under[0]] = (min(left, cell.left), max(right, cell.right))
        if any(above[1] > below[0] for above, below in pairwise(found)):
            return []
    return _without_halves(rows, found)


def _without_halves(rows: Sequence[Line], columns: list[Column]) -> list[Column]:
    """A name on the left of figures that stand on the right is over them: no row has both."""
    at = 0
    while at + 1 < len(columns):
        pair = {at, at + 1}
        both = any(pair <= {n for cell in row.cells for n in _under(cell, columns)} for row in rows)
        if both:
            at += 1
        else:
            columns = [*columns[:at], (columns[at][0], columns[at + 1][1]), *columns[at + 2 :]]
    return columns


def _under(cell: Cell, columns: Sequence[Column]) -> list[int]:
    return [n for n, (left, right) in enumerate(columns) if cell.left < right and cell.right > left]


def _placed(row: Line, columns: Sequence[Column]) -> list[str]:
    """A row's words by column."""
    words: list[list[str]] = [[] for _ in columns]
    for cell in row.cells:
        under, parts = _under(cell, columns), cell.text.split()
        if len(under) == len(parts) > 1 and all(map(_has_figure, parts)):
            for column, part in zip(under, parts, strict=True):
                words[column].append(part)
        else:
            words[_nearest(cell, under, columns)].append(cell.text)
    return [" ".join(texts) for texts in words]


def _names(row: Line, columns: Sequence[Column], *, last: bool) -> list[str]:
    """A header row's words by column: those of a wide cell stand in every column that it covers.

    In the last row as many words as columns are the columns' names, set close to each other.
    """
    words: list[list[str]] = [[] for _ in columns]
    for cell in row.cells:
        under, parts = _under(cell, columns), cell.text.split()
        if not last or len(parts) != len(under):
            parts = [cell.text] * len(under)
        for column, part in zip(under, parts, strict=True):
            words[column].append(part)
    return [" ".join(texts) for texts in words]


def _nearest(cell: Cell, under: Sequence[int], columns: Sequence[Column]) -> int:
    """Of several columns that a cell reaches into, the one whose edge it shares."""
    return min(
        under, key=lambda n: min(abs(cell.left - columns[n][0]), abs(cell.right - columns[n][1])), default=0
    )


def _is_unsure(cell: Cell, columns: Sequence[Column]) -> bool:
    """Figures of several columns that stand too close to be told apart."""
    under, parts = _under(cell, columns), cell.text.split()
    figures = sum(map(_has_figure, parts))
    return len(under) > 1 and figures > 1 and not figures == len(parts) == len(under)


def _has_figure(word: str) -> bool:
    return any(map(str.isdigit, word))


def _header_height(rows: Sequence[Line], columns: Sequence[Column]) -> int:
    """How many rows a header takes: above its names stand those that hold for several columns."""
    height = 1
    while (
        columns
        and height < min(len(rows) - 1, _TALLEST_HEADER)
        and any(len(_under(cell, columns)) > 1 for cell in rows[height - 1].cells)
        and len(rows[height].cells) > len(rows[height - 1].cells)
        and not any(
            _FIGURE.match(cell.text) and not _YEAR.fullmatch(cell.text) for cell in rows[height].cells
        )
    ):
        height += 1
    return height


def _is_header(rows: Sequence[Line], cells: Sequence[Sequence[str]]) -> bool:
    """Bold over plain rows, words alone over rows with figures, or years over figures."""
    if rows[0].bold != rows[1].bold:
        return rows[0].bold
    figures = [any(text[:1].isdigit() or text[:1] in ("$", "€", "£") for text in row) for row in cells]
    return (not figures[0] and sum(figures[1:]) * 2 >= len(rows) - 1) or reads_as_header(
        cells[0], cells[1:], proof=1
    )
