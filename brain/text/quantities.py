"""Figures of a sentence as they are compared: amounts, durations, times, dates, shares, numbers to call.

Each is of a kind, in one unit and as a stretch from `low` to `high`, so that `90 days` and `three months`,
`8 am` and `08:00`, `twelve` and `12` are the same, and `3 to 5 days` holds `4 days`.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from brain.text.dates import Day, mentions
from brain.text.folding import fold
from brain.text.terms import content_stems
from brain.text.written_figures import (
    ADVERBS,
    CURRENCIES,
    FIGURES,
    HOURS,
    LEAST,
    LEAST_AFTER,
    MEASURES,
    MONTH,
    MOST,
    MOST_AFTER,
    ORDINALS,
    PATTERNS,
    UNITS,
    WEEKDAYS,
    WORDS,
    YEAR,
    Kind,
)


class Bound(StrEnum):
    """Whether a figure is said to be the least, the most, or just that."""

    EXACT = "exact"
    LEAST = "least"
    MOST = "most"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure at `start:end` of a folded text.

    `unit` is a currency, what is counted, or a measure, empty where none is said; `per` is what an amount is
    for ("45 euros a night"); `stated` is a value as it was written, in its own unit.
    """

    kind: Kind
    low: float
    high: float
    start: int
    end: int
    unit: frozenset[str] = frozenset()
    per: str = ""
    bound: Bound = Bound.EXACT
    stated: tuple[float, str] | None = None

    def same_as(self, other: "Quantity") -> bool:
        """Whether they can be one figure: a stretch that holds the other counts as that."""
        if self.stated and other.stated and self.stated[1] == other.stated[1]:
            return self.stated[0] == other.stated[0]
        if self.kind is Kind.CLOCK and self.low != self.high and other.low != other.high:
            return (self.low, self.high) == (other.low, other.high)  # opening hours are just those
        return self.low <= other.high + 1e-9 and other.low <= self.high + 1e-9

    def comparable(self, other: "Quantity") -> bool:
        """Whether they measure the same thing in a unit that both can have."""
        if self.kind is not other.kind:
            return False
        if self.per and other.per and self.per != other.per:
            return False
        if self.kind is Kind.COUNT:
            return bool(self.unit & other.unit)  # a number of nobody knows what is none of another
        return not self.unit or not other.unit or self.unit == other.unit

    def rules_out(self, other: "Quantity") -> bool:
        """Whether both can't hold: two leasts differ, a least above a most, one that breaks a bound."""
        if self.same_as(other):
            return False
        bounds = {self.bound, other.bound}
        if len(bounds) == 1:
            return True
        if bounds == {Bound.LEAST, Bound.MOST}:
            return False  # a minimum and a maximum say different things
        one, bounded = (self, other) if self.bound is Bound.EXACT else (other, self)
        return one.high < bounded.low if bounded.bound is Bound.LEAST else one.low > bounded.high


SHORTEST_NUMBER = 6  # digits of a number to call
BOUNDED = frozenset((Kind.MONEY, Kind.SHARE, Kind.DURATION, Kind.OFTEN, Kind.MEASURE, Kind.COUNT))
NEAR = 24  # characters before a figure in which a bound stands


def may_hold_figure(flat: str) -> bool:
    """Whether a folded text may hold a figure: a look that costs little."""
    return FIGURES.search(flat) is not None


def quantities(text: str) -> tuple[Quantity, ...]:
    """The figures of a text in order, none inside another."""
    return _quantities(fold(text))


@lru_cache(maxsize=8192)
def _quantities(flat: str) -> tuple[Quantity, ...]:
    found: list[Quantity] = []
    taken = bytearray(len(flat))
    for mention in mentions(flat):
        low, high = _day(mention.first), _day(mention.last)
        years = frozenset({str(mention.first.year)}) if mention.first.year else frozenset[str]()
        dated = Quantity(Kind.DATE, low[0], high[1], mention.start, mention.end, years)
        if not any(taken[mention.start : mention.end]):
            found.append(dated)
            taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(flat):
            if any(taken[match.start() : match.end()]):
                continue
            read = _read(kind, match)
            if read is None:
                continue
            found.append(_bounded(read, flat))
            taken[read.start : read.end] = b"\1" * (read.end - read.start)
    return tuple(sorted(found, key=lambda one: one.start))


def _read(kind: Kind, match: re.Match[str]) -> Quantity | None:
    start, end, told = match.start(), match.end(), match.groupdict()
    match kind:
        case Kind.CODE:
            code = float(re.sub(r"\D", "", told.get("code") or match.group()) or 0)
            if told.get("code") is None and len(re.sub(r"\D", "", match.group())) < SHORTEST_NUMBER:
                return None
            return Quantity(kind, code, code, start, end)
        case Kind.CLOCK:
            return _clock(match)
        case Kind.OFTEN:
            return _often(match)
        case Kind.PLACE:
            at = float(ORDINALS.get(told["word"] or "") or told["a"] or 0)
            noun = told["noun"] or told["noun2"] or ""
            return Quantity(kind, at, at, start, end, frozenset(content_stems(noun)) if noun else frozenset())
        case Kind.WEEKDAY:
            day = float(WEEKDAYS[told["day"]])
            return Quantity(kind, day, day, start, end)
        case _ if told.get("a") is None:
            return Quantity(Kind.MONEY, 0.0, 0.0, start, end)  # free of charge
    low = value(told["a"])
    high = value(told["b"]) if told.get("b") else low
    per = UNITS.get(told.get("per") or "", told.get("per") or "")
    match kind:
        case Kind.MONEY:
            currency = next((c for name, c in CURRENCIES.items() if name in match.group()), "")
            unit = frozenset({currency})
            return Quantity(kind, low, high, start, end, unit, per)
        case Kind.DURATION:
            return _duration(match, low, high, per)
        case Kind.MEASURE:
            name, times = MEASURES[told["unit"]]
            return Quantity(kind, low * times, high * times, start, end, frozenset({name}))
        case Kind.COUNT:
            return _count(match, low, high)
    return Quantity(kind, low, high, start, end)


