"""Finishes removals of drives that were cut short: by a kill, a Ctrl-C, or a full disk."""

import logging
import threading
from collections.abc import Callable
from typing import Protocol

from bots.serving.log import fields
from bots.serving.repeating import Repeating
from brain.catalog.drives.removals import Removals
from brain.errors import CitewiseError

EVERY = 60.0
_NOTHING = "no removal of a drive waits to be finished"

log = logging.getLogger("citewise.drives")


class FollowingIndex(Protocol):
    """The part of the search index that is needed here."""

    def apply_pending(self) -> int:
        """Bring it in step with the catalog."""
        ...


class _Ended(Exception):
    """The service is to stop; the rest waits for the next start."""


class UnfinishedRemovals(Repeating):
    """A service that goes on with what is left, at once and every so many seconds."""

    name = "removals"

    def __init__(
        self, removals: Callable[[], Removals], index: Callable[[], FollowingIndex], *, every: float = EVERY
    ) -> None:
        self._removals = removals
        self._index = index
        self._every = every
        super().__init__(_NOTHING)

    def _go_on(self, ending: threading.Event) -> None:
        while not ending.is_set():
            try:
                self._finish(ending)
                self._found = _NOTHING
            except _Ended:
                return
            except CitewiseError as error:
                self._found = f"a removal could not be finished: {error.sentence}"
                log.warning("not removed", extra=fields("removal cut short", reason=error.sentence))
            ending.wait(self._every)

    def _finish(self, ending: threading.Event) -> None:
        for leaving in self._removals().under_way():
            drive = leaving.drive

            def told(done: int, of: int, number: int = drive.id) -> None:
                self._found = f"drive {number} is being taken out: {done:,} of {of:,} documents"
                if ending.is_set():
                    raise _Ended

            count = self._removals().carry_out(drive.id, lambda: self._index().apply_pending(), told)
            log.info("removed", extra=fields("drive removed", drive=drive.id, documents=count))
