"""The Desk: what every door offers, on plain objects. A door translates, calls once, translates back."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brain.domain import Answer, Passage, Question, Trace, Turn
from brain.errors import NothingIndexed, UsageError

if TYPE_CHECKING:
    from brain.brain import Brain
    from brain.catalog.catalog import Catalog
    from brain.catalog.rows import Counts, DocumentRow

LONGEST_QUESTION = 4_000
TURNS_REMEMBERED = 6

# Whoever holds this principal owns the home folder and may read every space: the person at the terminal.
OWNER = "terminal:owner"
# Everyone may read this space; any other only who was allowed to.
OPEN_SPACE = "general"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came through a door.

    `principals` are who the answer will be seen by (a channel, or a person with their groups) and decide
    what may be read; `spaces` narrows that down; `thread` names the conversation, empty for none.
    """

    text: str
    asker: str = "terminal"
    principals: frozenset[str] = frozenset()
    spaces: tuple[str, ...] = ()
    thread: str = ""

    def __post_init__(self) -> None:
        """Raise UsageError where there is no question, or one that nobody could read."""
        if not self.text.strip():
            raise UsageError(
                'There is no question: ask something, such as "How many days of leave do we get?".'
            )
        if len(self.text) > LONGEST_QUESTION:
            raise UsageError(
                f"The question has {len(self.text):,} characters, and {LONGEST_QUESTION:,} can be read: "
                "ask in fewer words, or ingest the text as a document."
            )


@dataclass(frozen=True, slots=True)
class Working:
    """The question is being worked on; `note` says what is being done."""

    note: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The answer so far: to be shown now and replaced by what comes next."""

    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """The answer, checked, with its sources; nothing comes after it."""

    answer: Answer


Part = Working | Draft | Final


class Desk:
    """Answers people from the catalog through the brain, and remembers what was said in each thread."""

    def __init__(self, catalog: "Catalog", brain: "Callable[[], Brain]") -> None:
        """`brain` is called with the first question: what needs none stays quick."""
        self._catalog = catalog
        self._brain = brain

    async def ask(self, asked: Asked) -> AsyncGenerator[Part, None]:
        """Yield Working, Drafts and one Final.

        Raises UsageError for an unknown space, NothingIndexed where the spaces that may be read hold nothing.
        """
        yield Working("Looking through your documents")
        question = await asyncio.to_thread(self.question, asked)
        answer: Answer | None = None
        brain = await asyncio.to_thread(self._brain)
        async for part in brain.astream(question):
            if part.answer is not None:
                answer = part.answer
            elif part.text:
                yield Draft(part.text)
        if answer is None:
            raise RuntimeError("the brain ended its stream without an answer")
        await asyncio.to_thread(self._remember, asked, answer)
        yield Final(answer)

    def question(self, asked: Asked) -> Question:
        """What the brain is asked: with the spaces that may be read, and what was said before in the thread.

        Raises UsageError and NothingIndexed, both without loading anything.
        """
        audience = self.readable(asked.principals, asked.spaces)
        history: tuple[Turn, ...] = ()
        if asked.thread:
            history = self._catalog.history_of(asked.thread, TURNS_REMEMBERED)
        return Question(asked.text.strip(), asked.asker, audience, history)

    async def why(self, thread: str = "", trace_id: str = "") -> Trace | None:
        """The trace of that id, or of the thread's last answer; an empty thread means the last of all."""
        if trace_id:
            return await asyncio.to_thread(self._catalog.trace, trace_id)
        return await asyncio.to_thread(self._catalog.last_trace, thread or None)

    async def documents(
        self, words: str, principals: Iterable[str], spaces: Iterable[str] = ()
    ) -> "list[DocumentRow]":
        """What is indexed in the spaces that may be read: titles or paths with these words, or all."""

        def rows() -> "list[DocumentRow]":
            audience = self.audience(principals, spaces)
            return [row for row in self._catalog.documents(words=words) if row.space in audience]

        return await asyncio.to_thread(rows)

    def search(self, asked: Asked, limit: int) -> list[Passage]:
        """Passages only, best first."""
        return self._brain().search(self.question(asked), limit)

    def readable(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> frozenset[str]:
        """The spaces that may be read, of which at least one holds documents; else NothingIndexed."""
        audience = self.audience(principals, spaces)
        if not self._catalog.holds_passages(audience):
            where = f" in {', '.join(sorted(audience))}" if audience else ""
            raise NothingIndexed(
                f"Nothing is indexed{where} yet: add documents with `citewise ingest FOLDER`."
            )
        return audience

    def counts(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> "Counts":
        """How much there is to ask about."""
        return self._catalog.counts(self.audience(principals, spaces))

    def audience(self, principals: Iterable[str], spaces: Iterable[str] = ()) -> frozenset[str]:
        """The spaces that may be read: decided here, before anything is retrieved.

        Raises UsageError for a space that does not exist.
        """
        held = frozenset(principals)
        wanted = frozenset(self._catalog.space(name).name for name in spaces)
        known = [space.name for space in self._catalog.spaces()]
        if OWNER in held:
            allowed = frozenset(known)
        else:
            allowed = frozenset(
                name
                for name in known
                if name == OPEN_SPACE or held & frozenset(self._catalog.principals(name))
            )
        return allowed & wanted if wanted else allowed

    def _remember(self, asked: Asked, answer: Answer) -> None:
        self._catalog.save_trace(answer.trace, asked.thread, asked.asker, answer.text)
        if asked.thread:
            self._catalog.add_turn(asked.thread, Turn(asked.text, answer.text))
