"""Which date each sentence of a passage is of: its own, or one that stands above it.

Minutes, changelogs and rotas name a date once, in a heading, a title, a file's name or a cell, and what
stands beneath or beside is of that date. What is of another date than the asked one is no answer.
"""

import re
from collections.abc import Sequence

from brain.text.above import NO_YEAR, Above, Lent
from brain.text.asked import Asked, Fit, best
from brain.text.date_bounds import bound_before, within
from brain.text.dates import Day, Mention, mentions
from brain.text.deciding import decides, is_of_form, is_of_meeting, is_told_to_all, of_decisions
from brain.text.folding import fold
from brain.text.weeks import weeks

# What stands before a date on which something was.
_ON = re.compile(
    r"\b(?:on|am|vom|le|du|el|del|op|il|den|of)\s+(?:the\s+)?(?:(?:mon|tue|wed|thu|fri|sat|sun|\w+day|\w+tag)\b[\s,.]*)?$"
)
_BOUNDING_COLUMN = re.compile(
    r"\b(?:from|until|till|to|by|since|start\w*|end\w*|due|deadline|valid|expir\w*|ab|bis|von|seit|frist|gultig"
    r"|beginn|ende|debut|fin|desde|hasta|inicio)\b"
)
_VERSION_COLUMN = re.compile(
    r"(?!.*\b(?:date|datum|day|when)\b).*\b(?:versions?|releases?|build|firmware|revision)\b"
)
_OPENING = re.compile(r"[\W\d_]*(?:(?:mon|tue|wed|thu|fri|sat|sun|\w+day|\w+tag|date|datum|fecha)\b[\W_]*)?")
_LABEL_LENGTH = 160  # characters of a line that is little more than a date
_LABEL_WORDS = 6  # beside the date, in a line that is little more than one: "Minutes of 4 March 2026"
_BEFORE = 80  # characters before a date in which its bound, or what opens the sentence, stands
_ITEM = re.compile(r"\s*(?:[-•*]|\d{1,3}[.)])\s")
_SURNAME = re.compile(r"[ ][^\W\d_a-zß-ÿ][^\W\d_]+")
_IN_A_LIST = re.compile(r"[:,(]\s*$")


def dates_of(text: str, lent: Lent = NO_YEAR) -> list[Mention]:
    """The dates of a text, and its calendar weeks, which mostly have their year from above."""
    found = mentions(text)
    numbered = weeks(text, lent.year)
    if not numbered:
        return list(found)
    taken = bytearray(len(text))
    for one in found:
        taken[one.start : one.end] = b"\1" * (one.end - one.start)
    alone = [one for one in numbered if not any(taken[one.start : one.end])]
    return sorted([*found, *alone], key=lambda mention: mention.start)


def fits(
    asked: Sequence[Asked], text: str, spans: Sequence[tuple[int, int]], table_header: str, above: Above
) -> list[tuple[Fit, ...]]:
    """How each sentence of a text fits each of the dates that are asked for."""
    found = dates_of(text, above.lent)
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
    """How each sentence stands to a date: by one in it, in its line, in a label above, or in the document."""
    lent = above.lent
    on_top = _above(asked, above, lent)
    bounding = bool(_BOUNDING_COLUMN.search(fold(table_header)))
    meeting = _Meeting(asked, text, table_header, above)
    label: Fit | None = None  # of the last line that is little more than a date
    line_end, in_line, next_one = -1, None, 0
    result: list[Fit] = []
    for start, end in spans:
        if start > line_end:
            line_end = text.find("\n", start)
            line_end = len(text) if line_end < 0 else line_end
            in_line = None
            line = text[start:line_end]
            meeting.read(line)
            if "\t" not in line and (of_label := _label(asked, line, lent)) is not None:
                label = of_label
        while next_one < len(found) and found[next_one].start < start:
            next_one += 1
        own_end = next_one
        while own_end < len(found) and found[own_end].start < end:
            own_end += 1
        own = found[next_one:own_end]
        # "Version 5 is shipped on 24 March" was decided on the day that stands above it.
        of_minutes = asked.minutes and (label or on_top) is Fit.SAME
        fit = (
            _row(asked, _dates_of_row(own, text, start, table_header), lent, bounding)
            if "\t" in text[start:end]
            else _sentence(asked, text, start, own, lent, of_minutes=of_minutes)
        )
        if fit is None:
            fit = in_line or label or on_top
        elif "\t" not in text[start:end]:
            # What happened after "on 24 December …" was that day, too; what holds may stand there by chance.
            in_line = fit if asked.event or fit is Fit.SAME else None
        result.append(fit if fit is not Fit.SAME or meeting.tells(text[start:end]) else Fit.OPEN)
    return result


