"""OpenDocument spreadsheets (`.ods`): one row a block, values as people see them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ingest.parsed import ParsedDocument
from ingest.readers.naming import title_from_name
from ingest.readers.office.hidden_parts import Hidden
from ingest.readers.office.open_document import STYLE, TABLE, TEXT, OpenDocument, number_of, rows_in
from ingest.readers.office.sheet_extras import Merged, spread
from ingest.readers.outline import Outline
from ingest.readers.tabular import WIDEST, Row, add_rows

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MAX_BLANK_ROWS, _LONGEST_REPEATED = 10_000, 200
_MAX_REPEATED_ROWS = 1000  # with words in them; blank ones are only counted


def read_ods(data: bytes, name: str) -> ParsedDocument:
    """Every visible sheet's rows, without those rows and columns that somebody has hidden."""
    document = OpenDocument(data, name)
    outline = Outline()
    hidden = Hidden("sheet")
    warnings: list[str] = []
    unseen = document.styles_with(f"{STYLE}table-properties", f"{TABLE}display", "false")
    for table in document.body.iterchildren(f"{TABLE}table"):
        if table.get(f"{TABLE}style-name") in unseen:
            hidden.parts += 1
            continue
        title = table.get(f"{TABLE}name") or ""
        outline.forget_headings()
        outline.place(sheet=title, row=None)
        sheet = _Sheet(document, table, hidden, title)
        if warning := add_rows(outline, sheet.rows()):
            warnings.append(f"Sheet {title}: {warning}")
        if sheet.too_wide:
            warnings.append(f"Sheet {title}: only the first {WIDEST} columns were read.")
    return ParsedDocument(
        document.title or title_from_name(name),
        tuple(outline.blocks),
        MEDIA_TYPE,
        modified=document.modified,
        warnings=(*warnings, *hidden.sentences()),
    )


class _Sheet:
    """One sheet's rows; what repeats in the file stands out here."""

    def __init__(self, document: OpenDocument, table: Any, hidden: Hidden, title: str) -> None:
        self._document = document
        self._table = table
        self._hidden = hidden
        self._title = title
        self._columns = _hidden_columns(table)
        self._merged: dict[int, list[Merged]] = defaultdict(list)
        self._bold: dict[int, bool] = {}
        self.too_wide = False

    def rows(self) -> Iterator[Row]:
        """The rows with their numbers, merged cells in all places that they cover."""
        spreading = spread(self._filled(), self._merged, _LONGEST_REPEATED, WIDEST)
        for number, cells, height, repeated in spreading:
            yield Row(number, cells, self._bold.pop(number), height, repeated)
        self._hidden.count(self._title, columns=len(self._columns & self._used))

    def _filled(self) -> Iterator[tuple[int, list[str]]]:
        number, blank = 0, 0
        self._used: set[int] = set()
        for row, _ in rows_in(self._table):
            times = number_of(row, "number-rows-repeated")
            cells, bold = self._cells(row, number + 1)
            if not any(cells):
                number, blank = number + times, blank + times
                if blank > _MAX_BLANK_ROWS:
                    return
                self._bold[number] = False
                yield number, []
                continue
            blank = 0
            if row.get(f"{TABLE}visibility") == "collapse" and not _in_group(row):
                self._hidden.count(self._title, rows=times)
                number += times
                continue
            for place in range(number + 1, number + min(times, _MAX_REPEATED_ROWS) + 1):
                self._bold[place] = bold
                yield place, list(cells)
            number += times  # what follows has its own number, whether or not all of these were read

    def _cells(self, row: Any, number: int) -> tuple[list[str], bool]:
        found: list[str] = []
        bold = True
        column = 0
        for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            times = number_of(cell, "number-columns-repeated")
            paragraphs = list(cell.iterchildren(f"{TEXT}p"))
            words = "\n".join(self._document.words(p) for p in paragraphs).strip()
            if cell.tag == f"{TABLE}covered-table-cell":
                words = ""
            if words:
                self.too_wide = self.too_wide or column + times > WIDEST
                places = range(column, min(column + times, WIDEST))
                self._used.update(places)
                found += [""] * (column - len(found))
                found += ["" if place in self._columns else words for place in places]
                bold = bold and (self._is_bold(cell) or all(map(self._document.is_bold, paragraphs)))
                across, down = (number_of(cell, f"number-{way}-spanned") for way in ("columns", "rows"))
                if across > 1 or down > 1:
                    range_ = Merged(column, column + across - 1, number, number + down - 1)
                    self._merged[number].append(range_)
            column += times
        return found, bold

    def _is_bold(self, cell: Any) -> bool:
        names = self._document.styled_as(cell.get(f"{TABLE}style-name"))
        return any(self._document.style(name).bold for name in names)


def _hidden_columns(table: Any) -> set[int]:
    found: set[int] = set()
    column = 0
    for element in table.iter(f"{TABLE}table-column"):
        times = number_of(element, "number-columns-repeated")
        if element.get(f"{TABLE}visibility") == "collapse" and not _in_group(element):
            found.update(range(column, min(column + times, WIDEST)))
        column += times
    return found


def _in_group(element: Any) -> bool:
    """Whether it belongs to a group that is folded up, and shows that it can be opened."""
    groups = (f"{TABLE}table-row-group", f"{TABLE}table-column-group")
    return any(parent.tag in groups for parent in element.iterancestors(*groups))
