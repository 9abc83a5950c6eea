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


class Kind(StrEnum):
    """What a figure measures; only those of one kind are compared."""

    MONEY = "money"
    SHARE = "share"
    DURATION = "duration"
    OFTEN = "how often"
    CLOCK = "time of day"
    DATE = "date"
    YEAR = "year"
    WEEKDAY = "weekday"
    PLACE = "place in a row"  # the fourth day, the 27th
    MEASURE = "measure"
    CODE = "number to call"
    COUNT = "count"


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


_WORDS = {
    **{word: at for at, word in enumerate("zero one two three four five six seven eight nine ten".split())},
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "ein": 1, "eine": 1, "einen": 1, "einer": 1, "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6,
    "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11, "zwolf": 12, "vierzehn": 14, "funfzehn": 15,
    "zwanzig": 20, "dreissig": 30,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11,
    "douze": 12, "quinze": 15, "vingt": 20, "trente": 30,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "doce": 12, "veinte": 20, "treinta": 30,
}  # fmt: skip
_ORDINALS = {
    word: at
    for at, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
_HOURS = {"second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}
_UNITS = {
    name: unit
    for unit, names in {
        "second": "second seconds sec secs sekunde sekunden seconde secondes segundo segundos",
        "minute": "minute minutes min mins minuten minuto minutos",
        "hour": "hour hours hr hrs stunde stunden heure heures hora horas",
        "day": "day days tag tage tagen jour jours dia dias",
        "week": "week weeks woche wochen semaine semaines semana semanas",
        "month": "month months monat monate monaten mois mes meses",
        "year": "year years jahr jahre jahren ans annee annees ano anos",
    }.items()
    for name in names.split()
}
_CURRENCIES = {
    name: code
    for code, names in {
        "eur": "€ eur euro euros",
        "usd": "$ usd dollar dollars",
        "gbp": "£ gbp pound pounds",
        "chf": "chf franken francs",
    }.items()
    for name in names.split()
}
_MEASURES: dict[str, tuple[str, float]] = {
    "°c": ("c", 1), "°f": ("f", 1), "degrees": ("c", 1), "degree": ("c", 1), "grad": ("c", 1),
    "g": ("g", 1), "gram": ("g", 1), "grams": ("g", 1), "kg": ("g", 1000), "kilos": ("g", 1000),
    "mph": ("mph", 1), "km/h": ("km/h", 1), "mm": ("mm", 1), "cm": ("mm", 10), "m": ("mm", 1e3),
    "metres": ("mm", 1e3), "meters": ("mm", 1e3), "metre": ("mm", 1e3), "km": ("mm", 1e6), "kilometres": ("mm", 1e6),
    "kilometers": ("mm", 1e6), "miles": ("mi", 1), "litres": ("l", 1), "liters": ("l", 1), "l": ("l", 1),
    "kb": ("mb", 1e-3), "mb": ("mb", 1), "gb": ("mb", 1e3), "tb": ("mb", 1e6), "kw": ("kw", 1), "kwh": ("kwh", 1),
}  # fmt: skip
_ADVERBS = {
    "hourly": 1.0, "daily": 24.0, "weekly": 168.0, "fortnightly": 336.0, "monthly": 730.0, "quarterly": 2190.0,
    "yearly": 8766.0, "annually": 8766.0, "taglich": 24.0, "wochentlich": 168.0, "monatlich": 730.0,
    "jahrlich": 8766.0,
}  # fmt: skip
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_DAYS_ELSEWHERE = {
    name: at
    for names in (
        "montag dienstag mittwoch donnerstag freitag samstag sonntag",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lunes martes miercoles jueves viernes sabado domingo",
    )
    for at, name in enumerate(names.split())
}
_N = r"\d+(?:[.,\u202f ](?=\d{3}(?!\d))\d{3})*(?:[.,]\d+)?"
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUM = rf"(?:{_N}|(?:{_WORD})(?:-(?:{_WORD}))?)"
_TO = r"\s?(?:-|–|—|to|and|bis|a|und|et|y|until|till)\s?"
_CURRENCY = "|".join(re.escape(name) for name in sorted(_CURRENCIES, key=len, reverse=True))
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_PER = r"(?:\s?(?:a|an|per|each|every|pro|je|par|por|/|al|im)\s(?P<per>[a-z]+))?"
_AMPM = r"(?:\s?(?P<{0}>[ap])\.?m\b\.?)"
_TIME = r"(?P<{0}h>\d{{1,2}})(?:(?:[:.]|\s?h\s?)(?P<{0}m>\d\d)(?!\d))?"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.CODE, r"(?<![\w.,])(?:\+?\(?\d{2,5}\)?[ -/]){1,4}\d{2,}(?:[ -]\d{2,})*(?![\w%€$£]|[.,:]\d)"),
        (
            Kind.CODE,
            r"\b(?P<label>extension|ext\.?|room|dial|durchwahl|raum|zimmer|poste|salle|sala|extension)\s"
            r"(?:number\s|no\.?\s)?(?P<code>\d[\d./-]*\d|\d)\b",
        ),
        (Kind.MONEY, rf"(?:{_CURRENCY})\s?(?P<a>{_N})(?:{_TO}(?:{_CURRENCY})?\s?(?P<b>{_N}))?{_PER}"),
        (Kind.MONEY, rf"(?<![\w.,])(?P<a>{_NUM})(?:{_TO}(?P<b>{_NUM}))?[\s-]?(?:{_CURRENCY})(?![a-z]){_PER}"),
        (
            Kind.MONEY,
            r"\b(?:free of charge|for free|(?<=is )free|(?<=are )free|at no (?:cost|charge)|kostenlos|kostenfrei"
            r"|gratis|gratuit\w*)\b(?! (?:to|from|of)\b)",
        ),
        (Kind.SHARE, rf"(?<![\w.,])(?P<a>{_NUM})(?:{_TO}(?P<b>{_NUM}))?\s?(?:%|percent\b|per cent\b|prozent\b|pour cent\b)"),
        (
            Kind.CLOCK,
            rf"(?<![\w.,:]){_TIME.format('a')}{_AMPM.format('ap')}?\s?(?:uhr)?{_TO}{_TIME.format('b')}"
            rf"(?:{_AMPM.format('bp')}|\s?uhr\b|(?<=:\d\d))(?![\w%])",
        ),
        (
            Kind.CLOCK,
            rf"(?<![\w.,:]){_TIME.format('a')}(?:{_AMPM.format('ap')}|\s?uhr\b|\s?heures?\b|(?<=:\d\d)|(?<=h\d\d)"
            r"|(?<=h\s\d\d))(?![\w%])",
        ),
        (Kind.CLOCK, rf"\b(?P<past>half|quarter) (?P<dir>past|to) (?P<hour>{_WORD})\b|\b(?P<named>noon|midday|midnight)\b"),
        (
            Kind.OFTEN,
            rf"\b(?P<times>once|twice|{_NUM} times)(?: (?:a|an|per|each|every|in every|in a) )(?P<unit>{_UNIT})\b"
            rf"|\b(?:every|alle|tous les|toutes les|cada) (?P<a>{_NUM} )?(?P<every>{_UNIT})\b"
            rf"|\b(?P<adverb>{'|'.join(_ADVERBS)})\b",
        ),
        (
            Kind.PLACE,
            rf"\b(?P<word>{'|'.join(_ORDINALS)}) (?P<noun>[a-z]+)|\b(?P<a>\d+)(?:st|nd|rd|th)\b(?: (?P<noun2>(?!of\b)[a-z]+))?",
        ),
        (
            Kind.DURATION,
            rf"(?<![\w.,])(?P<a>{_NUM})(?:{_TO}(?P<b>{_NUM}))?[\s-](?P<work>(?:working|business|calendar|full|consecutive"
            rf"|paid|werk|arbeits)[\s-]?)?(?P<unit>{_UNIT})\b['’]?{_PER}",
        ),
        (Kind.MEASURE, rf"(?<![\w.,])(?P<a>{_NUM})(?:{_TO}(?P<b>{_NUM}))?\s?(?P<unit>{'|'.join(map(re.escape, _MEASURES))})(?![\w])"),
        (Kind.WEEKDAY, rf"\b(?P<day>{'|'.join((*DAYS, *_DAYS_ELSEWHERE))})s?\b"),
        (Kind.YEAR, r"(?<![\w.,:/-])(?P<a>(?:19|20)\d\d)(?![\w%€$£]|[.,:/-]\d)"),
        (Kind.COUNT, rf"(?<![\w.,:/-])(?P<a>{_NUM})(?:{_TO}(?P<b>{_NUM}))?(?![\w%]|[.,:/]\d)(?=(?P<nouns>(?:[\s-][a-z][a-z-]*){{0,3}}))"),
    )
)  # fmt: skip
_LEAST = re.compile(
    r"(?:\b(?:at least|a minimum of|minimum|no less than|not less than|not below|no fewer than|more than|over|above|from"
    r"|mindestens|wenigstens|ab|au moins|al menos|minimum of|no earlier than)\s*(?:of\s)?[€$£]?)$"
)
_LEAST_AFTER = re.compile(
    r"^\s*(?:or (?:more|older|longer|above)|and (?:more|above)|(?:in )?advance|in advance|ahead|before(?:hand)?|prior"
    r"|minimum|oder mehr|im voraus|vorher)\b"
)
_MOST = re.compile(
    r"(?:\b(?:at most|a maximum of|maximum of|maximum|max|up to|no more than|not more than|not exceed(?:ing)?|within|below"
    r"|under|less than|no later than|not later than|until|hochstens|maximal|bis zu|innerhalb von|au plus|jusqu'a|como maximo"
    r"|limited to|at the latest)\s*(?:of\s|the\s)?[€$£]?)$"
)
_MOST_AFTER = re.compile(
    r"^\s*(?:or (?:less|below|fewer|under)|at (?:the )?(?:most|latest)|maximum|oder weniger)\b"
)
SHORTEST_NUMBER = 6  # digits of a number to call
_BOUNDED = frozenset((Kind.MONEY, Kind.SHARE, Kind.DURATION, Kind.OFTEN, Kind.MEASURE, Kind.COUNT))
_NEAR = 24  # characters before a figure in which a bound stands


