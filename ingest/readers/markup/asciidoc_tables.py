"""Tables of AsciiDoc: cells after bars, with their spans, or values that are parted as in a CSV file."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from ingest.readers.merged_cells import Cell, add_table
from ingest.readers.outline import Outline
from ingest.readers.tabular import MAX_ROWS, WIDEST

_SPEC = r"(?P<spec>(?:\d+(?:\.\d+)?[+*]|\.\d+\+)?(?:[<^>](?:\.[<^>])?|\.[<^>])?[adehlmsv]?)"
_SPAN = re.compile(r"(?:(?P<across>\d+))?(?:\.(?P<down>\d+))?(?P<sign>[+*])")
_COLUMNS = re.compile(r"\bcols\s*=\s*(?:\"(?P<quoted>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^,\]]*))")
_HEADED = re.compile(r"%[\w%]{0,200}header|\b(?:options|opts)\s*=\s*[\"']?[^\"'\]]{0,200}\bheader\b")
_UNHEADED = re.compile(r"noheader")
_FORMAT = re.compile(r"\bformat\s*=\s*\"?(\w+)")
_SEPARATOR = re.compile(r"\bseparator\s*=\s*\"?(\\t|[^\",\]])")


def add_adoc_table(
    outline: Outline, lines: Sequence[str], style: str, delimiter: str, shown: Callable[[str], str]
) -> None:
    """Adds the table between two delimiters; `style` are the attributes above it, `shown` takes marks off."""
    kind = _FORMAT.search(style)
    form = kind[1] if kind else {",": "csv", ":": "dsv"}.get(delimiter[0], "psv")
    said = _SEPARATOR.search(style)
    sign = (
        said[1].replace("\\t", "\t")
        if said
        else {"csv": ",", "dsv": ":", "tsv": "\t"}.get(form, delimiter[0])
    )
    if form in ("csv", "tsv", "dsv"):
        parted = csv.reader([line for line in lines if line.strip()], delimiter=sign)
        rows = [[Cell(shown(value)) for value in row] for row in islice(parted, MAX_ROWS)]
        whole = True
    else:
        cells, in_first_line = _cells(lines, sign)
        width = _width(style) or in_first_line or 1
        whole = in_first_line == width
        rows = _rows([replace(cell, text=shown(cell.text)) for cell in cells], min(width, WIDEST))
    headed = _HEADED.search(style) is not None or (whole and _parted_first_line(lines))
    header = 1 if headed and _UNHEADED.search(style) is None else None
    add_table(outline, rows, header, proof=1)


def _cells(lines: Sequence[str], sign: str) -> tuple[list[Cell], int]:
    """All cells one after another, and how many (columns) begin in the first line."""
    pattern = re.compile(rf"(?:(?<=\s)|^){_SPEC}(?<!\\){re.escape(sign)}|(?<!\\){re.escape(sign)}")
    found: list[Cell] = []
    first = 0
    for line in lines:
        place, spec = 0, None
        for match in pattern.finditer(line):
            _put(found, line[place : match.start()], spec, sign)
            place, spec = match.end(), match["spec"] or ""
        _put(found, line[place:], spec, sign)
        first = first or sum(cell.across for cell in found)
    return found, first


def _put(found: list[Cell], text: str, spec: str | None, sign: str) -> None:
    """A new cell; without a bar before it the text goes on in the one above."""
    text = text.strip().replace("\\" + sign, sign)
    if spec is None:
        if found and text:
            found[-1] = replace(found[-1], text=f"{found[-1].text} {text}".strip())
        return
    span = _SPAN.match(spec)
    across, down = (min(int(span[part] or 1), MAX_ROWS) for part in ("across", "down")) if span else (1, 1)
    if span and span["sign"] == "*":
        found.extend([Cell(text)] * min(across, WIDEST))
    else:
        found.append(Cell(text, min(across, WIDEST), down))


def _width(style: str) -> int:
    match = _COLUMNS.search(style)
    if match is None:
        return 0
    said = (match["quoted"] or match["single"] or match["bare"] or "").strip()
    count = 0
    for part in re.split(r"[,;]", said.strip(",;")) if said else ():
        times = re.match(r"\s*(\d{1,3})\*", part)
        count += int(times[1]) if times else 1
    return count


def _rows(cells: Sequence[Cell], width: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[]]
    taken: dict[int, int] = {}  # column → rows that a cell from above still takes of it
    column = 0
    for cell in cells:
        while taken.get(column, 0) and column < width:
            column += 1
        if column >= width:
            taken = {place: left - 1 for place, left in taken.items() if left > 1}
            rows.append([])
            column = 0
            while taken.get(column, 0) and column < width:
                column += 1
        rows[-1].append(cell)
        if len(rows) > MAX_ROWS:
            break
        for place in range(column, min(column + cell.across, width)):
            # Counted down at the end of this row, too.
            taken[place] = cell.down
        column += cell.across
    return [row for row in rows if row]


def _parted_first_line(lines: Sequence[str]) -> bool:
    """A first line right above a blank one names the columns, unless nothing else is there."""
    return len(lines) > 2 and bool(lines[0].strip()) and not lines[1].strip()
