"""Reads files anew that were added in a chat, where an older citewise read them in another way.

Drives see to that themselves when they are looked at; the added files are a drive that nobody follows.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bots.desk.wording import count
from bots.serving.log import fields
from bots.serving.repeating import Repeating
from brain.catalog.documents.added_files import SCHEME
from brain.errors import CitewiseError

if TYPE_CHECKING:
    from bots.desk.documents.library import Library
    from brain.catalog.rows import DriveRow

EVERY = 3600.0
AGAIN = 60.0  # seconds, where a server was away or the like
_AT_A_TIME = 2.0  # seconds, after which somebody who adds a file may have their turn
_NOTHING = "no file that was added in a chat waits to be read anew"

log = logging.getLogger("citewise.drives")


class RereadFiles(Repeating):
    """A service that looks after the added files at once and every so many seconds."""

    name = "added files"

    def __init__(
        self, library: "Callable[[], Library]", *, every: float = EVERY, again: float = AGAIN
    ) -> None:
        """`again` are the seconds after which what may pass is tried again."""
        self._library = library
        self._every = every
        self._again = again
        super().__init__(_NOTHING)

    def _go_on(self, ending: threading.Event) -> None:
        while not ending.is_set():
            pause = self._every
            try:
                self._read(ending)
                self._found = _NOTHING
            except CitewiseError as error:
                pause = self._again if error.retryable else pause
                self._found = f"added files could not be read anew: {error.sentence}"
                log.warning("not read anew", extra=fields("added files not read anew", reason=error.sentence))
            ending.wait(pause)

    def _read(self, ending: threading.Event) -> None:
        library = self._library()
        for drive in library.catalog.drives():
            left = _waiting(library, drive) if drive.url.startswith(SCHEME) else 0
            while left and not ending.is_set():
                self._found = f"{count(left, 'file')} added in a chat, to be read anew"
                with library.alone():
                    report = library.bring_in(drive.url, drive.space, _ends(ending, _AT_A_TIME))
                log.info("read anew", extra=fields("added files read anew", files=report.reread))
                before, left = left, _waiting(library, drive)
                if left >= before:
                    break  # what waits can't be read now


def _waiting(library: "Library", drive: "DriveRow") -> int:
    from ingest.readers.versions import CURRENT

    return library.catalog.readings.waiting(CURRENT).get(drive.id, 0)


def _ends(ending: threading.Event, seconds: float) -> Callable[[], bool]:
    """Says when so many seconds are over, or the service is to end."""
    until = time.monotonic() + seconds
    return lambda: ending.is_set() or time.monotonic() > until