_FIGURES = re.compile(
    rf"\d|\b(?:{_WORD}|{'|'.join((*_ORDINALS, *_ADVERBS, *DAYS, *_DAYS_ELSEWHERE))}|once|twice|every|noon|midday|midnight"
    r"|free|kostenlos|kostenfrei|gratis|gratuit\w*|half|quarter)"
)


def may_hold_figure(flat: str) -> bool:
    """Whether a folded text may hold a figure: a look that costs little."""
    return _FIGURES.search(flat) is not None


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
    for kind, pattern in _PATTERNS:
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
            at = float(_ORDINALS.get(told["word"] or "") or told["a"] or 0)
            noun = told["noun"] or told["noun2"] or ""
            return Quantity(kind, at, at, start, end, frozenset(content_stems(noun)) if noun else frozenset())
        case Kind.WEEKDAY:
            day = float(DAYS.index(told["day"]) if told["day"] in DAYS else _DAYS_ELSEWHERE[told["day"]])
            return Quantity(kind, day, day, start, end)
        case _ if told.get("a") is None:
            return Quantity(Kind.MONEY, 0.0, 0.0, start, end)  # free of charge
    low = _number(told["a"])
    high = _number(told["b"]) if told.get("b") else low
    per = _UNITS.get(told.get("per") or "", told.get("per") or "")
    match kind:
        case Kind.MONEY:
            currency = next((c for name, c in _CURRENCIES.items() if name in match.group()), "")
            unit = frozenset({currency})
            return Quantity(kind, low, high, start, end, unit, per)
        case Kind.DURATION:
            return _duration(match, low, high, per)
        case Kind.MEASURE:
            name, times = _MEASURES[told["unit"]]
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
            at = _WORDS[told["hour"]] * 60 + (step if told["dir"] == "past" else -step)
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
        hours = _ADVERBS[told["adverb"]]
    elif told["every"]:
        hours = (_number(told["a"]) if told["a"] else 1.0) * _length(_UNITS[told["every"]])
    else:
        times = {"once": 1.0, "twice": 2.0}.get(told["times"]) or _number(
            told["times"].removesuffix(" times")
        )
        hours = _length(_UNITS[told["unit"]]) / max(times, 1.0)
    return Quantity(Kind.OFTEN, hours * 0.97, hours * 1.03, match.start(), match.end())


