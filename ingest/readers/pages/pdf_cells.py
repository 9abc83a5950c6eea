"""Which gaps in a page's lines part cells: wide ones do, narrower ones where lines nearby have one there."""

from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.pages.pdf_lines import CELL_GAP, Cell, Line

# Lines further apart than this, in ems, say nothing of each other; nor do those that are not next but one.
_NEAR, _AROUND = 3.0, 2
# Two gaps are one column's edge where they share this much, in ems.
_SHARED = 0.4


def with_settled_cells(lines: Sequence[Line]) -> list[Line]:
    """The lines with cells that stand as far apart as cells do, or in columns; others are joined."""
    gaps = [list(_gaps(line)) for line in lines]
    return [
        _joined(line, [_parts(lines, gaps, at, number) for number in range(len(line.cells) - 1)])
        if len(line.cells) > 1
        else line
        for at, line in enumerate(lines)
    ]


def _gaps(line: Line) -> list[tuple[float, float]]:
    return [(left.right, right.left) for left, right in zip(line.cells, line.cells[1:], strict=False)]


def _parts(
    lines: Sequence[Line], gaps: Sequence[Sequence[tuple[float, float]]], at: int, number: int
) -> bool:
    """Whether a line's gap parts cells."""
    line, (start, end) = lines[at], gaps[at][number]
    if end - start > CELL_GAP * line.size:
        return True
    if line.cells[number].text.endswith(". .") or line.cells[number + 1].text.startswith(". ."):
        return False  # dots that lead from a name to its page
    support = 0
    for step in (-1, 1):
        for other in range(at + step, at + step * (_AROUND + 1), step):
            if not 0 <= other < len(lines) or not _near(lines[other - step], lines[other]):
                break
            shared = [gap for gap in gaps[other] if _share(gap, (start, end), line.size)]
            if not shared or _covered(line, gaps[other], line.size) > _agreeing(
                gaps[at], gaps[other], line.size
            ):
                break
            if any(right - left > CELL_GAP * line.size for left, right in shared):
                return True
            support += 1
            if support > 1 or _agreeing(gaps[at], gaps[other], line.size) > 1:
                return True
    return False


def _near(line: Line, other: Line) -> bool:
    size = max(line.size, other.size)
    return 0.5 * size < abs(line.base - other.base) < _NEAR * size and abs(line.size - other.size) < 1.5


def _share(gap: tuple[float, float], other: tuple[float, float], size: float) -> bool:
    return min(gap[1], other[1]) - max(gap[0], other[0]) >= _SHARED * size


def _agreeing(gaps: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]], size: float) -> int:
    return sum(any(_share(gap, other, size) for other in others) for gap in gaps)


def _covered(line: Line, others: Sequence[tuple[float, float]], size: float) -> int:
    """How many gaps of another line stand over words of this one."""
    slack = _SHARED * size
    return sum(
        any(cell.left < start + slack and cell.right > end - slack for cell in line.cells)
        for start, end in others
    )


def _joined(line: Line, parting: Sequence[bool]) -> Line:
    if all(parting):
        return line
    cells = [line.cells[0]]
    for cell, parts in zip(line.cells[1:], parting, strict=True):
        if parts:
            cells.append(cell)
        else:
            cells[-1] = Cell(f"{cells[-1].text} {cell.text}", cells[-1].left, cell.right)
    return replace(line, cells=tuple(cells))
