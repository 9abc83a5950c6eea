"""What was asked, period by period."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from brain.errors import UsageError
from brain.usage.domain import Asking, Mark, Outcome, Period
from brain.usage.periods import Length, periods
from brain.usage.plot import plot


def asking(day: date, person: str = "ann", outcome: Outcome = Outcome.ANSWERED, *marks: Mark) -> Asking:
    at = datetime(day.year, day.month, day.day, 12).astimezone()
    nothing: tuple[int, ...] = ()
    took, spaces = 20.0 * day.day, frozenset({"general"})
    return Asking("t", "What?", person, "", "", spaces, outcome, (), nothing, nothing, marks, False, took, at)


def test_weeks_begin_on_monday_and_quiet_ones_are_there_too() -> None:
    asked = [asking(date(2026, 11, 2)), asking(date(2026, 11, 8)), asking(date(2026, 11, 18))]
    found = periods(asked, Length.WEEK, date(2026, 11, 4), date(2026, 11, 20))
    assert [(period.start.day, len(period.askings)) for period in found] == [(2, 2), (9, 0), (16, 1)]


def test_months_run_over_the_end_of_a_year() -> None:
    asked = [asking(date(2026, 12, 31)), asking(date(2027, 1, 1))]
    found = periods(asked, Length.MONTH, date(2026, 12, 31), date(2027, 2, 1))
    assert [(period.start, len(period.askings)) for period in found] == [
        (date(2026, 12, 1), 1), (date(2027, 1, 1), 1), (date(2027, 2, 1), 0),
    ]  # fmt: skip
    assert len(periods(asked, Length.DAY, date(2026, 12, 30), date(2027, 1, 1))) == 3


def test_a_period_counts_people_outcomes_marks_and_the_middle_time() -> None:
    day = date(2026, 11, 2)
    period = Period(
        day,
        (
            asking(day, "ann", Outcome.ANSWERED, Mark(True), Mark(False, "wrong")),
            asking(day + timedelta(days=1), "ann", Outcome.NOT_FOUND),
            asking(day + timedelta(days=2), "ben", Outcome.UNSURE, Mark(True)),
        ),
    )
    assert period.people == 2
    assert [period.given(outcome) for outcome in Outcome] == [1, 1, 1]
    assert (period.marked(helpful=True), period.marked(helpful=False)) == (2, 1)
    assert period.took_ms == 60.0
    assert Period(day, ()).took_ms is None


def test_periods_are_drawn_and_what_holds_no_picture_is_refused(tmp_path: Path) -> None:
    day = date(2026, 11, 2)
    found = periods([asking(day)], Length.WEEK, day, day + timedelta(weeks=30))
    plot(found, tmp_path / "usage.svg", "1 question of 1 person")
    drawn = (tmp_path / "usage.svg").read_text("utf-8")
    assert "1 question of 1 person" in drawn
    assert "not found" in drawn
    with pytest.raises(UsageError, match=r"\.png"):
        plot(found, tmp_path / "usage.txt", "")
