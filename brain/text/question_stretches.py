"""The stretches of days that questions name in words: the second week of March, the first quarter of 2026.

A week of a month is counted from its first day: the second is from the 8th to the 14th, the last its last
seven days. A calendar week is one only with its year.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from brain.text.dates import Day, Mention, flattened
from brain.text.weeks import WEEK, week_of

_WHICH = {
    1: "first|1st|erste[nrs]?|1\\.|premiere?|primera?|primer",
    2: "second|2nd|zweite[nrs]?|2\\.|deuxieme|seconde?|segund[oa]",
    3: "third|3rd|dritte[nrs]?|3\\.|troisieme|tercera?|tercer",
    4: "fourth|4th|vierte[nrs]?|4\\.|quatrieme|cuart[oa]",
    -1: "last|final|letzte[nrs]?|derniere?|ultim[oa]",
}
_ORDINAL = "|".join(_WHICH.values())
_OF = r"[ ](?:of |in |des |im |de |du |d'|del |di )?(?:the |monats )?"
_OF_MONTH = re.compile(
    rf"(?<![^\W_])(?P<which>{_ORDINAL})[ ](?:(?P<many>two|2|three|3|zwei|drei|deux|trois|dos|tres)[ ])?"
    rf"(?P<unit>weeks?|wochen?|semaines?|semanas?|half|halfte|moitie|mitad|quincena){_OF}$"
)
_MANY = {
    "two": 2,
    "2": 2,
    "zwei": 2,
    "deux": 2,
    "dos": 2,
    "three": 3,
    "3": 3,
    "drei": 3,
    "trois": 3,
    "tres": 3,
}
_QUARTER = re.compile(
    rf"(?<![^\W_])(?:(?P<before>(?:19|20)\d\d)[ /-]?)?"
    rf"(?:[qt](?P<number>[1-4])|(?P<which>{_ORDINAL})[ ](?P<unit>quarter|quartals?|trimestre"
    rf"|half|halbjahre?s?"
    rf"|semestre)|(?P<half>h[12]))(?![^\W_])"
    rf"(?:(?:,? |/|-| of | in | of the year | des jahres | de | del? )(?P<year>(?:19"
    rf"|20)\d\d)(?![^\W_]|[-./]\d))?"
)
_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def stretches(question: str, found: Sequence[Mention]) -> list[Mention]:
    """The dates of a question with its stretches, in order; a month that is of one is no date of its own."""
    text = flattened(question)
    told = [_of_month(text, mention) or mention for mention in found]
    taken = bytearray(len(text))
    for one in told:
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
    for pattern, read in ((_QUARTER, _quarter), (WEEK, week_of)):
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            stretch = read(match)
            if stretch is not None:
                told.append(stretch)
    return sorted(told, key=lambda mention: mention.start)


def _of_month(text: str, month: Mention) -> Mention | None:
    """The part of a month that stands before its name: "second week of"."""
    if month.first != month.last or month.first.day or month.or_else:
        return None
    head = max(0, month.start - 48)
    match = _OF_MONTH.search(text[head : month.start])
    if match is None:
        return None
    which = _number(match["which"])
    longest = _longest(month.first)
    if match["unit"].startswith(("week", "woch", "sem")):
        days = 7 * _MANY.get(match["many"] or "", 1)
        first = longest - days + 1 if which < 0 else 1 + 7 * (which - 1)
        last = min(longest, first + days - 1)
    elif which in (1, 2, -1) and not match["many"]:
        first, last = (1, 15) if which == 1 else (16, longest)
    else:
        return None
    day = month.first
    return replace(
        month, start=head + match.start(), first=replace(day, day=first), last=replace(day, day=last)
    )


def _quarter(match: re.Match[str]) -> Mention | None:
    year = int(match["before"] or match["year"] or 0)
    half = bool(match["half"]) or (match["unit"] or "").startswith(("half", "halb", "sem"))
    which = int(match["number"] or (match["half"] or "0")[-1]) or _number(match["which"])
    if half and not year:
        return None  # of a match, or of anything
    if which < 0:
        if not year:
            return None  # "the last quarter" is the one that is over
        which = 2 if half else 4
    months = 6 if half else 3
    last = months * which
    if last > 12:
        return None
    return Mention(*match.span(), Day(year, last - months + 1, 1), Day(year, last, _DAYS[last]))


def _number(which: str) -> int:
    return next(number for number, names in _WHICH.items() if re.fullmatch(names, which))


def _longest(month: Day) -> int:
    leap = month.month == 2 and month.year and month.year % 4 == 0
    return _DAYS[month.month] + bool(leap)
