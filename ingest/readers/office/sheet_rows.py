"""What all Excel readers do with a sheet's rows: what is hidden is left out, merged cells are spread."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from ingest.readers.office.sheet_extras import Merged, spread
from ingest.readers.office.sheet_hidden import HiddenCells
from ingest.readers.tabular import WIDEST, Row

_MAX_BLANK_ROWS = 10_000  # a sheet may claim a million rows of nothing
_LONGEST_REPEATED = 200  # characters of a merged cell that stand in all of it


class SheetRow(NamedTuple):
    """The words of a row's cells up to the widest, whether more stand beyond, and which are bold."""

    cells: list[str]
    beyond: bool
    is_bold: Callable[[int], bool]


class SheetRows:
    """Streams a sheet's rows; what was left out of them is known at the end."""

    def __init__(self, hidden: HiddenCells) -> None:
        self._hidden = hidden
        self._bold: dict[int, bool] = {}
        self.too_wide = False
        self.unseen_rows = 0
        self.unseen_columns: set[int] = set()

    def rows(self, read: Iterable[SheetRow], merged: Mapping[int, list[Merged]]) -> Iterator[Row]:
        """The rows with their numbers, a merged cell's words in all places that it covers."""
        for number, cells, height, repeated in spread(self._filled(read), merged, _LONGEST_REPEATED, WIDEST):
            yield Row(number, cells, self._bold.pop(number), height, repeated)

    def _filled(self, read: Iterable[SheetRow]) -> Iterator[tuple[int, list[str]]]:
        blank = 0
        for number, (cells, beyond, is_bold) in enumerate(read, 1):
            blank = 0 if any(cells) else blank + 1
            if blank > _MAX_BLANK_ROWS:
                return
            if number in self._hidden.rows:
                self.unseen_rows += any(cells)
                continue
            self.too_wide = self.too_wide or beyond
            for column in self._hidden.columns:
                if column < len(cells) and cells[column]:
                    self.unseen_columns.add(column)
                    cells[column] = ""
            self._bold[number] = all(is_bold(column) for column, text in enumerate(cells) if text)
            yield number, cells
