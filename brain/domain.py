"""The frozen objects that carry everything: a Question becomes Passages, Passages become an Answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in a document a passage stands: page, heading path, slide, or sheet and row.

    `page` and `slide` count from 1; `row` is the number that a spreadsheet shows beside the row;
    `part` names a piece inside a container (a mail's header block, an attachment). Where a passage runs over
    pages (or a sheet's rows), `turns` tells at which offset of its text each further one begins: pairs of
    offset and page (or row). Where short sections are one passage, `sections` tells the same of headings.
    """

    page: int | None = None
    heading: tuple[str, ...] = ()
    slide: int | None = None
    sheet: str | None = None
    row: int | None = None
    part: str | None = None
    turns: tuple[tuple[int, int], ...] = ()
    sections: tuple[tuple[int, tuple[str, ...]], ...] = ()

    def at(self, offset: int) -> "Locator":
        """The place of the passage's text from `offset` on: its page or row, and the heading above it."""
        reached = [number for start, number in self.turns if start <= offset]
        above = [heading for start, heading in self.sections if start <= offset]
        if not reached and not above:
            return self
        place = replace(self, heading=above[-1]) if above else self
        if not reached:
            return place
        return replace(place, row=reached[-1]) if place.page is None else replace(place, page=reached[-1])

    @property
    def label(self) -> str:
        """The place in words, such as `p. 3`, `slide 4`, `Prices, row 12` or `Leave › Parental leave`.

        In an attachment or a slide's notes it says so: `attachment fees.pdf, p. 3`, `slide 4, notes`.
        """
        place = self._place
        if not self.part or self.part == "headers":
            return place or self.part or ""
        parts = (place, self.part) if self.part == "notes" else (self.part, place)
        return ", ".join(filter(None, parts))

    @property
    def _place(self) -> str:
        if self.slide is not None:
            return f"slide {self.slide}"
        if self.sheet is not None:
            return self.sheet if self.row is None else f"{self.sheet}, row {self.row}"
        if self.row is not None:
            return f"row {self.row}"
        if self.page is not None:
            return f"p. {self.page}"
        if self.heading:
            return " › ".join(self.heading)
        return ""


@dataclass(frozen=True, slots=True)
class Source:
    """The document behind a passage. `document` is the path under the ingested folder, or the URL."""

    document: str
    title: str
    space: str
    uri: str
    locator: Locator
    modified: datetime | None = None
    document_id: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim stretch of a document.

    `text` equals `document_text[start:end]`. `context` (title and heading path) and `table_header` (the
    tab-separated header of the table that the passage is from) are searched and shown, never quoted.
    In `text`, a newline ends a block, a tab parts table cells, and `- ` or `1. ` opens a list item.
    """

    id: int
    text: str
    source: Source
    score: float = 0.0
    context: str = ""
    table_header: str = ""
    ordinal: int = 0
    start: int = 0
    end: int = 0

    def scored(self, score: float) -> "Passage":
        """The same with this score; dataclasses.replace() takes five times as long, often a question."""
        return Passage(
            self.id,
            self.text,
            self.source,
            score,
            self.context,
            self.table_header,
            self.ordinal,
            self.start,
            self.end,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier question of the thread and what was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, and the only spaces that may be read for it.

    `audience` holds space names and is decided by the door before anything is retrieved.
    """

    text: str
    asker: str = "terminal"
    audience: frozenset[str] = frozenset({"general"})
    history: tuple[Turn, ...] = ()


class RefusalReason(StrEnum):
    """Why a question was not answered."""

    NO_EVIDENCE = "no_evidence"
    UNSUPPORTED = "unsupported"
    NOTHING_INDEXED = "nothing_indexed"
    DOCUMENTS_WANTED = "documents_wanted"
    # What was said is nothing for the documents, so nothing is searched. The first three ask for nothing.
    NOT_A_QUESTION = "not_a_question"
    GREETING = "greeting"
    THANKS = "thanks"
    ABOUT_CITEWISE = "about_citewise"
    ABOUT_KEEPING = "about_keeping"
    ABOUT_ANSWER = "about_answer"


@dataclass(frozen=True, slots=True)
class Nearest:
    """A place that came near to what was asked; its `words` that did, where they may be the answer.

    `passage` is the id of the one that they are from, and `quotes` stand verbatim in it.
    """

    source: Source
    words: str = ""
    passage: int = 0
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing is said, and why: what was searched and which documents came nearest."""

    reason: RefusalReason
    spaces: tuple[str, ...]
    documents_searched: int
    nearest: tuple[Nearest, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """`quote` stands verbatim in `passage.text`; `number` is what the answer shows in brackets."""

    number: int
    passage: Passage
    quote: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations that back it (never empty)."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two citations, by number, whose documents contradict each other; `first` is told first.

    `dated`: the first is the newer one, as dates in the documents or those of their files tell.
    """

    first: int
    other: int
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Untold:
    """A document that says otherwise than both sides that were told, and in which words (verbatim).

    `beside` is the citation, by number, that it contradicts; `passage` the id of where it stands.
    """

    beside: int
    document: str
    passage: int
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Every step of an answer, for `citewise why`. All values are plain JSON."""

    id: str
    question: str
    standalone: str = ""
    steps: Mapping[str, object] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A cited answer, or a refusal. `text` is what a person reads, citation numbers in it.

    Not `sure`: each sentence has its source, and all of it may still be beside the point of the question.
    `partial`: all of something was asked for, and what was found of it is told. `unanswered` are those of
    several questions of one message that were not answered; so many more were `left` and not looked at.
    `read_as` is what was answered where that is not quite what was asked. `notes` are sentences to be said
    beneath it: what of it is left out, what was not found. Where documents don't agree, both sides are told,
    and `disagreements` says which; `untold` are further documents that say otherwise again.
    """

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    refusal: Refusal | None
    trace: Trace
    retrieved: tuple[Passage, ...] = ()
    sure: bool = True
    partial: bool = False
    unanswered: tuple[str, ...] = ()
    read_as: str = ""
    left: int = 0
    notes: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    untold: tuple[Untold, ...] = ()

    @property
    def refused(self) -> bool:
        """True where the documents do not answer the question."""
        return self.refusal is not None
