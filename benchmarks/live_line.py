"""How far a long benchmark is: one line that is written over, or a new one now and then in a file."""

import sys
import time
from types import TracebackType
from typing import Self, TextIO

_BETWEEN_LINES = 20.0


class LiveLine:
    """`tell` says how many of how many are done, and how long the rest will take at this pace."""

    def __init__(self, what: str, total: int, out: TextIO = sys.stderr) -> None:
        self._what = what
        self._total = total
        self._out = out
        self._began = time.monotonic()
        self._told = 0.0

    def tell(self, done: int, more: str = "") -> None:
        """Show it; on a terminal at once, in a file now and then."""
        now = time.monotonic()
        left = (now - self._began) / max(done, 1) * max(0, self._total - done)
        line = f"{done} of {self._total} {self._what}, {more}, about {left:.0f} s left"
        if self._out.isatty():
            self._out.write(f"\r\x1b[K{line}")
        elif now - self._told > _BETWEEN_LINES or done >= self._total:
            self._told = now
            self._out.write(f"{line}\n")
        self._out.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._out.isatty():
            self._out.write("\n")
