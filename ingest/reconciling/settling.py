"""Whether a file has been left alone for long enough to be read: half a copy must not become a document."""

import threading
import time
from collections.abc import Iterable
from pathlib import Path

from ingest.drives import ChangeFeed, Drive, Entry, PartlyListed, WholeFiles
from ingest.reconciling.scratch import Scratch

_TABLES = (
    """CREATE TABLE waiting (
           path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, etag TEXT NOT NULL,
           since REAL NOT NULL, look INTEGER NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX waiting_since ON waiting (since)",
)


class Settling:
    """What was seen of the files of one drive that were not quiet yet. May be asked from several threads.

    A copy may carry the old time of its original, and the clock of a share's server may differ from ours, so
    a file's own time proves nothing. Either the kernel of this machine says since when nobody changed the
    file, or it is seen twice, `seconds` apart by our own clock, with the same size, time and mark. At the
    first look at a share these are all its files, so they are kept on disk, in `folder`.
    """

    def __init__(self, seconds: float, folder: Path) -> None:
        self.seconds = seconds
        self._folder = folder
        self._scratch: Scratch | None = None
        self._lock = threading.Lock()
        self._look = 0
        self._count = 0

    def __len__(self) -> int:
        """How many files must be looked at again."""
        return self._count

    def begin_look(self) -> None:
        """A look begins: files that it does not ask about can be told from those that it does."""
        self._look += 1

    def is_quiet(self, drive: Drive, entry: Entry) -> bool:
        """Whether the file may be read now; otherwise it must be looked at again."""
        if self.seconds == 0 or isinstance(drive, ChangeFeed) or _appears_whole(drive):
            return True
        now = time.monotonic()
        quiet = drive.quiet_seconds(entry) if isinstance(drive, PartlyListed) else None
        if quiet is not None:
            # A time in the future is a clock that was set back: then it must be seen twice like others.
            if quiet >= self.seconds:
                self.forget([entry.path])
                return True
            if quiet >= 0:
                self._keep(entry, now - quiet)
                return False
        since = self._seen_since(entry)
        if since is not None and now - since >= self.seconds:
            self.forget([entry.path])
            return True
        self._keep(entry, now if since is None else since)
        return False

    def forget(self, paths: Iterable[str]) -> None:
        """These files are read, or gone."""
        with self._lock:
            if self._scratch is not None and self._count:
                for path in paths:
                    self._count -= self._scratch.run("DELETE FROM waiting WHERE path = ?", (path,))
                self._let_go()

    def forget_others(self, paths: Iterable[str] | None = None) -> None:
        """Forget files that the look at hand has not asked about: of these paths, or (None) all."""
        with self._lock:
            if self._scratch is None or not self._count:
                return
            if paths is None:
                self._count -= self._scratch.run("DELETE FROM waiting WHERE look < ?", (self._look,))
            for path in paths or ():
                self._count -= self._scratch.run(
                    "DELETE FROM waiting WHERE path = ? AND look < ?", (path, self._look)
                )
            self._let_go()

    def waiting(self, limit: int = 1000) -> list[str]:
        """The files that must be looked at again, those that were seen first before others."""
        with self._lock:
            if self._scratch is None:
                return []
            rows = self._scratch.rows("SELECT path FROM waiting ORDER BY since LIMIT ?", (limit,))
            return [path for (path,) in rows]

    def due_in(self) -> float | None:
        """Seconds until the first of them may have settled; None where none is waiting."""
        with self._lock:
            first = self._scratch.row("SELECT min(since) FROM waiting")[0] if self._scratch else None
        return None if first is None else max(0.0, first + self.seconds - time.monotonic())

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._count = 0
            self._let_go()

    def _let_go(self) -> None:
        if self._scratch is not None and not self._count:
            self._scratch.close()
            self._scratch = None

    def _seen_since(self, entry: Entry) -> float | None:
        """Since when the file has been seen just as it is now."""
        with self._lock:
            if self._scratch is None:
                return None
            row = self._scratch.row(
                "SELECT since FROM waiting WHERE path = ? AND (size, mtime_ns, etag) = (?, ?, ?)",
                (entry.path, entry.size, entry.mtime_ns, entry.etag),
            )
            return None if row is None else float(row[0])

    def _keep(self, entry: Entry, since: float) -> None:
        values = (entry.path, entry.size, entry.mtime_ns, entry.etag, since, self._look)
        with self._lock:
            if self._scratch is None:
                self._scratch = Scratch(self._folder, _TABLES)
            new = self._scratch.run("INSERT OR IGNORE INTO waiting VALUES (?, ?, ?, ?, ?, ?)", values)
            self._count += new
            if not new:
                self._scratch.run("INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?)", values)


def _appears_whole(drive: Drive) -> bool:
    return isinstance(drive, WholeFiles) and drive.whole
