"""Whether the figures of a claim are those of its source, however they are written, and of the same things.

"30 days" is "thirty days", "70 %" is "70 percent" and "€1,500" is "1.500,00 €"; but 140 dollars are not 140
euros, three weeks not three months, and what is paid for breakfast is not what is paid for lunch.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from brain.answering.writing.table_row import BETWEEN
from brain.text.folding import fold, pieces
from brain.text.quantities import Bound, Quantity, quantities, value
from brain.text.terms import numbers
from brain.text.written_figures import ADVERBS, CURRENCIES, HOURS, MONTH, UNITS, WORDS, YEAR, Kind

_BY_WORDS = frozenset((Kind.CODE, Kind.PLACE, Kind.WEEKDAY, Kind.YEAR))
"""What the check of words and plain numbers tells well enough."""
_OFTEN = re.compile(rf"\d|\b(?:once|twice|times|{'|'.join(WORDS)})\b")
"""How often in figures; "daily" and the like are words among others."""
_DIGITS = re.compile(r"\d[\d.,]*\d|\d")
_CLAUSE = re.compile(
    r"[;,()|](?=\s|$)|\(|\s[–—-]\s|\b(?:and|or|but|while|und|oder|aber|et|ou|mais|y|o|pero)\b"
)
# "The first four weeks" are four weeks.
_BEFORE_COUNT = re.compile(
    rf"\b(?:first|last|next|erste[nr]?|letzte[nr]?)(?= (?:\d|(?:{'|'.join(WORDS)})\b))"
)
_SPAN = re.compile(r"\d\s*(?:and|und|et|y)\s*[€$£]?\d")
_MINUS = re.compile(r"[^\d\s]\s(?:[-−]|minus\s)$")
_PER_YEAR = frozenset("annual annum yearly".split())
_OPPOSITE = frozenset((Bound.LEAST, Bound.MOST))

_PAID = frozenset("cost costs price rate fee kostet kosten preis coute prix cuesta precio".split())
"""What may be said of an amount of money that stands in a row or a list without it."""

Stems = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Held:
    """What is wrong with a claim's figures, or else which of its words the source has in another spelling."""

    fault: str
    words: frozenset[str] = frozenset()


def held_figures(claim: str, quote: str, around: str) -> Held:
    """Hold a claim's figures against a place and what stands around it (headings, the table's header)."""
    flat, source = _plain(claim), _plain(f"{quote}\n{around}")
    given = quantities(source)
    bare, paid = flat, frozenset[str]()
    for figure in quantities(flat):
        written = flat[figure.start : figure.end]
        if figure.kind in _BY_WORDS or (figure.kind is Kind.OFTEN and not _OFTEN.search(written)):
            continue
        if figure.kind is Kind.COUNT and not (figure.low > 1 or _DIGITS.search(written)):
            continue  # "one" and its like are articles as often
        same = [one for one in given if _same(figure, flat, one, source)]
        if not same:
            if _as_written(figure, written, source):
                continue
            return Held(f"its numbers are not in the source: {written.strip(' .')}")
        if all({figure.bound, one.bound} == _OPPOSITE for one in same):
            return Held("it turns a limit around")
        if all(_is_below_zero(figure, flat) != _is_below_zero(one, source) for one in same):
            return Held(f"its numbers are not in the source: {written.strip(' .')}")
        if figure.per and not any(one.per for one in same) and not _per_stands(figure.per, source):
            return Held(f"what its amount is for is not in the source: {figure.per}")
        bare = bare[: figure.start] + " " * len(written) + bare[figure.end :]
        paid |= _PAID if figure.kind is Kind.MONEY else frozenset()
    if unknown := (numbers(bare) & numbers(flat)) - numbers(source):
        return Held(f"its numbers are not in the source: {', '.join(sorted(unknown))}")
    return Held("", (frozenset(pieces(flat)) - frozenset(pieces(bare))) | paid)


def _plain(text: str) -> str:
    return _BEFORE_COUNT.sub(lambda word: " " * len(word[0]), fold(text))


def _same(figure: Quantity, flat: str, one: Quantity, source: str) -> bool:
    """Whether two figures are one: of a kind, in one unit, or a bare number whose unit stands beside it."""
    if figure.kind is not one.kind:
        if Kind.COUNT not in (figure.kind, one.kind):
            return False
        mine, other = _values(figure, flat), _values(one, source)
        if not set(mine) <= set(other):
            return False
        begin = max(source.rfind(BETWEEN, 0, one.start), 0)
        beside = source[begin : source.find(BETWEEN, one.end) % (len(source) + 1)]
        return figure.kind is Kind.COUNT or _unit_stands(figure, flat[figure.start : figure.end], beside)
    if (figure.per and one.per and figure.per != one.per) or (
        figure.kind in (Kind.MONEY, Kind.MEASURE) and figure.unit != one.unit
    ):
        return False
    if figure.kind is Kind.DATE:
        return _same_day(figure, one)
    if figure.stated and one.stated:
        if figure.stated[1] == one.stated[1]:
            return figure.stated[0] == one.stated[0]
        if {"month", "year"} & {figure.stated[1], one.stated[1]}:
            return False  # three months are 90 days for some, and 92 for others
    alone = figure.low == figure.high or figure.stated is not None
    return (figure.low, figure.high) == (one.low, one.high) or (
        alone and (figure.low == one.low or figure.high == one.high)
    )


