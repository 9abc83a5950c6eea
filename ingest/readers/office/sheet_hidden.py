"""Which rows and columns of an Excel sheet somebody has hidden, read from its XML.

Rows that a filter keeps from view, and those of a group that is folded up, are not hidden: the sheet shows
that they are there.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ROW = re.compile(rb"<(?:\w+:)?row(?:\s([^<>]*))?/?>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^<>]*)>")
_NUMBER = re.compile(rb"""(?:^|\s)r\s*=\s*["'](\d+)""")
_ATTRIBUTE = re.compile(rb"""\b(min|max|hidden|outlineLevel)\s*=\s*["']([^"']*)""")
_FILTER = re.compile(
    rb'<(?:\w+:)?autoFilter\s[^<>]*?ref="[A-Z]+(\d+)(?::[A-Z]+(\d+))?"[^<>]*>\s*<(?:\w+:)?filterColumn'
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
    rows: set[int] = set()
    number = 0
    for row in _ROW.finditer(sheet):
        said = row[1] or b""
        stated = _NUMBER.search(said)
        number = int(stated[1]) if stated else number + 1  # a row may leave it to its place
        if _hidden(said) and not any(top <= number <= bottom for top, bottom in filtered):
            rows.add(number)
    spans = [span for found in _COLUMN.finditer(sheet) if (span := _hidden(found[1]))]
    columns = {
        column
        for span in spans
        for column in range(int(span.get(b"min", b"1")) - 1, min(int(span.get(b"max", b"0")), widest))
    }
    return HiddenCells(frozenset(rows), frozenset(columns))


def _hidden(said: bytes) -> dict[bytes, bytes]:
    """The attributes of a row or column that is hidden, and not because its group is folded up; else none."""
    if b"hidden" not in said:
        return {}
    attributes = dict(_ATTRIBUTE.findall(said))
    alone = attributes.get(b"outlineLevel", b"0") == b"0"
    return attributes if attributes.get(b"hidden") in _ON and alone else {}
