"""Dates in text, however they are written: `4 March`, `March 4th, 2026`, `4. März`, `4.3.2026`, `2026-03-04`.

What may be something else is no date: numbers with two dots and a short year (a version), parts of longer
numbers, single months without a sign of it. `04/03/2026` is either of two days, and is made one of them only
where the text around it shows which.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath

from brain.languages.english import ENGLISH
from brain.languages.telling import LANGUAGES


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A day, or a whole month where `day` is 0; `year` is 0 where none is said."""

    year: int
    month: int
    day: int = 0

    @property
    def name(self) -> str:
        """How it stands among stems: `2026-03-04`, `--03-04`, `2026-03`, `--03`, as in ISO 8601."""
        year = f"{self.year:04d}" if self.year else "-"
        return f"{year}-{self.month:02d}" + (f"-{self.day:02d}" if self.day else "")

    @property
    def in_words(self) -> str:
        """`4 March 2026`, for people."""
        parts = (str(self.day or ""), ENGLISH.months[self.month - 1][0].title(), str(self.year or ""))
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Mention:
    """A date at `text[start:end]`: of one day or month `first` and `last` are the same.

    `or_else` is the other day that it may be as well. `written` are the numbers of `04/03/2026` and the like.
    """

    start: int
    end: int
    first: Day
    last: Day
    or_else: Day | None = None
    written: str = ""

    @property
    def readings(self) -> tuple[Day, ...]:
        """The days that it may be, where it is no stretch of several."""
        return (self.first,) if self.or_else is None else (self.first, self.or_else)


def of_file(document: str) -> tuple[Mention, ...]:
    """The dates in the name of a document's file, of which the path is given."""
    return mentions(PurePosixPath(document).stem, in_name=True)


def days_in_name(document: str) -> frozenset[Day]:
    """The days that the name of a document's file tells."""
    return frozenset(day for mention in of_file(document) for day in mention.readings)


