"""Excel workbooks, streamed sheet by sheet: one row a block, values as people see them."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ingest.parsing.parsed import ParsedDocument
from ingest.readers.cell_format import shown_number
from ingest.readers.naming import real_title, title_from_name
from ingest.readers.outline import Outline
from ingest.readers.sheet_extras import Merged, merged_by_top, spread, without_values
from ingest.readers.tabular import Row, add_rows

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A sheet may claim a million columns or rows of nothing.
_MAX_COLUMNS, _MAX_BLANK_ROWS = 256, 10_000
_SETTINGS = "xl/workbook.xml"
_LONGEST_REPEATED = 200  # characters of a merged cell that stand in all of it


def read_xlsx(data: bytes, name: str) -> ParsedDocument:
    """Every visible sheet's rows; formulas give the value that was last computed."""
    import openpyxl

    outline = Outline()
    warnings: list[str] = []
    opened: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    with closing(opened) as book, zipfile.ZipFile(io.BytesIO(data)) as archive:
        settings = archive.read(_SETTINGS) if _SETTINGS in archive.namelist() else b""
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            outline.forget_headings()
            outline.place(sheet=sheet.title, row=None)
            xml = archive.read(sheet._worksheet_path)
            unknown = without_values(xml, settings)
            if unknown:
                warnings.append(_unknown(sheet.title, len(unknown)))
            if warning := add_rows(outline, _rows(sheet, merged_by_top(xml), unknown)):
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


def _unknown(sheet: str, count: int) -> str:
    return (
        f"Sheet {sheet}: {count:,} {'formula has' if count == 1 else 'formulas have'} no value yet and "
        "can't be read: open the file in a spreadsheet program and save it again."
    )


def _rows(sheet: Any, merged: Mapping[int, list[Merged]], unknown: frozenset[str]) -> Iterator[Row]:
    # The size that a sheet claims is padded with empty cells; its rows tell their own.
    sheet.reset_dimensions()
    bold: dict[int, bool] = {}

    def filled() -> Iterator[tuple[int, list[str]]]:
        blank = 0
        for number, row in enumerate(sheet.iter_rows(), 1):
            held = row[:_MAX_COLUMNS]
            cells = ["" if unknown and _place(cell) in unknown else _shown(cell) for cell in held]
            blank = 0 if any(cells) else blank + 1
            if blank > _MAX_BLANK_ROWS:
                return
            bold[number] = all(_is_bold(cell) for cell, text in zip(held, cells, strict=True) if text)
            yield number, cells

    for number, cells, height, repeated in spread(filled(), merged, _LONGEST_REPEATED, _MAX_COLUMNS):
        yield Row(number, cells, bold.pop(number), height, repeated)


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
