"""Spaces, who may read them, and the drives that fill them."""

import json
import re
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from brain.catalog.rows import DriveBeingRemoved, DriveRow, Space
from brain.catalog.schema import now
from brain.errors import UsageError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def spaces(connection: sqlite3.Connection) -> list[Space]:
    """All spaces, oldest first."""
    rows = connection.execute("SELECT id, name, created FROM spaces ORDER BY id")
    return [Space(number, name, datetime.fromisoformat(created)) for number, name, created in rows]


def space(connection: sqlite3.Connection, name: str) -> Space:
    """The space of that name; UsageError names the ones there are."""
    known = spaces(connection)
    for candidate in known:
        if candidate.name == name:
            return candidate
    names = ", ".join(sorted(candidate.name for candidate in known))
    raise UsageError(
        f"There is no space “{name}” (there are: {names}). `citewise spaces create {name}` makes one."
    )


def create_space(connection: sqlite3.Connection, name: str) -> Space:
    """Make a space; UsageError where the name is taken or can't be one."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"“{name}” can't name a space: use up to 63 lower-case letters, digits, - and _, such as hr-emea."
        )
    if any(known.name == name for known in spaces(connection)):
        raise UsageError(f"There is already a space “{name}”.")
    connection.execute("INSERT INTO spaces (name, created) VALUES (?, ?)", (name, now()))
    return space(connection, name)


def allow(connection: sqlite3.Connection, name: str, principal: str) -> bool:
    """Let a principal read a space; False where it could already."""
    cursor = connection.execute(
        "INSERT OR IGNORE INTO grants VALUES (?, ?, ?)", (space(connection, name).id, principal, now())
    )
    return cursor.rowcount > 0


def deny(connection: sqlite3.Connection, name: str, principal: str) -> bool:
    """Take a principal's right to read a space; False where it had none."""
    cursor = connection.execute(
        "DELETE FROM grants WHERE space_id = ? AND principal = ?", (space(connection, name).id, principal)
    )
    return cursor.rowcount > 0


def principals(connection: sqlite3.Connection, name: str) -> frozenset[str]:
    """Who may read a space."""
    rows = connection.execute(
        "SELECT principal FROM grants WHERE space_id = ?", (space(connection, name).id,)
    )
    return frozenset(principal for (principal,) in rows)


def readable_by(connection: sqlite3.Connection, held: Iterable[str]) -> frozenset[str]:
    """The spaces that these principals were allowed to read."""
    rows = connection.execute(
        """SELECT DISTINCT name FROM grants JOIN spaces ON spaces.id = space_id
           WHERE principal IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(held)),),
    )
    return frozenset(name for (name,) in rows)


_ALL_DRIVES = """
    SELECT drives.id, url, spaces.name, watched, added
    FROM drives JOIN spaces ON spaces.id = drives.space_id
"""
_DRIVES = f"{_ALL_DRIVES} WHERE removed IS NULL"
# Told by the partial index alone: what was removed long ago may have held a million documents.
_BEING_REMOVED = """drives.removed NOTNULL AND EXISTS (
    SELECT 1 FROM documents INDEXED BY documents_living
    WHERE documents.drive_id = drives.id AND documents.removed IS NULL)"""


def add_drive(connection: sqlite3.Connection, url: str, space_name: str, *, watched: bool) -> DriveRow:
    """The drive of that address and space, made where there is none; `watched` only ever switches on.

    UsageError while one of that address and space is still being removed: its documents stay hidden.
    """
    for leaving in being_removed(connection):
        if (leaving.drive.url, leaving.drive.space) == (url, space_name):
            raise UsageError(
                f"{url} is still being taken out ({leaving.documents:,} documents are left): add it again "
                "when `citewise drives` no longer lists it."
            )
    connection.execute(
        """INSERT INTO drives (url, space_id, watched, added) VALUES (?, ?, ?, ?)
           ON CONFLICT (url, space_id) DO UPDATE
           SET watched = max(watched, excluded.watched), removed = NULL""",
        (url, space(connection, space_name).id, watched, now()),
    )
    row = connection.execute(_DRIVES + " AND url = ? AND spaces.name = ?", (url, space_name)).fetchone()
    return _drive(row)


def drives(connection: sqlite3.Connection) -> list[DriveRow]:
    """All drives, oldest first."""
    return [_drive(row) for row in connection.execute(_DRIVES + " ORDER BY drives.id")]


def drive(connection: sqlite3.Connection, drive_id: int) -> DriveRow:
    """The drive of that id; UsageError where there is none."""
    row = connection.execute(_DRIVES + " AND drives.id = ?", (drive_id,)).fetchone()
    if row is None:
        raise UsageError(f"There is no drive {drive_id}: `citewise drives list` shows the ones there are.")
    return _drive(row)


def being_removed(connection: sqlite3.Connection) -> list[DriveBeingRemoved]:
    """The drives that are off the list and still have documents, with how many these are."""
    rows = connection.execute(f"{_ALL_DRIVES} WHERE {_BEING_REMOVED} ORDER BY drives.id").fetchall()
    counted = """SELECT count(*) FROM documents INDEXED BY documents_living
        WHERE drive_id = ? AND removed IS NULL"""
    return [
        DriveBeingRemoved(_drive(row), int(connection.execute(counted, row[:1]).fetchone()[0]))
        for row in rows
    ]


def hidden(connection: sqlite3.Connection) -> list[int]:
    """The ids of the drives that are being removed: nothing of theirs is shown or counted."""
    return [number for (number,) in connection.execute(f"SELECT id FROM drives WHERE {_BEING_REMOVED}")]


def forget_drive(connection: sqlite3.Connection, drive_id: int) -> None:
    """Take a drive off the list, with its failures; its documents are hidden, and the caller's to remove."""
    connection.execute("DELETE FROM failures WHERE drive_id = ?", (drive_id,))
    connection.execute("DELETE FROM lags WHERE drive_id = ?", (drive_id,))
    connection.execute(
        """UPDATE drives SET removed = ?, watched = 0, cursor = '', state = 'ok', reason = '', since = NULL,
           held = 0, allowed = 0, reconciled = '', checked = '' WHERE id = ?""",
        (now(), drive_id),
    )


def _drive(row: tuple[int, str, str, int, str]) -> DriveRow:
    number, url, space_name, watched, added = row
    return DriveRow(number, url, space_name, bool(watched), datetime.fromisoformat(added))
