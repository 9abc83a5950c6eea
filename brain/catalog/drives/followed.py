"""How drives are followed: their options, their state, and how far behind the index is."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from brain.catalog import audit, spaces
from brain.catalog.drives import ledger
from brain.catalog.rows import DriveRow, DriveState, FollowedDrive, Retry
from brain.catalog.schema import now
from brain.catalog.storage import Database

KEPT_LAGS = 500  # enough for a 95th percentile that 25 samples lie above

_FOLLOWED = """
    SELECT drives.id, options, cursor, state, reason, since, held, allowed, reconciled, checked,
           (SELECT count(*) FROM documents INDEXED BY documents_ledger
            WHERE drive_id = drives.id AND removed IS NULL),
           (SELECT count(*) FROM failures WHERE drive_id = drives.id)
    FROM drives WHERE removed IS NULL
"""


class FollowedDrives:
    """The part of the catalog that following a drive writes and reads, apart from its documents."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def follow(self, url: str, space: str, options: Mapping[str, Any], *, by: str = "") -> DriveRow:
        """The watched drive of that address and space with these options, made where there is none.

        Whoever is named as `by` stands in the audit log: all who read the space read what lies there.
        """
        with self._database.writing() as connection:
            drive = spaces.add_drive(connection, url, space, watched=True)
            connection.execute("UPDATE drives SET options = ? WHERE id = ?", (json.dumps(options), drive.id))
            if by:
                audit.append(connection, by, "add drive", url, {"space": space, "options": dict(options)})
            return drive

    def all(self) -> list[FollowedDrive]:
        """Every drive, oldest first, also those that aren't watched."""
        with self._database.reading() as connection:
            rows = connection.execute(_FOLLOWED + " ORDER BY drives.id").fetchall()
            return [_followed(connection, row) for row in rows]

    def of(self, drive_id: int) -> FollowedDrive:
        """The drive of that id; UsageError where there is none."""
        with self._database.reading() as connection:
            spaces.drive(connection, drive_id)
            return _followed(
                connection, connection.execute(_FOLLOWED + " AND id = ?", (drive_id,)).fetchone()
            )

    def marks(self) -> dict[int, tuple[str, int]]:
        """What a follower must notice of each watched drive: its options and what a person has confirmed."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, options, allowed FROM drives WHERE removed IS NULL AND watched"
            )
            return {number: (options, allowed) for number, options, allowed in rows}

    def set_state(self, drive_id: int, state: DriveState, reason: str = "", *, held: int = 0) -> bool:
        """Note how following goes; True where that is another state than before, which then began now."""
        with self._database.writing() as connection:
            row = connection.execute("SELECT state FROM drives WHERE id = ?", (drive_id,)).fetchone()
            other = row is not None and row[0] != state
            connection.execute(
                """UPDATE drives SET state = ?, reason = ?, held = ?,
                   since = CASE WHEN state = ? AND since NOTNULL THEN since ELSE ? END WHERE id = ?""",
                (state, reason, held, state, now(), drive_id),
            )
            return other

    def allow(self, drive_id: int, *, by: str = "") -> int:
        """Let the removals that wait go ahead, and no more than these; returns how many.

        Whoever is named as `by` stands in the audit log.
        """
        with self._database.writing() as connection:
            drive = spaces.drive(connection, drive_id)
            row = connection.execute(
                "UPDATE drives SET allowed = held WHERE id = ? RETURNING allowed", (drive_id,)
            ).fetchone()
            if by:
                told = {"space": drive.space, "documents": int(row[0])}
                audit.append(connection, by, "confirm removals from", drive.url, told)
        return int(row[0])

    def used_allowance(self, drive_id: int) -> None:
        """What a person has confirmed is done."""
        with self._database.writing() as connection:
            connection.execute("UPDATE drives SET allowed = 0 WHERE id = ?", (drive_id,))

    def set_cursor(self, drive_id: int, cursor: str) -> None:
        """Up to where a change feed was followed."""
        with self._database.writing() as connection:
            connection.execute("UPDATE drives SET cursor = ? WHERE id = ?", (cursor, drive_id))

    def set_reconciled(self, drive_id: int, notes: Mapping[str, Any]) -> None:
        """Note the last full look at a drive."""
        with self._database.writing() as connection:
            connection.execute("UPDATE drives SET reconciled = ? WHERE id = ?", (json.dumps(notes), drive_id))

    def set_checked(self, drive_id: int, notes: Mapping[str, Any]) -> None:
        """Note how far the pass over contents has come."""
        with self._database.writing() as connection:
            connection.execute("UPDATE drives SET checked = ? WHERE id = ?", (json.dumps(notes), drive_id))

    def add_lags(self, drive_id: int, seconds: Sequence[float]) -> None:
        """Keep samples of the time from a change to its being answerable; the oldest make room."""
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT INTO lags (drive_id, seconds) VALUES (?, ?)",
                [(drive_id, value) for value in seconds[-KEPT_LAGS:]],
            )
            connection.execute(
                """DELETE FROM lags WHERE drive_id = ? AND id <= (SELECT id FROM lags WHERE drive_id = ?
                   ORDER BY id DESC LIMIT 1 OFFSET ?)""",
                (drive_id, drive_id, KEPT_LAGS),
            )

    def retry(self, drive_id: int, path: str) -> Retry | None:
        """How often that file was tried in vain, and when it is tried again."""
        with self._database.reading() as connection:
            return ledger.retry(connection, drive_id, path)

    def next_retry(self, drive_id: int) -> float | None:
        """When the first of a drive's unreadable files is tried again, in seconds since 1970."""
        with self._database.reading() as connection:
            return ledger.next_retry(connection, drive_id)

    def due(self, drive_id: int, until: float, limit: int) -> list[str]:
        """Unreadable files of a drive whose next try comes by then, the most overdue first."""
        with self._database.reading() as connection:
            return ledger.due(connection, drive_id, until, limit)

    def retry_now(self, drive_id: int | None = None, path: str | None = None) -> int:
        """Have failed files tried anew at the next look, those given up too; returns how many."""
        with self._database.writing() as connection:
            return ledger.retry_now(connection, drive_id, path)

    def slice_paths(self, drive_id: int, first: int, count: int, of: int, after: str = "") -> list[str]:
        """The paths of `count` of `of` equal parts of a drive's documents, from part `first` on.

        A page of them, in their order and after the path that is given; none at the end.
        """
        with self._database.reading() as connection:
            return ledger.slice_paths(connection, drive_id, first, count, of, after)

    def document_count(self, drive_id: int) -> int:
        """How many documents a drive holds."""
        with self._database.reading() as connection:
            return int(
                connection.execute(
                    """SELECT count(*) FROM documents INDEXED BY documents_ledger
                       WHERE drive_id = ? AND removed IS NULL""",
                    (drive_id,),
                ).fetchone()[0]
            )


def _followed(connection: sqlite3.Connection, row: tuple[Any, ...]) -> FollowedDrive:
    drive_id, options, cursor, state, reason, since, held, allowed, reconciled, checked, count, failed = row
    lags = connection.execute("SELECT seconds FROM lags WHERE drive_id = ? ORDER BY id", (drive_id,))
    return FollowedDrive(
        drive=spaces.drive(connection, drive_id),
        options=json.loads(options),
        cursor=cursor,
        state=DriveState(state),
        reason=reason,
        since=datetime.fromisoformat(since) if since else None,
        held=held,
        allowed=allowed,
        reconciled=json.loads(reconciled) if reconciled else {},
        checked=json.loads(checked) if checked else {},
        documents=count,
        failed=failed,
        lags=tuple(value for (value,) in lags),
    )
