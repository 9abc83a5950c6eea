"""Numbers in answers: `$1.5 million`, `(3.2%)`, `1,577.00`; right when within one per cent of the gold.

The rules follow FinanceBench (Islam et al. 2023), where answers are amounts with rounding and units.
"""

import re
from dataclasses import dataclass

from brain.evaluation.questions import EvalQuestion

TOLERANCE = 0.01
YEARS = range(1900, 2101)
_SCALES = {
    **dict.fromkeys(("thousand", "k"), 1e3),
    **dict.fromkeys(("million", "mn", "m"), 1e6),
    **dict.fromkeys(("billion", "bn", "b"), 1e9),
    "trillion": 1e12,
}
_SPELT_UNIT = r"(?:thousand|million|billion|trillion|mn|bn)"
_AMOUNT = re.compile(
    rf"""(?<![\w.])
    (?P<opened>\(?) (?P<sign>[-−+]?) \s? (?P<currency>[$€£]?) \s? (?P<inner_sign>[-−]?)
    (?P<digits> \d{{1,3}}(?:,\d{{3}})+(?:\.\d+)? | \d+(?:\.\d+)? | \.\d+ )
    (?P<unit> \s?% | \s?{_SPELT_UNIT}\b | [kmb]\b )?
    (?P<closed>\)?)""",
    re.IGNORECASE | re.VERBOSE,
)
_NOTHING_ELSE = re.compile(
    rf"\(? [-−+]? \s? [$€£]? \s? [-−]? [\d.,]*\d \s? (?: % | {_SPELT_UNIT} )? \)? \.?",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number's readings, as written and scaled by its unit, and whether it may be a calendar year."""

    readings: frozenset[float]
    like_year: bool = False

    def joined(self, other: "Amount") -> "Amount":
        """The readings of both."""
        return Amount(self.readings | other.readings, self.like_year or other.like_year)


def amounts(text: str) -> list[Amount]:
    """Every number in a text, in order."""
    return [_amount(found) for found in _AMOUNT.finditer(text)]


def wanted_amount(question: EvalQuestion) -> Amount | None:
    """The number a question asks for: its `numeric`, or else answers that are nothing but a number."""
    if question.numeric is not None:
        wanted = Amount(frozenset({question.numeric}))
        for amount in (amount for answer in question.answers for amount in amounts(answer)):
            if any(close(reading, question.numeric) for reading in amount.readings):
                wanted = wanted.joined(amount)
        return wanted
    wanted = Amount(frozenset())
    for answer in map(str.strip, question.answers):
        if _NOTHING_ELSE.fullmatch(answer):
            for amount in amounts(answer):
                wanted = wanted.joined(amount)
    return wanted if wanted.readings else None


def says_amount(text: str, wanted: Amount) -> bool:
    """Whether some number in the text is the wanted one; years count only where a year is wanted."""
    said = (amount for amount in amounts(text) if wanted.like_year or not amount.like_year)
    return any(close(ours, gold) for amount in said for ours in amount.readings for gold in wanted.readings)


def close(ours: float, gold: float) -> bool:
    """Within one per cent of the gold; nothing but 0 is close to 0."""
    return abs(ours - gold) <= TOLERANCE * abs(gold)


def _amount(found: re.Match[str]) -> Amount:
    digits, unit = found["digits"], (found["unit"] or "").strip().lower()
    value = float(digits.replace(",", ""))
    # Accountants write a loss as ($3.2).
    in_brackets = found["opened"] and found["closed"] and found["currency"]
    if found["sign"] in ("-", "−") or found["inner_sign"] or in_brackets:
        value = -value
    readings = {value, value * _SCALES.get(unit, 1.0)}
    bare = not found["currency"] and not unit and digits.isdecimal()
    return Amount(frozenset(readings), bare and abs(value) in YEARS)
