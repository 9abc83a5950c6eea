"""Which dates a question asks about: days, months, and stretches such as "between 4 and 18 March"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from brain.languages.english import ENGLISH
from brain.languages.language import Language
from brain.text.above import NO_YEAR, Lent
from brain.text.asker import beside_clause_of_asker
from brain.text.date_bounds import bound_before, bounds_stretch, days_within
from brain.text.dates import Day, Mention, mentions
from brain.text.folding import fold
from brain.text.question_stretches import stretches
from brain.text.spans import Lies, day_after, length, lies
from brain.text.terms import content_stems

_FEW_DAYS = 14  # of a stretch that is of each of its days
_A_MONTH = 31  # days of a stretch that is asked about as a day is
# What was, or what is told of a day; and what is asked of what holds.
_EVENT = re.compile(
    r"\b(?:was|were|did|had|happened|went|came|decided|agreed|minutes|meetings?|decisions?|incidents?|outages?"
    r"|wurden?|war|waren|hat|haben|protokoll\w*|sitzung\w*|besprechung\w*|beschl\w*|a ete|ont|s'est|reunions?"
    r"|compte rendu|proces-verbal|fue|decidio|acordo|paso|actas?|reunion)\b"
)
_HOLDS = re.compile(
    r"\b(?:is|are|do|does|can|may|must|should|will|would|costs?|apply|applies|ist|sind|kostet|kosten|darf|kann"
    r"|muss|wird|gilt|gelten|est|sont|peut|coute|es|son|puede|cuesta)\b"
)
_LOOKED_AT = 32  # dates of a question, to find these
MOST_DATES = 8  # of a question; more are a pasted page
_ONWARDS = re.compile(r"\W*(?:on|onwards?|to|until|till|and on)\b")
_FROM = re.compile(r"\bfrom[\s:]+(?:the\s+)?(?:\w+day[\s,]+)?$")
_WEEKDAY_LAST = re.compile(  # "on Wednesday, 4 March": the weekday tells nothing that the date doesn't
    r"\b(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)[.,]?\s*(?:the |den |dem |le |el )?$",
    re.IGNORECASE,
)
_FULL_STOP = re.compile(r"(?<=[^\W\d_])\.$")
_WITHIN = re.compile(
    r"\b(?:in|during|throughout|over|for|im|wahrend|en|pendant|au mois de|durante|el mes de)\s+(?:the\s+)?$"
)


class Fit(Enum):
    """How a date fits the one that is asked for: it is it, it is another, or nobody can tell."""

    SAME = "same"
    OTHER = "other"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Asked:
    """A date that a question asks about: the days that it may mean, and how it is written there.

    Of a stretch of days `last` is the last one, and its first the only reading. `on` is true where the
    question asks about that very date, and not about what was before, since or until it, which `bound` tells.
    `name` is what it is called among the question's stems. `event`: what happened is asked for, not what
    holds. `aside`: it tells of the asker ("I start on 4 March, how long is …?"), and what names no date may
    answer. `soft`: of a month may be what names none, too ("whom do I ask about leave in August?"), but
    nothing of another one; `inside`: it stands behind "in" or "during". `minutes`: what was decided or
    happened then is asked for, whatever other days that names; `meeting`: then only what is of a meeting
    answers, and no row of a rota; `decision`: only what was decided does. `counted`: its days were counted
    from words, such as "second week of March".
    """

    readings: tuple[Day, ...]
    written: str
    name: str
    on: bool = True
    event: bool = True
    numbers: str = ""
    aside: bool = False
    minutes: bool = False
    meeting: bool = False
    decision: bool = False
    last: Day | None = None
    soft: bool = False
    inside: bool = False
    bound: str = ""
    counted: bool = False

    @property
    def wanted(self) -> bool:
        """Whether nothing answers but what is of that very date."""
        return self.on and not self.aside and not self.soft

    @property
    def is_month(self) -> bool:
        """Whether it is a whole month."""
        return self.last is None and not self.readings[0].day

    @property
    def is_long(self) -> bool:
        """Whether it is a month, or a stretch that is no shorter."""
        first, last = self.spans[0]
        return self.is_month or (last != first and length(first, last) >= _A_MONTH)

    @property
    def is_stretch(self) -> bool:
        """Whether it has several days."""
        return self.last is not None or self.is_month

    @property
    def spans(self) -> tuple[tuple[Day, Day], ...]:
        """The first and the last day of each reading."""
        return tuple((day, self.last or day) for day in self.readings)

    @property
    def in_words(self) -> str:
        """`4 March 2026`, `4 March 2026 or 3 April 2026`, `8 March to 14 March 2026`."""
        if self.last is None:
            return " or ".join(day.in_words for day in self.readings)
        first = self.readings[0]
        same = first.year == self.last.year
        return f"{(replace(first, year=0) if same else first).in_words} to {self.last.in_words}"

    def fit(self, mention: Mention, lent: Lent = NO_YEAR) -> Fit:
        """How a date of a document fits; without a year it is of the one that stands above it."""
        if mention.or_else is not None:
            if self.numbers and self.numbers == mention.written and self._same_year(mention.first.year):
                return Fit.SAME
            fits = {self._fits(day, day, lent) for day in mention.readings}
            return fits.pop() if len(fits) == 1 and (self.is_stretch or Fit.OTHER in fits) else Fit.OPEN
        return self._fits(mention.first, mention.last, lent)

    def holds(self, mention: Mention, lent: Lent = NO_YEAR) -> bool:
        """Whether a document's date lies wholly within this one: 4 March does in March, not the reverse."""
        if mention.or_else is not None:
            return bool(self.numbers) and self.numbers == mention.written
        year = mention.last.year or lent.of(mention.last.month)
        return any(
            lies(mention.first, mention.last, first, last, year) is Lies.WITHIN for first, last in self.spans
        )

    def lies_in(self, mention: Mention, lent: Lent = NO_YEAR) -> bool:
        """Whether it lies within a stretch that a document names, however long that is."""
        year = mention.last.year or lent.of(mention.last.month)
        if self.is_stretch:
            return lies(mention.first, mention.last, *self.spans[0], year) in (Lies.AROUND, Lies.WITHIN)
        return any(_fit(day, mention.first, mention.last, year) is Fit.SAME for day in self.readings)

    def within_bound(self) -> "Asked":
        """The same as the stretch that its bound leaves: "since 1 March" is all from then on."""
        days = days_within(self.bound, self.readings[0]) if len(self.readings) == 1 else None
        if days is None or self.last is not None:
            return self
        first, last = days
        written = f"{self.bound.strip()} {self.written}"
        return replace(
            self, readings=(first,), last=last, written=written, name=_name_of(first, last), on=True
        )

    def _fits(self, first: Day, last: Day, lent: Lent) -> Fit:
        year = last.year or (0 if first > last else lent.of(last.month))
        if not year and self.event and self._is_later(lent.latest):
            return Fit.OTHER
        if self.is_stretch:
            return self._fits_stretch(first, last, year)
        fit = best([_fit(day, first, last, year) for day in self.readings])
        # "from 1 October to 30 April" is of no day between; that it holds on one is for the reader to see.
        long = first != last and length(first, last) > _FEW_DAYS
        return Fit.OPEN if fit is Fit.SAME and long else fit

    def _is_later(self, latest: Day | None) -> bool:
        """Whether it all lies after a day; the next one is none that is sure, for clocks differ."""
        first = min(self.readings)
        return bool(latest and first.year and first > day_after(latest))

    def _fits_stretch(self, first: Day, last: Day, year: int) -> Fit:
        lie = lies(first, last, *self.spans[0], year)
        if lie in (Lies.WITHIN, Lies.APART):
            return Fit.SAME if lie is Lies.WITHIN else Fit.OTHER
        # A rota's week that begins or ends in the month is of it; half a year is not.
        return Fit.SAME if length(first, last) <= _FEW_DAYS else Fit.OPEN

    def _same_year(self, year: int) -> bool:
        return all(day.year in (0, year) for day in self.readings)


