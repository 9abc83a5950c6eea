"""The numbers that Word sets before headings, clauses and list items, counted as Word counts them."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COUNTED = re.compile(r"%([1-9])")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_MOST = 1000  # beyond, letters and Roman numbers are told as figures


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is marked: `form` is Word's numFmt, `text` such as `%1.%2`."""

    form: str
    text: str
    start: int
    style: str


class Numbering:
    """A document's lists and how far each has counted; lists of one definition count on together."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._definition: dict[str, str] = {}
        self._restarts: dict[tuple[str, int], int] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        part = next(
            (
                relation.target_part
                for relation in document.part.rels.values()
                if relation.reltype.endswith("/numbering")
            ),
            None,
        )
        if part is not None:
            self._read(part.element)

    def depth_of(self, list_id: str, style: str) -> int | None:
        """The level that a definition gives to a style, where it names one."""
        levels = self._levels.get(self._definition.get(list_id, ""), {})
        return next((depth for depth, level in levels.items() if style and level.style == style), None)

    def mark(self, list_id: str, depth: int, *, counted: bool) -> str:
        """The next mark: `-` of a bullet, else as Word sets it (`2.`, `3.1`, `(b)`, `iv.`).

        `counted` says whether an item of a list that the file doesn't describe is numbered.
        """
        definition = self._definition.get(list_id, list_id)
        levels = self._levels.get(definition, {})
        level = levels.get(depth, _Level("decimal" if counted else "bullet", f"%{depth + 1}.", 1, ""))
        if level.form in ("bullet", "none") or not level.text:
            return "-"
        counts = self._counts[definition]
        restart = self._restarts.pop((list_id, depth), None)
        counts[depth] = counts.get(depth, level.start - 1) + 1 if restart is None else restart
        for deeper in [other for other in counts if other > depth]:
            del counts[deeper]

        def number(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            one = levels.get(place, level)
            return _written(counts.get(place, one.start), one.form)

        return _COUNTED.sub(number, level.text).strip()

    def _read(self, root: Any) -> None:
        for abstract in root.iterchildren(f"{WORDS}abstractNum"):
            self._levels[_value(abstract, "abstractNumId")] = {
                int(_value(level, "ilvl") or "0"): _Level(
                    _child(level, "numFmt") or "decimal",
                    _child(level, "lvlText"),
                    int(_child(level, "start") or "1"),
                    _child(level, "pStyle"),
                )
                for level in abstract.iterchildren(f"{WORDS}lvl")
            }
        for number in root.iterchildren(f"{WORDS}num"):
            identity = _value(number, "numId")
            self._definition[identity] = _child(number, "abstractNumId")
            for override in number.iterchildren(f"{WORDS}lvlOverride"):
                if start := _child(override, "startOverride"):
                    self._restarts[identity, int(_value(override, "ilvl") or "0")] = int(start)


def _value(element: Any, name: str) -> str:
    return element.get(f"{WORDS}{name}") or ""


def _child(element: Any, name: str) -> str:
    found = element.find(f"{WORDS}{name}")
    return _value(found, "val") if found is not None else ""


def _written(number: int, form: str) -> str:
    match form if 0 < number < _MOST else "":
        case "lowerLetter" | "upperLetter":
            letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letter if form == "lowerLetter" else letter.upper()
        case "lowerRoman" | "upperRoman":
            roman = ""
            for value, sign in _ROMAN:
                roman += sign * (number // value)
                number %= value
            return roman if form == "lowerRoman" else roman.upper()
        case "decimalZero":
            return f"{number:02}"
        case _:
            return str(number)
