"""The daily check of the indexes: held against the catalog, made again where they differ."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from bots.serving.log import fields
from bots.serving.repeating import Repeating
from brain.errors import CitewiseError
from brain.index.health import IndexReport

DAY = 86_400.0
AGAIN = 600.0  # seconds until the next try, where one failed

log = logging.getLogger("citewise.index")


class CheckedIndex(Protocol):
    """The part of the search index that is needed here; questions go on during both."""

    def verify(self, *, deep: bool = False) -> IndexReport:
        """Compare with the catalog."""
        ...

    def rebuild(self) -> int:
        """Make it again; how many passages it holds."""
        ...


class IndexCheck(Repeating):
    """A service that checks every so many seconds; the first time after as many, since opening checks too."""

    name = "index check"

    def __init__(
        self, index: Callable[[], CheckedIndex], *, every: float = DAY, again: float = AGAIN
    ) -> None:
        self._index = index
        self._every = every
        self._again = again
        super().__init__("checked when it was opened, and daily from now on")

    def check(self) -> None:
        """Compare once, and mend what differs. Raises StorageFailed where that can't be done."""
        report = self._index().verify(deep=True)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        if report.healthy:
            self._found = f"checked at {now}: {report.passages:,} passages, as in the catalog"
            log.info("checked", extra=fields("index checked", passages=report.passages))
            return
        log.warning("differs", extra=fields("index differs", differences="; ".join(report.differences)))
        passages = self._index().rebuild()
        self._found = f"made again at {now}, since {report.differences[0]}"
        log.info("rebuilt", extra=fields("index rebuilt", passages=passages))

    def _go_on(self, ending: threading.Event) -> None:
        pause = self._every
        while not ending.wait(pause):
            pause = self._every
            try:
                self.check()
                self._well = True
            except CitewiseError as error:
                self._well = False
                self._found = f"could not be checked: {error.sentence}"
                log.warning("not checked", extra=fields("index not checked", reason=error.sentence))
                pause = self._again
