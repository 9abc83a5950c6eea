"""A private database on disk for what is too much to hold in memory, gone with its process."""

import itertools
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from brain.catalog.storage import sentence_of
from brain.errors import StorageFailed

PAGE = 500  # rows that are held at a time
_CACHE_KIB = 8 * 1024
_NAME = ".citewise-look-"
_opening = threading.Lock()
_numbers = itertools.count(1)


class Scratch:
    """One SQLite file of one owner, unlinked as soon as it is open, so that a kill leaves nothing of it.

    It lies in `folder`, beside what it is for: a folder for temporary files may be kept in memory. May be
    used from several threads, one at a time. All methods raise StorageFailed where the disk fails.
    """

    def __init__(self, folder: Path, tables: Sequence[str]) -> None:
        self._folder = folder
        try:
            self._connection = self._opened()
        except sqlite3.DatabaseError as error:
            raise self._failure(error) from error
        # One transaction that is never committed: rows go to the disk only when the cache is full.
        for statement in ("BEGIN", *tables):
            self.run(statement)

    def _opened(self) -> sqlite3.Connection:
        with _opening:
            # A process that was killed between the next lines leaves an empty file: a home has one owner.
            for left in self._folder.glob(f"{_NAME}*"):
                left.unlink(missing_ok=True)
            path = self._folder / f"{_NAME}{os.getpid()}-{next(_numbers)}"
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            try:
                # Without a journal there is no second file, nor a look at whether the first has a name still.
                for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{_CACHE_KIB}"):
                    connection.execute(f"PRAGMA {pragma}").fetchall()
            except sqlite3.DatabaseError:
                connection.close()
                raise
            finally:
                path.unlink(missing_ok=True)
            return connection

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change something; how many rows that changed."""
        try:
            return self._connection.execute(statement, values).rowcount
        except sqlite3.DatabaseError as error:
            raise self._failure(error) from error

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Change something for each of the rows."""
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.DatabaseError as error:
            raise self._failure(error) from error

    def row(self, query: str, values: Sequence[Any] = ()) -> Any:
        """The first row, or None."""
        try:
            return self._connection.execute(query, values).fetchone()
        except sqlite3.DatabaseError as error:
            raise self._failure(error) from error

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows: only for queries that find few."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._failure(error) from error

    def paged(self, query: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Rows of a query with `number > ?` as its last condition and `number` as its first column.

        In pages, so that rows may be changed meanwhile and few of them are held at a time.
        """
        last = 0
        while page := self.rows(f"{query} ORDER BY number LIMIT {PAGE}", (*values, last)):
            yield from page
            last = page[-1][0]

    def _failure(self, error: sqlite3.DatabaseError) -> Exception:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError):
            return error  # a mistake of ours
        sentence = sentence_of(error, self._folder)
        return StorageFailed(
            sentence or f"What a look keeps in {self._folder} can't be read back: check that disk.",
            detail=str(error),
        )
