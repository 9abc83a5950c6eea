"""Excel workbooks, streamed sheet by sheet: one row a block, values as people see them."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ingest.parsed import ParsedDocument
from ingest.readers.naming import real_title, title_from_name
from ingest.readers.office.cell_format import shown_number
from ingest.readers.office.hidden_parts import Hidden
from ingest.readers.office.packages import openable, with_named_styles
from ingest.readers.office.sheet_extras import Merged, merged_by_top, spread, without_values
from ingest.readers.office.sheet_hidden import HiddenCells, hidden_in
from ingest.readers.outline import Outline
from ingest.readers.tabular import WIDEST, Row, add_rows

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAX_BLANK_ROWS = 10_000  # a sheet may claim a million rows of nothing
_SETTINGS = "xl/workbook.xml"
_TABLE = re.compile(r"xl/tables/[^/]+\.xml")
_LONGEST_REPEATED = 200  # characters of a merged cell that stand in all of it


def read_xlsx(data: bytes, name: str) -> ParsedDocument:
    """Every visible sheet's rows, without what somebody has hidden; formulas give their last value."""
    data, opened = _opened(openable(data))
    outline = Outline()
    warnings: list[str] = []
    hidden = Hidden("sheet")
    with closing(opened) as book, zipfile.ZipFile(io.BytesIO(data)) as archive:
        settings = archive.read(_SETTINGS) if _SETTINGS in archive.namelist() else b""
        tables = [archive.read(name) for name in archive.namelist() if _TABLE.fullmatch(name)]
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                hidden.parts += 1
                continue
            outline.forget_headings()
            outline.place(sheet=sheet.title, row=None)
            xml = archive.read(sheet._worksheet_path)
            unknown = without_values(xml, settings)
            if unknown:
                warnings.append(_unknown(sheet.title, len(unknown)))
            read = _Read(sheet, unknown, hidden_in(xml, tables, WIDEST))
            if warning := add_rows(outline, read.rows(merged_by_top(xml))):
                warnings.append(f"Sheet {sheet.title}: {warning}")
            if read.too_wide:
                warnings.append(f"Sheet {sheet.title}: only the first {WIDEST} columns were read.")
            hidden.count(sheet.title, rows=read.unseen_rows, columns=len(read.unseen_columns))
        title = real_title(book.properties.title) or title_from_name(name)
        modified = book.properties.modified
    return ParsedDocument(
        title,
        tuple(outline.blocks),
        MEDIA_TYPE,
        modified=modified.replace(tzinfo=modified.tzinfo or UTC) if modified else None,
        warnings=(*warnings, *hidden.sentences()),
    )


def _opened(data: bytes) -> tuple[bytes, Any]:
    """The workbook, and the bytes that it was opened from."""
    import openpyxl

    try:
        return data, openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except TypeError:  # openpyxl's word for styles that have no name
        data = with_named_styles(data)
        return data, openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)


def _unknown(sheet: str, count: int) -> str:
    return (
        f"Sheet {sheet}: {count:,} {'formula has' if count == 1 else 'formulas have'} no value yet and "
        "can't be read: open the file in a spreadsheet program and save it again."
    )


class _Read:
    """Streams a sheet's rows; what was left out of them is known at the end."""

    def __init__(self, sheet: Any, unknown: frozenset[str], hidden: HiddenCells) -> None:
        self._sheet = sheet
        self._unknown = unknown
        self._hidden = hidden
        self._bold: dict[int, bool] = {}
        self.too_wide = False
        self.unseen_rows = 0
        self.unseen_columns: set[int] = set()

    def rows(self, merged: Mapping[int, list[Merged]]) -> Iterator[Row]:
        """The rows with their numbers, a merged cell's words in all places that it covers."""
        # The size that a sheet claims is padded with empty cells; its rows tell their own.
        self._sheet.reset_dimensions()
        for number, cells, height, repeated in spread(self._filled(), merged, _LONGEST_REPEATED, WIDEST):
            yield Row(number, cells, self._bold.pop(number), height, repeated)

    def _filled(self) -> Iterator[tuple[int, list[str]]]:
        blank = 0
        for number, row in enumerate(self._sheet.iter_rows(), 1):
            held = row[:WIDEST]
            cells = ["" if self._unknown and _place(cell) in self._unknown else _shown(cell) for cell in held]
            blank = 0 if any(cells) else blank + 1
            if blank > _MAX_BLANK_ROWS:
                return
            if number in self._hidden.rows:
                self.unseen_rows += any(cells)
                continue
            self.too_wide = self.too_wide or any(cell.value is not None for cell in row[WIDEST:])
            for column in self._hidden.columns:
                if column < len(cells) and cells[column]:
                    self.unseen_columns.add(column)
                    cells[column] = ""
            self._bold[number] = all(_is_bold(cell) for cell, text in zip(held, cells, strict=True) if text)
            yield number, cells


def _place(cell: Any) -> str:
    return str(cell.coordinate) if cell.value is not None else ""


def _is_bold(cell: Any) -> bool:
    return bool(cell.has_style and cell.font and cell.font.b)


def _shown(cell: Any) -> str:
    """A cell's value in words; a percentage as such, a date without a time of midnight."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date() | time():
            return value.isoformat()
        case timedelta():
            # Hours are counted on beyond a day: `[h]:mm`.
            minutes = round(abs(value).total_seconds() / 60)
            return f"{'-' if value < timedelta() else ''}{minutes // 60}:{minutes % 60:02}"
        case float() | int():
            return shown_number(float(value), str(cell.number_format or ""))
        case _:
            return str(value)
