"""Tickets that were triaged, as cases: found out, assigned, replied to, resolved; each step audited."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from brain.catalog.rows import Vector
from brain.catalog.storage import Database


class CaseState(StrEnum):
    """How far a case has come. An EXAMPLE is a labelled message that was brought in to tell categories by."""

    OPEN = "open"
    REPLIED = "replied"
    RESOLVED = "resolved"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. People and places are principals; `place` is empty for what one person alone saw.

    `category_by`, `urgency_by` and `owner_by` are who decided it, empty while it's only found out.
    `origin` is where a reply goes. `trace_id` names the answer that was suggested. `reply` is what was (or
    is to be) sent, `reply_by` who sends it, `reply_at` where it stands once it was delivered. `resolution`
    says what solved it.
    """

    id: int
    thread: str
    place: str
    origin: str
    link: str
    text: str
    question: str
    summary: tuple[str, ...]
    trace_id: str
    category: str
    category_by: str
    urgency: int
    urgency_by: str
    owner: str
    owner_by: str
    state: CaseState
    reply: str
    reply_by: str
    reply_at: str
    resolution: str
    resolved_by: str
    opened_by: str
    opened: datetime
    changed: datetime


@dataclass(frozen=True, slots=True)
class NewCase:
    """A ticket as it was found out, before it has a number."""

    thread: str
    place: str
    origin: str
    link: str
    text: str
    question: str
    summary: tuple[str, ...]
    trace_id: str
    category: str
    urgency: int
    owner: str
    opened_by: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category that an admin set up; `owner` is a principal or empty."""

    name: str
    description: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled message of an earlier ticket, to tell categories by."""

    text: str
    category: str


class Cases:
    """The cases of one catalog. Each writing method is one transaction, audited where a person decides."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Categories

    def categories(self) -> list[CategoryRow]:
        """All categories by name: those set up, and those that only examples or cases name."""
        raise NotImplementedError

    def set_category(self, row: CategoryRow, *, by: str) -> None:
        """Make or change a category."""
        raise NotImplementedError

    def remove_category(self, name: str, *, by: str) -> bool:
        """Take a category away with its examples; cases keep their word. False where there is none."""
        raise NotImplementedError

    def learn(self, examples: Iterable[Example], *, by: str) -> int:
        """Keep labelled messages, each text once a category; how many were new. Their vectors come later."""
        raise NotImplementedError

    # Cases

    def open(self, new: NewCase) -> tuple[Case, bool]:
        """Keep a ticket, and whether it is new: a thread is one case.

        Triaged again, a case that is not resolved takes what was found out anew, but keeps what people have
        decided, and keeps a reply that was sent.
        """
        raise NotImplementedError

    def find(self, case_id: int) -> Case | None:
        """The case of that id; no examples."""
        raise NotImplementedError

    def in_thread(self, thread: str) -> Case | None:
        """The case of that conversation."""
        raise NotImplementedError

    def listed(
        self, places: Collection[str] | None = None, state: CaseState | None = None, owner: str = ""
    ) -> list[Case]:
        """Cases, the most urgent first, then the oldest; of these places (None: all), in that state."""
        raise NotImplementedError

    def set_category_of(self, case_id: int, category: str, *, by: str) -> Case | None:
        """Let a person say what a case is about."""
        raise NotImplementedError

    def set_urgency_of(self, case_id: int, urgency: int, *, by: str) -> Case | None:
        """Let a person say how urgent a case is."""
        raise NotImplementedError

    def assign(self, case_id: int, owner: str, *, by: str) -> Case | None:
        """Give a case to somebody."""
        raise NotImplementedError

    def reply(self, case_id: int, words: str, *, by: str) -> Case | None:
        """Take down what is to be sent, unless a reply was taken down already; the case as it is now.

        Whoever finds other words or another person in it was not first.
        """
        raise NotImplementedError

    def reply_placed(self, case_id: int, where: str) -> None:
        """Note that the reply was delivered, and where it stands."""
        raise NotImplementedError

    def resolve(self, case_id: int, resolution: str, *, by: str) -> Case | None:
        """Close a case, with what solved it (may be empty)."""
        raise NotImplementedError

    # Vectors, by which cases are compared

    def without_vector(self, embedder: str, limit: int) -> list[tuple[int, str]]:
        """Ids and texts of cases and examples that have no vector of this embedder."""
        raise NotImplementedError

    def add_vectors(self, embedder: str, vectors: Iterable[tuple[int, Vector]]) -> None:
        """Keep vectors (unit length, float32) of cases."""
        raise NotImplementedError

    def comparable(self, embedder: str, places: Collection[str]) -> list[tuple[int, str, Vector]]:
        """Id, category and vector of what a ticket may be held against: examples, cases of these places."""
        raise NotImplementedError
