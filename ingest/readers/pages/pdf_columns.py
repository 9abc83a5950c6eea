"""Columns of running text on a page, wherever on it they stand: each is read to its end before the next."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.readers.pages.pdf_lines import CELL_GAP, Line

# Most of a column of text is in lines that are wider than this many ems.
_COLUMN, _FULL = 14, 0.6
# So many lines stand in a column at least.
_FEWEST, _FEWEST_NEARBY = 5, 2
_EDGE = 4.0  # points within which lines begin at the same edge
_DEEPEST = 4  # columns within columns
# From this many times the usual pitch a line begins a paragraph, or a row of a table.
_APART = 1.25


@dataclass(frozen=True, slots=True)
class _Band:
    """Rows `first` to `last` (without it) of a page, which nothing crosses at `middle`."""

    first: int
    last: int
    middle: float


def in_columns(parts: Sequence[Line]) -> list[list[Line]] | None:
    """The parts of a page's lines row by row, in the order they are read; None where there are no columns."""
    rows = _rows(parts)
    found = list(_read(rows, _DEEPEST, None))
    return None if len(found) == 1 else [row for rows in found for row in rows]


def _read(rows: list[list[Line]], deepest: int, gutter: float | None) -> Iterator[list[list[Line]]]:
    band = _widest_band(rows, gutter) if deepest else None
    if band is None:
        yield rows
        return
    if band.first:
        yield from _read(rows[: band.first], deepest - 1, band.middle)
    within = rows[band.first : band.last]
    for right in (False, True):
        side = [[part for part in row if (part.left >= band.middle) == right] for row in within]
        yield from _read([row for row in side if row], deepest - 1, None)
    if band.last < len(rows):
        yield from _read(rows[band.last :], deepest - 1, band.middle)


def _rows(parts: Sequence[Line]) -> list[list[Line]]:
    """Parts on one baseline, from left to right."""
    rows: list[list[Line]] = []
    for part in sorted(parts, key=lambda part: part.base):
        if rows and part.base - rows[-1][0].base <= 0.2 * part.size:
            rows[-1].append(part)
        else:
            rows.append([part])
    return [sorted(row, key=lambda part: part.left) for row in rows]


def _widest_band(rows: list[list[Line]], gutter: float | None) -> _Band | None:
    """The band with the most text on both sides; fewer lines are enough at a gutter that was found nearby."""
    tabular = _tabular(rows)
    best: tuple[int, _Band] | None = None
    for middle, lines in _edges(rows):
        fewest = _FEWEST_NEARBY if gutter is not None and abs(middle - gutter) < _EDGE else _FEWEST
        least = fewest if best is None else max(fewest, best[0] + 1)
        if lines < least:
            continue
        for first, last in _uncrossed(rows, middle, tabular, least):
            sides = _sides(rows[first:last], middle)
            weight = min(map(len, sides))
            if weight >= least and all(map(_is_prose, sides)) and not _are_rows(*sides):
                best, least = (weight, _Band(first, last, middle)), weight + 1
    return best[1] if best else None


def _edges(rows: list[list[Line]]) -> list[tuple[float, int]]:
    """Where columns may begin: just left of what lines begin with, and how many do; the most first."""
    lines = Counter(round(part.left / _EDGE) for row in rows for part in row)
    lefts: dict[int, float] = {}
    for row in rows:
        for part in row:
            edge = round(part.left / _EDGE)
            lefts[edge] = min(part.left, lefts.get(edge, part.left))
    # What begins on both sides of a rounding is one edge.
    found = [(lefts[edge] - 0.1, count + lines[edge + 1]) for edge, count in lines.items()]
    return sorted(found, key=lambda edge: (-edge[1], edge[0]))


def _uncrossed(
    rows: list[list[Line]], middle: float, tabular: set[int], fewest: int
) -> Iterator[tuple[int, int]]:
    first = 0
    for number, row in enumerate(rows):
        if number in tabular or any(part.left < middle < part.right for part in row):
            if number - first >= fewest:
                yield first, number
            first = number + 1
    if len(rows) - first >= fewest:
        yield first, len(rows)


def _sides(rows: list[list[Line]], middle: float) -> tuple[list[Line], list[Line]]:
    parts = [part for row in rows for part in _stretches(row, middle)]
    return [part for part in parts if part.left < middle], [part for part in parts if part.left >= middle]


def _stretches(row: list[Line], middle: float) -> Iterator[Line]:
    """A row's parts, those that stand no further apart than words may, as one on each side."""
    open_ = row[0]
    for part in row[1:]:
        apart = part.left - open_.right > CELL_GAP * part.size
        if apart or (open_.left < middle <= part.left):
            yield open_
            open_ = part
        else:
            open_ = replace(open_, right=part.right)
    yield open_


def _tabular(rows: list[list[Line]]) -> set[int]:
    """Neighbouring rows of three and more short parts: a table, which may stand across two columns."""
    wholes = [list(_stretches(row, 0)) for row in rows]
    short = [len(row) > 2 and all(_ems(part) < _COLUMN for part in row) for row in wholes]
    pairs = [number for number, both in enumerate(pairwise(short)) if all(both)]
    return {row for number in pairs for row in (number, number + 1)}


def _is_prose(lines: list[Line]) -> bool:
    """Columns of running text have full lines, among formulas too; a table's cells and labels are short."""
    widths = list(map(_ems, lines))
    return sum(width for width in widths if width > _COLUMN) > _FULL * sum(widths)


def _ems(line: Line) -> float:
    return (line.right - line.left) / line.size


def _are_rows(left: list[Line], right: list[Line]) -> bool:
    """Whether what begins on the left begins on the same line on the right: a table of long texts."""
    starts, beside = _starts(left), _starts(right)
    together = sum(any(abs(start - other) < 1 for other in beside) for start in starts)
    return together > 1 and together * 3 >= 2 * max(len(starts), len(beside))


def _starts(lines: list[Line]) -> list[float]:
    gaps = sorted(gap for above, below in pairwise(lines) if (gap := below.base - above.base) > 0)
    if not gaps:
        return []
    pitch = gaps[len(gaps) // 4]
    return [below.base for above, below in pairwise(lines) if below.base - above.base > _APART * pitch]
