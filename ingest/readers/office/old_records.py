"""What calamine doesn't tell of an old Excel workbook: formats, bold cells, what is hidden, a password.

A workbook is one stream of records: a type, a length, and so many bytes (MS-XLS 2.1.4). The workbook's own
come first and say where each sheet's begin.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.readers.office.sheet_hidden import HiddenCells
from ingest.readers.tabular import WIDEST

_BOF, _EOF, _PASSWORD, _SHEET, _NAME = 0x0809, 0x000A, 0x002F, 0x0085, 0x0018
_FONT, _FORMAT, _STYLE, _ROW, _COLUMNS = 0x0031, 0x041E, 0x00E0, 0x0208, 0x007D
_FILTERED = 0x009B
# Cells that begin with row, column and style; of `_NUMBERS` a row of them.
_CELLS, _NUMBERS = frozenset({0x0203, 0x027E, 0x0006, 0x00FD, 0x0204, 0x00D6}), 0x00BD
_BOLD = 600
_NEWER = 0x0600  # words in Unicode
_FILTERS_NAME, _BUILT_IN, _AREA = 0x0D, 0x20, 0x3B
# Formats that every workbook has, as far as their numbers are shown otherwise than they are.
_KNOWN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0", 38: "#,##0"}
_KNOWN |= {39: "#,##0.00", 40: "#,##0.00"}


@dataclass
class OldSheet:
    """One sheet: its cells' styles by row and column, and what is hidden."""

    styles: dict[tuple[int, int], int] = field(default_factory=dict)
    hidden: HiddenCells = field(default_factory=HiddenCells)


class OldRecords:
    """The workbook's records, read once; a sheet's when it is asked for."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._starts: list[int] = []
        self._fonts: list[bool] = []
        self._formats = dict(_KNOWN)
        self._styles: list[tuple[int, int]] = []
        self._filters: dict[int, tuple[int, int]] = {}
        self.protected = False
        newer = len(stream) > 6 and struct.unpack_from("<H", stream, 4)[0] == _NEWER
        for kind, data in self._records(0):
            self._note(kind, data, newer)

    def form(self, style: int | None) -> str:
        """The number format of a style, as Excel writes formats."""
        if style is None or style >= len(self._styles):
            return ""
        return self._formats.get(self._styles[style][1], "")

    def is_bold(self, style: int | None) -> bool:
        """Whether a style's letters are bold."""
        if style is None or style >= len(self._styles):
            return False
        font = self._styles[style][0]
        font -= font > 4  # there is no font of number 4
        return font < len(self._fonts) and self._fonts[font]

    def sheet(self, number: int) -> OldSheet:
        """The sheet at this place, from 0."""
        found, rows, columns, filtered = OldSheet(), set[int](), set[int](), False
        for kind, data in self._records(self._starts[number]) if number < len(self._starts) else ():
            if kind in _CELLS and len(data) >= 6:
                row, column, style = struct.unpack_from("<3H", data)
                found.styles[row, column] = style
            elif kind == _NUMBERS and len(data) >= 6:
                row, column = struct.unpack_from("<2H", data)
                for place, at in enumerate(range(4, len(data) - 7, 6), column):
                    found.styles[row, place] = struct.unpack_from("<H", data, at)[0]
            elif kind == _ROW and len(data) >= 14:
                flags = data[12]
                if flags & 0x20 and not flags & 0x07:  # of no height, and in no group
                    rows.add(struct.unpack_from("<H", data)[0] + 1)
            elif kind == _COLUMNS and len(data) >= 10:
                first, last, flags = struct.unpack_from("<2H4xH", data)
                if flags & 0x01 and not flags & 0x0700:
                    columns.update(range(first, min(last + 1, WIDEST)))
            filtered = filtered or kind == _FILTERED
        if filtered and number in self._filters:
            top, bottom = self._filters[number]
            rows -= set(range(top, bottom + 1))
        found.hidden = HiddenCells(frozenset(rows), frozenset(columns))
        return found

    def _records(self, at: int) -> Iterator[tuple[int, bytes]]:
        """The records from there to the end of that part, without those of charts within it."""
        depth = 0
        while at + 4 <= len(self._stream):
            kind, length = struct.unpack_from("<2H", self._stream, at)
            depth += (kind == _BOF) - (kind == _EOF)
            if depth <= 0:
                return
            if depth == 1:
                yield kind, self._stream[at + 4 : at + 4 + length]
            at += 4 + length

    def _note(self, kind: int, data: bytes, newer: bool) -> None:
        if kind == _PASSWORD:
            self.protected = True
        elif kind == _SHEET and len(data) >= 4:
            self._starts.append(struct.unpack_from("<I", data)[0])
        elif kind == _FONT and len(data) >= 8:
            self._fonts.append(struct.unpack_from("<H", data, 6)[0] >= _BOLD)
        elif kind == _STYLE and len(data) >= 4:
            self._styles.append(struct.unpack_from("<2H", data))
        elif kind == _FORMAT and len(data) >= 5:
            words = data[5:].decode("utf-16-le" if data[4] & 1 else "latin-1", "replace")
            form = words if newer else data[3:].decode("cp1252", "replace")
            self._formats[struct.unpack_from("<H", data)[0]] = form
        elif (
            kind == _NAME and newer and len(data) >= 23 and data[0] & _BUILT_IN and data[15] == _FILTERS_NAME
        ):
            sheet, area = struct.unpack_from("<H", data, 8)[0], data[16:]
            if area[0] == _AREA:
                top, bottom = struct.unpack_from("<2H", area, 3)
                self._filters[sheet - 1] = (top + 1, bottom + 1)
