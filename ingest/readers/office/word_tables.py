"""Word's tables: merged cells, tables within cells, and which rows are marked as a header."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest.readers.merged_cells import Cell
from ingest.readers.office.word_numbering import WORDS as _W
from ingest.readers.office.word_text import text_of

_DEEPEST = 5  # tables within tables


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row's cells, whether it is marked to be repeated on every page, and how its first cells are drawn."""

    cells: tuple[Cell, ...]
    repeated: bool
    emphasis: tuple[bool, ...]


def rows_of(table: Any) -> list[TableRow]:
    """The rows that hold anything; a cell merged downwards stands in its first row alone."""
    rows: list[tuple[list[Cell], bool, tuple[bool, ...]]] = []
    # By column, the row and place of the cell that reaches down
    open_: dict[int, tuple[list[Cell], int]] = {}
    for row in parts_of(table, "tr"):
        cells: list[Cell] = []
        drawn: list[bool] = []
        column = _number(row.find(f"{_W}trPr/{_W}gridBefore"), 0)
        if column:
            cells.append(Cell("", column))
        for cell in parts_of(row, "tc"):
            across = _number(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1)
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            goes_on = merge is not None and merge.get(f"{_W}val") in (None, "continue")
            if goes_on and column in open_:
                above, place = open_[column]
                above[place] = replace(above[place], down=above[place].down + 1)
            else:
                open_.pop(column, None)
                if merge is not None:
                    open_[column] = cells, len(cells)
                cells.append(Cell(_words(cell), across))
                drawn.append(_is_emphasised(cell))
            column += across
        repeated = row.find(f"{_W}trPr/{_W}tblHeader") is not None
        rows.append((cells, repeated, tuple(drawn)))
    return [
        TableRow(tuple(cells), repeated, drawn)
        for cells, repeated, drawn in rows
        if any(cell.text.strip() for cell in cells)
    ]


def header_of(rows: Sequence[TableRow]) -> int | None:
    """How many rows are the header: those marked so, or a first one drawn otherwise; None if unknown."""
    marked = 0
    while marked < len(rows) and rows[marked].repeated:
        marked += 1
    if 0 < marked < len(rows):
        return marked
    if len(rows) < 2:
        return 0
    if all(row.emphasis[:1] == (True,) for row in rows) and not all(rows[0].emphasis):
        return 0  # the first column names what stands beside it
    if all(rows[0].emphasis) and not any(rows[1].emphasis[1:]):
        merged = max((cell.down for cell in rows[0].cells), default=1)
        return merged if merged < len(rows) and all(cell.across == 1 for cell in rows[0].cells) else None
    return None


def parts_of(element: Any, name: str) -> Iterator[Any]:
    """A table's rows (`tr`) or a row's cells (`tc`), those in content controls too."""
    return (child for child in _opened(element) if child.tag == f"{_W}{name}")


def _words(cell: Any, depth: int = 0) -> str:
    """A cell's paragraphs; of a table within, its rows, parted by semicolons."""
    parts: list[str] = []
    for child in _opened(cell):
        if child.tag == f"{_W}p":
            parts.append(text_of(child))
        elif child.tag == f"{_W}tbl" and depth < _DEEPEST:
            rows = [
                [" ".join(_words(inner, depth + 1).split()) for inner in parts_of(row, "tc")]
                for row in parts_of(child, "tr")
            ]
            parts.append("; ".join(", ".join(filter(None, row)) for row in rows if any(row)))
    return "\n".join(parts)


def _opened(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == f"{_W}sdt":
            for content in child.iterchildren(f"{_W}sdtContent"):
                yield from _opened(content)
        else:
            yield child


def _is_emphasised(cell: Any) -> bool:
    """Whether all of a cell's words are bold, or the cell is filled with a colour."""
    fill = cell.find(f"{_W}tcPr/{_W}shd")
    if fill is not None and (fill.get(f"{_W}fill") or "auto").lower() not in ("auto", "ffffff"):
        return True
    runs = [run for run in cell.iter(f"{_W}r") if run.find(f"{_W}t") is not None]
    return bool(runs) and all(_is_on(run.find(f"{_W}rPr/{_W}b")) for run in runs)


def _is_on(mark: Any) -> bool:
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false")


def _number(element: Any, fallback: int) -> int:
    value = (element.get(f"{_W}val") or "") if element is not None else ""
    return int(value) if value.isdecimal() else fallback
