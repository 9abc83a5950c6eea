"""Rows of cells, wherever they come from: which row names the columns, and how many are worth reading."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.readers.outline import Outline, folded

MAX_ROWS = 50_000
WIDEST = 256  # columns of a sheet: it may claim a million of nothing
# The header stands above the data, but titles and blank lines may stand above the header.
_HEADER_WITHIN = 10
_LONGEST_NAME = 80
_NUMBER = re.compile(r"[-+(]?[$€£]?\s?\d[\d.,'  ]*\s?[%€]?\)?|\d{4}-\d{2}-\d{2}.*")
_FIGURE = re.compile(r"[-+(]?[$€£]?\s?\d")
# Years and months are numbers that name columns.
_PERIOD = re.compile(r"(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the number that a spreadsheet shows beside it.

    `bold` where all of its words are; `height` is how many rows a header takes that begins with it;
    `repeated` are the columns that a wide cell before them reaches into.
    """

    number: int
    cells: Sequence[str]
    bold: bool = False
    height: int = 1
    repeated: frozenset[int] = frozenset()


def add_rows(outline: Outline, rows: Iterable[Row], *, pairs_named: bool = False) -> str | None:
    """Adds rows, those that name columns as headers of those below; says so where rows were left out.

    With `pairs_named` a first row of two words is a header, as in a file of separated values; on a sheet it
    may as well be the first of many pairs, such as `Owner` and a name.
    """
    tables = _Tables(outline, pairs_named)
    added, after_blank = 0, False
    for row in rows:
        if not any(cell.strip() for cell in row.cells):
            after_blank = True
            continue
        if added >= MAX_ROWS:
            tables.decide()
            return f"Only the first {MAX_ROWS:,} rows were read."
        tables.add(row, after_blank=after_blank)
        added, after_blank = added + 1, False
    tables.decide()
    return None


class _Tables:
    """One table after another: the first rows of each are held back until its header is found or missed."""

    def __init__(self, outline: Outline, pairs_named: bool) -> None:
        self._outline = outline
        self._pairs_named = pairs_named
        self._waiting: list[Row] = []
        self._decided = False
        self._columns = 0

    def add(self, row: Row, *, after_blank: bool) -> None:
        """The next row that holds anything; behind a blank one another table may begin."""
        if after_blank and (self._decided or self._header_place() is not None):
            self.decide()
            self._decided = False
        if self._decided:
            self._row(row)
            return
        self._waiting.append(row)
        if len(self._waiting) == _HEADER_WITHIN:
            self.decide()

    def decide(self) -> None:
        """Add the rows that waited, as what they are."""
        place = self._header_place()
        rows, self._waiting, self._decided = self._waiting, [], True
        if place is None:
            for row in rows:
                self._row(row)
            return
        for row in rows[:place]:
            self._outline.place(row=row.number)
            self._outline.paragraph("  ".join(cell for cell in row.cells if cell.strip()))
        past = place + rows[place].height
        names = combined([row.cells for row in rows[place:past]])
        self._columns = max(column for column, name in enumerate(names, 1) if name)
        self._outline.place(row=rows[past - 1].number)
        self._outline.row(names, header=True)
        for row in rows[past:]:
            self._row(row)

    def _row(self, row: Row) -> None:
        self._outline.place(row=row.number)
        if self._columns:
            self._outline.row([*row.cells, *[""] * (self._columns - len(row.cells))])
        else:  # without columns to keep to, a wide cell is one cell
            self._outline.row([cell for at, cell in enumerate(row.cells) if at not in row.repeated])

    def _header_place(self) -> int | None:
        """The first row that fills the table's width with names, over at least one more row."""
        rows = self._waiting
        width = max((_filled(row.cells) for row in rows), default=0)
        for place, row in enumerate(rows):
            names = combined([r.cells for r in rows[place : place + row.height]])
            below = rows[place + row.height :]
            if not below or _filled(names) < max(2, width * 0.7):
                continue
            set_apart = row.bold and not below[0].bold
            proof = 0 if set_apart else self._proof(width)
            return place if reads_as_header(names, [r.cells for r in below], proof) else None
        return None

    def _proof(self, width: int) -> int:
        if self._columns:
            return 1  # below an earlier header, the rows may be more of the same table
        return 2 if width == 2 and not self._pairs_named else 0


def reads_as_header(names: Sequence[str], below: Sequence[Sequence[str]], proof: int = 0) -> bool:
    """Whether the names are those of columns; `proof` is how many rows must have figures below a word."""
    filled = [(column, name.strip()) for column, name in enumerate(names) if name.strip()]
    words = [column for column, name in filled if not _NUMBER.fullmatch(name)]
    periods = [column for column, name in filled if _PERIOD.fullmatch(name)]
    distinct = len({name for _, name in filled}) == len(filled)
    if not words or len(words) + len(periods) < len(filled) or not distinct or len(filled) < 2:
        return False
    if any(len(name) > _LONGEST_NAME for _, name in filled):
        return False
    if any(_PERIOD.fullmatch(cell) for column in periods for cell in _column(below, column)):
        return False  # dates over dates are data
    return not proof or any(
        len(cells := _column(below, column)) >= proof and all(map(_FIGURE.match, cells))
        for column, name in filled
        if column in periods or not _FIGURE.match(name)
    )


def combined(rows: Sequence[Sequence[str]]) -> list[str]:
    """The names of columns whose header takes several rows: `2024` over `Plan` is `2024 Plan`."""
    width = max(map(len, rows))
    columns = [[folded(row[column]) for row in rows if column < len(row)] for column in range(width)]
    return [" ".join(dict.fromkeys(filter(None, parts))) for parts in columns]


def _column(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    return [cell for row in rows if column < len(row) and (cell := row[column].strip())]


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)
