"""Excel workbooks as Excel wrote them until 2003 (`.xls`): one row a block, values as people see them."""

import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
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


def read_xls(data: bytes, name: str) -> ParsedDocument:
    """Every visible sheet's rows, without what somebody has hidden; formulas give their last value."""
    with OleFileIO(io.BytesIO(data)) as file:
        stream = "Workbook" if file.exists("Workbook") else "Book"
        records = OldRecords(file.openstream(stream).read())
        title, modified = _told(file)
    if records.protected:
        raise _locked(name)
    outline, warnings, hidden = Outline(), list[str](), Hidden("sheet")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise _locked(name) from error
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
    """The title and the day of the last change that the file's properties name."""
    try:
        said = file.get_metadata()
        title = said.title or b""
        saved = said.last_saved_time
        charset = "utf-8" if said.codepage in (65001, -535) else f"cp{(said.codepage or 1252) % 65536}"
    except Exception:  # they are not what is read a workbook for
        return "", None
    moment = saved.replace(tzinfo=UTC) if isinstance(saved, datetime) and saved.year > 1980 else None
    return decode(title, charset) if isinstance(title, bytes) and title else "", moment
