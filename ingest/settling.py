"""Whether a file has been left alone for long enough to be read: half a copy must not become a document."""

import time
from collections.abc import Iterable

from ingest.drives import ChangeFeed, Drive, Entry, PartlyListed, WholeFiles

Stamp = tuple[int, int, str]


class Settling:
    """What was seen of the files of one drive that were not quiet yet. Serves one thread at a time.

    A copy may carry the old time of its original, and the clock of a share's server may differ from ours, so
    a file's own time proves nothing. Either the kernel of this machine says since when nobody changed the
    file, or it is seen twice, `seconds` apart by our own clock, with the same size, time and mark.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._seen: dict[str, tuple[Stamp, float]] = {}

    def sort(self, drive: Drive, entries: Iterable[Entry]) -> tuple[list[Entry], list[Entry]]:
        """Those that may be read now, and those that must be looked at again."""
        ready: list[Entry] = []
        unsettled: list[Entry] = []
        for entry in entries:
            (ready if self._is_quiet(drive, entry) else unsettled).append(entry)
        return ready, unsettled

    def forget(self, paths: Iterable[str]) -> None:
        """These files are read, or gone."""
        for path in paths:
            self._seen.pop(path, None)

    def keep_only(self, paths: Iterable[str]) -> None:
        """After a look at the whole drive: forget all other files."""
        kept = set(paths)
        self._seen = {path: seen for path, seen in self._seen.items() if path in kept}

    def waiting(self) -> list[str]:
        """The files that must be looked at again."""
        return list(self._seen)

    def due_in(self) -> float | None:
        """Seconds until the first of them may have settled; None where none is waiting."""
        if not self._seen:
            return None
        first = min(since for _, since in self._seen.values())
        return max(0.0, first + self.seconds - time.monotonic())

    def _is_quiet(self, drive: Drive, entry: Entry) -> bool:
        if self.seconds == 0 or isinstance(drive, ChangeFeed) or _appears_whole(drive):
            return True
        now = time.monotonic()
        stamp = (entry.size, entry.mtime_ns, entry.etag)
        quiet = drive.quiet_seconds(entry) if isinstance(drive, PartlyListed) else None
        if quiet is not None:
            # A time in the future is a clock that was set back: then it must be seen twice like others.
            if quiet >= self.seconds:
                self._seen.pop(entry.path, None)
                return True
            if quiet >= 0:
                self._seen[entry.path] = (stamp, now - quiet)
                return False
        before, since = self._seen.get(entry.path, (None, now))
        if before != stamp:
            since = now
        self._seen[entry.path] = (stamp, since)
        if now - since >= self.seconds:
            del self._seen[entry.path]
            return True
        return False


def _appears_whole(drive: Drive) -> bool:
    return isinstance(drive, WholeFiles) and drive.whole
