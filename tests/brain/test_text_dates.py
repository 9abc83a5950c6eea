"""Dates in text: what is one, which day it is, and what is none."""

import pytest

from brain.text import dated
from brain.text.above import Above
from brain.text.asked import asked_dates
from brain.text.date_bounds import bound_before
from brain.text.dates import mentions


def days(text: str, *, day_first: bool = False, in_name: bool = False) -> list[str]:
    """The dates of a text by their names, `a..b` for a stretch and `a|b` for either of two."""
    found = []
    for mention in mentions(text, day_first=day_first, in_name=in_name):
        name = "|".join(day.name for day in mention.readings)
        found.append(name if mention.first == mention.last else f"{name}..{mention.last.name}")
    return found


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("What was decided on 4 March?", "--03-04"),
        ("what was decided on march 4th", "--03-04"),
        ("on the 4th of March 2026", "2026-03-04"),
        ("Wednesday, 4 March, 2026", "2026-03-04"),
        ("Mar 4, 2026", "2026-03-04"),
        ("04-Mar-2026", "2026-03-04"),
        ("2026-03-04T10:00", "2026-03-04"),
        ("2026/03/04", "2026-03-04"),
        ("v2.4.1 – 2026-03-04", "2026-03-04"),
        ("4.3.2026", "2026-03-04"),
        ("am 04.03.2026 beschlossen", "2026-03-04"),
        ("am 4.3. beschlossen", "--03-04"),
        ("4. März 2026", "2026-03-04"),
        ("4. Maerz", "--03-04"),
        ("le 4 mars 2026", "2026-03-04"),
        ("le 1er avril", "--04-01"),
        ("el 4 de marzo de 2026", "2026-03-04"),
        ("il 4 marzo", "--03-04"),
        ("op 4 maart 2026", "2026-03-04"),
        ("4 de março", "--03-04"),
        ("4 marca 2026", "2026-03-04"),
        ("13/04/2026", "2026-04-13"),
        ("04/13/2026", "2026-04-13"),
        ("12 may", "--05-12"),
        ("in March 2026", "2026-03"),
        ("what was decided in may", "--05"),
    ],
)
def test_a_date_is_the_same_however_it_is_written(text: str, day: str):
    assert days(text) == [day]


@pytest.mark.parametrize(
    "text",
    [
        "firmware 4.3.26",
        "version 4.3.2026",
        "release 4.3.1",
        "the controller is at 10.4.3.26",
        "10.4.3.2026",
        "call 04/03-118 26 00",
        "0914 / 2026-0",
        "3-4 days",
        "4/3 of a cup",
        "a budget of 4.30 euros",
        "the years 2020-21",
        "ISO 9001-2015-03-04",
        "31.04.2026",
        "2026-13-04",
        "you may 4 times a year",
        "step 4 may take longer",
        "you may go",
        "we march on",
        "1,500 March",
        "March 15:30",
        "section 4.3. 2026 was better",
        "Kapitel 4.3.2026",
        "§ 4.3.2026",
    ],
)
def test_what_may_be_something_else_is_no_date(text: str):
    assert days(text) == []


@pytest.mark.parametrize(
    ("text", "days_of_it"),
    [
        ("22.-24.6.2026", "2026-06-22..2026-06-24"),
        ("vom 22. bis 24.6.2026", "2026-06-22..2026-06-24"),
        ("28.02.-03.03.2026", "2026-02-28..2026-03-03"),
        ("28.12. – 3.1.2027", "2026-12-28..2027-01-03"),
        ("4.3.2026-6.3.2026", "2026-03-04..2026-03-06"),
        ("4./5. Juni 2026", "2026-06-04..2026-06-05"),
        ("2026-03-04/2026-03-06", "2026-03-04..2026-03-06"),
        ("2026-03-04--2026-03-06", "2026-03-04..2026-03-06"),
    ],
)
def test_a_stretch_that_is_written_in_short_is_all_of_its_days(text: str, days_of_it: str):
    assert days(text) == [days_of_it]


def test_a_stroke_between_two_dates_makes_no_stretch_of_them():
    assert days("4 March/11 March 2026") == ["--03-04", "2026-03-11"]


def test_a_day_that_there_is_not_is_not_the_whole_month():
    assert days("What was decided on 31 June?") == ["--06-31"]
    assert days("What was decided on June 31, 2026?") == ["2026-06-31"]


def test_a_number_of_things_in_a_month_is_no_day_of_it():
    assert days("In March 20 pumps were replaced.") == ["--03"]
    assert days("On March 20 pumps were replaced.") == ["--03-20"]


def test_thousands_of_dates_are_read_in_time_that_grows_with_their_number():
    found = mentions(
        "14 and 28 October and " * 20_000
    )  # many minutes, where each looked back to the beginning
    assert len(found) == 40_000


def test_a_date_that_may_be_either_of_two_is_both():
    assert days("04/03/2026") == ["2026-03-04|2026-04-03"]
    assert days("04-03-2026") == ["2026-03-04|2026-04-03"]
    assert days("04/03/2026 and 05/06/2026") == ["2026-03-04|2026-04-03", "2026-06-05|2026-05-06"]


def test_it_is_settled_only_by_dates_of_the_same_text_that_show_the_order():
    assert days("04/03/2026\n24/03/2026") == ["2026-03-04", "2026-03-24"]
    assert days("04/03/2026\n03/24/2026") == ["2026-04-03", "2026-03-24"]
    assert days("04/03/2026\n24/03/2026\n03/24/2026")[0] == "2026-03-04|2026-04-03"
    assert days("04/03/2026\n05/05/2026")[0] == "2026-03-04|2026-04-03"
    assert days("04/03/2026\n24-03-2026")[0] == "2026-03-04|2026-04-03"


def test_a_language_that_puts_the_day_first_settles_it():
    assert days("04/03/2026", day_first=True) == ["2026-03-04"]


def test_stretches_of_days_are_one_date():
    assert days("1-5 March 2026") == ["2026-03-01..2026-03-05"]
    assert days("from 3 to 7 March") == ["--03-03..--03-07"]
    assert days("24 December – 2 January 2027") == ["2026-12-24..2027-01-02"]
    assert days("vom 24.12.2026 bis 2.1.2027") == ["2026-12-24..2027-01-02"]


def test_the_name_of_a_file_may_run_its_date_together():
    assert days("board_20260304", in_name=True) == ["2026-03-04"]
    assert days("invoice 20260304") == []


def test_the_place_of_a_date_is_told_in_the_text_as_it_stands():
    text = "Beschlüsse vom 4. März 2026: keine"
    (found,) = mentions(text)
    assert text[found.start : found.end] == "4. März 2026"


def test_what_bounds_a_date_is_looked_for_right_before_it(monkeypatch: pytest.MonkeyPatch):
    """Of a title with thousands of dates, all of what stands before would be read for each of them else."""
    read = 0

    def bound(before: str) -> str:
        nonlocal read
        read += len(before)
        return bound_before(before)

    monkeypatch.setattr(dated, "bound_before", bound)
    above = Above.of([], "24 December " * 2_000, "rota.md")
    text = "On 3 March we met."
    dated.fits(asked_dates("What happened on 3 March?"), text, [(0, len(text))], "", above)
    assert read < 2_000 * 200
