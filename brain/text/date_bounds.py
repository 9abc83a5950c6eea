"""What stands before a date that bounds a time ("until 4 March"), and which days lie within it."""

import re

from brain.text.dates import Day
from brain.text.spans import EVER, FOREVER, day_after, day_before

_BOUNDS = re.compile(
    r"\b(?:until|till|by|before|after|since|from|starting|beginning|as of|as at|effective|due|between|through"
    r"|than|within|week of|week commencing|valid|bis|ab|seit|vor|nach|spatestens|zwischen|gultig|depuis"
    r"|jusqu\w*|avant|apres|partir|des|entre|desde|hasta|antes|despues|dal|fino|vanaf|tot|voor|na|van)\b"
    r"[\s:]*(?:(?:the|le|la|el|du|de|del|zum|am|au|on|dem|den|of|that|to|mon|tue|wed|thu|fri|sat|sun"
    r"|\w+day|\w+tag)\b[\s,.]*)*$"
)
_UP_TO = re.compile(
    r"(?:until|till|by|before|through|due|bis|vor|spatestens|jusqu|avant|hasta|antes|fino|tot|voor)"
)
_FROM_ON = re.compile(
    r"(?:since|from|after|starting|beginning|as of|as at|effective|valid|ab|seit|nach|gultig|depuis|apres"
    r"|partir|des|desde|despues|dal|vanaf|na)"
)
_AS_OF = re.compile(r"as (?:of|at)|valid|effective|gultig|due")
_STRETCH = re.compile(r"(?:from|between|within|zwischen|entre|desde|del?|des|van|von|partir|dal|starting)\b")
_NOT_ON = re.compile(r"(?:before|after|vor|nach|avant|apres|antes|despues|voor|na)\b")  # that day itself


def bound_before(text: str) -> str:
    """The words of a bound that folded text ends with, before a date; empty where there are none."""
    found = _BOUNDS.search(text)
    return found[0] if found else ""


def days_within(bound: str, limit: Day) -> tuple[Day, Day] | None:
    """The first and last day that a bound leaves, without a year those of one; None where it is no side."""
    if _AS_OF.match(bound):
        return None
    if _UP_TO.match(bound):
        last = day_before(limit) if _NOT_ON.match(bound) else limit
        return Day(EVER if limit.year else 0, 1, 1), last
    if _FROM_ON.match(bound):
        first = day_after(limit) if _NOT_ON.match(bound) else limit
        return first, Day(FOREVER if limit.year else 0, 12, 31)
    return None


def bounds_stretch(bound: str) -> bool:
    """Whether a bound opens a stretch of which both ends follow: "between 4 and 18 March"."""
    return bool(_STRETCH.match(bound))


def within(bound: str, asked: Day, limit: Day) -> bool:
    """Whether a day lies on the side of a limit that its word names; without a year on both, in one year."""
    both = bool(asked.year and limit.year)
    one = (asked.year * both, asked.month, asked.day)
    other = (limit.year * both, limit.month, limit.day)
    if _UP_TO.match(bound):
        return one < other if _NOT_ON.match(bound) else one <= other
    if _FROM_ON.match(bound):
        return one > other if _NOT_ON.match(bound) else one >= other
    return False
