"""Files that should be read anew: another reading than today's made what is stored of them, or failed.

A reading is known by its mark, a short text that whoever reads gives (`NewDocument.reading`).
"""

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import NamedTuple

from brain.catalog.storage import Database

# The different readings of a drive, each found by one step into the index: documents may be millions.
_READINGS = """
    WITH RECURSIVE found (reading) AS (
        SELECT min(reading) FROM documents INDEXED BY documents_reading
        WHERE drive_id = ?1 AND removed IS NULL
        UNION ALL
        SELECT (SELECT min(reading) FROM documents INDEXED BY documents_reading
                WHERE drive_id = ?1 AND removed IS NULL AND reading > found.reading)
        FROM found WHERE found.reading NOTNULL)
    SELECT reading FROM found WHERE reading NOTNULL
"""
# A file that can't be read now is tried again as any failure is.
_WAITING = """
    FROM documents INDEXED BY documents_reading WHERE drive_id = ? AND reading = ? AND removed IS NULL
    AND NOT EXISTS (SELECT 1 FROM failures
                    WHERE failures.drive_id = documents.drive_id AND failures.path = documents.path)
"""
# The same in numbers, which are told again and again: failures are few.
_COUNT = """
    SELECT (SELECT count(*) FROM documents INDEXED BY documents_reading
            WHERE drive_id = ?1 AND reading = ?2 AND removed IS NULL)
         - (SELECT count(*) FROM failures JOIN documents INDEXED BY documents_living
                ON documents.drive_id = failures.drive_id AND documents.path = failures.path
            WHERE failures.drive_id = ?1 AND removed IS NULL AND documents.reading = ?2)
"""


# Few, and each of them costs a try: those that no reading of today has failed at.
_FAILED = """
    SELECT reading, path FROM failures
    WHERE drive_id = ? AND reading NOT IN (SELECT value FROM json_each(?)) AND (reading, path) > (?, ?)
    ORDER BY reading, path LIMIT ?
"""
_FORGET_DOCUMENTS = """
    UPDATE documents SET reading = '' WHERE id IN (
        SELECT id FROM documents INDEXED BY documents_reading
        WHERE drive_id = ? AND reading > '' AND removed IS NULL LIMIT ?)
"""
_FORGET_FAILURES = """
    UPDATE failures SET reading = '' WHERE (drive_id, path) IN (
        SELECT drive_id, path FROM failures WHERE drive_id = ? AND reading > '' LIMIT ?)
"""
FORGOTTEN_AT_ONCE = 2000


class Outdated(NamedTuple):
    """A file that another reading read, or could not read; sorted as they are asked for."""

    reading: str
    path: str


class Readings:
    """What waits to be read anew. `current` are always the marks of today's readings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, current: Collection[str]) -> dict[int, int]:
        """How many documents wait, by their drive; drives where none does are absent."""
        with self._database.reading() as connection:
            drives = connection.execute("SELECT id FROM drives WHERE removed IS NULL").fetchall()
            counts = {drive_id: _count(connection, drive_id, current) for (drive_id,) in drives}
        return {drive_id: count for drive_id, count in counts.items() if count}

    def next(self, drive_id: int, current: Collection[str], after: Outdated, limit: int) -> list[Outdated]:
        """The next files of a drive that wait, so many at most: documents, and what could not be read."""
        found: list[Outdated] = []
        with self._database.reading() as connection:
            for reading in _others(connection, drive_id, current):
                if reading >= after.reading and len(found) < limit:
                    rows = connection.execute(
                        f"SELECT reading, path {_WAITING} AND path > ? ORDER BY path LIMIT ?",
                        (
                            *(drive_id, reading, after.path if reading == after.reading else ""),
                            limit - len(found),
                        ),
                    )
                    found += [Outdated(*row) for row in rows]
            failed = connection.execute(_FAILED, (drive_id, json.dumps([*current]), *after, limit))
            found += [Outdated(*row) for row in failed]
        return sorted(found)[:limit]

    def forget(self, drive_id: int) -> None:
        """Have all files of a drive read anew, those too that could not be read.

        Some at a time: for a large drive it takes long, and meanwhile others must be able to write.
        """
        for statement in (_FORGET_DOCUMENTS, _FORGET_FAILURES):
            left = True
            while left:
                with self._database.writing() as connection:
                    left = connection.execute(statement, (drive_id, FORGOTTEN_AT_ONCE)).rowcount > 0


def _others(connection: sqlite3.Connection, drive_id: int, current: Collection[str]) -> Iterator[str]:
    readings = connection.execute(_READINGS, (drive_id,)).fetchall()
    return (reading for (reading,) in readings if reading not in current)


def _count(connection: sqlite3.Connection, drive_id: int, current: Collection[str]) -> int:
    return sum(
        connection.execute(_COUNT, (drive_id, reading)).fetchone()[0]
        for reading in _others(connection, drive_id, current)
    )
