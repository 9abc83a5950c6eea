"""Excel workbooks, streamed sheet by sheet: one row a block, values as people see them."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC
from functools import partial
from typing import Any

from ingest.parsed import ParsedDocument
from ingest.readers.naming import real_title, title_from_name
from ingest.readers.office.cell_format import shown_value
from ingest.readers.office.hidden_parts import Hidden
from ingest.readers.office.packages import openable, with_named_styles
from ingest.readers.office.sheet_extras import merged_by_top, without_values
from ingest.readers.office.sheet_hidden import hidden_in
from ingest.readers.office.sheet_rows import SheetRow, SheetRows
from ingest.readers.outline import Outline
from ingest.readers.tabular import WIDEST, add_rows

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SETTINGS = "xl/workbook.xml"
_TABLE = re.compile(r"xl/tables/[^/]+\.xml")


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
            read = SheetRows(hidden_in(xml, tables, WIDEST))
            if warning := add_rows(outline, read.rows(_cells(sheet, unknown), merged_by_top(xml))):
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


def _cells(sheet: Any, unknown: frozenset[str]) -> Iterator[SheetRow]:
    # The size that a sheet claims is padded with empty cells; its rows tell their own.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        held = row[:WIDEST]
        cells = ["" if unknown and _place(cell) in unknown else _shown(cell) for cell in held]
        beyond = any(cell.value is not None for cell in row[WIDEST:])
        yield SheetRow(cells, beyond, partial(_is_bold, held))


def _place(cell: Any) -> str:
    return str(cell.coordinate) if cell.value is not None else ""


def _is_bold(row: Sequence[Any], column: int) -> bool:
    cell = row[column]
    return bool(cell.has_style and cell.font and cell.font.b)


def _shown(cell: Any) -> str:
    return "" if cell.value is None else shown_value(cell.value, str(cell.number_format or ""))
