"""Workbooks: a sheet for each top heading, holding the table under it."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from drive_build import source
from drive_build.packing import pack_again

NUMBER = re.compile(r"\d+(\.\d+)?")
HEADER_FILL = PatternFill("solid", fgColor="1F6F8B")
WIDEST = 60


def write_xlsx(document: source.SourceDocument, target: Path) -> None:
    """Writes `target`; cells that are plain numbers become numbers."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.title, book.properties.creator = document.title, document.author
    book.properties.created = document.date
    sheet: Worksheet | None = None
    for block in document.blocks:
        if isinstance(block, source.Heading):
            sheet = book.create_sheet(source.plain(block.runs))
        elif isinstance(block, source.Table) and sheet is not None:
            _fill(sheet, block.rows)
    made = BytesIO()
    book.save(made)
    pack_again(_with_date(made, document), target)


def _fill(sheet: Worksheet, rows: tuple[tuple[source.Runs, ...], ...]) -> None:
    for row in rows:
        sheet.append([_value(source.plain(cell)) for cell in row])
    for index, column in enumerate(sheet.columns, 1):
        header = column[0]
        header.font, header.fill = Font(bold=True, color="FFFFFF"), HEADER_FILL
        width = max(len(str(cell.value)) for cell in column) + 3
        sheet.column_dimensions[get_column_letter(index)].width = min(width, WIDEST)
        for cell in column[1:]:
            cell.alignment = Alignment(vertical="top", wrap_text=width > WIDEST)
            if isinstance(cell.value, float):
                cell.number_format = "#,##0.00"
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _value(text: str) -> str | int | float:
    if not NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _with_date(made: BytesIO, document: source.SourceDocument) -> BytesIO:
    """Puts the source's date in the place of the time of saving, which openpyxl writes by itself."""
    name, stamp = "docProps/core.xml", f"{document.date:%Y-%m-%dT%H:%M:%SZ}"
    dated = BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(dated, "w") as new:
        for entry in old.namelist():
            content = old.read(entry)
            if entry == name:
                pattern = rb"(<dcterms:modified[^>]*>)[^<]*"
                content = re.sub(pattern, rb"\g<1>" + stamp.encode(), content)
            new.writestr(entry, content)
    dated.seek(0)
    return dated
