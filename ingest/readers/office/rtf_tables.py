"""Tables of an RTF file: cells are told by where they end, so that one across two columns is a wide one."""

from bisect import bisect_left
from dataclasses import dataclass, field, replace

from ingest.readers.merged_cells import Cell, add_table
from ingest.readers.outline import Outline

_SAME_PLACE = 60  # twentieths of a point: programs round, and draw borders beside each other


@dataclass(slots=True)
class _Column:
    """A cell as its row defines it, before its words are known."""

    right: int = 0
    goes_on: bool = False  # what stands above it covers it
    continues: bool = False  # what stands to its left covers it


@dataclass(slots=True)
class _Row:
    columns: list[_Column]
    texts: list[tuple[str, bool]]
    left: int
    header: bool


@dataclass(slots=True)
class RtfTable:
    """Gathers rows until something else comes; the definition of a row may be used by the next ones."""

    _rows: list[_Row] = field(default_factory=list)
    _texts: list[tuple[str, bool]] = field(default_factory=list)
    _columns: list[_Column] = field(default_factory=list)
    _pending: _Column = field(default_factory=_Column)
    _left: int = 0
    _header: bool = False

    def defines(self, word: str, number: int | None) -> None:
        """Take a control word that says how the row at hand is made; others are nothing to it."""
        match word:
            case "trowd":
                self._columns, self._pending, self._header = [], _Column(), False
            case "trleft":
                self._left = number or 0
            case "trhdr":
                self._header = True
            case "clvmrg":
                self._pending.goes_on = True
            case "clmrg":
                self._pending.continues = True
            case "cellx":
                self._pending.right = number or 0
                self._columns.append(self._pending)
                self._pending = _Column()
            case _:
                pass

    def add_cell(self, text: str, *, bold: bool) -> None:
        """The words of the next cell are complete."""
        self._texts.append((text, bold))

    def end_row(self) -> None:
        """The row is complete."""
        self._rows.append(_Row(list(self._columns), self._texts, self._left, self._header))
        self._texts = []

    def next(self) -> "RtfTable":
        """An empty one for what follows, with what is open yet."""
        return RtfTable([], self._texts, self._columns, self._pending, self._left, self._header)

    def add_to(self, outline: Outline) -> None:
        """Add the table's rows, if there are any."""
        if not self._rows:
            return
        edges = self._edges()
        rows: list[list[Cell]] = []
        bold: list[bool] = []
        above: dict[int, tuple[list[Cell], int]] = {}
        marked = 0
        for row in self._rows:
            cells, left = list[Cell](), row.left
            for place, (text, _) in enumerate(row.texts):
                column = row.columns[place] if place < len(row.columns) else _Column(left + 1)
                start, left = _nearest(edges, left), column.right
                across = max(1, _nearest(edges, column.right) - start)
                if column.goes_on and start in above:
                    held, at = above[start]
                    held[at] = replace(held[at], down=held[at].down + 1)
                elif column.continues and cells:
                    cells[-1] = replace(cells[-1], across=cells[-1].across + across)
                else:
                    above[start] = cells, len(cells)
                    cells.append(Cell(text, across))
            marked += row.header and marked == len(rows)
            rows.append(cells)
            said = [is_bold for text, is_bold in row.texts if text]
            bold.append(bool(said) and all(said))
        add_table(outline, rows, self._header_of(rows, bold, marked))

    def _header_of(self, rows: list[list[Cell]], bold: list[bool], marked: int) -> int | None:
        if 0 < marked < len(rows):
            return marked
        plain = all(cell.across == cell.down == 1 for cell in rows[0])
        return 1 if len(rows) > 1 and plain and bold[0] and not bold[1] else None

    def _edges(self) -> list[int]:
        """Where columns begin and end, of all rows; places that are nearly the same are one."""
        found: list[int] = []
        for place in sorted(
            {edge for row in self._rows for edge in (row.left, *(c.right for c in row.columns))}
        ):
            if not found or place - found[-1] > _SAME_PLACE:
                found.append(place)
        return found


def _nearest(edges: list[int], place: int) -> int:
    at = bisect_left(edges, place)
    return at - 1 if at == len(edges) or (at and place - edges[at - 1] < edges[at] - place) else at
