"""Days and hours at which people work, by the server's clock: nobody is called on a Sunday, or at night."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

BEGINS, ENDS = 9, 17  # o'clock
_IN_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_A_DAY, _A_WEEK = timedelta(days=1), timedelta(days=7)
_LONGEST = 366  # days that one stretch may have
_FURTHEST = 3_660  # days that are looked ahead: whoever takes all days off is called in ten years
_WEEKS_BACK = 53
_YEARLY = re.compile(r"\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days are worked: of these weekdays (Monday is 0), those that are not `off`.

    `off` are stretches with their last day; `yearly` are months and days off in each year.
    """

    weekdays: frozenset[int] = frozenset(range(5))
    off: tuple[tuple[date, date], ...] = ()
    yearly: frozenset[tuple[int, int]] = frozenset()

    @property
    def last_named(self) -> date | None:
        """The last day that is off; None where none is named, or some are off in each year."""
        return None if self.yearly else max((last for _, last in self.off), default=None)

    def works(self, day: date) -> bool:
        """Whether people work on a day."""
        if day.weekday() not in self.weekdays or (day.month, day.day) in self.yearly:
            return False
        return not any(first <= day <= last for first, last in self.off)

    def at_work(self, moment: datetime) -> bool:
        """Whether people are at work then."""
        return self.works(moment.date()) and BEGINS <= moment.hour < ENDS

    def day_after(self, moment: datetime) -> datetime:
        """When a working day is over that begins then: the same time of the next day that is worked.

        What comes on a day off has come on the next working morning.
        """
        if not self.works(moment.date()):
            moment = self._next(moment).replace(hour=BEGINS, minute=0, second=0, microsecond=0)
        return self._next(moment)

    def begins(self, week: str) -> datetime | None:
        """When people begin in a week such as `2026-W48`, without a time zone; None where it is all off."""
        days = _days_of(week)
        first = next((day for day in days if self.works(day)), None)
        return datetime(first.year, first.month, first.day, BEGINS) if first else None

    def days_since_last(self, week: str) -> int:
        """How many days a week's beginning comes after that of the last one that was not all off."""
        monday = _days_of(week)[0]
        begins = self.begins(week) or datetime(monday.year, monday.month, monday.day, BEGINS)
        for back in range(1, _WEEKS_BACK):
            if before := self.begins(_named(monday - back * _A_WEEK)):
                return (begins - before).days
        return _WEEKS_BACK * 7

    def _next(self, moment: datetime) -> datetime:
        for _ in range(_FURTHEST):
            moment += _A_DAY
            if self.works(moment.date()):
                break
        return moment


def week_of(moment: datetime) -> str:
    """The week that has begun by then, such as `2026-W48`: it begins on Monday morning, when people do."""
    return _named((moment - timedelta(hours=BEGINS)).date())


def weekdays_of(names: Iterable[str]) -> frozenset[int]:
    """Weekdays from `mon`, `Tuesday` and stretches such as `sun-thu`. Raises ValueError with what is none."""
    found: set[int] = set()
    for name in names:
        first, parted, last = (part.strip() for part in name.partition("-"))
        start, end = _weekday(first, name), _weekday(last, name) if parted else _weekday(first, name)
        found |= {(start + day) % 7 for day in range((end - start) % 7 + 1)}
    return frozenset(found)


def working_days(weekdays: Iterable[str], off: Iterable[str]) -> WorkingDays:
    """From names of weekdays, and days off: `2026-12-24`, `12-25` each year, `2026-12-24..2027-01-01`.

    Raises ValueError with what is none of that.
    """
    stretches, yearly = list[tuple[date, date]](), set[tuple[int, int]]()
    for written in off:
        first, parted, last = (part.strip() for part in written.partition(".."))
        if not parted and _YEARLY.fullmatch(first):
            day = _date(f"2024-{first}", written)  # a year that has a 29 February
            yearly.add((day.month, day.day))
            continue
        start = _date(first, written)
        end = _date(last, written) if parted else start
        if end < start:
            raise ValueError(f"{written!r} ends before it begins")
        if (end - start).days >= _LONGEST:
            raise ValueError(f"{written!r} is longer than a year")
        stretches.append((start, end))
    return WorkingDays(weekdays_of(weekdays), tuple(stretches), frozenset(yearly))


def _weekday(name: str, written: str) -> int:
    known = name.lower()
    for number, short in enumerate(WEEKDAYS):
        if known in (short, _IN_FULL[number]):
            return number
    raise ValueError(f"{written!r} is no weekday")


def _date(text: str, written: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{written!r} is no date") from error


def _named(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _days_of(week: str) -> list[date]:
    year, _, number = week.partition("-W")
    return [date.fromisocalendar(int(year), int(number), day) for day in range(1, 8)]
