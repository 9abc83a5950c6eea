"""Days and hours at which people work, by the server's clock: nobody is called on a Sunday, or at night."""

from datetime import datetime, timedelta

BEGINS, ENDS = 9, 17  # o'clock
_MONDAY, _SATURDAY = 0, 5


def at_work(moment: datetime) -> bool:
    """Whether people are at work then."""
    return moment.weekday() < _SATURDAY and BEGINS <= moment.hour < ENDS


def working_day_after(moment: datetime) -> datetime:
    """When a working day is over that begins then: the same time of the next day that is no weekend.

    What comes on a weekend has come on Monday morning.
    """
    while moment.weekday() >= _SATURDAY:
        moment = (moment + timedelta(days=1)).replace(hour=BEGINS, minute=0, second=0, microsecond=0)
    moment += timedelta(days=1)
    while moment.weekday() >= _SATURDAY:
        moment += timedelta(days=1)
    return moment


def week_of(moment: datetime) -> str:
    """The week that has begun by then, such as `2026-W48`: it begins on Monday morning, when people do."""
    year, week, _ = (moment - timedelta(hours=BEGINS)).isocalendar()
    return f"{year}-W{week:02}"
