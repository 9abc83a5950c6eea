"""Excel workbooks, streamed sheet by sheet: one row a block, values as people see them."""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from typing import Any

from ingest.parsing.parsed import ParsedDocument
from ingest.readers.naming import real_title, title_from_name
from ingest.readers.outline import Outline
from ingest.readers.tabular import add_rows

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A sheet may claim a million columns or rows of nothing.
_MAX_COLUMNS, _MAX_BLANK_ROWS = 256, 10_000


def read_xlsx(data: bytes, name: str) -> ParsedDocument:
    """Every visible sheet's rows; formulas give the value that was last computed."""
    import openpyxl

    outline = Outline()
    warnings: list[str] = []
    with closing(openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)) as book:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            outline.forget_headings()
            outline.place(sheet=sheet.title, row=None)
            if warning := add_rows(outline, _rows(sheet)):
                warnings.append(f"Sheet {sheet.title}: {warning}")
        title = real_title(book.properties.title) or title_from_name(name)
        modified = book.properties.modified
    return ParsedDocument(
        title,
        tuple(outline.blocks),
        MEDIA_TYPE,
        modified=modified.replace(tzinfo=modified.tzinfo or UTC) if modified else None,
        warnings=tuple(warnings),
    )


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    # The size that a sheet claims is padded with empty cells; its rows tell their own.
    sheet.reset_dimensions()
    blank = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_shown(cell) for cell in row[:_MAX_COLUMNS]]
        blank = 0 if any(cells) else blank + 1
        if blank > _MAX_BLANK_ROWS:
            return
        yield number, cells


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
        case float() | int():
            return _number(float(value), str(cell.number_format or ""))
        case _:
            return str(value)


def _number(value: float, form: str) -> str:
    if "%" in form:
        return f"{value * 100:.10g}%"
    text = f"{value:.15g}"
    mark = next((sign for sign in "$€£" if sign in form), "")
    if mark and "e" not in text:
        whole, _, part = text.partition(".")
        text = mark + whole + (f".{part:0<2}" if part else "")
    return text