class _Meeting:
    """Whether what a passage says is of a meeting, or was decided, where a question asks for that.

    A rota's row, and "on 24 December it closes at noon", were not decided then; nor was what a mail of the
    day tells, unless it says so.
    """

    def __init__(self, asked: Asked, text: str, table_header: str, above: Above) -> None:
        names = " ".join((above.folders, above.file, above.title, *above.headings, table_header))
        self._asked = asked
        self._there = asked.meeting and (
            is_of_meeting(names) or (not asked.decision and is_told_to_all(names))
        )
        # Of decisions, or of talk; the nearest heading that is of either tells.
        self._section: bool | None = None
        if asked.decision:
            told = map(of_decisions, above.headings)
            self._section = next((one for one in told if one is not None), None)
            apart = any(of_decisions(line) for line in text.split("\n"))
            if apart and self._section is None:
                self._section = False

    def read(self, line: str) -> None:
        """Go on to a line, which may be a heading within the text."""
        told = of_decisions(line) if self._asked.decision else None
        self._section = self._section if told is None else told

    def tells(self, sentence: str) -> bool:
        """Whether a sentence there answers what is asked."""
        if not self._asked.meeting:
            return True
        if not self._asked.decision:
            return self._there or is_of_meeting(sentence) or is_told_to_all(sentence)
        if is_of_form(sentence) or of_decisions(sentence) is not None:
            return False
        return bool(self._there if self._section is None else self._section) or decides(sentence)


def is_of(asked: Asked, text: str, start: int, end: int, above: Above) -> bool:
    """Whether a sentence is of a date by what opens its line, or stands above it, and wholly within it.

    What names a date in passing, or a stretch that has it somewhere, isn't: "valid from 1 to 31 March".
    """
    lent = above.lent
    if above.sent and asked.holds(Mention(0, 0, above.sent, above.sent)):
        return True
    names = [(above.title, False), (above.file, True), *((heading, False) for heading in above.headings)]
    if any(asked.holds(one, lent) for name, in_name in names for one in mentions(name, in_name=in_name)):
        return True
    line_start = text.rfind("\n", 0, start) + 1
    own = [one for one in dates_of(text[line_start:end], lent) if not one.or_else or one.written]
    if own:
        first = own[0]
        before = fold(text[line_start : line_start + first.start])
        on = _ON.search(before)
        opens = "\t" in text[line_start:end] or _OPENING.fullmatch(
            before, 0, on.start() if on else len(before)
        )
        if opens and asked.fit(first, lent) is not Fit.OPEN:
            return asked.holds(first, lent)
    for line in reversed(text[:line_start].split("\n")):
        if "\t" not in line and _label(asked, line, lent) is not None:
            return any(asked.holds(one, lent) for one in mentions(line))
    return False


def _dates_of_row(own: Sequence[Mention], text: str, start: int, table_header: str) -> Sequence[Mention]:
    """The dates of a row; under "Version" stands none, though `4.3.2026` looks like one."""
    columns = fold(table_header).split("\t")
    if not own or not any(map(_VERSION_COLUMN.match, columns)):
        return own
    at = [text.count("\t", start, one.start) for one in own]
    return [
        one
        for one, column in zip(own, at, strict=True)
        if column >= len(columns) or not _VERSION_COLUMN.match(columns[column])
    ]


