"""Numbered lists, whole: what is asked as "how do I …" is told from the first step on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from brain.domain import Passage

_NUMBERED = re.compile(r"[ \t]*(?:step\s+)?\(?(\d{1,2})[.):](?:\s+|$)", re.IGNORECASE)
_GAP = 3  # lines of a step's own, a hint or a list in it, before the next number must come


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its number and where it stands, `passage.text[start:end]`, its number included."""

    number: int
    passage: Passage
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one list from the first on; `ended` where its end was seen."""

    steps: tuple[Step, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class _Line:
    passage: Passage
    start: int
    end: int
    number: int | None


def is_step(passage: Passage, start: int) -> bool:
    """Whether the line around that offset is numbered."""
    return bool(_NUMBERED.match(passage.text, passage.text.rfind("\n", 0, start) + 1))


def runs_over(passage: Passage) -> bool:
    """Whether the passage's text may hold only a part of a numbered list."""
    lines = _lines((passage,))
    numbered = [line for line in lines if line.number is not None]
    return bool(numbered) and (numbered[0].number != 1 or numbered[-1] in lines[-_GAP:])


def steps_around(passages: Sequence[Passage], passage_id: int, start: int) -> Steps | None:
    """The list that holds the numbered line around an offset of a passage; None without its first step.

    `passages` are neighbours of one document, in order.
    """
    lines = _lines(passages)
    at = next(
        (
            i
            for i, line in enumerate(lines)
            if line.passage.id == passage_id and line.start <= start < line.end
        ),
        None,
    )
    if at is None or lines[at].number is None:
        return None
    first = at
    while lines[first].number != 1:
        before = _next(lines, first, -1)
        if before is None:
            return None
        first = before
    places = [first]
    while (after := _next(lines, places[-1], 1)) is not None:
        places.append(after)
    found = tuple(
        _step(lines, place, places[i + 1] if i + 1 < len(places) else place + 1)
        for i, place in enumerate(places)
    )
    return Steps(found, ended=places[-1] + 1 < len(lines))


def _lines(passages: Sequence[Passage]) -> list[_Line]:
    found: list[_Line] = []
    for passage in passages:
        for line in re.finditer(r"[^\n]+", passage.text):
            numbered = _NUMBERED.match(line.group())
            number = int(numbered[1]) if numbered and "\t" not in line.group() else None
            found.append(_Line(passage, line.start(), line.end(), number))
    return found


def _next(lines: Sequence[_Line], at: int, way: int) -> int | None:
    """The line that holds the step before or after, with no more than a few lines between."""
    for place in range(at + way, at + way * (_GAP + 2), way):
        if not 0 <= place < len(lines):
            return None
        if lines[place].number is not None:
            return place if lines[place].number == (lines[at].number or 0) + way else None
    return None


def _step(lines: Sequence[_Line], place: int, following: int) -> Step:
    """The numbered line with the lines of its own, as far as they stand in the same passage."""
    line = lines[place]
    last = max(i for i in range(place, following) if lines[i].passage.id == line.passage.id)
    return Step(line.number or 0, line.passage, line.start, lines[last].end)
