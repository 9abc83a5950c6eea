"""Documents that come again under one name: of "Price list 2025" and "Price list 2026" the later holds."""

import re
from collections.abc import Iterable, Mapping

from brain.domain import Source
from brain.text.terms import fold

Moment = tuple[int, int, int]

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if len(month) > 3 else month for month in _MONTHS)
_YEAR = r"(?P<{0}>(?:19|20)\d\d)"
_ISO = re.compile(rf"\b{_YEAR.format('year')}[-_/](?P<month>0?[1-9]|1[0-2])(?:[-_/](?P<day>\d{{1,2}}))?\b")
_DAY_FIRST = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.? )?(?P<name>{_MONTH})\.?,? {_YEAR.format('year')}\b"
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<name>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? {_YEAR.format('year')}\b"
)
_QUARTER = re.compile(r"\bq(?P<digit>[1-4])\b|\b(?P<word>first|second|third|fourth) quarter\b")
_BARE_YEAR = re.compile(rf"(?<![\d.]){_YEAR.format('year')}(?![\d.])")
_QUARTERS = ("first", "second", "third", "fourth")
_LETTERS = re.compile(r"[^\W\d_]+")
_SHORTEST = 4  # letters of a name: "Q3 2026" alone names nothing


def superseded(sources: Iterable[Source]) -> frozenset[int]:
    """The ids of those documents of which a later edition is among the others.

    Two are editions of one if their titles are the same but for their dates, each has one, and both are in
    one space. Only what was found is looked at, so that nobody learns of a document that they may not read.
    """
    families: dict[tuple[str, str], dict[int, Moment]] = {}
    for source in sources:
        name, moment = _edition(source.title)
        if moment is not None and len(name.replace(" ", "")) >= _SHORTEST:
            families.setdefault((source.space, name), {})[source.document_id] = moment
    return frozenset(old for editions in families.values() for old in _older(editions))


def dated(title: str) -> Moment | None:
    """The date that a title or a file's name tells, as year, month, day; a part that it lacks is 0."""
    return _edition(title)[1]


def _older(editions: Mapping[int, Moment]) -> list[int]:
    latest = max(editions.values())
    return [document for document, moment in editions.items() if moment < latest]


def _edition(title: str) -> tuple[str, Moment | None]:
    """A title without its date, and the date, as year, month, day; a part that it lacks is 0."""
    text = fold(title).replace("_", " ")
    for pattern in (_ISO, _MONTH_FIRST, _DAY_FIRST):
        if found := pattern.search(text):
            parts = found.groupdict()
            month = int(parts.get("month") or 0) or _number(parts["name"])
            return _named(text, found), (int(parts["year"]), month, int(parts["day"] or 0))
    if not (found := _BARE_YEAR.search(text)):
        return text, None
    quarter = _QUARTER.search(text)
    if quarter is None:
        return _named(text, found), (int(found["year"]), 0, 0)
    number = int(quarter["digit"]) if quarter["digit"] else _QUARTERS.index(quarter["word"]) + 1
    return _named(text, found, quarter), (int(found["year"]), 3 * number, 0)


def _number(month: str) -> int:
    return next(at for at, name in enumerate(_MONTHS, 1) if name.startswith(month[:3]))


def _named(text: str, *dates: re.Match[str]) -> str:
    for found in sorted(dates, key=lambda found: -found.start()):
        text = f"{text[: found.start()]} {text[found.end() :]}"
    return " ".join(_LETTERS.findall(text))
