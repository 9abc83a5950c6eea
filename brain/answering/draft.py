"""What an answerer hands to the citation check."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from brain.domain import Passage
from brain.evidence import Evidence


class Form(StrEnum):
    """How a sentence is set: running on, as a list item, as a table's row, or as a step with its number."""

    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence and the place that it claims as its source: `passage.text[start:end]`.

    `cells` are the stretches of that place that are quoted, where it is a table's row; else all of it is.
    """

    text: str
    passage: Passage
    start: int
    end: int
    form: Form = Form.PROSE
    cells: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An unchecked answer; `verdict` is "Yes" or "No" where it was asked for and a source says it.

    `more_steps` tells how many steps the source has after the last one.
    """

    sentences: tuple[DraftSentence, ...]
    verdict: str = ""
    more_steps: int = 0


class Answerer(Protocol):
    """Writes a draft from evidence. Whatever it writes is checked afterwards."""

    def write(self, evidence: Evidence) -> Draft:
        """The draft; without sentences where the evidence does not answer."""
        ...