def _clock(match: re.Match[str]) -> Quantity | None:
    told = match.groupdict()
    if told.get("named") or told.get("past"):
        if told["named"]:
            at = 0.0 if told["named"] == "midnight" else 720.0
        else:
            step = 30 if told["past"] == "half" else 15
            at = WORDS[told["hour"]] * 60 + (step if told["dir"] == "past" else -step)
        return Quantity(Kind.CLOCK, at, at, match.start(), match.end())
    later = told.get("bp") or ""
    low = _minutes(told["ah"], told["am"], told.get("ap") or later)
    high = _minutes(told["bh"], told["bm"], later) if told.get("bh") else low
    if low is None or high is None:
        return None
    return Quantity(Kind.CLOCK, low, high, match.start(), match.end())


def _minutes(hour: str, minute: str | None, half: str) -> float | None:
    hours, minutes = int(hour), int(minute or 0)
    if hours > 24 or minutes > 59:
        return None
    if half and hours <= 12:
        hours = hours % 12 + 12 * (half == "p")
    return float((hours * 60 + minutes) % 1440)


def _often(match: re.Match[str]) -> Quantity:
    told = match.groupdict()
    if told["adverb"]:
        hours = ADVERBS[told["adverb"]]
    elif told["every"]:
        hours = (value(told["a"]) if told["a"] else 1.0) * _length(UNITS[told["every"]])
    else:
        times = {"once": 1.0, "twice": 2.0}.get(told["times"]) or value(told["times"].removesuffix(" times"))
        hours = _length(UNITS[told["unit"]]) / max(times, 1.0)
    return Quantity(Kind.OFTEN, hours * 0.97, hours * 1.03, match.start(), match.end())


def _length(unit: str) -> float:
    return {"month": MONTH, "year": YEAR}.get(unit) or HOURS[unit]


def _duration(match: re.Match[str], low: float, high: float, per: str) -> Quantity:
    unit = UNITS[match["unit"]]
    shortest, longest = {"month": (672.0, 744.0), "year": (8760.0, 8784.0)}.get(unit) or (HOURS[unit],) * 2
    working = (
        frozenset({"working"})
        if re.match("work|busin|werk|arbeit", match["work"] or "")
        else frozenset[str]()
    )
    stated = (low, unit) if low == high else None
    if working:
        longest = longest * 1.4 + 48 / max(high, 1)  # ten working days are two weeks, or a day or two more
    end = match.end("unit") if not per else match.end()
    span = (low * shortest, high * longest)
    return Quantity(Kind.DURATION, *span, match.start(), end, working, per, stated=stated)


def _count(match: re.Match[str], low: float, high: float) -> Quantity | None:
    nouns: list[str] = []
    for word in re.findall(r"[a-z]+", match["nouns"]):
        stems = content_stems(word)
        if not stems or word in WORDS:
            break
        nouns += stems
    end = match.end("b") if match["b"] else match.end("a")
    if match["a"] in ("one", "ein", "eine", "einen", "einer") and not nouns:
        return None
    return Quantity(Kind.COUNT, low, high, match.start(), end, frozenset(nouns))


def _bounded(found: Quantity, flat: str) -> Quantity:
    if found.kind not in BOUNDED:
        return found
    before, after = flat[max(0, found.start - NEAR) : found.start], flat[found.end : found.end + NEAR]
    if MOST.search(before) or MOST_AFTER.match(after):
        return replace(found, bound=Bound.MOST)
    if LEAST.search(before) or LEAST_AFTER.match(after):
        return replace(found, bound=Bound.LEAST)
    return found


def value(written: str) -> float:
    """What a number amounts to that is written in digits or in words of WORDS."""
    text = written.strip()
    if text in WORDS:
        return float(WORDS[text])
    if not text[0].isdigit():
        return float(sum(WORDS[part] for part in text.split("-")))
    if re.fullmatch(r"\d{1,3}(?:[.,\u202f ]\d{3})+", text):
        return float(re.sub(r"\D", "", text))
    whole, mark, rest = re.match(r"(.*?)(?:([.,])(\d+))?$", text).groups()  # type: ignore[union-attr]
    return float(re.sub(r"\D", "", whole) + ("." + rest if mark else ""))


def _day(day: Day) -> tuple[float, float]:
    """The first and the last of it in a year of its own."""
    return (day.month * 100 + (day.day or 1), day.month * 100 + (day.day or 31))