def best(found: Sequence[Fit]) -> Fit:
    """The best of several fits."""
    return next(fit for fit in (Fit.SAME, Fit.OPEN, Fit.OTHER) if fit in found)


def _fit(asked: Day, first: Day, last: Day, year: int) -> Fit:
    if asked.year and year and not (first.year or year) <= asked.year <= year:
        return Fit.OTHER
    if first != last:
        return _in_stretch(asked, first, last)
    if asked.month != last.month:
        return Fit.OTHER
    if not last.day:
        return Fit.OPEN  # some day of the month
    return Fit.SAME if asked.day == last.day else Fit.OTHER


def _in_stretch(asked: Day, first: Day, last: Day) -> Fit:
    day, start, end = (asked.month, asked.day), (first.month, first.day), (last.month, last.day or 31)
    inside = start <= day <= end if start <= end else day >= start or day <= end
    if inside and not last.day:
        return Fit.OPEN  # some days of these months
    return Fit.SAME if inside else Fit.OTHER


def is_date_name(stem: str) -> bool:
    """Whether a stem is the name of a date: no word has a hyphen in it."""
    return "-" in stem and stem[-1].isdigit()


def asked_dates(question: str, language: Language = ENGLISH) -> tuple[Asked, ...]:
    """The dates that a question asks about, each once, in order."""
    found: dict[str, Asked] = {}
    event = _asks_of_event(without_dates(question, language))
    written_out = mentions(question, day_first=language is not ENGLISH)
    seen: set[Mention] = set()
    for mention in stretches(question, written_out):
        if len(found) == MOST_DATES or len(seen) == _LOOKED_AT:
            break
        stretch = mention.first != mention.last
        name = "/".join(day.name for day in mention.readings)
        if stretch:
            name = _name_of(mention.first, mention.last)
        if name in found:
            continue
        seen.add(mention)
        before, after = fold(question[: mention.start]), fold(question[mention.end :])
        bound = bound_before(before)
        if stretch and bound and not bounds_stretch(bound):
            continue  # "since the first week of March": nothing is of the whole of it
        written = _FULL_STOP.sub("", question[mention.start : mention.end])
        aside = _is_aside(question, mention, language)
        found[name] = Asked(
            mention.readings,
            written,
            name,
            on=stretch or _is_on(before, after),
            event=event and not aside,
            numbers=mention.written if mention.or_else else "",
            aside=aside,
            last=mention.last if stretch else None,
            # "Who is on call in April?"; but "what is the rate for April?" may be told without its name.
            inside=(stretch or bool(_WITHIN.search(before)))
            and not beside_clause_of_asker(before, question[mention.end :]),
            bound=bound,
            counted=stretch and mention not in written_out and length(mention.first, mention.last) < _A_MONTH,
        )
    return tuple(found.values())