_NUMBERS = {
    name: number
    for language in reversed(LANGUAGES)
    for number, names in enumerate(language.months, 1)
    for name in names
}
_MONTH = rf"(?P<month>{'|'.join(sorted(_NUMBERS, key=lambda name: (-len(name), name)))})"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_ALONE = r"(?<![^\W_])(?<![\d][-./:,])"  # not in a word, nor behind "4." of a longer number
_ENDS = r"(?![^\W_])(?![-./:,]\d)"
_BEFORE = 40  # characters before a date that may tell that it is none
_UNTIL = r"(?:-|–|—|to|until|and|bis(?: zum)?|und|au|et|al|y|t/m)"
_OF_YEAR = rf"(?:(?:,|\.| of| de| del)?[ ]{_YEAR}{_ENDS})?"
# "4 March 2026", "the 4th of March", "4. März", "5 de mayo de 2026", "04-Mar-2026", and "1 to 5 March"
_DAY_FIRST = re.compile(
    rf"{_ALONE}(?:(?P<from>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|\.|o)?[ ]?(?P<join>{_UNTIL}"
    rf"|/)[ ]?(?:the |le |el |dem |den )?)?"
    rf"{_DAY}(?:st|nd|rd|th|er|\.|o|a)?(?:[ ](?:of |of the |de |d')?|-|(?<=\.)){_MONTH}(?![^\W_])"
    rf"(?!-[^\W\d_])(?:\.?-(?P<after>(?:19|20)\d\d)(?!\d)|\.?{_OF_YEAR})"
)
# "March 4", "Sept 19, 2026", "March 1-5"; "March 15:30" and "May 2026" are none
_MONTH_FIRST = re.compile(
    rf"{_ALONE}{_MONTH}\.?[ ](?:the )?(?:(?P<from>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?[ ]?(?:-|–|to)[ ]?)?"
    rf"{_DAY}(?P<th>st|nd|rd|th)?(?![^\W_]|[-./:,]\d|\s?%){_OF_YEAR}"
)
_MONTH_YEAR = re.compile(rf"{_ALONE}{_MONTH}\.?,?[ ](?:of |de |del )?{_YEAR}{_ENDS}")
_MONTH_ALONE = re.compile(rf"{_ALONE}{_MONTH}(?![^\W_])")
_ISO = re.compile(  # and "2026-03-04/2026-03-06", which is both
    rf"(?<![^\W_])(?:(?<!\d[-./:,])|(?<=-\d\d/)){_YEAR}(?P<mark>[-/_])(?P<number>0?[1-9]|1[0-2])(?P=mark){_DAY}"
    r"(?=t\d|[^\d\w]|_|$)(?![-.]\d|/\d(?!\d\d\d-))"
)
_DOTTED = re.compile(
    # "4.3.2026", "4.-6.3.2026", "28.2.-3.3.2026", and "4.3.2026-6.3.2026", which is both
    r"(?<![^\W_])(?:(?<!\d[-./:,])|(?<=\.(?:19|20)\d\d-))"
    r"(?:(?P<from>0?[1-9]|[12]\d|3[01])\.(?:[ ]?(?P<from_month>0?[1-9]|1[0-2])\.)?[ ]?(?:-|–|—|/|bis)[ ]?)?"
    rf"{_DAY}\.(?P<gap>[ ]?)(?P<number>0?[1-9]|1[0-2])\.(?P=gap){_YEAR}"
    r"(?![^\W_])(?![./:,]\d|-\d(?!\d?\.[ ]?\d))"
    # without a year only where German says so: "am 4.3."
    r"|(?:(?<=\bam )|(?<=\bab )|(?<=\b(?:vom|zum|bis|den|dem) ))"
    r"(?P<day2>0?[1-9]|[12]\d|3[01])\.[ ]?(?P<number2>0?[1-9]|1[0-2])\.(?!\d)"
)
_EITHER = re.compile(
    rf"{_ALONE}(?P<one>0?[1-9]|[12]\d|3[01])(?P<mark>[-/])(?P<other>0?[1-9]|[12]\d|3[01])(?P=mark){_YEAR}"
    rf"(?![^\W_])(?![-./:]\d)"
)
# Most texts have neither, and are told so in a tenth of the time.
_NUMERIC = re.compile(r"(?:19|20)\d\d|\b(?:am|ab|vom|zum|bis|den|dem) \d")
_LETTERS = re.compile(r"[a-z]{3,}")
_RUN = re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<number>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)")
_VERSION = re.compile(
    r"(?:\b(?:v|ver|versions?|versionen|releases?|firmware|build|revision|patch|chapter|section|kapitel|abschnitt"
    r"|ziffer)|§)\.?(?:\s*(?:no|nr|number|nummer)\b\.?)?:?\s*(?:v?\d+(?:\.\d+)+(?:\s*(?:,|/|&|-|–)\s*|\s+(?:and|or|to|und"
    r"|oder|bis|et|ou|y|o)\s+))*v?\.?\s*$"
)
_RELEASE = re.compile(r"\b(releases?) (?=\d\d?\.\d\d?\.(?:19|20)\d\d\b)", re.IGNORECASE)
_IN = re.compile(r"\b(?:in|during|im)\s+$")  # "in March 20 pumps were replaced": people say "on March 20"
_BETWEEN = re.compile(rf"\s*{_UNTIL}\s*(?:the |el |le )?|(?<=\d-\d\d)(?:--|/)")
_AND = re.compile(r"\s*(?:and|und|et|al|y)\s*(?:the |el |le )?")
_BOTH = re.compile(r"\b(?:between|zwischen|entre)\s+(?:the |el |le |dem |den )?$")
_BEFORE_DAY = re.compile(r"\b(?:on|the|of|until|till|by|since|from|before|after|for|to|am|le|el|and)\s+$")
_BEFORE_MONTH = re.compile(
    r"\b(?:in|of|for|during|between|zwischen|entre|since|until|till|by|from|im|ab|bis|seit|en|nel|em)\s+$"
)
_WORDS_TOO = frozenset(("may", "mar", "march", "mars"))  # what people may do, how they walk, a planet
_SHORT = frozenset(("may", "mai", "maj", "mei"))  # whole names, though they have three letters
_LONGEST = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def mentions(text: str, *, day_first: bool = False, in_name: bool = False) -> tuple[Mention, ...]:
    """The dates of a text in order. `day_first`: its language writes `04/03/2026` for 4 March only.

    In the name of a file (`in_name`) `20260304` is one, too.
    """
    find = _in_line if len(text) < _LINE else _mentions
    return find(text, day_first, in_name)


