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
        found = [f"{_many(self.parts, f'hidden {self._part}')} left out."] if self.parts else []
        for sheet in dict.fromkeys((*self._rows, *self._columns)):
            rows, columns = self._rows[sheet], self._columns[sheet]
            if rows and columns:
                what = f"{rows:,} hidden {_plural(rows, 'row')} and {_many(columns, 'hidden column')}"
                found.append(
                    f"Sheet {sheet}: {what.removesuffix(' was').removesuffix(' were')} were left out."
                )
            elif rows or columns:
                what = _many(rows, "hidden row") if rows else _many(columns, "hidden column")
                found.append(f"Sheet {sheet}: {what} left out.")
        return found


def _many(count: int, what: str) -> str:
    return f"{count:,} {_plural(count, what)} {'was' if count == 1 else 'were'}"


def _plural(count: int, what: str) -> str:
    return what if count == 1 else f"{what}s"