def _above(asked: Asked, above: Above, lent: Lent) -> Fit:
    for heading in above.headings:
        if (fit := _label(asked, heading, lent)) is not None:
            return fit
    told = [
        _unless_bound(asked.fit(mention, lent), name[: mention.start])
        for name, in_name in ((above.title, False), (above.file, True))
        for mention in mentions(name, in_name=in_name)
    ]
    if above.sent and Fit.SAME not in told:
        told = [asked.fit(Mention(0, 0, above.sent, above.sent))]
    found = best(told) if told else Fit.OPEN
    # What holds may stand in a text with an older date; what happened, happened then.
    return Fit.OPEN if found is Fit.OTHER and not asked.event else found


def _label(asked: Asked, line: str, lent: Lent) -> Fit | None:
    """How the date of a line that is little more than one fits; None where it is something else."""
    told = mentions(line) if len(line) <= _LABEL_LENGTH else ()
    # "Present: Ida Holm, August Berg"; but "August Newsletter" is a label.
    found = [one for one in told if not (_is_first_name(line, one) and _IN_A_LIST.search(line[: one.start]))]
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
    fit = best([_unless_bound(asked.fit(mention, lent), line[: mention.start]) for mention in found])
    return Fit.OPEN if fit is Fit.OTHER and words and not asked.event else fit


def holds_on(asked: Asked, sentence: str, lent: Lent = NO_YEAR) -> bool:
    """Whether a sentence names a time within which the asked date lies: "until 31 January" does 20 January.

    What held until the 31st tells nothing sure of the day after, though it sounds as if it were about it.
    """
    for mention in mentions(sentence):
        if mention.or_else is not None:
            continue
        if mention.first != mention.last:
            if asked.lies_in(mention, lent):
                return True
            continue
        bound = bound_before(_before(sentence, 0, mention))
        if bound and all(within(bound, day, mention.first) for day in _ends(asked)):
            return True
    return False


def _ends(asked: Asked) -> tuple[Day, ...]:
    return (*asked.readings, asked.last) if asked.last else asked.readings


def _unless_bound(fit: Fit, before: str) -> Fit:
    """Of what stands under "until 31 March", nobody can tell that it is of another day."""
    return Fit.OPEN if fit is Fit.OTHER and bound_before(fold(before[-_BEFORE:])) else fit


def _row(asked: Asked, own: Sequence[Mention], lent: Lent, bounding: bool) -> Fit | None:
    """A table's row is of the dates in its cells; of two, all between may be meant."""
    if not own:
        return None
    fit = best([asked.fit(mention, lent) for mention in own])
    if fit is Fit.OTHER and bounding and not asked.meeting and (stretch := _between_cells(own)):
        return asked.fit(stretch, lent)
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
    lent: Lent,
    *,
    of_minutes: bool,
) -> Fit | None:
    """A sentence is of the date that it opens with, or on which it says that something was.

    One `of_minutes` of the asked day is of another only where it opens with that: "On 11 March it rained".
    """
    told = []
    for mention in own:
        if _is_first_name(text, mention):
            continue
        before = _before(text, start, mention)
        fit = asked.fit(mention, lent)
        if fit is Fit.SAME:
            return fit
        on = _ON.search(before)
        opens = mention.start - start <= _BEFORE and _OPENING.fullmatch(
            before, 0, on.start() if on else len(before)
        )
        if on and of_minutes and not opens:
            continue
        if not bound_before(before) and (on or opens):
            told.append(fit)
    return best(told) if told else None


def _is_first_name(text: str, mention: Mention) -> bool:
    """Whether a month without a day or year is rather a person's name: "August Berg asks three firms"."""
    day = mention.first
    return not (day.day or day.year) and day == mention.last and bool(_SURNAME.match(text, mention.end))


def _before(text: str, start: int, mention: Mention) -> str:
    """The folded words before a date; no more is looked at, for there may be thousands of dates."""
    return fold(text[max(start, mention.start - _BEFORE) : mention.start])
