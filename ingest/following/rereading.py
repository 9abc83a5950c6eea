"""Reads the files of a followed drive anew that were read in another way than today, some at a time."""

import time
from collections.abc import Callable

from brain.catalog.catalog import Catalog
from brain.catalog.drives.readings import Outdated
from ingest.following.drive_sync import DriveSync
from ingest.readers.versions import CURRENT
from ingest.report import Progress, SyncReport
from ingest.sync import Effort

_AT_ONCE = 500  # files that one look takes up at most
_FIRST = Outdated("", "")


class _GaveWay(Exception):
    """What is only read anew need not wait for its turn while others wait for this look to end."""


class Rereading:
    """One drive's pass over what waits, where the drive can be looked at in parts; nothing else has to wait.

    Other drives' files are read anew when they are listed.
    """

    def __init__(self, drive_id: int, catalog: Catalog, drive_sync: DriveSync) -> None:
        self._drive_id = drive_id
        self._catalog = catalog
        self._drive_sync = drive_sync
        self._after = _FIRST
        self.goes_on = False

    def begin(self) -> None:
        """See whether anything waits; the pass begins with the first of it then."""
        self._after = _FIRST
        self.goes_on = self._drive_sync.lists_parts(self._drive_id) and bool(self._next(1))

    def read(
        self, progress: Progress, gives_way: Callable[[], bool], go_on: Callable[[], None]
    ) -> SyncReport | None:
        """Read the next files, until that `gives_way` or is left by what `go_on` raises; None at the end.

        What can't be seen now is left out: the next pass begins with it.
        """
        found = self._next(_AT_ONCE)
        self.goes_on = bool(found)
        if not found:
            return None
        gave_way = [False]

        def asked() -> bool:
            gave_way[0] = gives_way()
            return gave_way[0]

        def waiting() -> None:
            go_on()
            if asked():
                raise _GaveWay

        paths = dict.fromkeys((one.path for one in found), 0.0)
        try:
            report = self._drive_sync.sync(
                self._drive_id, progress, paths=paths, effort=Effort(gives_way=asked), go_on=waiting
            )
        except _GaveWay:
            drive = self._catalog.drive(self._drive_id)
            return SyncReport(drive.url, drive.space)
        if not gave_way[0]:
            self._after = found[-1]
        return report

    def _next(self, limit: int) -> list[Outdated]:
        return self._catalog.readings.next(self._drive_id, CURRENT, self._after, limit)


class ForAWhile:
    """Says when reading anew has gone on for so many seconds, or something else is to be done."""

    def __init__(self, seconds: float, others: Callable[[], bool]) -> None:
        self._seconds = seconds
        self._others = others
        self._until: float | None = None
        self.is_over = False

    def __call__(self) -> bool:
        """Asked from the first file on that is read anew."""
        now = time.monotonic()
        self._until = self._until or now + self._seconds
        self.is_over = now >= self._until or self._others()
        return self.is_over
