"""Which date a question asks about, and which one each sentence of a passage is of: its own, or one above it.

Minutes, changelogs and rotas name a date once, in a heading, a title, a file's name or a cell, and what
stands beneath or beside is of that date. What is of another date than the asked one is no answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

from brain.languages.english import ENGLISH
from brain.languages.language import Language
from brain.text.asker import beside_clause_of_asker
from brain.text.date_bounds import BEFORE, bound_before, within
from brain.text.dates import Day, Mention, mentions
from brain.text.folding import fold
from brain.text.terms import content_stems

# What stands before a date on which something was.
_ON = re.compile(
    r"\b(?:on|am|vom|le|du|el|del|op|il|den|of)\s+(?:the\s+)?(?:(?:mon|tue|wed|thu|fri|sat|sun|\w+day|\w+tag)\b[\s,.]*)?$"
)
_BOUNDING_COLUMN = re.compile(
    r"\b(?:from|until|till|to|by|since|start\w*|end\w*|due|deadline|valid|expir\w*|ab|bis|von|seit|frist|gultig"
    r"|beginn|ende|debut|fin|desde|hasta|inicio)\b"
)
_OPENING = re.compile(r"[\W\d_]*(?:(?:mon|tue|wed|thu|fri|sat|sun|\w+day|\w+tag|date|datum|fecha)\b[\W_]*)?")
_LABEL_LENGTH = 160  # characters of a line that is little more than a date
_FEW_DAYS = 14  # of a stretch that is of each of its days
_LABEL_WORDS = 6  # beside the date, in a line that is little more than one: "Minutes of 4 March 2026"
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
MOST_DATES = 8  # of a question; more are a pasted page
_MEETING = re.compile(
    r"\b(?:minutes|meetings?|deci[ds]\w*|agree\w*|resol\w*|announc\w*|news|notices?|discuss\w*|board|committee"
    r"|council|trustees|protokoll\w*|\w*sitzung\w*|besprech\w*|\w*beschl\w*|entsch[ie]+d\w*|vereinbar\w*|absprache\w*"
    r"|reunion\w*|compte rendu|proces-verbal|convenu|actas?|acord\w*|acuerd\w*)\b"
)
_ONWARDS = re.compile(r"\W*(?:on|onwards?|to|until|till|and on)\b")
_FROM = re.compile(r"\bfrom[\s:]+(?:the\s+)?(?:\w+day[\s,]+)?$")
_YEAR_LAST = re.compile(r"(?:^|[\s(_,–-])((?:19|20)\d\d)[\s).:]*$")
_WEEKDAY_LAST = re.compile(  # "on Wednesday, 4 March": the weekday tells nothing that the date doesn't
    r"\b(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?"
    r"|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    r"|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)[.,]?\s*(?:the |den |dem |le |el )?$",
    re.IGNORECASE,
)
_FULL_STOP = re.compile(r"(?<=[^\W\d_])\.$")
_ITEM = re.compile(r"\s*(?:[-•*]|\d{1,3}[.)])\s")


class Fit(Enum):
    """How a date fits the one that is asked for: it is it, it is another, or nobody can tell."""

    SAME = "same"
    OTHER = "other"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Asked:
    """A date that a question asks about: the days that it may mean, and how it is written there.

    `on` is true where the question asks about that very date, and not about what was before, since or until
    it. `name` is what it is called among the question's stems. `event`: what happened is asked for, not what
    holds. `aside`: it tells of the asker ("I start on 4 March, how long is …?"), and what names no date may
    answer. `minutes`: what was decided or happened then is asked for, whatever other days that names, and
    `decided` that it is the former: then only what is of a meeting answers, and no row of a rota.
    """

    readings: tuple[Day, ...]
    written: str
    name: str
    on: bool = True
    event: bool = True
    numbers: str = ""
    aside: bool = False
    minutes: bool = False
    decided: bool = False

    @property
    def wanted(self) -> bool:
        """Whether nothing answers but what is of that very date."""
        return self.on and not self.aside

    @property
    def is_month(self) -> bool:
        """Whether it is a whole month."""
        return not self.readings[0].day

    def fit(self, mention: Mention, years: frozenset[int] = frozenset()) -> Fit:
        """How a date of a document fits; without a year it is of the one that stands above it."""
        if mention.or_else is not None:
            if self.numbers and self.numbers == mention.written and self._same_year(mention.first.year):
                return Fit.SAME
            fits = {self._fits(day, day, years) for day in mention.readings}
            return Fit.OTHER if fits == {Fit.OTHER} else Fit.OPEN
        return self._fits(mention.first, mention.last, years)

    def _fits(self, first: Day, last: Day, years: frozenset[int]) -> Fit:
        fit = _best([_fit(day, first, last, years) for day in self.readings])
        # "from 1 October to 30 April" is of no day between; that it holds on one is for the reader to see.
        long = first != last and _days_between(first, last) > _FEW_DAYS
        return Fit.OPEN if fit is Fit.SAME and long else fit

    def _same_year(self, year: int) -> bool:
        return all(day.year in (0, year) for day in self.readings)


def _fit(asked: Day, first: Day, last: Day, years: frozenset[int]) -> Fit:
    year = last.year or (next(iter(years)) if len(years) == 1 else 0)
    if asked.year and year and not (first.year or year) <= asked.year <= year:
        return Fit.OTHER
    if first != last:
        return _in_stretch(asked, first, last)
    if asked.month != last.month:
        return Fit.OTHER
    if not asked.day:
        return Fit.SAME
    if not last.day:
        return Fit.OPEN  # some day of the month
    return Fit.SAME if asked.day == last.day else Fit.OTHER


def _in_stretch(asked: Day, first: Day, last: Day) -> Fit:
    if not asked.day:
        return Fit.SAME if asked.month in (first.month, last.month) else Fit.OPEN
    day, start, end = (asked.month, asked.day), (first.month, first.day), (last.month, last.day or 31)
    inside = start <= day <= end if start <= end else day >= start or day <= end
    if inside and not last.day:
        return Fit.OPEN  # some days of these months
    return Fit.SAME if inside else Fit.OTHER


def _days_between(first: Day, last: Day) -> int:
    """About how many days a stretch has."""
    years = last.year - first.year if first.year and last.year else int(first > last)
    return 372 * years + 31 * (last.month - first.month) + last.day - first.day


def is_date_name(stem: str) -> bool:
    """Whether a stem is the name of a date: no word has a hyphen in it."""
    return "-" in stem and stem[-1].isdigit()


def asked_dates(question: str, language: Language = ENGLISH) -> tuple[Asked, ...]:
    """The dates that a question asks about, each once, in order."""
    found: dict[str, Asked] = {}
    event = _asks_of_event(without_dates(question, language))
    for mention in mentions(question, day_first=language is not ENGLISH):
        if mention.first != mention.last:
            continue  # a stretch of days: nothing is of the whole of it
        if len(found) == MOST_DATES:
            break
        name = "/".join(day.name for day in mention.readings)
        if name in found:
            continue
        on = _is_on(fold(question[: mention.start]), fold(question[mention.end :]))
        written = _FULL_STOP.sub("", question[mention.start : mention.end])
        numbers = mention.written if mention.or_else else ""
        aside = _is_aside(question, mention, language)
        happened = event and not aside
        found[name] = Asked(mention.readings, written, name, on, happened, numbers, aside)
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
    """The question without its dates, whose words tell nothing one by one; `months` are such, too."""
    parts, end = [], 0
    for mention in mentions(question, day_first=language is not ENGLISH):
        if mention.first == mention.last and (months or mention.first.day):
            parts.append(_WEEKDAY_LAST.sub("", question[end : mention.start]))
            end = mention.end
    return " , ".join([*parts, question[end:]])


def stems_with_dates(text: str, asked: Sequence[Asked]) -> list[str]:
    """The stems of a title, heading or name, and the names of those dates that it tells, in whatever way."""
    told = mentions(text, in_name=True) if asked else ()
    names = [one.name for one in asked if any(one.fit(mention) is Fit.SAME for mention in told)]
    return [*content_stems(text), *names]


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above a passage: headings from the nearest on, the document's title and its file's name."""

    headings: tuple[str, ...]
    title: str
    file: str
    folders: str = ""

    @classmethod
    def of(cls, headings: Sequence[str], title: str, document: str) -> "Above":
        """Of a passage's source."""
        path = PurePosixPath(document)
        return cls(tuple(reversed(headings)), title, path.stem, str(path.parent))

    @property
    def years(self) -> frozenset[int]:
        """The years that they end with, as "Minutes 2026" does; "2019-nCoV" tells no year."""
        found = (_YEAR_LAST.search(name) for name in (*self.headings, self.title, self.file))
        return frozenset(int(year[1]) for year in found if year)


