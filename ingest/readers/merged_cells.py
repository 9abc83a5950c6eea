"""Tables with merged cells as plain rows: a merged cell's words stand in every place that it covers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.readers.outline import Outline
from ingest.readers.tabular import WIDEST, combined, reads_as_header

# A cell may claim to cover a million others; a long text stands once, however many places it covers.
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's words, and how many columns and rows it covers."""

    text: str
    across: int = 1
    down: int = 1


def add_table(
    outline: Outline, rows: Sequence[Sequence[Cell]], header: int | None = None, *, proof: int = 0
) -> None:
    """Adds a table whose first `header` rows name its columns; None where only the words can tell.

    Then `proof` rows must have figures below a word, two where there are but two columns. Rows of a single
    cell above the columns are what the table is called.
    """
    cells = [row for row in rows if any(cell.text.strip() for cell in row)]
    while len(cells) > 1 and len(cells[0]) == 1 and any(len(row) > 1 for row in cells):
        outline.paragraph(cells[0][0].text)
        cells, header = cells[1:], (header - 1 or None if header else header)
    lines = laid_out(cells)
    height = _header_height(cells, lines, proof) if header is None else min(header, len(lines) - 1)
    if height > 0:
        outline.row(combined(lines[:height]), header=True)
    else:
        # Without columns to keep to, a wide cell is one cell: a form's `Name`, and the room for it.
        lines = laid_out([[replace(cell, across=1) for cell in row] for row in cells])
    for line in lines[max(height, 0) :]:
        outline.row(line)


def laid_out(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """The rows with as many cells as they have columns; a cell over a whole row stands once."""
    found: list[list[str]] = []
    from_above: dict[int, tuple[str, int]] = {}
    for row in rows:
        line: list[str] = []
        for cell in row:
            _fill(line, from_above)
            repeated = cell.text if len(cell.text) <= _LONGEST else ""
            room = max(1, WIDEST - len(line))
            across = 1 if len(row) == 1 and not from_above else min(max(cell.across, 1), room)
            for place in range(across):
                if cell.down > 1:
                    from_above[len(line)] = repeated, cell.down
                line.append(repeated if place else cell.text)
        _fill(line, from_above)
        found.append(line)
        from_above = {column: (text, left - 1) for column, (text, left) in from_above.items() if left > 1}
    return found


def _fill(line: list[str], from_above: dict[int, tuple[str, int]]) -> None:
    while len(line) in from_above:
        line.append(from_above[len(line)][0])


def _header_height(cells: Sequence[Sequence[Cell]], lines: Sequence[Sequence[str]], proof: int) -> int:
    """How many rows name the columns, where only the cells' words tell."""
    if len(cells) < 2:
        return 0
    height = max(cell.down for cell in cells[0])
    if any(cell.across > 1 for cell in cells[0]):
        height = max(height, 2)
    elif height > 1:
        return 0  # a label beside several rows
    if height >= len(cells):
        return 0
    names = combined(lines[:height])
    return height if reads_as_header(names, lines[height:], proof if len(names) > 2 else 2) else 0
