"""How figures are written: numbers in words, units, and patterns over folded text."""

import re
from enum import StrEnum

from brain.languages.english import ENGLISH


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


def _numbered(words: str, first: int = 1) -> dict[str, int]:
    return {word: at for at, word in enumerate(words.split(), first)}


def _named(names: dict[str, str]) -> dict[str, str]:
    return {name: unit for unit, written in names.items() for name in written.split()}


WORDS = {
    **_numbered(
        """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty"""
    ),
    **_numbered("ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf"),
    **_numbered("deux trois quatre cinq six sept huit neuf dix onze douze", 2),
    **_numbered("dos tres cuatro cinco seis siete ocho nueve diez", 2),
    **dict.fromkeys(("eine", "einen", "einer"), 1),
    "zero": 0,
    "hundred": 100,
    "doce": 12,
    "vierzehn": 14,
    "fourteen": 14,
    **dict.fromkeys(("funfzehn", "quinze", "quince"), 15),
    **dict.fromkeys(("zwanzig", "vingt", "veinte"), 20),
    **dict.fromkeys(("thirty", "dreissig", "trente", "treinta"), 30),
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
ORDINALS = _numbered("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth")
HOURS = {"second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}
UNITS = _named(
    {
        "second": "second seconds sec secs sekunde sekunden seconde secondes segundo segundos",
        "minute": "minute minutes min mins minuten minuto minutos",
        "hour": "hour hours hr hrs stunde stunden heure heures hora horas",
        "day": "day days tag tage tagen jour jours dia dias",
        "week": "week weeks woche wochen semaine semaines semana semanas",
        "month": "month months monat monate monaten mois mes meses",
        "year": "year years jahr jahre jahren ans annee annees ano anos",
    }
)
CURRENCIES = _named(
    {
        "eur": "€ eur euro euros",
        "usd": "$ usd dollar dollars",
        "gbp": "£ gbp pound pounds",
        "chf": "chf franken francs",
    }
)
MEASURES: dict[str, tuple[str, float]] = {
    name: (unit, times)
    for unit, written in {
        "c": "°c:1 degrees:1 degree:1 grad:1",
        "f": "°f:1",
        "g": "g:1 gram:1 grams:1 kg:1000 kilos:1000",
        "mm": "mm:1 cm:10 m:1e3 metres:1e3 meters:1e3 metre:1e3 km:1e6 kilometres:1e6 kilometers:1e6",
        "mi": "miles:1",
        "mph": "mph:1",
        "km/h": "km/h:1",
        "l": "l:1 litres:1 liters:1",
        "mb": "kb:1e-3 mb:1 gb:1e3 tb:1e6",
        "kw": "kw:1",
        "kwh": "kwh:1",
    }.items()
    for name, times in (
        (name, float(times)) for name, _, times in (w.partition(":") for w in written.split())
    )
}
MONTH, YEAR = 730.0, 8766.0  # hours
ADVERBS = {
    "hourly": 1.0,
    "daily": 24.0,
    "weekly": 168.0,
    "fortnightly": 336.0,
    "monthly": MONTH,
    "quarterly": 3 * MONTH,
    "yearly": YEAR,
    "annually": YEAR,
    "taglich": 24.0,
    "wochentlich": 168.0,
    "monatlich": MONTH,
    "jahrlich": YEAR,
}
DAYS = _numbered("monday tuesday wednesday thursday friday saturday sunday")
WEEKDAYS = {
    **DAYS,
    **_numbered("montag dienstag mittwoch donnerstag freitag samstag sonntag"),
    **_numbered("lundi mardi mercredi jeudi vendredi samedi dimanche"),
    **_numbered("lunes martes miercoles jueves viernes sabado domingo"),
}
DATED = frozenset(name for month in ENGLISH.months for name in month) | frozenset(DAYS)
"""English months and weekdays: words with a capital that name nobody."""


def _any(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))  # type: ignore[call-overload]


# No more than six groups: a line of figures ("123,456 123,456 …") is no number, and takes long to find out.
_DIGITS = r"\d+(?:[.,\u202f ](?=\d{3}(?!\d))\d{3}){0,6}(?:[.,]\d+)?"
_WORD = _any(WORDS)
_NUMBER = rf"(?:{_DIGITS}|(?:{_WORD})(?:-(?:{_WORD}))?)"
_TO = r"\s?(?:-|–|—|to|and|bis|a|und|et|y|until|till)\s?"
_SPAN = rf"(?<![\w.,])(?P<a>{_NUMBER})(?:{_TO}(?P<b>{_NUMBER}))?"
_CURRENCY, _UNIT, _MEASURE = _any(CURRENCIES), _any(UNITS), _any(MEASURES)
_PER = r"(?:\s?(?:a|an|per|each|every|pro|je|par|por|/|al|im)\s(?P<per>[a-z]+))?"
_AMPM = r"(?:\s?(?P<{0}>[ap])\.?m\b\.?)"
_TIME = r"(?P<{0}h>\d{{1,2}})(?:(?:[:.]|\s?h\s?)(?P<{0}m>\d\d)(?!\d))?"
_ALONE = r"(?<![\w.,:])"
PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.YEAR, r"(?<![\w.,:/-])(?P<a>(?:19|20)\d\d)\s?[/–-]\s?(?:(?:19|20)?\d\d)(?![\w%€$£]|[.,:/-]\d)"),
        (
            Kind.CODE,
            r"(?<![\w.,])(?:\+?\(?\d{2,5}\)?[ /-]){1,4}\d{2,}(?:[ -]\d{2,})*"
            rf"(?![\w%€$£]|[.,:]\d|\s(?:{_CURRENCY}|{_UNIT}|{_MEASURE}|%)(?!\w))",
        ),
        (
            Kind.CODE,
            r"\b(?:extension|ext\.?|room|dial|durchwahl|raum|zimmer|poste|salle|sala)\s(?:number\s|no\.?\s)?"
            r"(?P<code>\d[\d./-]*\d|\d)\b",
        ),
        (
            Kind.MONEY,
            rf"(?:{_CURRENCY})\s?(?P<a>{_DIGITS})(?:{_TO}(?:{_CURRENCY})?\s?(?P<b>{_DIGITS}))?{_PER}",
        ),
        (Kind.MONEY, rf"{_SPAN}[\s-]?(?:{_CURRENCY})(?![a-z]){_PER}"),
        (
            Kind.MONEY,
            r"\b(?:free of charge|for free|(?<=is )free|(?<=are )free|at no (?:cost|charge)|kostenlos"
            r"|kostenfrei|gratis|gratuit\w*)\b(?! (?:to|from|of)\b)",
        ),
        (Kind.SHARE, rf"{_SPAN}\s?(?:%|percent\b|per cent\b|prozent\b|pour cent\b)"),
        (
            Kind.CLOCK,
            rf"{_ALONE}{_TIME.format('a')}{_AMPM.format('ap')}?\s?(?:uhr)?{_TO}{_TIME.format('b')}"
            rf"(?:{_AMPM.format('bp')}|\s?uhr\b|(?<=:\d\d))(?![\w%])",
        ),
        (
            Kind.CLOCK,
            rf"{_ALONE}{_TIME.format('a')}(?:{_AMPM.format('ap')}|\s?uhr\b|\s?heures?\b|(?<=:\d\d)"
            r"|(?<=h\d\d)|(?<=h\s\d\d))(?![\w%])",
        ),
        (
            Kind.CLOCK,
            rf"\b(?P<past>half|quarter) (?P<dir>past|to) (?P<hour>{_WORD})\b"
            r"|\b(?P<named>noon|midday|midnight)\b",
        ),
        (
            Kind.OFTEN,
            rf"\b(?P<times>once|twice|{_NUMBER} times) (?:a|an|per|each|every|in every|in a) "
            rf"(?P<unit>{_UNIT})\b"
            rf"|\b(?:every|alle|tous les|toutes les|cada) (?P<a>{_NUMBER} )?(?P<every>{_UNIT})\b"
            rf"|\b(?P<adverb>{_any(ADVERBS)})\b",
        ),
        (
            Kind.PLACE,
            rf"\b(?P<word>{_any(ORDINALS)}) (?P<noun>[a-z]+)"
            r"|\b(?P<a>\d+)(?:st|nd|rd|th)\b(?: (?P<noun2>(?!of\b)[a-z]+))?",
        ),
        (
            Kind.DURATION,
            rf"{_SPAN}[\s-](?P<work>(?:working|business|calendar|full|consecutive|paid|werk|arbeits)[\s-]?)?"
            rf"(?P<unit>{_UNIT})\b['’]?{_PER}",
        ),
        (Kind.MEASURE, rf"{_SPAN}\s?(?P<unit>{_MEASURE})(?!\w)"),
        (Kind.WEEKDAY, rf"\b(?P<day>{_any(WEEKDAYS)})s?\b"),
        (Kind.YEAR, r"(?<![\w.,:/-])(?P<a>(?:19|20)\d\d)(?![\w%€$£]|[.,:/-]\d)"),
        (
            Kind.COUNT,
            rf"(?<![:/-]){_SPAN}(?![\w%]|[.,:/]\d)(?=(?P<nouns>(?:[\s-][a-z][a-z-]*){{0,3}}))",
        ),
    )
)
LEAST = re.compile(
    r"(?:\b(?:at least|(?:a )?minimum(?: of)?|no(?:t)? less than|not below|no fewer than|more than|over|above"
    r"|from|no earlier than|mindestens|wenigstens|ab|au moins|al menos)\s*(?:of\s)?[€$£]?)$"
)
LEAST_AFTER = re.compile(
    r"^\s*(?:or (?:more|older|longer|above)|and (?:more|above)|in advance|ahead|before(?:hand)?|prior|minimum"
    r"|oder mehr|im voraus|vorher)\b"
)
MOST = re.compile(
    r"(?:\b(?:at most|(?:a )?max(?:imum)?(?: of)?|up to|no(?:t)? more than|not exceed(?:ing)?|within|below"
    r"|under|less than|no(?:t)? later than|until|limited to|at the latest|hochstens|maximal|bis zu"
    r"|innerhalb von|au plus|jusqu'a|como maximo)\s*(?:of\s|the\s)?[€$£]?)$"
)
MOST_AFTER = re.compile(
    r"^\s*(?:or (?:less|below|fewer|under)|at (?:the )?(?:most|latest)|maximum|oder weniger)\b"
)
FIGURES = re.compile(
    rf"\d|\b(?:{_any((*WORDS, *ORDINALS, *ADVERBS, *WEEKDAYS))}|once|twice|every|noon|midday|midnight|free"
    r"|kostenlos|kostenfrei|gratis|gratuit\w*|half|quarter)"
)
