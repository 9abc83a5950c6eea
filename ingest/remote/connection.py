"""A connection that never keeps anyone waiting: each call has its time, and a lost one is made anew."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from ingest.remote.source import Kind, Limits, Source

T = TypeVar("T")


class Stalled(Exception):
    """The server said nothing for as long as it had."""


class _Lost(Exception):
    """The connection was lost, and let go of."""


class Connection:
    """The one file system of a drive, shared by the threads that list and fetch.

    Not every library has time-outs for all that it does, so each call runs in a thread of its own that is
    left behind when its time is up; closing the connection under it is what ends it.
    """

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._lock = threading.Lock()
        self._turn = threading.Lock() if source.one_at_a_time else contextlib.nullcontext()
        self._files: Any = None

    def call(self, work: Callable[[Any], T]) -> T:
        """`work` on the file system; once more on a fresh connection where it was lost.

        Raises what `work` raises, or Stalled.
        """
        try:
            return self._first(work)
        except _Lost:
            return self.once(work)

    def _first(self, work: Callable[[Any], T]) -> T:
        files = self._open()
        try:
            return self._within(lambda: work(files), files)
        except Exception as error:
            if isinstance(error, Stalled) or self._source.trouble(error).kind is not Kind.DROPPED:
                raise
            self.drop(files)
            raise _Lost from error

    def once(self, work: Callable[[Any], T]) -> T:
        """`work` on the file system as it is, for what can't be begun again. Raises as `call` does."""
        files = self._open()
        return self._within(lambda: work(files), files)

    def drop(self, files: Any = None) -> None:
        """Let go of the connection (of this one only, where it is given); the next call makes a new one."""
        with self._lock:
            if self._files is None or (files is not None and files is not self._files):
                return
            old, self._files = self._files, None
        # Closing may itself wait for the server, for which nobody should wait.
        threading.Thread(target=self._close, args=(old,), daemon=True, name="closing-drive").start()

    def _close(self, files: Any) -> None:
        with contextlib.suppress(Exception):
            self._source.close(files)

    def _open(self) -> Any:
        with self._lock:
            if self._files is None:
                seconds = self._limits.connect + self._limits.reply
                self._files = _timed(lambda: self._source.connect(self._limits), seconds)
            return self._files

    def _within(self, work: Callable[[], T], files: Any) -> T:
        try:
            with self._turn:
                return _timed(work, self._limits.connect + self._limits.reply)
        except Stalled:
            self.drop(files)
            raise


def _timed(work: Callable[[], T], seconds: float) -> T:
    """What `work` gives or raises; Stalled after so many seconds."""
    answer = Future[T]()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)  # raised where it is waited for

    threading.Thread(target=run, daemon=True, name="remote-drive").start()
    if not wait([answer], seconds).done:  # result() would not tell this from a TimeoutError of the work
        raise Stalled
    return answer.result()
