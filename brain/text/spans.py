"""How two stretches of days lie to each other, with their years where both have one."""

from enum import Enum

from brain.text.dates import Day

_YEAR = 372  # days of a year in which each month has 31
EVER, FOREVER = 1, 9999  # years of what has no beginning, and no end


class Lies(Enum):
    """How days lie to the ones that are asked about: all of them within, some, all around them, or none."""

    WITHIN = "within"
    ACROSS = "across"
    AROUND = "around"
    APART = "apart"


def lies(first: Day, last: Day, asked_first: Day, asked_last: Day, year: int = 0) -> Lies:
    """How the days from `first` to `last` lie to the asked ones; `year` is theirs where they name none.

    Where either has no year, both are taken as of one: "since 1 March" has all that comes later in it.
    """
    year = last.year or year
    if year and asked_last.year:
        start, end = _numbers(first, last)
        asked_start, asked_end = _numbers(asked_first, asked_last)
        asked_start += _YEAR * (asked_first.year or asked_last.year)
        asked_end += _YEAR * asked_last.year
        start, end = start + _YEAR * (first.year or year), end + _YEAR * year
        if not first.year and start > end:
            start -= _YEAR
        return _lie(start, end, asked_start, asked_end)
    if EVER < asked_first.year < asked_last.year - 1 and asked_last.year < FOREVER:
        return Lies.WITHIN  # of several years: any day is in one of them
    start, end = _turned(*_numbers(first, last))
    if asked_first.year == EVER:
        asked_first = Day(0, 1, 1)
    if asked_last.year == FOREVER:
        asked_last = Day(0, 12, 31)
    asked_start, asked_end = _turned(*_numbers(asked_first, asked_last))
    found = {_lie(start + moved, end + moved, asked_start, asked_end) for moved in (-_YEAR, 0, _YEAR)}
    return next(one for one in Lies if one in found)


def length(first: Day, last: Day) -> int:
    """About how many days a stretch has, the last one not counted."""
    start, end = _numbers(first, last)
    years = last.year - first.year if first.year and last.year else int(start > end)
    return _YEAR * years + end - start


def day_before(day: Day) -> Day:
    """The day before one, or before a whole month; some months are taken to have days that they haven't."""
    if day.day > 1:
        return Day(day.year, day.month, day.day - 1)
    if day.month > 1:
        return Day(day.year, day.month - 1, 31)
    return Day(day.year - 1 if day.year else 0, 12, 31)


def day_after(day: Day) -> Day:
    """The day after one, or after a whole month."""
    if day.day and day.day < 31:
        return Day(day.year, day.month, day.day + 1)
    if day.month < 12:
        return Day(day.year, day.month + 1, 1)
    return Day(day.year + 1 if day.year else 0, 1, 1)


def _numbers(first: Day, last: Day) -> tuple[int, int]:
    return 31 * (first.month - 1) + (first.day or 1), 31 * (last.month - 1) + (last.day or 31)


def _turned(start: int, end: int) -> tuple[int, int]:
    """A stretch over the turn of the year ends in the next one."""
    return start, end + _YEAR * (end < start)


def _lie(start: int, end: int, asked_start: int, asked_end: int) -> Lies:
    if end < asked_start or start > asked_end:
        return Lies.APART
    if asked_start <= start and end <= asked_end:
        return Lies.WITHIN
    return Lies.AROUND if start <= asked_start and asked_end <= end else Lies.ACROSS
