"""Calendar weeks, counted as ISO 8601 and German rotas do: `KW 15`, `week 15 of 2026`, `2026-W15`."""

import re
from contextlib import suppress
from datetime import date

from brain.text.dates import Day, Mention, flattened

_NUMBER = r"(?P<week>0?[1-9]|[1-4]\d|5[0-3])"
_YEAR = r"(?:[ ]?[/-][ ]?|[ ]|,[ ]| of | von )(?P<year>(?:19|20)\d\d)"
WEEK = re.compile(
    rf"(?<![^\W_])(?:kw|kalenderwoche|calendar week|cw|week|semaine"
    rf"|semana)[ .]{{0,2}}{_NUMBER}(?![^\W_]|[.,]\d)"
    rf"(?:{_YEAR}(?![^\W_]|[-./]\d))?"
    r"|(?<![^\W_])(?P<iso>(?:19|20)\d\d)-?w(?P<iso_week>0[1-9]|[1-4]\d|5[0-3])(?![^\W_]|-\d)"
)
_SIGN = re.compile(r"\b(?:kw|kalenderwoche|calendar week|cw)[ .]{0,2}\d|\d-?w\d|\b(?:week|semaine|semana) \d")
_SURE = re.compile(r"kw|kalender|calendar|cw|\d")


def weeks(text: str, year: int = 0) -> list[Mention]:
    """The calendar weeks of a text in order, as stretches of days; those without a year are of `year`.

    "Week 3" without a year of its own may be the third of anything, and is none.
    """
    plain = flattened(text)
    if not _SIGN.search(plain):
        return []
    found = (week_of(match, year) for match in WEEK.finditer(plain))
    return [mention for mention in found if mention is not None]


def week_of(match: re.Match[str], year: int = 0) -> Mention | None:
    """The days of a week that was found; None where its year is unknown, or has no such week."""
    own = int(match["year"] or match["iso"] or 0)
    if not own and not (year and _SURE.match(match[0])):
        return None
    number = int(match["week"] or match["iso_week"])
    with suppress(ValueError):
        first, last = (date.fromisocalendar(own or year, number, day) for day in (1, 7))
        return Mention(*match.span(), _day(first), _day(last))
    return None


def _day(day: date) -> Day:
    return Day(day.year, day.month, day.day)
