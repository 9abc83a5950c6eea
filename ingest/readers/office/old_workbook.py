"""Excel workbooks as Excel wrote them until 2003 (`.xls`): one row a block, values as people see them."""

import io
import struct
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from olefile import OleFileIO
from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from brain.errors import UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.naming import real_title, title_from_name
from ingest.readers.office.cell_format import shown_value
from ingest.readers.office.hidden_parts import Hidden
from ingest.readers.office.old_records import OldRecords, OldSheet
from ingest.readers.office.sheet_extras import Merged
from ingest.readers.office.sheet_rows import SheetRow, SheetRows
from ingest.readers.outline import Outline
from ingest.readers.tabular import WIDEST, add_rows

MEDIA_TYPE = "application/vnd.ms-excel"
# The library's own reader of a file's properties goes on for hours where a damaged one claims millions.
_SUMMARY = "\x05SummaryInformation"
_LONGEST_SUMMARY, _MOST_PROPERTIES = 100_000, 100
_PAGE, _TITLE, _SAVED = 1, 2, 13


def read_xls(data: bytes, name: str) -> ParsedDocument:
    """Every visible sheet's rows, without what somebody has hidden; formulas give their last value."""
    with OleFileIO(io.BytesIO(data)) as file:
        stream = "Workbook" if file.exists("Workbook") else "Book"
        records = OldRecords(file.openstream(stream).read())
        title, modified = _told(file)
    if records.protected:
        raise _locked(name)
    try:
        return _read(data, name, records, title, modified)
    except PasswordError as error:
        raise _locked(name) from error
    except BaseException as error:
        # What calamine's own checks miss in a damaged file ends in a panic, which is no Exception in Python.
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(f"calamine gave up: {error}") from error


def _read(
    data: bytes, name: str, records: OldRecords, title: str, modified: datetime | None
) -> ParsedDocument:
    outline, warnings, hidden = Outline(), list[str](), Hidden("sheet")
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for number, about in enumerate(book.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        if about.visible != SheetVisibleEnum.Visible:
            hidden.parts += 1
            continue
        outline.forget_headings()
        outline.place(sheet=about.name, row=None)
        sheet, known = book.get_sheet_by_index(number), records.sheet(number)
        read = SheetRows(known.hidden)
        if warning := add_rows(outline, read.rows(_cells(sheet, records, known), _merged(sheet))):
            warnings.append(f"Sheet {about.name}: {warning}")
        if read.too_wide:
            warnings.append(f"Sheet {about.name}: only the first {WIDEST} columns were read.")
        hidden.count(about.name, rows=read.unseen_rows, columns=len(read.unseen_columns))
    return ParsedDocument(
        real_title(title) or title_from_name(name),
        tuple(outline.blocks),
        MEDIA_TYPE,
        modified=modified,
        warnings=(*warnings, *hidden.sentences()),
    )


def _locked(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"{name} is protected by a password: save a copy without the password and add that."
    )


def _cells(sheet: CalamineSheet, records: OldRecords, known: OldSheet) -> Iterator[SheetRow]:
    before = [""] * (sheet.start[1] if sheet.start else 0)  # columns that nothing stands in are not told
    for row, filled in enumerate(sheet.iter_rows()):
        values = [*before, *filled]
        cells = [
            shown_value(value, records.form(known.styles.get((row, column))))
            for column, value in enumerate(values[:WIDEST])
        ]
        beyond = any(value != "" for value in values[WIDEST:])
        yield SheetRow(cells, beyond, partial(_is_bold, records, known, row))


def _is_bold(records: OldRecords, known: OldSheet, row: int, column: int) -> bool:
    return records.is_bold(known.styles.get((row, column)))


def _merged(sheet: CalamineSheet) -> dict[int, list[Merged]]:
    found: dict[int, list[Merged]] = defaultdict(list)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        found[top + 1].append(Merged(left, right, top + 1, bottom + 1))
    return found


def _told(file: Any) -> tuple[str, datetime | None]:
    """The title and the moment of the last change that the file's properties name (MS-OLEPS 2.21)."""
    if not file.exists(_SUMMARY):
        return "", None
    told = file.openstream(_SUMMARY).read(_LONGEST_SUMMARY)
    found = {}
    try:
        (section,) = struct.unpack_from("<I", told, 44)
        (count,) = struct.unpack_from("<I", told, section + 4)
        for at in range(section + 8, section + 8 + 8 * min(count, _MOST_PROPERTIES), 8):
            number, place = struct.unpack_from("<2I", told, at)
            found[number] = section + place + 4  # behind the value's type
        page = struct.unpack_from("<H", told, found[_PAGE])[0] if _PAGE in found else 1252
        title, moment = "", None
        if _TITLE in found:
            (length,) = struct.unpack_from("<I", told, found[_TITLE])
            words = told[found[_TITLE] + 4 :][:length].partition(b"\0")[0]
            title = decode(words, "utf-8" if page == 65001 else f"cp{page}") if words else ""
        if _SAVED in found:
            (ticks,) = struct.unpack_from("<Q", told, found[_SAVED])
            moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(seconds=ticks // 10**7)
    except (struct.error, OverflowError, LookupError):
        return "", None  # they are not what a workbook is read for
    return title, moment if moment and moment.year > 1980 else None
