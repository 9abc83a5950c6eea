"""Which days are worked, as an admin names them, and when a working day is over."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bots.working_days import WorkingDays, week_of, weekdays_of, working_days

NOEL = working_days(["mon-fri"], ["2026-12-24..2027-01-01", "05-01", "2026-11-23"])


@pytest.mark.parametrize(
    ("came", "over"),
    [
        ("2026-11-24T11:30", "2026-11-25T11:30"),
        ("2026-11-27T16:00", "2026-11-30T16:00"),  # a Friday
        ("2026-11-28T20:00", "2026-12-01T09:00"),  # a Saturday
        ("2026-11-29T03:00", "2026-12-01T09:00"),  # a Sunday
    ],
)
def test_weekends_are_no_working_days(came: str, over: str) -> None:
    assert WorkingDays().day_after(datetime.fromisoformat(came)) == datetime.fromisoformat(over)


@pytest.mark.parametrize(
    ("came", "over"),
    [
        ("2026-11-20T11:30", "2026-11-24T11:30"),  # a Friday, and the Monday is off
        ("2026-12-23T15:00", "2027-01-04T15:00"),
        ("2026-12-25T10:00", "2027-01-05T09:00"),
        ("2027-04-30T10:00", "2027-05-03T10:00"),  # the first of May is a Saturday
        ("2028-04-28T10:00", "2028-05-02T10:00"),  # and a Monday
    ],
)
def test_days_that_an_admin_named_are_no_working_days(came: str, over: str) -> None:
    assert NOEL.day_after(datetime.fromisoformat(came)) == datetime.fromisoformat(over)


def test_people_are_called_at_work_only() -> None:
    monday = datetime(2026, 11, 30, tzinfo=UTC)
    assert [hour for hour in range(24) if NOEL.at_work(monday.replace(hour=hour))] == list(range(9, 17))
    assert not NOEL.at_work(monday.replace(hour=10) - timedelta(days=1))
    assert not NOEL.at_work(datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("names", "days"),
    [
        (["mon-fri"], {0, 1, 2, 3, 4}),
        (["sun-thu"], {6, 0, 1, 2, 3}),
        (["Mon", " wednesday ", "SAT"], {0, 2, 5}),
        (["tue-tue"], {1}),
    ],
)
def test_weekdays_are_named_one_by_one_or_from_one_to_another(names: list[str], days: set[int]) -> None:
    assert weekdays_of(name.strip() for name in names) == days


@pytest.mark.parametrize(
    ("off", "why"),
    [
        ("24.12.2026", "'24.12.2026' is no date"),
        ("2026-02-30", "'2026-02-30' is no date"),
        ("13-01", "'13-01' is no date"),
        ("2026-12-24..", "'2026-12-24..' is no date"),
        ("2027-01-01..2026-12-24", "ends before it begins"),
        ("2026-12-24..2036-12-24", "longer than a year"),
    ],
)
def test_what_is_no_day_is_told_with_its_words(off: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        working_days(["mon-fri"], ["2026-05-01", off])
    with pytest.raises(ValueError, match="'mon-fry' is no weekday"):
        weekdays_of(["mon-fry"])


def test_the_29_of_february_may_be_off_each_year() -> None:
    assert not working_days(["mon-sun"], ["02-29"]).works(date(2028, 2, 29))


def test_a_week_begins_with_its_first_working_day_and_one_that_is_all_off_not_at_all() -> None:
    assert NOEL.begins("2026-W47") == datetime(2026, 11, 16, 9)
    assert NOEL.begins("2026-W48") == datetime(2026, 11, 24, 9)
    assert NOEL.begins("2026-W53") is None
    days = {week: NOEL.days_since_last(week) for week in ("2026-W47", "2026-W48", "2026-W49", "2027-W01")}
    assert days == {"2026-W47": 7, "2026-W48": 8, "2026-W49": 6, "2027-W01": 14}
    assert week_of(datetime(2027, 1, 1, 12, tzinfo=UTC)) == "2026-W53"


def test_who_takes_every_day_off_is_not_waited_for_without_end() -> None:
    came = datetime(2026, 11, 24, 11)
    assert working_days([], []).day_after(came) > came + timedelta(days=365)