def _is_below_zero(figure: Quantity, text: str) -> bool:
    """Whether a minus stands before it, which is neither a bullet nor a dash of "10 -20 days"."""
    return _MINUS.search(text[max(0, figure.start - 8) : figure.start]) is not None


def _per_stands(per: str, source: str) -> bool:
    """Whether what an amount is for stands in the source otherwise: "monthly", "Price per user"."""
    words = frozenset(pieces(source))
    hours = {"month": MONTH, "year": YEAR}.get(per) or HOURS.get(per)
    return any(
        UNITS.get(word, word) == per or (hours is not None and ADVERBS.get(word) == hours) for word in words
    ) or not words.isdisjoint(_PER_YEAR if per == "year" else ())


def _same_day(figure: Quantity, one: Quantity) -> bool:
    years = not figure.unit or not one.unit or figure.unit == one.unit
    return years and (figure.low, figure.high) == (one.low, one.high)


def _as_written(figure: Quantity, written: str, source: str) -> bool:
    """Whether it stands there just so, or a bare number at least in the same digits or words."""
    if re.search(rf"(?<!\w){re.escape(written)}(?!\w)", source):
        return True
    if figure.kind is not Kind.COUNT:
        return False
    digits = numbers(written)
    return digits <= numbers(source) if digits else set(pieces(written)) <= set(pieces(source))


def _values(figure: Quantity, text: str) -> list[float]:
    """The numbers of a figure as they are written, without its unit."""
    written = text[figure.start : figure.end]
    found = [value(one) for one in _DIGITS.findall(written)]
    return found or [float(WORDS[word]) for word in pieces(written) if word in WORDS]


def _unit_stands(figure: Quantity, written: str, source: str) -> bool:
    """Whether the unit of a figure stands in the source, in a column's name for instance."""
    if figure.kind is Kind.SHARE:
        return re.search(r"%|\bper ?cent\b|\bprozent\b", source) is not None
    if figure.kind is Kind.MONEY:
        return any(name in source for name, currency in CURRENCIES.items() if currency in figure.unit)
    if figure.kind is Kind.DURATION:
        unit = {UNITS[word] for word in pieces(written) if word in UNITS}
        return any(UNITS.get(word) in unit for word in pieces(source))
    return figure.kind is Kind.MEASURE and set(re.findall(r"[^\W\d_]+", written)) <= set(pieces(source))


def misplaced(claim: str, quote: str, stems: Stems) -> bool:
    """Whether a clause of the claim gives a figure that the quote gives for something else.

    Of the quote's clauses, those with figures have words of their own: a figure that is told with those of
    another clause only is that one's no more.
    """
    given = [_Clause(*found) for found in _clauses(quote, stems)]
    if len({one.figures for one in given}) < 2:
        return False
    return any(
        _astray(said, given) or _mixed(said, given)
        for said in (_Clause(*found) for found in _clauses(claim, stems))
    )


@dataclass(frozen=True, slots=True)
class _Clause:
    figures: frozenset[tuple[float, float]]
    words: frozenset[str]


def _mixed(said: _Clause, given: Sequence[_Clause]) -> bool:
    """Whether a clause has one figure of each of two clauses, and of both leaves one out.

    "Version 3.0 needs 16 GB" where 2.4 needs 16 GB and 3.0 needs 32.
    """
    if len(said.figures) < 2 or any(said.figures <= one.figures for one in given):
        return False
    parts = [one for one in given if one.figures & said.figures and one.figures - said.figures]
    return any(one.figures & said.figures != other.figures & said.figures for one in parts for other in parts)


def _astray(said: _Clause, given: Sequence[_Clause]) -> bool:
    for figure in said.figures:
        own = [one for one in given if figure in one.figures]
        others = [one for one in given if figure not in one.figures and not one.figures & said.figures]
        if not own or not others:
            continue
        shared = frozenset[str]().union(*(one.words for one in others))
        theirs = frozenset[str]().union(*(one.words for one in own))
        told_of = [one.words - theirs for one in others]
        # "15 percent for partners": all that is said of another figure, and not all that is said of this one.
        if any(words and words <= said.words for words in told_of) and all(
            one.words - shared - said.words for one in own
        ):
            return True
        if any(not (one.words - shared) or (one.words - shared) & said.words for one in own):
            continue
        if any(words & said.words for words in told_of):
            return True
    return False


def _clauses(text: str, stems: Stems) -> Iterator[tuple[frozenset[tuple[float, float]], frozenset[str]]]:
    """The clauses of a text that hold figures: these, and the words beside them."""
    flat = fold(text)
    whole = [found.span() for found in _SPAN.finditer(flat)]
    ends = [
        found.end() for found in _CLAUSE.finditer(flat) if not any(a < found.start() < b for a, b in whole)
    ]
    for start, end in zip([0, *ends], [*ends, len(flat)], strict=True):
        clause = flat[start:end]
        found = quantities(clause)
        if not found:
            continue
        bare = clause
        for one in found:
            bare = bare[: one.start] + " " * (one.end - one.start) + bare[one.end :]
        yield frozenset((one.low, one.high) for one in found), frozenset(stems(bare))
