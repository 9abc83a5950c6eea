"""Table rows in words, as far as the question asks for them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from brain.text.reading import PLAIN, Reading


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A row in words, and where in the row's text the told cells stand."""

    text: str
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that holds something: its column's name, if there is one, and where in the row it stands."""

    name: str
    value: str
    start: int

    @property
    def told(self) -> str:
        """`Price: $40`, or what it holds where its column has no name."""
        return f"{self.name}: {self.value}" if self.name else self.value

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands in the row."""
        return self.start, self.start + len(self.value)


def row_in_words(row: str, header: str, asked: Collection[str], reading: Reading = PLAIN) -> ToldRow:
    """The row's subject and the cells that are asked for: `Gold plan – Price: $40`.

    `row` and `header` are tab-separated; `asked` are the question's stems, and `reading` is how it reads.
    The subject is the cell that the question names, else the first; another than the first comes with its
    column's name, since a row is about what stands first: `Contact: Ann Lee – Benefit: Gym`. Where the
    question names columns, only their cells are told, and what stands first; else all.
    """
    cells = cells_of(row, header)
    named = any(cell.name for cell in cells)
    if len(cells) < 2 or not named:
        # Without names, a pair reads as a term and what it means.
        between = ": " if len(cells) == 2 and not named else ", "
        return ToldRow(between.join(cell.told for cell in cells), tuple(cell.span for cell in cells))
    subject = max(cells, key=lambda cell: (_shared(cell.value, asked, reading), -cell.start))
    others = [cell for cell in cells if cell is not subject]
    told = _asked_for(others, asked, reading) or others
    if subject is not cells[0] and cells[0] not in told:
        told = [cells[0], *told]  # "who do I ask in Porto?": the row is about whom it names first
    about = subject.value if subject is cells[0] else subject.told
    words = f"{about} – {'; '.join(cell.told for cell in told)}"
    return ToldRow(words, tuple(sorted(cell.span for cell in [subject, *told])))


def cells_of(row: str, header: str) -> list[Cell]:
    """The cells of a tab-separated row that hold something, with their names where the header fits."""
    names = [name.strip() for name in header.split("\t")] if header else []
    found = [(match.start(), match.group()) for match in re.finditer(r"[^\t]*", row)]
    values = [(at, value) for at, value in found if value or at == 0 or row[at - 1 : at] == "\t"]
    if len(names) != len(values):
        names = [""] * len(values)
    return [
        Cell(name, value.strip(), at + len(value) - len(value.lstrip()))
        for name, (at, value) in zip(names, values, strict=True)
        if value.strip()
    ]


def _asked_for(cells: Sequence[Cell], asked: Collection[str], reading: Reading) -> list[Cell]:
    """The cells whose columns the question names: `2025 Plan` alone where it says both words."""
    shared = [(cell, set(reading.stems(cell.name)).intersection(asked)) for cell in cells]
    named = [(cell, found) for cell, found in shared if found]
    return [cell for cell, found in named if not any(found < other for _, other in named)]


def _shared(text: str, asked: Collection[str], reading: Reading) -> float:
    stems = reading.stems_and_dates(text)
    return sum(stem in asked for stem in stems) / len(stems) ** 0.5 if stems else 0.0
