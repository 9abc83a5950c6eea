"""A question's best passages in a reranker's order, or as they were where it fails: nobody waits for it long.

Retrieve and rerank (Nogueira and Cho 2019, arXiv 1901.04085): a cross-encoder reads question and passage
together, which is too slow for all passages and tells more than two vectors of the best of them.
"""

import contextvars
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from langchain_core.documents import Document
from langchain_core.documents.compressor import BaseDocumentCompressor

from brain.catalog.documents.vectors import embedded_text
from brain.domain import Passage
from brain.errors import CitewiseError, ModelUnavailable

log = logging.getLogger("citewise.reranker")
PASSAGES = 32
"""Of the best, that are put in order. A MiniLM of six layers takes a second of the processor for them
(benchmarks/README.md); many more could make the order worse (Jacob et al. 2024, arXiv 2411.11767)."""
LONGEST_SECONDS = 10.0
REST_SECONDS = 30.0
"""A reranker that failed is left alone for so long, so that not every question waits for it."""
_TIMED = 20  # latest questions, whose median time is told
_PASSAGE, _SCORE = "passage", "relevance_score"  # the second as LangChain's own rerankers call it


@dataclass(frozen=True, slots=True)
class Reranked:
    """What a reranker made of the passages `asked` of: their ids in its order, and its score of each.

    Scores mean something only within one question and one reranker. `fault` says why the order is as before.
    """

    by: str
    asked: tuple[int, ...]
    order: tuple[int, ...] = ()
    scores: Mapping[int, float] = field(default_factory=dict)
    fault: str = ""

    def of(self, passage: int) -> Mapping[str, object]:
        """For the trace: a passage's score, and its place before."""
        if passage not in self.scores:
            return {}
        return {"reranker": self.scores[passage], "before": self.asked.index(passage) + 1}

    def as_step(self) -> Mapping[str, object]:
        """For the trace."""
        became = {"failed": self.fault} if self.fault else {"put in order": len(self.order)}
        return {"by": self.by, "passages": len(self.asked), **became}


@dataclass(frozen=True, slots=True)
class RerankerState:
    """How a reranker is: why it last failed, if it did, and the median seconds of its last questions."""

    name: str
    sent_to: str
    fault: str = ""
    seconds: float | None = None


class Reranker:
    """Any LangChain document compressor, asked for an order and for nothing else.

    What it gives back is matched by `passage` in a document's metadata: its texts are not looked at, so that
    what is quoted is always the catalog's. Passages that it leaves out follow behind. Several threads may
    share it.
    """

    def __init__(
        self,
        name: str,
        compressor: BaseDocumentCompressor,
        *,
        sent_to: str = "",
        longest_s: float = LONGEST_SECONDS,
        rest_s: float = REST_SECONDS,
    ) -> None:
        """`name` is for people; `sent_to` says where text goes, if it leaves this machine."""
        self.name = name
        self.sent_to = sent_to
        self._compressor = compressor
        self._longest_s = longest_s
        self._rest_s = rest_s
        self._rests_until = 0.0
        self._fault = ""
        self._seconds: deque[float] = deque(maxlen=_TIMED)

    def state(self) -> RerankerState:
        """How it is."""
        seconds = list(self._seconds)
        return RerankerState(self.name, self.sent_to, self._fault, median(seconds) if seconds else None)

    def rerank(self, question: str, passages: Sequence[Passage]) -> Reranked:
        """The passages' order; raises nothing, since an order is there without it."""
        asked = tuple(passage.id for passage in passages)
        if time.monotonic() < self._rests_until:
            return Reranked(self.name, asked, fault=f"It failed a moment ago. {self._fault}")
        try:
            found = self._asked(question, passages)
        except CitewiseError as error:
            self._fault = error.sentence
            self._rests_until = time.monotonic() + self._rest_s
            log.warning("%s did not rerank: %s %s", self.name, error.sentence, error.detail)
            return Reranked(self.name, asked, fault=error.sentence)
        return found

    def measure(self, question: str, passages: Sequence[Passage]) -> float:
        """Seconds that it takes for these passages; raises ModelUnavailable where it fails."""
        started = time.perf_counter()
        self._asked(question, passages)
        return time.perf_counter() - started

    def _asked(self, question: str, passages: Sequence[Passage]) -> Reranked:
        documents = [
            Document(
                page_content=embedded_text(passage.context, passage.table_header, passage.text),
                metadata={_PASSAGE: passage.id},
            )
            for passage in passages
        ]
        started = time.perf_counter()
        given = _within(self._longest_s, lambda: self._compressor.compress_documents(documents, question))
        found = _read(self.name, given, tuple(passage.id for passage in passages))
        self._seconds.append(time.perf_counter() - started)
        self._fault, self._rests_until = "", 0.0
        return found


def _read(name: str, given: Sequence[Document], asked: tuple[int, ...]) -> Reranked:
    scores: dict[int, float] = {}
    order: dict[int, None] = {}
    for document in given:
        number = document.metadata.get(_PASSAGE)
        if number in asked:
            order.setdefault(number)
            score = document.metadata.get(_SCORE)
            if isinstance(score, int | float):
                scores.setdefault(number, round(float(score), 4))
    if not order:
        raise ModelUnavailable("The reranker gave no passage back.")
    return Reranked(name, asked, tuple(order), scores)


def _within(seconds: float, work: Callable[[], Sequence[Document]]) -> Sequence[Document]:
    """What `work` gives, from a thread of its own; ModelUnavailable, whatever it raises or leaves undone."""
    arrived: queue.SimpleQueue[Sequence[Document] | Exception] = queue.SimpleQueue()
    context = contextvars.copy_context()  # traces of the reranker's run belong to the question's
    threading.Thread(target=context.run, args=(_carry, work, arrived), name="rerank", daemon=True).start()
    try:
        found = arrived.get(timeout=seconds)
    except queue.Empty:
        raise ModelUnavailable(f"The reranker takes longer than {seconds:g} seconds.") from None
    if isinstance(found, CitewiseError):
        raise found
    if isinstance(found, Exception):
        raise ModelUnavailable(
            "The reranker does not answer.", detail=f"({type(found).__name__}: {found})"
        ) from found
    return found


def _carry(
    work: Callable[[], Sequence[Document]], arrived: "queue.SimpleQueue[Sequence[Document] | Exception]"
) -> None:
    try:
        arrived.put(work())
    except Exception as error:  # nobody can know what a provider raises: told by who waits for it
        arrived.put(error)
