"""Rows of cells, wherever they come from: which row is the header, and how many are worth reading."""

import re
from collections.abc import Iterable

from ingest.readers.outline import Outline

MAX_ROWS = 50_000
# The header stands above the data, but titles and blank lines may stand above the header.
_HEADER_WITHIN = 10
_NUMBER = re.compile(r"[-+(]?[$€£]?\s?\d[\d.,'  ]*\s?%?\)?|\d{4}-\d{2}-\d{2}.*")


def add_rows(outline: Outline, rows: Iterable[tuple[int, list[str]]]) -> str | None:
    """Adds numbered rows, the first that names columns as header; says so where rows were left out."""
    waiting: list[tuple[int, list[str]]] = []
    added = 0
    decided = False
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if added + len(waiting) >= MAX_ROWS:
            _add_head(outline, waiting, decided)
            return f"Only the first {MAX_ROWS:,} rows were read."
        if decided:
            outline.place(row=number)
            outline.row(cells)
            added += 1
            continue
        waiting.append((number, cells))
        if len(waiting) == _HEADER_WITHIN:
            _add_head(outline, waiting, decided)
            added, waiting, decided = len(waiting), [], True
    _add_head(outline, waiting, decided)
    return None


def _add_head(outline: Outline, rows: list[tuple[int, list[str]]], decided: bool) -> None:
    if decided:
        return
    header = _header_place([cells for _, cells in rows])
    for place, (number, cells) in enumerate(rows):
        outline.place(row=number)
        if header is not None and place < header:
            outline.paragraph("  ".join(cell for cell in cells if cell.strip()))
        else:
            outline.row(cells, header=place == header)


def _header_place(rows: list[list[str]]) -> int | None:
    """The first row that fills the table's width with words, over at least one more row."""
    width = max((_filled(cells) for cells in rows), default=0)
    if width < 2:
        return None
    for place, cells in enumerate(rows[:-1]):
        if _filled(cells) >= max(2, width * 0.7):
            named = [cell for cell in cells if cell.strip()]
            words = all(not _NUMBER.fullmatch(cell.strip()) for cell in named)
            short = all(len(cell) <= 80 for cell in named)
            return place if words and short and len(set(named)) == len(named) else None
    return None


def _filled(cells: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)