def _length(unit: str) -> float:
    return {"month": 730.0, "year": 8766.0}.get(unit) or _HOURS[unit]


def _duration(match: re.Match[str], low: float, high: float, per: str) -> Quantity:
    unit = _UNITS[match["unit"]]
    shortest, longest = {"month": (672.0, 744.0), "year": (8760.0, 8784.0)}.get(unit) or (_HOURS[unit],) * 2
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
        if not stems or word in _WORDS:
            break
        nouns += stems
    end = match.end("b") if match["b"] else match.end("a")
    if match["a"] in ("one", "ein", "eine", "einen", "einer") and not nouns:
        return None
    return Quantity(Kind.COUNT, low, high, match.start(), end, frozenset(nouns))


def _bounded(found: Quantity, flat: str) -> Quantity:
    if found.kind not in _BOUNDED:
        return found
    before, after = flat[max(0, found.start - _NEAR) : found.start], flat[found.end : found.end + _NEAR]
    if _MOST.search(before) or _MOST_AFTER.match(after):
        return replace(found, bound=Bound.MOST)
    if _LEAST.search(before) or _LEAST_AFTER.match(after):
        return replace(found, bound=Bound.LEAST)
    return found


def _number(written: str) -> float:
    text = written.strip()
    if text in _WORDS:
        return float(_WORDS[text])
    if not text[0].isdigit():
        return float(sum(_WORDS[part] for part in text.split("-")))
    if re.fullmatch(r"\d{1,3}(?:[.,\u202f ]\d{3})+", text):
        return float(re.sub(r"\D", "", text))
    whole, mark, rest = re.match(r"(.*?)(?:([.,])(\d+))?$", text).groups()  # type: ignore[union-attr]
    return float(re.sub(r"\D", "", whole) + ("." + rest if mark else ""))


def _day(day: Day) -> tuple[float, float]:
    """The first and the last of it in a year of its own."""
    return (day.month * 100 + (day.day or 1), day.month * 100 + (day.day or 31))