def fits(
    asked: Sequence[Asked], text: str, spans: Sequence[tuple[int, int]], table_header: str, above: Above
) -> list[tuple[Fit, ...]]:
    """How each sentence of a text fits each of the dates that are asked for."""
    found = mentions(text)
    columns = [_fits_of(one, text, found, spans, table_header, above) for one in asked]
    return list(zip(*columns, strict=True))


def _fits_of(
    asked: Asked,
    text: str,
    found: Sequence[Mention],
    spans: Sequence[tuple[int, int]],
    table_header: str,
    above: Above,
) -> list[Fit]:
    years = above.years
    on_top = _above(asked, above, years)
    bounding = bool(_BOUNDING_COLUMN.search(fold(table_header)))
    names = (above.folders, above.file, above.title, *above.headings, table_header)
    of_meeting = not asked.decided or _is_of_meeting(" ".join(names))
    label: Fit | None = None  # of the last line that is little more than a date
    line_end, in_line = -1, None
    result: list[Fit] = []
    for start, end in spans:
        if start > line_end:
            line_end = text.find("\n", start)
            line_end = len(text) if line_end < 0 else line_end
            in_line = None
            line = text[start:line_end]
            if "\t" not in line and (of_label := _label(asked, line, years)) is not None:
                label = of_label
        own = [mention for mention in found if start <= mention.start < end]
        # "Version 5 is shipped on 24 March" was decided on the day that stands above it.
        of_minutes = asked.minutes and (label or on_top) is Fit.SAME
        fit = (
            _row(asked, own, years, bounding)
            if "\t" in text[start:end]
            else _sentence(asked, text, start, own, years, of_minutes=of_minutes)
        )
        if fit is Fit.SAME and not (of_meeting or of_minutes or _is_of_meeting(text[start:end])):
            fit = Fit.OPEN  # a rota's row, and "on 24 December it closes at noon", were not decided then
        if fit is None:
            fit = in_line or label or on_top
        elif "\t" not in text[start:end]:
            # What happened after "on 24 December …" was that day, too; what holds may stand there by chance.
            in_line = fit if asked.event or fit is Fit.SAME else None
        result.append(fit)
    return result


