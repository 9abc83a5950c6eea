"""Which of two cells says more, where nobody could doubt it: each is one figure, in the same unit."""

import re
from collections.abc import Sequence

from brain.answering.extracting.rows import Cell

# "75.00", "€1,200", "300 m", "10 working days": a sign, one number, one unit, and nothing else.
_FIGURE = re.compile(
    r"(?P<before>[€$£]?)\s?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s?"
    r"(?P<unit>[^\d\W]*(?: [^\d\W]+)?|%)"
)


def verdict_on(values: Sequence[Sequence[Cell]], asks_more: bool) -> str:
    """`Yes` or `No` to "is the first more (or less) than the second?"; empty where that is open.

    `values` are the cells that were asked for, of each thing, those of the same column (or row) at the same
    place. All places must say the same: dearer by the month and cheaper by the year is neither.
    """
    if len(values) != 2 or not values[0] or len(values[0]) != len(values[1]):
        return ""
    said = {_more(first.value, second.value) for first, second in zip(*values, strict=True)}
    if len(said) != 1:
        return ""
    more = said.pop()
    if more is None:
        return ""
    return "Yes" if more == (1 if asks_more else -1) else "No"


def _more(first: str, second: str) -> int | None:
    """1, 0 or -1 as the first figure is more, as much or less; None where they can't be compared."""
    one, other = _FIGURE.fullmatch(first.strip()), _FIGURE.fullmatch(second.strip())
    if one is None or other is None or (one["before"], one["unit"]) != (other["before"], other["unit"]):
        return None
    a, b = (float(found["number"].replace(",", "")) for found in (one, other))
    return (a > b) - (a < b)
