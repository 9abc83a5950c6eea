"""Rows of a table in a PDF: cells put under their columns, and whether the first row is a header."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.readers.pages.pdf_lines import LINE_END_HYPHEN, Cell, Line
from ingest.readers.tabular import reads_as_header

# Rows lie further apart than the lines within a cell, by this much at least.
_APART = 1.2
# Lines of one text lie closer than this many times the letters' size.
_CLOSE = 1.45
_OPEN_ENDS = (",", "-", "/", "&", LINE_END_HYPHEN)
_FIGURE = re.compile(r"[-+(]?[$€£]?\s?\d")


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


def table_cells(rows: list[Line]) -> tuple[list[list[str]], bool]:
    """The rows' cells, with empty ones where a column has none, and True if the first row is the header."""
    cells = _under_columns(rows)
    return cells, len(rows) > 1 and len(cells[0]) == len(cells[1]) and _is_header(rows, cells)


def _under_columns(rows: list[Line]) -> list[list[str]]:
    """Cells by the left edges that rows share; numbers set flush right share none, and stay as they are."""
    edges: list[float] = []
    for left in sorted(cell.left for row in rows for cell in row.cells):
        if not edges or left - edges[-1] > rows[0].size:
            edges.append(left)
    if len(edges) != max(len(row.cells) for row in rows):
        return [[cell.text for cell in row.cells] for row in rows]
    placed = []
    for row in rows:
        texts = [""] * len(edges)
        for cell in row.cells:
            column = max(number for number, edge in enumerate(edges) if edge <= cell.left + 0.1)
            texts[column] = cell.text
        placed.append(texts)
    return placed


def _is_header(rows: list[Line], cells: list[list[str]]) -> bool:
    """Bold over plain rows, words alone over rows with figures, or years over figures."""
    if rows[0].bold != rows[1].bold:
        return rows[0].bold
    figures = [any(text[:1].isdigit() or text[:1] in ("$", "€", "£") for text in row) for row in cells]
    return (not figures[0] and sum(figures[1:]) * 2 >= len(rows) - 1) or reads_as_header(
        cells[0], cells[1:], proof=1
    )
