"""The frozen objects of usage: an Asking was answered somehow; Gaps and Periods are made of Askings."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What somebody who asked was given."""

    ANSWERED = "answered"
    UNSURE = "not sure"
    NOT_FOUND = "not found"


class Lack(StrEnum):
    """What says that the documents lack something."""

    NOT_FOUND = "not found"
    UNSURE = "not sure"
    NOT_HELPFUL = "not helpful"
    HANDED_OVER = "handed to a person"


@dataclass(frozen=True, slots=True)
class Mark:
    """What one person thought of an answer; `reason` and `words` say why it did not help."""

    helpful: bool
    reason: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Readers:
    """The people of a place, who are told of what others asked: its principal, and what they may read."""

    place: str
    spaces: frozenset[str]


Quoted = tuple[int, tuple[str, ...]]
"""A passage by its id, and the words that an answer quoted of it: of a row, cell by cell."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One question that somebody asked, and what became of it.

    `question` stands alone: what a follow-up leaves out is put in. `spaces` are those that were searched,
    `cited` and `nearest` the passages (ids) that it was answered from and that came nearest. `place` is where
    others heard it, empty where nobody did. `unanswered`
    are those of several questions in one message that found no answer, while others did. `took_ms` is the
    time that the answer took, without the way to the chat and back.
    """

    trace_id: str
    question: str
    person: str
    thread: str
    place: str
    spaces: frozenset[str]
    outcome: Outcome
    unanswered: tuple[str, ...]
    cited: tuple[int, ...]
    nearest: tuple[int, ...]
    marks: tuple[Mark, ...]
    handed_over: bool
    took_ms: float
    asked: datetime
    contradicting: tuple[tuple[Quoted, Quoted, bool], ...] = ()

    @property
    def wanted(self) -> str:
        """What was asked, less what was answered beside it."""
        return " ".join(self.unanswered) or self.question

    @property
    def lacks(self) -> frozenset[Lack]:
        """What says that the documents lack something here; nothing where all went well."""
        found = {Lack(self.outcome)} if self.outcome is not Outcome.ANSWERED else set()
        if self.unanswered:
            found.add(Lack.NOT_FOUND)
        if any(not mark.helpful for mark in self.marks):
            found.add(Lack.NOT_HELPFUL)
        if self.handed_over:
            found.add(Lack.HANDED_OVER)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions about one thing that the documents lack, the one in the middle of them first."""

    askings: tuple[Asking, ...]

    @property
    def people(self) -> int:
        """How many different people asked."""
        return len({asking.person for asking in self.askings})

    @property
    def last(self) -> datetime:
        """When it was asked last."""
        return max(asking.asked for asking in self.askings)

    def lacking(self, lack: Lack) -> int:
        """How many of the questions lack that."""
        return sum(lack in asking.lacks for asking in self.askings)


@dataclass(frozen=True, slots=True)
class Gap:
    """A topic as it may be shown: `wordings` hold only questions whose words may be, so maybe none.

    `complaints` are what people wrote of answers that did not help. `nearest` names the documents that came
    nearest, the most frequent first. `settled`: the documents have changed since, and answer it now.
    """

    topic: Topic
    wordings: tuple[str, ...]
    complaints: tuple[Mark, ...]
    nearest: tuple[str, ...]
    settled: bool


@dataclass(frozen=True, slots=True)
class Place:
    """What a document says at one place, word for word."""

    document: str
    title: str
    space: str
    place: str
    quote: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two places of documents that contradict each other, met in `asked` answers to so many `people`.

    `places`: the newer one first, where `dated`, as dates in the documents or those of their files tell.
    """

    places: tuple[Place, Place]
    asked: int
    people: int
    last: datetime
    dated: bool


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps since a moment, the most wanted first; `more` were not looked at.

    `contradictions` are the documents' that answers met since then, those most often met first.
    """

    since: datetime
    asked: int
    lacking: int
    gaps: tuple[Gap, ...]
    more: int = 0
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def open(self) -> tuple[Gap, ...]:
        """Those that the documents still lack."""
        return tuple(gap for gap in self.gaps if not gap.settled)


@dataclass(frozen=True, slots=True)
class Period:
    """What was asked in a stretch of days that begins with `start`."""

    start: date
    askings: tuple[Asking, ...]

    @property
    def people(self) -> int:
        """How many different people asked."""
        return len({asking.person for asking in self.askings})

    def given(self, outcome: Outcome) -> int:
        """How many questions came out like that."""
        return sum(asking.outcome is outcome for asking in self.askings)

    def marked(self, *, helpful: bool) -> int:
        """How many marks of that kind people gave."""
        return sum(mark.helpful is helpful for asking in self.askings for mark in asking.marks)

    @property
    def handed_over(self) -> int:
        """How many questions were handed to a person."""
        return sum(asking.handed_over for asking in self.askings)

    @property
    def took_ms(self) -> float | None:
        """The median time that an answer took; None where nothing was asked."""
        times = sorted(asking.took_ms for asking in self.askings)
        return times[len(times) // 2] if times else None
