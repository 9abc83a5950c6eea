"""What of a table's row a claim speaks of: which row it names, which columns, and whether values are theirs.

A row holds many facts, and most of its words are none of a claim's: the "no" of another column must not count
as the claim's negation, nor another column's price as the one that it tells.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from brain.text.folding import fold
from brain.text.terms import content_stems, numbers

OTHER_ROW = "it names another row of the table"
OTHER_COLUMN = "it gives what stands in another column"
BETWEEN = " | "
"""Between the cells that are spoken of: no figure reads over it."""
_NAMED = 0.5  # share of a row's first cell that a claim holds where it names the row
_YES_OR_NO = frozenset("yes no ja nein oui non si x - – — ✓ ✔ ✗ n/a".split())
_LIGHT = frozenset(content_stems("includes offers provides receives gives amounts"))
_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W_]+")

Stems = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class SpokenOf:
    """The cells of a row that a claim speaks of; or why it can't be about that row.

    `by_column`: each cell stands behind its column's name; `label` is what stands before the first one.
    """

    text: str
    fault: str = ""
    by_column: bool = False
    label: str = ""


def is_light(stem: str) -> bool:
    """Whether a claim may say this of a row that doesn't hold it: rows have no verbs."""
    return stem in _LIGHT


def spoken_of(claim: str, row: str, rows: Sequence[str], header: str, stems: Stems) -> SpokenOf:
    """What the claim speaks of in one of a table's `rows`; `header` has the columns' names, or is empty.

    All of it where that can't be told.
    """
    said = _words(claim, stems)
    cells, columns = row.split("\t"), header.split("\t")
    best = max((_coverage(other.split("\t")[0], said, stems) for other in rows), default=(0.0, 0))
    if best[0] >= _NAMED and _coverage(cells[0], said, stems) < best:
        return SpokenOf("", OTHER_ROW)
    if len(columns) != len(cells):
        return SpokenOf(BETWEEN.join(cells))
    named = _named(cells, columns, said, stems)
    if not all(_answered(cells[at], said, stems) for at in named) or _crossed(cells, named, said, stems):
        return SpokenOf("", OTHER_COLUMN)
    parts = [f"{name}: {cell}" if name else cell for name, cell in zip(columns, cells, strict=True)]
    spoken = [parts[0], *(parts[at] for at in named)]
    if named and numbers(fold(claim)) & numbers(fold(row)) - numbers(fold(BETWEEN.join(spoken))):
        return SpokenOf("", OTHER_COLUMN)
    told = {word for part in spoken for word in _words(part, stems)}
    more = [
        parts[at]
        for at, cell in enumerate(cells)
        if at and at not in named and said.keys() & _words(cell, stems).keys() - told
    ]
    label = parts[0].removesuffix(cells[0])
    return SpokenOf(
        BETWEEN.join([*spoken, *more] if named or more else parts), "", by_column=True, label=label
    )


def _words(text: str, stems: Stems) -> dict[str, int]:
    """The stems and the numbers of a text, each with where it first stands."""
    found: dict[str, int] = {}
    flat = fold(text)
    for word in _WORD.finditer(flat):
        number = word.group()[0].isdigit()
        for one in numbers(word.group()) if number else stems(word.group()):
            found.setdefault(one, word.start())
    return found


def _coverage(cell: str, said: dict[str, int], stems: Stems) -> tuple[float, int]:
    """How much of a row's name the claim holds: the share, and the number of words."""
    wanted = _words(cell, stems).keys()
    held = len(wanted & said.keys())
    return (held / len(wanted) if wanted else 0.0), held


def _named(
    cells: Sequence[str], columns: Sequence[str], said: dict[str, int], stems: Stems
) -> dict[int, int]:
    """The columns that the claim names by a word that no other column has, each with where it does so."""
    of = [set(_words(column, stems)) for column in columns]
    of[0] = set()
    name = _words(cells[0], stems).keys()
    found: dict[int, int] = {}
    for at in range(1, len(columns)):
        others = set[str]().union(*(words for other, words in enumerate(of) if other != at))
        own = (of[at] - others or of[at]) - name
        if there := [said[word] for word in own if word in said]:
            found[at] = min(there)
    return found


def _answered(cell: str, said: dict[str, int], stems: Stems) -> bool:
    """Whether the claim gives what stands in a cell; what a yes or a no is, the words around it tell."""
    wanted = _words(cell, stems).keys()
    return not wanted or fold(cell).strip(" .") in _YES_OR_NO or bool(wanted & said.keys())


def _crossed(cells: Sequence[str], named: dict[int, int], said: dict[str, int], stems: Stems) -> bool:
    """Whether the figures of two columns stand in another order than the columns' names."""
    at = []
    for number, place in named.items():
        figures = [said[word] for word in _words(cells[number], stems) if word[0].isdigit() and word in said]
        if figures:
            at.append((place, min(figures)))
    return any(first[1] > second[1] for first, second in pairwise(sorted(at)))
