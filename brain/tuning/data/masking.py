"""Personal data out of what a model learns: addresses, numbers and ids, each by one made-up stand-in.

The same value gets the same stand-in everywhere, so that an answer is still backed by its passage. People's
names are not masked: no rule finds them without also hitting products and places.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from brain.domain import Passage
from brain.tuning.rows import Row

_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
_PHONE = re.compile(
    r"(?<![\w.+-])(?:\+\d{1,3}[ ./-]?(?:\(0?\d{0,4}\)[ ./-]?)?\d(?:[ ./-]?\d){6,12}"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4}"
    r"|(?<=\btel )0\d(?:[ /-]?\d){6,11}|(?<=\btel\. )0\d(?:[ /-]?\d){6,11}|(?<=\bphone )0\d(?:[ /-]?\d){6,11}"
    r"|(?<=\bphone: )0\d(?:[ /-]?\d){6,11}|(?<=\bmobile )0\d(?:[ /-]?\d){6,11}"
    r"|(?<=\bmobile: )0\d(?:[ /-]?\d){6,11}"
    r"|0\d{2,4}[ /]\d{3,4}[ -]?\d{3,5})(?![\w-])",
    re.IGNORECASE,
)
_US_SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_UK_NINO = re.compile(r"\b(?![DFIQUV])[A-Z](?![DFIQUVO])[A-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b")
_SWISS_AHV = re.compile(r"\b756\.\d{4}\.\d{4}\.\d{2}\b")
_SPANISH_DNI = re.compile(r"\b(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z]\b")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_PEOPLE = (
    "alex.morgan sam.taylor robin.clarke jamie.foster casey.hughes drew.bennett morgan.ellis taylor.reid"
    " jordan.price riley.cooper avery.walsh quinn.harper"
).split()


class Masking:
    """Stand-ins for what is found; one object serves a whole set. `counts` are different values by kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._known: dict[tuple[str, str], str] = {}

    def masked(self, text: str) -> str:
        """The text with a stand-in for every value that is personal."""
        taken: list[tuple[int, int, str]] = []
        for kind, pattern, true, make in _KINDS:
            for found in pattern.finditer(text):
                if all(found.end() <= start or end <= found.start() for start, end, _ in taken):
                    # What looks like a card and is none isn't a telephone number either.
                    taken.append((*found.span(), self._stand_in(kind, found[0], true, make)))
        for start, end, stand_in in sorted(taken, reverse=True):
            text = f"{text[:start]}{stand_in}{text[end:]}"
        return text

    def row(self, row: Row) -> Row:
        """The row with stand-ins in question, answer and passages alike."""
        return replace(
            row,
            question=self.masked(row.question),
            answer=self.masked(row.answer),
            passages=tuple(self._passage(passage) for passage in row.passages),
        )

    def _passage(self, passage: Passage) -> Passage:
        text, source = self.masked(passage.text), passage.source
        heading = tuple(self.masked(part) for part in source.locator.heading)
        return replace(
            passage,
            text=text,
            context=self.masked(passage.context),
            table_header=self.masked(passage.table_header),
            start=0,
            end=len(text),
            source=replace(
                source,
                title=self.masked(source.title),
                document=self.masked(source.document),
                uri=self.masked(source.uri),
                locator=replace(source.locator, heading=heading, turns=(), sections=()),
            ),
        )

    def _stand_in(
        self, kind: str, found: str, true: Callable[[str], bool], make: Callable[[str, int], str]
    ) -> str:
        if not true(found):
            return found
        key = kind, re.sub(r"[\s().-]", "", found).lower() if kind != "email" else found.lower()
        if key not in self._known:
            self.counts[kind] += 1
            self._known[key] = make(found, self.counts[kind])
        return self._known[key]


def _any(_: str) -> bool:
    return True


def is_iban(text: str) -> bool:
    """Whether the check digits are right (ISO 13616: modulo 97)."""
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def is_card(text: str) -> bool:
    """Whether the last digit is right (ISO 7812: Luhn)."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) if at % 2 else digit for at, digit in enumerate(reversed(digits))]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _is_ahv(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdigit()]
    return sum(digit * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10 == 0


def _is_dni(text: str) -> bool:
    plain = text.replace("-", "")
    number = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return _DNI_LETTERS[int(number) % 23] == plain[-1]


def _email(_: str, number: int) -> str:
    name = _PEOPLE[(number - 1) % len(_PEOPLE)]
    turn = (number - 1) // len(_PEOPLE)
    return f"{name}{turn + 1 if turn else ''}@example.com"


def _phone(found: str, number: int) -> str:
    """A number of the ranges that are kept free for fiction, in about the same shape."""
    return f"+1 202 555 {number:04d}" if found.startswith("+") else f"202-555-{number:04d}"


def _iban(found: str, number: int) -> str:
    country, body = found[:2], f"{number:018d}"
    rest = int("".join(str(int(sign, 36)) for sign in f"{body}{country}00")) % 97
    plain = f"{country}{98 - rest:02d}{body}"
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4)) if " " in found else plain


def _card(_: str, number: int) -> str:
    body = f"400000{number:09d}"
    check = next(digit for digit in "0123456789" if is_card(body + digit))
    plain = body + check
    return " ".join(plain[at : at + 4] for at in range(0, 16, 4))


def _personal_id(_: str, number: int) -> str:
    return f"900-{number // 10_000 % 100:02d}-{number % 10_000:04d}"  # never given out as a US number


_KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool], Callable[[str, int], str]], ...] = (
    ("email", _EMAIL, _any, _email),
    ("iban", _IBAN, is_iban, _iban),
    ("card", _CARD, is_card, _card),
    ("personal id", _US_SSN, _any, _personal_id),
    ("personal id", _UK_NINO, _any, _personal_id),
    ("personal id", _SWISS_AHV, _is_ahv, _personal_id),
    ("personal id", _SPANISH_DNI, _is_dni, _personal_id),
    ("phone", _PHONE, _any, _phone),
)