def version_as_date(question: str) -> str:
    """The question with "release 4.5.2026" as the release of that day; the same where it has none."""
    return _RELEASE.sub(r"\1 of ", question)


def _mentions(text: str, day_first: bool, in_name: bool) -> tuple[Mention, ...]:
    flat = flattened(text)
    found: list[Mention] = []
    taken = bytearray(len(flat))
    patterns: list[re.Pattern[str]] = []
    if _NUMERIC.search(flat):
        patterns += [_RUN] * in_name + [_ISO, _DOTTED, _EITHER]
    if not _NUMBERS.keys().isdisjoint(_LETTERS.findall(flat)):
        patterns += [_DAY_FIRST, _MONTH_FIRST, _MONTH_YEAR, _MONTH_ALONE]
    for pattern in patterns:
        for match in pattern.finditer(flat):
            if any(taken[match.start() : match.end()]):
                continue
            mention = _read(pattern, match, text, flat, day_first)
            if mention is not None:
                found.append(mention)
                taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
                found += _named_with(match, mention, flat)
    found.sort(key=lambda mention: mention.start)
    return tuple(_joined(_settled(found), flat))


def _read(
    pattern: re.Pattern[str], match: re.Match[str], text: str, flat: str, day_first: bool
) -> Mention | None:
    """The mention that a pattern found; None where it only looks like one: a version, "may", "march"."""
    parts = match.groupdict()
    start, end = match.start("day" if _is_list(match, flat) else 0), match.end()
    before = flat[max(0, start - _BEFORE) : start]
    if pattern is _EITHER:
        return _either(match, day_first)
    if pattern is _DOTTED:
        day = next(int(parts[name]) for name in ("day", "day2") if parts[name])
        month = next(int(parts[name]) for name in ("number", "number2") if parts[name])
        year = int(parts["year"] or 0)
        found = None if _VERSION.search(before) else _mention(start, end, year, month, day)
        return _from(found, int(parts["from"] or 0), int(parts["from_month"] or 0))
    if pattern in (_ISO, _RUN):
        return _mention(start, end, int(parts["year"]), int(parts["number"]), int(parts["day"]))
    word = parts["month"]
    month, year = _NUMBERS[word], int(parts.get("year") or parts.get("after") or 0)
    doubtful = word in _WORDS_TOO and text[match.start("month")].islower() and not year
    if pattern is _MONTH_ALONE:
        whole = len(word) > 3 or word in _SHORT
        capital = text[start].isupper() and (
            word not in _WORDS_TOO | _SHORT or text.strip() == text[start:end]
        )
        told = whole and (capital or _BEFORE_MONTH.search(before))
        return Mention(start, end, Day(0, month), Day(0, month)) if told else None
    if pattern is _MONTH_YEAR:
        return Mention(start, end, Day(year, month), Day(year, month))
    if doubtful and not parts.get("th"):
        rest = flat[end : end + 1]
        if not _BEFORE_DAY.search(before) and (
            pattern is _MONTH_FIRST or rest not in ("", "?", ".", ",", "!")
        ):
            return None
    if pattern is _MONTH_FIRST and _IN.search(before) and not (year or parts["th"]):
        return None
    first = 0 if not parts["from"] or _is_list(match, flat) else int(parts["from"])
    # A day that there isn't stays one: "31 June" is not all of June.
    last = Day(year, month, int(parts["day"]))
    found = Mention(start, end, last, last)
    return _from(found, first)


