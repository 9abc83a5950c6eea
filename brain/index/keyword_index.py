"""Words in SQLite FTS5, a table of passages and one of documents for each space.

They are kept apart so that how rare a word is, is counted within its space alone. What dates
passages hold stands beside them (`dated`).
"""

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from sqlite3 import Connection

from brain.catalog.rows import IndexedDocument, IndexedPassage
from brain.catalog.storage import Database
from brain.index import dated
from brain.index.changed_words import TOKENIZE, still_there, texts, words_in
from brain.index.faults import IndexDamaged
from brain.index.keyword_query import Holding, Postings, Weights, holding, search
from brain.index.vocabulary import Vocabulary
from brain.text.dates import Day

# Of so many rows it is found out what words they bring and take; after more all words are read again.
_FEW = 500


class Unit(StrEnum):
    """What a row of a keyword table is."""

    PASSAGE = "passages"
    DOCUMENT = "documents"


class KeywordIndex:
    """BM25 over title, headings and body. Derived from the catalog; a damaged file is IndexDamaged."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, lambda reason: IndexDamaged(f"keyword index: {reason}"))
        self._postings = Postings()
        try:
            with self._database.writing() as connection:
                dated.prepare(connection)
        except BaseException:
            self._database.close()
            raise

    def apply(
        self,
        *,
        passages: Sequence[IndexedPassage] = (),
        documents: Sequence[IndexedDocument] = (),
        dropped_passages: Iterable[tuple[int, int]] = (),
        dropped_documents: Iterable[tuple[int, int]] = (),
    ) -> None:
        """Bring rows up to date in one transaction; drops are pairs of space id and row id."""
        dropped_passages = list(dropped_passages)
        with self._database.writing() as connection:
            changing = _Changing(connection, self._postings, passages, dropped_passages)
            _drop(connection, Unit.PASSAGE, dropped_passages)
            _drop(connection, Unit.DOCUMENT, dropped_documents)
            dated.drop(connection, [*dropped_passages, *((row.space_id, row.id) for row in passages)])
            dated.put(connection, passages)
            _put(
                connection,
                Unit.PASSAGE,
                [(row.space_id, (row.id, row.title, row.heading, row.body)) for row in passages],
            )
            _put(
                connection,
                Unit.DOCUMENT,
                [(row.space_id, (row.id, row.title, row.headings, row.body)) for row in documents],
            )
            words = changing.after()
        self._postings = Postings(words)

    def optimize(self) -> None:
        """Merge each table into one segment: slower to write, faster to read, for after a full build."""
        with self._database.writing() as connection:
            for table in _tables(connection):
                connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")

    def search(
        self, unit: Unit, space_id: int, terms: Sequence[str], limit: int, weights: Weights
    ) -> list[tuple[int, float]]:
        """The best rows for any of the terms: their ids and BM25, higher is better."""
        table = _table(unit, space_id)
        postings = self._postings  # taken before the snapshot, so that it never outlives what it's from
        with self._database.reading() as connection:
            if not _exists(connection, table):
                return []
            return search(connection, table, terms, limit, weights, postings)

    def holding(self, unit: Unit, space_id: int, terms: Sequence[str]) -> Holding:
        """How many rows hold each of the terms: what tells rare words from common ones."""
        table = _table(unit, space_id)
        postings = self._postings
        with self._database.reading() as connection:
            if not _exists(connection, table):
                return Holding(0, dict.fromkeys(terms, 0))
            return holding(connection, table, terms, postings)

    def dated(self, space_id: int, spans: Sequence[tuple[Day, Day]]) -> list[int]:
        """The passages of a space with a date that may be in one of these stretches of days, in order."""
        with self._database.reading() as connection:
            return dated.holding(connection, space_id, spans)

    def days(self, space_id: int, passage_id: int) -> set[Day]:
        """The days that are noted of a passage."""
        with self._database.reading() as connection:
            return dated.held(connection, space_id, passage_id)

    def dated_passages(self, space_id: int) -> set[int]:
        """All passages of a space of which days are noted."""
        with self._database.reading() as connection:
            return dated.passages(connection, space_id)

    def vocabulary(self, unit: Unit, space_id: int) -> Vocabulary:
        """The words that a space's rows hold."""
        table = _table(unit, space_id)
        postings = self._postings
        with self._database.reading() as connection:
            if not _exists(connection, table):
                return Vocabulary(())
            return postings.vocabulary(connection, table)

    def count(self, unit: Unit, space_id: int) -> int:
        """How many rows a space's table holds."""
        table = _table(unit, space_id)
        with self._database.reading() as connection:
            if not _exists(connection, table):
                return 0
            return int(connection.execute(f"SELECT count(*) FROM {table}_docsize").fetchone()[0])

    def ids(self, unit: Unit, space_id: int) -> set[int]:
        """All rows of a space's table."""
        table = _table(unit, space_id)
        with self._database.reading() as connection:
            if not _exists(connection, table):
                return set()
            return {number for (number,) in connection.execute(f"SELECT id FROM {table}_docsize")}

    def held(self, unit: Unit, space_id: int, ids: Sequence[int]) -> set[int]:
        """Those of these rows that a space's table holds."""
        table = _table(unit, space_id)
        with self._database.reading() as connection:
            if not _exists(connection, table):
                return set()
            rows = connection.execute(
                f"SELECT id FROM {table}_docsize WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            )
            return {number for (number,) in rows}

    def passage(self, space_id: int, passage_id: int) -> tuple[str, str, str] | None:
        """Title, heading and body that are held of a passage."""
        table = _table(Unit.PASSAGE, space_id)
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT title, heading, body FROM {table} WHERE rowid = ?", (passage_id,)
            ).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def check(self, *, deep: bool) -> None:
        """Raise IndexDamaged where the file is; `deep` also compares every word with its row."""
        with self._database.writing() as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if found != "ok":
                raise IndexDamaged(f"keyword index: {found}")
            for table in _tables(connection) if deep else ():
                connection.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


