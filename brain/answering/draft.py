"""What an answerer hands to the citation check."""

from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from brain.domain import Passage
from brain.evidence import Evidence


class Form(StrEnum):
    """How a sentence is set: running on, as a list item, as a table's row, or as a step with its number."""

    PROSE = "prose"
    ITEM = "item"
    ROW = "row"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Otherwise:
    """That a sentence contradicts the one that stands at `passage` (its id) and `start`, told before it.

    `words` go before it, and tell nothing of their own. `older`: it is the older of both.
    """

    words: str
    passage: int
    start: int
    older: bool


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence and the place that it claims as its source: `passage.text[start:end]`.

    `cells` are the stretches of that place that are quoted, where it is a table's row; else all of it is.
    `otherwise` where it contradicts the sentence before it.
    """

    text: str
    passage: Passage
    start: int
    end: int
    form: Form = Form.PROSE
    cells: tuple[tuple[int, int], ...] = ()
    otherwise: Otherwise | None = None


OWN_WORDS = "own words:"
"""How a `lead` ends: it tells nothing of its own, so that nothing is to be checked or learnt of it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An unchecked answer; `verdict` is "Yes" or "No" where it was asked for and a source says it.

    `more_steps` tells how many steps the source has after the last one. `declined`: whoever wrote it says
    that the passages don't answer. `discarded` holds sentences that were taken out already, and why; `note`
    is for the trace. `provisional`: good as it is, and another draft that may say it better is being written.
    `lead` goes before the sentences and tells no more than where they are from; `notes` are said beneath.
    `likely` is the chance that it answers, where whoever wrote it can tell. `untold` is what else says
    otherwise, and is not told: each names the sentence that it contradicts.
    """

    sentences: tuple[DraftSentence, ...]
    verdict: str = ""
    more_steps: int = 0
    declined: bool = False
    discarded: tuple[tuple[str, str], ...] = ()
    note: str = ""
    provisional: bool = False
    lead: str = ""
    notes: tuple[str, ...] = ()
    likely: float | None = None
    untold: tuple[DraftSentence, ...] = ()


class Answerer(Protocol):
    """Writes a draft from evidence. Whatever it writes is checked afterwards."""

    def write(self, evidence: Evidence) -> Draft:
        """The draft; without sentences where the evidence does not answer."""
        ...


@runtime_checkable
class GradualAnswerer(Protocol):
    """An answerer whose drafts grow: what takes seconds to write is shown sentence by sentence."""

    def write(self, evidence: Evidence) -> Draft:
        """The last of the drafts."""
        ...

    def drafts(self, evidence: Evidence) -> Generator[Draft]:
        """Drafts, each with the sentences of the one before it; the last one counts, even if it has others.

        One comes at least whenever the writer gives a sign of life: closing the generator stops the writing.
        """
        ...
