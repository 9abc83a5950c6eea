"""Tables that a text file draws with spaces: columns that begin at the same place in every line."""

import re
from collections.abc import Iterator

_GAP = re.compile(r"(?<=\S)(?: {2,}|\t+)(?=\S)")


def table_runs(lines: list[str]) -> Iterator[tuple[list[list[str]], list[str]]]:
    """Splits lines into runs: (rows, []) for a table, ([], lines) for anything else."""
    loose: list[str] = []
    place = 0
    while place < len(lines):
        rows, used = _table_at(lines, place)
        if used:
            if loose:
                yield [], loose
                loose = []
            yield rows, []
            place += used
        else:
            loose.append(lines[place])
            place += 1
    if loose:
        yield [], loose


def _table_at(lines: list[str], place: int) -> tuple[list[list[str]], int]:
    """The table that begins with that line, and how many lines it takes; none where it takes 0."""
    starts = _starts(lines[place])
    if len(starts) < 2:
        return [], 0
    rows = [_cells(lines[place])]
    longer: dict[tuple[int, int], list[str]] = {}  # what goes on in later lines, by row and column
    used = 1
    for number in range(place + 1, len(lines)):
        line = lines[number]
        indent = len(line) - len(line.lstrip())
        if indent in starts[1:] and len(_starts(line)) == 1:
            # A cell that goes on in the next line.
            longer.setdefault((len(rows) - 1, starts.index(indent)), []).append(line.strip())
        elif len(found := _starts(line)) > 1 and _same_columns(found, starts) and len(found) <= len(starts):
            rows.append(_cells(line) + [""] * (len(starts) - len(found)))
        else:
            break
        used += 1
    if len(rows) == 1:
        return [], 0
    for (row, column), more in longer.items():
        rows[row][column] = " ".join([rows[row][column], *more])
    return rows, used


def _same_columns(found: list[int], starts: list[int]) -> bool:
    # Numbers are often set flush right: a column may waver by a few letters.
    return abs(found[0] - starts[0]) <= 1 and all(
        abs(a - b) <= 3 for a, b in zip(found[1:], starts[1:], strict=False)
    )


def _starts(line: str) -> list[int]:
    line = line.expandtabs(8)
    return [len(line) - len(line.lstrip()), *(gap.end() for gap in _GAP.finditer(line))]


def _cells(line: str) -> list[str]:
    return _GAP.split(line.expandtabs(8).strip())
