"""An answerer whose adapter changes while it serves: answers under way finish as they began."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from brain.answering.draft import Draft, GradualAnswerer
from brain.answering.writing.facts import AnswererState, Watched
from brain.evidence import Evidence


class SwappableAnswerer:
    """Writes with the answerer that is in place; another takes its place between two answers.

    A prompt and the weights that read it belong together (examples are given only without an adapter), so
    whoever asks while a change waits for the answers under way, waits for the change.
    """

    def __init__(
        self,
        answerer: GradualAnswerer,
        with_adapter: Callable[[Path | None], GradualAnswerer],
        adapter: Path | None = None,
    ) -> None:
        """`with_adapter` makes the change and the answerer for it, or raises and changes nothing.

        `adapter` is what `answerer` writes with.
        """
        self.adapter = adapter
        """What the next question is answered with."""
        self._answerer = answerer
        self._with_adapter = with_adapter
        self._under_way = 0
        self._changing = False
        self._news = threading.Condition()

    def write(self, evidence: Evidence) -> Draft:
        """The last of the drafts."""
        with self._answering() as answerer:
            return answerer.write(evidence)

    def drafts(self, evidence: Evidence) -> Generator[Draft]:
        """Drafts as they grow, all of one adapter."""
        with self._answering() as answerer, closing(answerer.drafts(evidence)) as drafts:
            yield from drafts

    def state(self) -> AnswererState | None:
        """How the model is that answers now; None where it doesn't tell."""
        return self._answerer.state() if isinstance(self._answerer, Watched) else None

    def measure(self) -> None:
        """Have the model write an answer that nobody reads; raises ModelUnavailable."""
        with self._answering() as answerer:
            if isinstance(answerer, Watched):
                answerer.measure()

    def use(self, adapter: Path | None) -> None:
        """Answer with this adapter from the next question on, or with none; raises what can't be done."""
        with self._news:
            self._news.wait_for(lambda: not self._changing)
            self._changing = True
        try:
            with self._news:
                self._news.wait_for(lambda: not self._under_way)
            self._answerer = self._with_adapter(adapter)
            self.adapter = adapter
        finally:
            with self._news:
                self._changing = False
                self._news.notify_all()

    @contextmanager
    def _answering(self) -> Iterator[GradualAnswerer]:
        with self._news:
            self._news.wait_for(lambda: not self._changing)
            self._under_way += 1
        try:
            yield self._answerer
        finally:
            with self._news:
                self._under_way -= 1
                self._news.notify_all()
