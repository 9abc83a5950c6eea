"""Who may work when: within bounded memory, and so that a huge drive does not hold up a small change."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType

from langchain_core.embeddings import Embeddings

from brain.embedding.embedder import Embedder
from ingest.reconciling.spool import Amount

SMALL_FILES = 16
SMALL_BYTES = 4 * 1024 * 1024
SMALL_AT_ONCE = 4
LARGE_AT_ONCE = 2
_PATIENCE_SECONDS = 0.5  # between two looks at whether to go on waiting


class Scheduler:
    """Few large runs read files at a time, and small ones have places of their own.

    All of them share the embedder, which takes one call of at most 64 passages after the other, first come,
    first served: a small change waits for one call of each large run, not for its end.
    """

    def __init__(self) -> None:
        self._small = threading.BoundedSemaphore(SMALL_AT_ONCE)
        self._large = threading.BoundedSemaphore(LARGE_AT_ONCE)
        self._lock = FifoLock()

    @contextmanager
    def turn(self, amount: Amount, go_on: Callable[[], None]) -> Iterator[None]:
        """Wait for a place to read so much; `go_on` is called meanwhile and raises to give up."""
        places = self._small if is_small(amount) else self._large
        while not places.acquire(timeout=_PATIENCE_SECONDS):
            go_on()
        try:
            yield
        finally:
            places.release()

    def shared(self, embedder: Embedder) -> Embedder:
        """The embedder, for runs that take turns at it."""
        return replace(embedder, embeddings=_InLine(embedder.embeddings, self._lock))


def is_small(amount: Amount) -> bool:
    """Whether reading so much takes seconds rather than minutes."""
    return amount.files <= SMALL_FILES and amount.bytes <= SMALL_BYTES


class FifoLock:
    """A lock that is given on in the order in which it was asked for; threading.Lock knows no order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._busy = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._busy:
                self._busy = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False


class _InLine(Embeddings):
    def __init__(self, inner: Embeddings, lock: FifoLock) -> None:
        self._inner = inner
        self._lock = lock

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed when it is this run's turn."""
        with self._lock:
            return self._inner.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """Embed at once: somebody waits for the answer."""
        return self._inner.embed_query(text)
