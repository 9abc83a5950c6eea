"""What openpyxl leaves out while it streams a sheet: which cells are merged, and formulas without a value."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb'\br="([A-Z]{1,3}\d{1,7})"')
_COMPUTED_LATER = re.compile(rb'<(?:\w+:)?calcPr\s[^<>]*fullCalcOnLoad="(?:1|true)"')


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range: columns from 0, rows as the sheet numbers them, both ends included."""

    left: int
    right: int
    top: int
    bottom: int


def merged_by_top(sheet: bytes) -> Mapping[int, list[Merged]]:
    """The merged ranges of a sheet's XML by the row that they begin in."""
    found: dict[int, list[Merged]] = defaultdict(list)
    for left, top, right, bottom in _MERGED.findall(sheet):
        range_ = Merged(_column(left), _column(right), int(top), int(bottom))
        found[range_.top].append(range_)
    return found


def without_values(sheet: bytes, settings: bytes) -> frozenset[str]:
    """The cells whose formula nobody has computed: programs that write workbooks seldom do.

    Some write 0 for a value and leave it to Excel to compute all when the file is opened.
    """
    later = _COMPUTED_LATER.search(settings) is not None
    found: set[str] = set()
    for cell in _FORMULA.finditer(sheet):
        empty = not cell[2] and b't="str"' not in cell[1]
        if (empty or (later and cell[2] == b"0")) and (place := _PLACE.search(cell[1])):
            found.add(place[1].decode("ascii"))
    return frozenset(found)


def spread(
    rows: Iterable[tuple[int, list[str]]], merged: Mapping[int, list[Merged]], longest: int, widest: int
) -> Iterator[tuple[int, list[str], int, frozenset[int]]]:
    """The rows with a merged cell's words wherever it reaches.

    With each how many rows a header there would take, and which columns a cell reaches into from the left.
    A range over the whole row is a title and stays as it is; so do words longer than `longest`.
    """
    reaching: list[tuple[Merged, str]] = []
    for number, cells in rows:
        reaching = [(range_, text) for range_, text in reaching if range_.bottom >= number]
        height = 1
        for range_ in merged.get(number, ()):
            text = cells[range_.left] if range_.left < len(cells) else ""
            alone = sum(map(bool, cells)) == 1
            if text and not (alone and range_.right > range_.left) and len(text) <= longest:
                reaching.append((range_, text))
                height = max(height, range_.bottom - number + 1, 1 + (range_.right > range_.left))
        repeated: set[int] = set()
        for range_, text in reaching:
            right = min(range_.right, widest - 1)
            cells += [""] * (right + 1 - len(cells))
            for column in range(range_.left, right + 1):
                cells[column] = cells[column] or text
            repeated.update(range(range_.left + 1, right + 1))
        yield number, cells, height, frozenset(repeated)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