class _Changing:
    """The vocabularies before a change of some rows, and what they are after it.

    To read a large table's words takes seconds, which nobody who asks should wait for after each change.
    """

    def __init__(
        self,
        connection: Connection,
        postings: Postings,
        put: Sequence[IndexedPassage],
        dropped: Sequence[tuple[int, int]],
    ) -> None:
        """`dropped` are pairs of space id and row id."""
        self._connection = connection
        few = len(put) + len(dropped) <= _FEW
        self._words = postings.words if few else {}
        self._put: dict[str, list[str]] = {}
        rows: dict[str, list[int]] = {}
        for passage in put:
            table = _table(Unit.PASSAGE, passage.space_id)
            self._put.setdefault(table, []).append(f"{passage.title}\n{passage.heading}\n{passage.body}")
            rows.setdefault(table, []).append(passage.id)
        for space_id, number in dropped:
            rows.setdefault(_table(Unit.PASSAGE, space_id), []).append(number)
        self._before = {
            table: words_in(connection, texts(connection, table, numbers))
            for table, numbers in rows.items()
            if table in self._words
        }

    def after(self) -> dict[str, Vocabulary]:
        """All vocabularies, once the rows are changed."""
        return {table: self._changed(table, known) for table, known in self._words.items()}

    def _changed(self, table: str, known: Vocabulary) -> Vocabulary:
        new = words_in(self._connection, self._put.get(table, ()))
        left = self._before.get(table, set()) - new
        return known.changed(new, left - still_there(self._connection, table, left))


def _table(unit: Unit, space_id: int) -> str:
    return f"{unit.value}_{int(space_id)}"


def _exists(connection: Connection, table: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
    return found.fetchone() is not None


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    return [name for (name,) in rows]


def _put(connection: Connection, unit: Unit, rows: Sequence[tuple[int, tuple[int, str, str, str]]]) -> None:
    for space_id in {space_id for space_id, _ in rows}:
        table = _table(unit, space_id)
        connection.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5 (title, heading, body, {TOKENIZE})"
        )
        connection.executemany(
            f"INSERT OR REPLACE INTO {table} (rowid, title, heading, body) VALUES (?, ?, ?, ?)",
            (row for owner, row in rows if owner == space_id),
        )


def _drop(connection: Connection, unit: Unit, rows: Iterable[tuple[int, int]]) -> None:
    by_space: dict[int, list[tuple[int]]] = {}
    for space_id, number in rows:
        by_space.setdefault(space_id, []).append((number,))
    for space_id, numbers in by_space.items():
        table = _table(unit, space_id)
        if _exists(connection, table):
            connection.executemany(f"DELETE FROM {table} WHERE rowid = ?", numbers)
