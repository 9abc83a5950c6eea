"""An amount that tells the asker's case ("a refund of 600", "after 6 years"), and what holds for it.

Rules are told by steps: up to 500 the team lead, from 500 the head; 4 weeks in the first two years, 12 after
five. Of these the one that the asked amount lies in is the answer, and the others are none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import inf

from brain.text.asked import Fit
from brain.text.folding import fold
from brain.text.quantities import Bound, Quantity, may_hold_figure, quantities
from brain.text.terms import content_stems
from brain.text.written_figures import CURRENCIES, UNITS, Kind

_MEASURED = frozenset((Kind.MONEY, Kind.DURATION, Kind.MEASURE, Kind.SHARE))
LEAST_BARE = 100  # "a refund of 600"; less is as often the number of a form, a floor, a version
NEAR = 24  # characters before a figure in which a bound stands
# So many times as large or small, two figures of one unit measure other things: "within 3 days" is no step
# of what grows with years of service.
TIMES = {Kind.DURATION: 40.0, Kind.SHARE: 100.0}
TIMES_AT_MOST = 1000.0
# "15k", "1.5k": thousands, in chat.
_THOUSANDS = re.compile(r"(?<![\w.,-])(?P<number>\d{1,3}(?:\.\d)?)k\b", re.IGNORECASE)
_COLLOQUIAL = {"quid": "pounds", "bucks": "dollars", "yr": "year", "yrs": "years", "hrs": "hours"}
_SLANG = re.compile(rf"\b(?:{'|'.join(_COLLOQUIAL)})\b", re.IGNORECASE)
_AFTER = re.compile(
    r"(?:\b(?:after|beyond|exceeds|exceeding|older than|longer than)\s|[>≥]\s?=?\s?)(?:[€$£]\s?)?$"
)
_BEFORE = re.compile(r"[<≤]\s?=?\s?(?:[€$£]\s?)?$")
_LEFT_OUT = re.compile(
    r"(?:\b(?:more than|over|above|below|under|less than|exceeds|exceeding|beyond)\s|[<>]\s?)(?:[€$£]\s?)?$"
)
_NEGATIVE = re.compile(r"(?:^|[\s(:])[-−]$")
# "5+", "500+ euros": a step without an end.
_AND_MORE = re.compile(r"(?<![\w.,+-])([€$£]?\d(?:[\d.,]*\d)?)\s?\+(?=\s|$)")
# "Ticket 450", "invoice number 700", "#12": what is called by a number, which tells how much of nothing.
_CALLED = re.compile(
    r"""(?:\#|\b(?:account|article|batch|bill|bug|build|building|bus|call|case|chapter|clause|code|contract|customer
    |desk|dial|error|exit|extension|file|flight|floor|form|gate|http|id|invoice|iso|issue|item|job|level|line
    |locker|lot|model|module|no|nr|num|number|order|page|paragraph|part|phone|plan|plot|po|policy|port|project|ref
    |reference|release|room|rule|section|serial|slide|standard|status|step|suite|ticket|train|unit|vehicle|version
    |volume|zip)\b[.:]?)\s*$""",
    re.VERBOSE,
)
_PLURAL = re.compile(r"\s(?:[a-z]+\s)?(?:[a-z]+s|people|children|men|women|staff)\b")
# What a column is called whose cells are steps: "After years of service", "Up to (euro)".
_FROM_COLUMN = re.compile(r"\b(?:after|from|over|above|more than|at least|minimum|min|starting)\b|[>≥]")
_UP_TO_COLUMN = re.compile(r"\b(?:up to|until|below|under|less than|at most|maximum|max)\b|[<≤]")


@dataclass(frozen=True, slots=True)
class AskedAmount:
    """An amount of a question: what it measures, as it is `written` there, and its `name` among stems."""

    figure: Quantity
    written: str
    name: str


@dataclass(frozen=True, slots=True)
class _Step:
    """A figure of a document, and where an amount lies that it holds for: from `low` to `high`.

    A cell's has its column and that column's `name`, folded. Both ends may be open (`inf`), and either may
    itself be left out: `above`, `below`.
    """

    figure: Quantity
    column: int
    name: str
    low: float
    high: float
    above: bool = False
    below: bool = False

    def holds(self, low: float, high: float) -> bool:
        """Whether an amount of `low` to `high` lies in it."""
        over = low > self.low if self.above else high >= self.low
        return over and (high < self.high if self.below else low <= self.high)

    def measures(self, asked: Quantity) -> bool:
        """Whether it is of what the amount measures."""
        if asked.kind is Kind.COUNT and asked.unit and not asked.unit.isdisjoint(content_stems(self.name)):
            return self.figure.kind is Kind.COUNT
        return _measures(asked, self.figure)

    @property
    def is_open(self) -> bool:
        """Whether it has one end."""
        return inf in (self.high, -self.low)

    @property
    def is_one(self) -> bool:
        """Whether it is a step of anything, and not just a figure."""
        return self.is_open or (self.figure.stated is None and self.low < self.high)


def asked_amounts(question: str) -> tuple[AskedAmount, ...]:
    """The amounts of a question, each once, in order; of a follow-up its own, or else its thread's."""
    own = question.rpartition(" – ")[2]
    return _amounts(own) or (_amounts(question) if own != question else ())


