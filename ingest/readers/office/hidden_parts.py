"""What an author has hidden in a workbook or presentation: it is left out, and that is told.

Whoever hides a sheet, a slide, a row or a column means it for fewer people than the file; what only a filter
or a folded group keeps from view is there for everyone.
"""

from collections import Counter


class Hidden:
    """Counts what was left out: whole `part`s (sheets, slides), and rows and columns by the sheet's title."""

    def __init__(self, part: str) -> None:
        self._part = part
        self.parts = 0
        self._rows: Counter[str] = Counter()
        self._columns: Counter[str] = Counter()

    def count(self, sheet: str, *, rows: int = 0, columns: int = 0) -> None:
        """So many more on a sheet."""
        self._rows[sheet] += rows
        self._columns[sheet] += columns

    def sentences(self) -> list[str]:
        """What was left out, in sentences; what hidden parts are called is not said."""
        found = [_left_out(_many(self.parts, f"hidden {self._part}"))] if self.parts else []
        for sheet in dict.fromkeys((*self._rows, *self._columns)):
            counts = ((self._rows[sheet], "hidden row"), (self._columns[sheet], "hidden column"))
            if parts := [_many(count, what) for count, what in counts if count]:
                found.append(f"Sheet {sheet}: {_left_out(*parts)}")
        return found


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _left_out(*what: str) -> str:
    was = "was" if len(what) == 1 and what[0].startswith("1 ") else "were"
    return f"{' and '.join(what)} {was} left out."
