"""What was asked, week by week or month by month."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from brain.usage.domain import Asking, Period


class Length(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def periods(askings: Iterable[Asking], length: Length, first: date, last: date) -> list[Period]:
    """Every period from the one of `first` to the one of `last`, those too in which nobody asked.

    Days are those of this machine's time zone. Weeks begin on Monday.
    """
    held: dict[date, list[Asking]] = {}
    for asking in askings:
        held.setdefault(_start(asking.asked.astimezone().date(), length), []).append(asking)
    found = []
    start = _start(first, length)
    while start <= last:
        found.append(Period(start, tuple(held.get(start, ()))))
        start = _next(start, length)
    return found


def _start(day: date, length: Length) -> date:
    if length is Length.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if length is Length.WEEK else day


def _next(start: date, length: Length) -> date:
    if length is Length.MONTH:
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if length is Length.WEEK else 1)