def _asks_of_event(text: str) -> bool:
    folded = fold(text)  # without its dates: "9 May" is no "may"
    return bool(_EVENT.search(folded)) or not _HOLDS.search(folded)


def _is_aside(question: str, mention: Mention, language: Language) -> bool:
    """Whether a date stands in a clause about the asker, beside which is asked what holds for anybody."""
    before = fold(_WEEKDAY_LAST.sub("", question[: mention.start]))
    stop = bool(_FULL_STOP.search(question, mention.start, mention.end))  # what ends a date may end a clause
    asked = without_dates(beside_clause_of_asker(before, question[mention.end - stop :]), language)
    return bool(content_stems(asked)) and not _asks_of_event(asked)


def _is_on(before: str, after: str) -> bool:
    if found := _FROM.search(before):  # "the minutes from 4 March", but "from 4 March on"
        return not _ONWARDS.match(after) and bool(before[: found.start()].strip())
    return not bound_before(before)


def without_dates(question: str, language: Language = ENGLISH, *, months: bool = True) -> str:
    """The question without its dates, whose words tell nothing one by one.

    `months` are such, too, and so are stretches of days.
    """
    parts, end = [], 0
    for mention in stretches(question, mentions(question, day_first=language is not ENGLISH)):
        if months or (mention.first == mention.last and mention.first.day):
            parts.append(_WEEKDAY_LAST.sub("", question[end : mention.start]))
            end = mention.end
    return " , ".join([*parts, question[end:]])


def stems_with_dates(text: str, asked: Sequence[Asked]) -> list[str]:
    """The stems of a title, heading or name, and the names of those dates that it tells, in whatever way."""
    told = mentions(text, in_name=True) if asked else ()
    names = [one.name for one in asked if any(one.fit(mention) is Fit.SAME for mention in told)]
    return [*content_stems(text), *names]


def _name_of(first: Day, last: Day) -> str:
    return f"{first.name}..{last.name}"