def _is_of_meeting(text: str) -> bool:
    return bool(_MEETING.search(fold(text).replace("_", " ")))


def _above(asked: Asked, above: Above, years: frozenset[int]) -> Fit:
    for heading in above.headings:
        if (fit := _label(asked, heading, years)) is not None:
            return fit
    told = [
        _unless_bound(asked.fit(mention, years), name[: mention.start])
        for name, in_name in ((above.title, False), (above.file, True))
        for mention in mentions(name, in_name=in_name)
    ]
    found = _best(told) if told else Fit.OPEN
    # What holds may stand in a text with an older date; what happened, happened then.
    return Fit.OPEN if found is Fit.OTHER and not asked.event else found


def _label(asked: Asked, line: str, years: frozenset[int]) -> Fit | None:
    """How the date of a line that is little more than one fits; None where it is something else."""
    found = mentions(line) if len(line) <= _LABEL_LENGTH else ()
    if not found:
        return None
    item = _ITEM.match(line)  # but "4. März 2026" is none
    if item and item.end() <= found[0].start:
        return None
    rest = line
    for mention in reversed(found):
        rest = f"{rest[: mention.start]} {rest[mention.end :]}"
    words = len(re.findall(r"[^\W\d_]{2,}", rest))
    if words > _LABEL_WORDS or rest.rstrip().endswith((".", "?", "!", ";")):
        return None
    fit = _best([_unless_bound(asked.fit(mention, years), line[: mention.start]) for mention in found])
    return Fit.OPEN if fit is Fit.OTHER and words and not asked.event else fit


def holds_on(asked: Asked, sentence: str, years: frozenset[int]) -> bool:
    """Whether a sentence names a time within which the asked date lies: "until 31 January" does 20 January.

    What held until the 31st tells nothing sure of the day after, though it sounds as if it were about it.
    """
    for mention in mentions(sentence):
        if mention.or_else is not None:
            continue
        if mention.first != mention.last:
            if any(_fit(day, mention.first, mention.last, years) is Fit.SAME for day in asked.readings):
                return True
            continue
        bound = bound_before(fold(sentence[max(0, mention.start - BEFORE) : mention.start]))
        if bound and all(within(bound, day, mention.first) for day in asked.readings):
            return True
    return False


def _unless_bound(fit: Fit, before: str) -> Fit:
    """Of what stands under "until 31 March", nobody can tell that it is of another day."""
    return Fit.OPEN if fit is Fit.OTHER and bound_before(fold(before[-BEFORE:])) else fit


def _row(asked: Asked, own: Sequence[Mention], years: frozenset[int], bounding: bool) -> Fit | None:
    """A table's row is of the dates in its cells; of two, all between may be meant."""
    if not own:
        return None
    fit = _best([asked.fit(mention, years) for mention in own])
    if fit is Fit.OTHER and bounding and not asked.decided and (stretch := _between_cells(own)):
        return asked.fit(stretch, years)
    return Fit.OPEN if fit is Fit.OTHER and (bounding or len(own) > 1) else fit


def _between_cells(own: Sequence[Mention]) -> Mention | None:
    """The days from one cell's date to another's, under "from" and "to", where that is what they are."""
    if len(own) != 2 or any(one.or_else or one.first != one.last or not one.first.day for one in own):
        return None
    first, last = own
    ordered = first.first < last.first and bool(first.first.year) == bool(last.first.year)
    return Mention(first.start, last.end, first.first, last.first) if ordered else None


def _sentence(
    asked: Asked,
    text: str,
    start: int,
    own: Sequence[Mention],
    years: frozenset[int],
    *,
    of_minutes: bool,
) -> Fit | None:
    """A sentence is of the date that it opens with, or on which it says that something was.

    One `of_minutes` of the asked day is of another only where it opens with that: "On 11 March it rained".
    """
    told = []
    for mention in own:
        before = fold(text[start : mention.start])
        fit = asked.fit(mention, years)
        if fit is Fit.SAME:
            return fit
        on = _ON.search(before)
        if on and of_minutes and _OPENING.fullmatch(before, 0, on.start()) is None:
            continue
        if not bound_before(before) and (on or _OPENING.fullmatch(before)):
            told.append(fit)
    return _best(told) if told else None


def _best(found: Sequence[Fit]) -> Fit:
    return next(fit for fit in (Fit.SAME, Fit.OPEN, Fit.OTHER) if fit in found)
