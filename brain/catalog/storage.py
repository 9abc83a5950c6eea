"""One SQLite file opened the same way everywhere: WAL, one writer, many readers, failures as sentences."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue

from brain.errors import StorageFailed

BUSY_SECONDS = 5.0  # that a writer waits for another's transaction


def create_private(path: Path) -> None:
    """Make a new file that only its owner reads, wherever it lies; SQLite gives its logs the same mode."""
    with suppress(OSError):  # SQLite meets the same, and its error has a sentence
        path.touch(mode=0o600, exist_ok=False)


class Database:
    """A SQLite file for many threads: `writing()` is serial, `reading()` borrows a pooled connection.

    Every committed transaction survives a kill of this process. `synchronous=NORMAL` in WAL mode syncs
    at checkpoints only (sqlite.org/pragma.html#pragma_synchronous): a power cut may take the last
    commits with it and never corrupts; the next scan of a drive finds what was lost.
    """

    def __init__(self, path: Path, damaged: Callable[[str], StorageFailed]) -> None:
        """`damaged` makes the error for a file that isn't a sound database, from what SQLite says of it."""
        self.path = path
        self._damaged = damaged
        self._lock = threading.RLock()
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._closed = False
        create_private(path)
        with self.failures():
            self._writer = self._connect()
            try:
                self._writer.execute("PRAGMA journal_mode = WAL")
            except sqlite3.DatabaseError:
                self._writer.close()
                raise

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -16384")
        return connection

    @contextmanager
    def writing(self, *, overwrite: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction: committed when the block ends, rolled back when it raises. Not nestable.

        With `overwrite`, all that it deletes is overwritten with zeros; otherwise what costs no further
        writing (sqlite.org/pragma.html#pragma_secure_delete).
        """
        with self._lock, self.failures():
            self._check_open()
            self._writer.execute(f"PRAGMA secure_delete = {'ON' if overwrite else 'FAST'}")
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    def fold_log(self) -> None:
        """Bring the write-ahead log into the file and empty it, as far as other processes let it be.

        Until then the file still holds what was overwritten, and the log what was written lately.
        """
        with self._lock, self.failures():
            self._check_open()
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees the last committed state; one state throughout the block."""
        with self.failures():
            self._check_open()
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = self._connect()
                connection.execute("PRAGMA query_only = ON")
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                if self._closed:
                    connection.close()
                else:
                    self._idle.put(connection)

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Turn what SQLite says about the disk or the file into a StorageFailed."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
            raise
        except sqlite3.DatabaseError as error:
            sentence = sentence_of(error, self.path)
            if sentence is None:
                raise self._damaged(str(error)) from error
            raise StorageFailed(sentence, detail=str(error)) from error

    def _check_open(self) -> None:
        if self._closed:
            raise StorageFailed(f"{self.path} was closed while it was in use.")

    def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            while True:
                try:
                    self._idle.get_nowait().close()
                except Empty:
                    break
            self._writer.close()


def sentence_of(error: sqlite3.DatabaseError, path: Path) -> str | None:
    """What a person can do where a disk or its rights fail a database; None where something else is wrong."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return f"The disk that holds {path} is full: free some space, then run the command again."
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return f"{path} can't be written: check its owner and permissions, and those of its folder."
    if code == sqlite3.SQLITE_IOERR:
        return f"The disk that holds {path} fails or is full: check the disk, then try again."
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{path} is in use by another program: close that program, then try again."
    return None