@lru_cache(maxsize=256)
def _amounts(question: str) -> tuple[AskedAmount, ...]:
    written = dict[str, str]()

    def in_figures(found: re.Match[str]) -> str:
        number = f"{float(found['number']) * 1000:.0f}"
        written[number] = found.group()
        return number

    text = _THOUSANDS.sub(in_figures, question)
    text = fold(_SLANG.sub(lambda found: _COLLOQUIAL[found.group().lower()], text))
    found = dict[str, AskedAmount]()
    for figure in quantities(text):
        if not _tells_a_case(figure, text):
            continue
        number = re.match(r"\D*?(\d[\d.,]*\d|\d|[a-z]+(?:-[a-z]+)?)", text[figure.start : figure.end])
        if number is None:
            continue
        name = f"≈{figure.low:g}{figure.kind.value[0]}"
        shown = written.get(number[1], number[1])
        found.setdefault(name, AskedAmount(_one_sided(figure), shown, name))
    return tuple(found.values())


def _tells_a_case(figure: Quantity, text: str) -> bool:
    before = text[max(0, figure.start - NEAR) : figure.start]
    if _NEGATIVE.search(before):
        return False  # steps are read without a sign
    if figure.kind is not Kind.COUNT:
        return figure.kind in _MEASURED and figure.high > 0
    if figure.low >= LEAST_BARE:
        return not _CALLED.search(before)
    # "30 guests", but not "error 52 means", and of "one sink" nothing is counted.
    word = re.search(r"([a-z]+)\s*$", before)
    named = bool(word and content_stems(word[1]))
    return figure.low > 1 and not named and bool(_PLURAL.match(text[figure.end :]))


def _one_sided(figure: Quantity) -> Quantity:
    """The amount itself: "over 40,000" is a little more."""
    little = 1e-6 * max(figure.high, 1.0)
    match figure.bound:
        case Bound.LEAST:
            return replace(figure, low=figure.high + little, high=figure.high + little, bound=Bound.EXACT)
        case Bound.MOST:
            return replace(figure, low=figure.low - little, high=figure.low - little, bound=Bound.EXACT)
    return figure


def without_amounts(question: str, amounts: Sequence[AskedAmount]) -> str:
    """The question without these numbers: they name nothing."""
    for amount in amounts:
        number = re.compile(rf"(?<![\w.,]){re.escape(amount.written)}(?!\w)", re.IGNORECASE)
        question = number.sub(" , ", question)
    return question


def fits(
    amounts: Sequence[AskedAmount], text: str, spans: Sequence[tuple[int, int]], header: str
) -> list[list[Fit]]:
    """Of each sentence of a passage, how it fits each amount.

    SAME: it tells that amount, or a step that it lies in; of rows and items the narrowest such. OTHER: it is
    a row or an item of another step, beside one that it lies in. Where it lies in none, all steps of its
    unit are about it ("up to 5 days" answers who asks for 8).
    """
    steps = [_steps(text, start, end, header) for start, end in spans]
    columns = [_fit(amount, text, spans, steps) for amount in amounts]
    return [list(row) for row in zip(*columns, strict=True)]


def is_told(amount: AskedAmount, text: str, spans: Sequence[tuple[int, int]], header: str) -> bool:
    """Whether just this amount stands in one of the sentences, and not only a step that it lies in."""
    return any(
        step.measures(amount.figure) and not step.is_one and step.figure.same_as(amount.figure)
        for start, end in spans
        for step in _steps(text, start, end, header)
    )


def _fit(
    amount: AskedAmount, text: str, spans: Sequence[tuple[int, int]], steps: Sequence[Sequence["_Step"]]
) -> list[Fit]:
    asked = amount.figure
    told = [[step for step in own if step.measures(asked)] for own in steps]
    if not any(step.is_one for own in told for step in own):
        return [Fit.OPEN for _ in spans]
    lies_in = [[step for step in own if step.holds(asked.low, asked.high)] for own in told]
    if not any(lies_in):
        return [Fit.SAME if any(step.is_one for step in own) else Fit.OPEN for own in told]
    parallel = [_is_parallel(text, start) for start, _ in spans]
    beside = [step for own, row in zip(lies_in, parallel, strict=True) if row for step in own]
    from_low = max((step.low for step in beside if step.high == inf), default=-inf)
    to_high = min((step.high for step in beside if step.low == -inf), default=inf)
    columns = {step.column for step in beside}
    lines = [text.count("\n", 0, start) for start, _ in spans]
    of_one = {line for own, line in zip(lies_in, lines, strict=True) if own}
    beside_one = [line in of_one for line in lines]
    found = []
    for at, (own, inside, row) in enumerate(zip(told, lies_in, parallel, strict=True)):
        narrow = [
            step
            for step in inside
            if not row
            or not step.is_open
            or (step.low >= from_low if step.high == inf else step.high <= to_high)
        ]
        # "Up to 150 euro the agent decides. From 150 to 1,000 euro …" are told as rows would be.
        other = any(step.column in columns for step in own) if row else beside_one[at] and _all_steps(own)
        found.append(Fit.SAME if narrow else Fit.OTHER if other else Fit.OPEN)
    return found