def _from(found: Mention | None, day: int, month: int = 0) -> Mention | None:
    """The stretch from that day on, of the same month where none is said; with 0 the date as it is."""
    if found is None or not day:
        return found
    last = found.last
    first = Day(last.year, month or last.month, day)
    if month and (month, day) > (last.month, last.day) and last.year:
        first = replace(first, year=last.year - 1)  # over the turn of the year
    return replace(found, first=first) if month or day < last.day else None


def _is_list(match: re.Match[str], flat: str) -> bool:
    """Whether "14 and 28 October" are two days: not where "between" stands before them."""
    joined = match.groupdict().get("join")
    return bool(joined and _AND.fullmatch(joined) and not _after_both(flat, match.start()))


def _after_both(flat: str, start: int) -> bool:
    """Whether "between" stands before a date; no more is looked at, for there may be thousands of dates."""
    return bool(_BOTH.search(flat[max(0, start - 24) : start]))


def _named_with(match: re.Match[str], mention: Mention, flat: str) -> list[Mention]:
    """The first of two days that share a month."""
    if not _is_list(match, flat):
        return []
    day = replace(mention.last, day=int(match["from"]))
    return [Mention(match.start("from"), match.end("from"), day, day)]


def _mention(start: int, end: int, year: int, month: int, day: int) -> Mention | None:
    if not 1 <= month <= 12 or day > _LONGEST[month]:
        return None
    found = Day(year, month, day)
    return Mention(start, end, found, found)


def _either(match: re.Match[str], day_first: bool) -> Mention | None:
    """`13/04/2026` is 13 April, `04/13/2026` too, and `04/03/2026` one of two."""
    one, other, year = int(match["one"]), int(match["other"]), int(match["year"])
    start, end = match.span()
    written = f"{one}{match['mark']}{other}"
    british, american = _mention(start, end, year, other, one), _mention(start, end, year, one, other)
    if british is None or american is None or one == other or day_first:
        found = british or american
        return found and replace(found, written=written)
    return replace(british, or_else=american.first, written=written)


def _settled(found: list[Mention]) -> list[Mention]:
    """The same; what was open is read as the text shows: where `24/04/2026` stands, the day comes first.

    Nothing is settled where days stand first and second, or only days up to the twelfth.
    """
    for mark in "/-":
        written = [mention for mention in found if mark in mention.written]
        first = {
            int(mention.written.partition(mark)[0]) == mention.first.day
            for mention in written
            if mention.or_else is None and mention.first.day != mention.first.month
        }
        if len(first) != 1:
            continue
        for at, mention in enumerate(found):
            if mention.or_else is not None and mark in mention.written:
                day = mention.first if True in first else mention.or_else
                found[at] = replace(mention, first=day, last=day, or_else=None)
    return found


def _joined(found: Iterable[Mention], flat: str) -> list[Mention]:
    """The same with `24 December – 2 January` as one stretch."""
    joined: list[Mention] = []
    for mention in found:
        last = joined[-1] if joined else None
        if (
            last
            and not (last.or_else or mention.or_else)
            and bool(last.first.day) == bool(mention.last.day)
            and last.first == last.last
            and _BETWEEN.fullmatch(flat, last.end, mention.start)
            and (not _AND.fullmatch(flat, last.end, mention.start) or _after_both(flat, last.start))
        ):
            first = last.first
            if not first.year and mention.last.year:
                turned = (first.month, first.day) > (mention.last.month, mention.last.day)
                first = replace(first, year=mention.last.year - turned)
            joined[-1] = Mention(last.start, mention.end, first, mention.last)
        else:
            joined.append(mention)
    return joined


# Titles, headings and questions come again and again; what a passage holds is kept with its analysis.
_LINE = 200
_in_line = lru_cache(maxsize=8192)(_mentions)


def flattened(text: str) -> str:
    """Lower case without accents, character by character, so that places stay."""
    if text.isascii():
        return text.lower()
    return "".join(map(_plain, text))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    for form in (unicodedata.normalize("NFKD", character)[:1].lower(), character.lower()):
        if len(form) == 1:
            return form if not form.isspace() else " "
    return character
