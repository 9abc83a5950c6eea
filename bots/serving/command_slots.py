"""How many commands may work at once; the others wait for a moment, then hear that it is busy."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class CommandSlots:
    """A number of slots; used from many threads."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._changed = threading.Condition()

    def enter(self, patience: float | None) -> bool:
        """Take a slot; False where none became free within that many seconds (None: wait for ever)."""
        deadline = None if patience is None else time.monotonic() + patience
        with self._changed:
            while self._free <= 0:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return False
                self._changed.wait(left)
            self._free -= 1
            return True

    def leave(self) -> None:
        """Give the slot to another."""
        with self._changed:
            self._free += 1
            self._changed.notify()

    @contextmanager
    def lent_out(self) -> Iterator[None]:
        """Let others have the slot while the block waits for a person."""
        self.leave()
        try:
            yield
        finally:
            self.enter(None)
