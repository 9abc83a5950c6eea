"""What may have changed on one drive: paths, or a doubt about the whole. Bounded, whatever the drive does."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LIMIT = 1000  # beyond so many, one look at the whole drive is cheaper than many at its parts


@dataclass(frozen=True, slots=True)
class Hinted:
    """Paths with the (monotonic) time of their first hint; `doubt` says why the whole must be looked at."""

    paths: Mapping[str, float] = field(default_factory=dict)
    doubt: str = ""


class Hints:
    """Filled by one thread and emptied by another, which `changed` wakes."""

    def __init__(self, changed: threading.Condition) -> None:
        self._changed = changed
        self._paths: dict[str, float] = {}
        self._doubt = ""

    def __len__(self) -> int:
        return len(self._paths) + bool(self._doubt)

    def add(self, paths: Iterable[str]) -> None:
        """Something happened at these paths."""
        now = time.monotonic()
        with self._changed:
            for path in paths:
                self._paths.setdefault(path, now)
                if len(self._paths) > LIMIT:
                    self._doubt = self._doubt or "more changed at once than is looked at one by one"
                    self._paths.clear()
                    break
            self._changed.notify_all()

    def doubt(self, reason: str) -> None:
        """Something may have been missed."""
        with self._changed:
            self._doubt = self._doubt or reason
            self._changed.notify_all()

    def take(self) -> Hinted:
        """All of it; what comes from now on is new."""
        with self._changed:
            taken = Hinted(self._paths, self._doubt)
            self._paths, self._doubt = {}, ""
            return taken