def _all_steps(own: Sequence[_Step]) -> bool:
    return bool(own) and all(step.is_one for step in own)


def _is_parallel(text: str, start: int) -> bool:
    """Whether what begins there is a table's row or an item of a list."""
    line = text[text.rfind("\n", 0, start) + 1 : (text.find("\n", start) + 1 or len(text) + 1) - 1]
    return "\t" in line or bool(_ITEM.match(line))


_ITEM = re.compile(r"^\s*(?:[-•]|\d{1,3}[.)])\s")


def _steps(text: str, start: int, end: int, header: str) -> list[_Step]:
    """The figures that a sentence or row tells; of a row, cell by cell with the column's name."""
    line = text[start:end]
    if "\t" not in line:
        return _steps_of(line)
    names, cells = header.split("\t"), line.split("\t")
    if len(names) != len(cells):
        names = [""] * len(cells)
    found = []
    for at, (cell, name) in enumerate(zip(cells, names, strict=True)):
        for step in _steps_of(cell, at, name):
            found.append(_of_column(step) if at == 0 and not step.is_one else step)
    return found


def _steps_of(text: str, column: int = 0, name: str = "") -> list[_Step]:
    flat = fold(_AND_MORE.sub(r"at least \1", text))
    if not may_hold_figure(flat):
        return []
    return [
        _step(_in_unit_of(name, figure), flat, column, fold(name))
        for figure in quantities(flat)
        if not _NEGATIVE.search(flat[max(0, figure.start - 2) : figure.start])
    ]


def _step(figure: Quantity, flat: str, column: int = 0, name: str = "") -> _Step:
    if figure.stated is None and figure.low < figure.high:
        return _Step(figure, column, name, figure.low, figure.high)  # "from 150 to 1,000"
    before = flat[max(0, figure.start - NEAR) : figure.start]
    left_out = bool(_LEFT_OUT.search(before))
    if figure.bound is Bound.LEAST or _AFTER.search(before):
        return _Step(figure, column, name, figure.low, inf, above=left_out)
    if figure.bound is Bound.MOST or _BEFORE.search(before):
        return _Step(figure, column, name, -inf, figure.high, below=left_out)
    return _Step(figure, column, name, figure.low, figure.high)


def _of_column(step: _Step) -> _Step:
    if _FROM_COLUMN.search(step.name):
        return replace(step, high=inf)
    return replace(step, low=-inf) if _UP_TO_COLUMN.search(step.name) else step


def _in_unit_of(column: str, figure: Quantity) -> Quantity:
    """A cell's number with the unit that its column names: "Years of service", "Amount (euro)"."""
    if figure.kind is not Kind.COUNT or figure.unit:
        return figure
    words = re.findall(r"[a-z]+|[€$£]", fold(column))
    for word in words:
        if word in UNITS:
            number = f"{figure.low:.12g}"
            if figure.low < figure.high:
                number += f"-{figure.high:.12g}"
            if read := quantities(f"{number} {word}"):
                # Where it stands and what bounds it are told by the cell: "more than 5".
                return replace(read[0], start=figure.start, end=figure.end, bound=figure.bound)
        if word in CURRENCIES:
            return replace(figure, kind=Kind.MONEY, unit=frozenset({CURRENCIES[word]}))
    return figure


def _measures(asked: Quantity, figure: Quantity) -> bool:
    """Whether the figure is of what the amount measures."""
    times = TIMES.get(asked.kind, TIMES_AT_MOST)
    if figure.high > 0 and not 1 / times <= max(asked.high, 1e-9) / figure.high <= times:
        return False
    money = {asked.kind, figure.kind} <= {Kind.MONEY, Kind.COUNT}
    if money and Kind.MONEY in (asked.kind, figure.kind):
        other = figure if asked.kind is Kind.MONEY else asked
        return other.kind is Kind.MONEY or (not other.unit and other.low >= LEAST_BARE)
    if asked.kind is not figure.kind:
        return False
    if asked.kind is Kind.COUNT:
        return bool(asked.unit & figure.unit) or (not asked.unit and not figure.unit)
    return asked.kind is not Kind.MEASURE or asked.unit == figure.unit
