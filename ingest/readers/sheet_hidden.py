"""Which rows and columns of an Excel sheet somebody has hidden, read from its XML.

Rows that a filter keeps from view, and those of a group that is folded up, are not hidden: the sheet shows
that they are there.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_ATTRIBUTE = re.compile(rb'\b(r|min|max|hidden|outlineLevel)="([^"]*)"')
_FILTER = re.compile(
    rb'<(?:\w+:)?autoFilter\s[^>]*?ref="[A-Z]+(\d+)(?::[A-Z]+(\d+))?"[^>]*>\s*<(?:\w+:)?filterColumn'
)
_TABLES = re.compile(rb"<(?:\w+:)?tablePart\s")
_ON = (b"1", b"true")


@dataclass(frozen=True, slots=True)
class HiddenCells:
    """Rows as the sheet numbers them, columns from 0; of columns only those up to the widest that is read."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()


def hidden_in(sheet: bytes, tables: Iterable[bytes], widest: int) -> HiddenCells:
    """What is hidden on the sheet; `tables` are the workbook's, each with a filter of its own."""
    sources = [sheet, *(tables if _TABLES.search(sheet) else ())]
    filtered = [
        (int(top), int(bottom or top)) for source in sources for top, bottom in _FILTER.findall(source)
    ]
    rows = {
        int(row[b"r"])
        for row in _hidden(_ROW, sheet)
        if b"r" in row and not any(top <= int(row[b"r"]) <= bottom for top, bottom in filtered)
    }
    columns = {
        column
        for span in _hidden(_COLUMN, sheet)
        for column in range(int(span.get(b"min", b"1")) - 1, min(int(span.get(b"max", b"0")), widest))
    }
    return HiddenCells(frozenset(rows), frozenset(columns))


def _hidden(element: re.Pattern[bytes], sheet: bytes) -> Iterator[dict[bytes, bytes]]:
    for found in element.finditer(sheet):
        if b"hidden" in found[1]:
            attributes = dict(_ATTRIBUTE.findall(found[1]))
            if attributes.get(b"hidden") in _ON and attributes.get(b"outlineLevel", b"0") == b"0":
                yield attributes
