"""Files that were handed over in a chat: their bytes lie in the catalog, so that a backup holds them."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from brain.catalog import spaces
from brain.catalog.schema import now
from brain.catalog.storage import Database

SCHEME = "added://"  # drives of added files are called `added://SPACE`

_FILES = """
    SELECT added_files.id, spaces.name, added_files.name, sha256, length(content), uri, added, listed
    FROM added_files JOIN spaces ON spaces.id = space_id
"""


@dataclass(frozen=True, slots=True)
class AddedFile:
    """A file without its bytes. A `listed` one belongs to its space; one that isn't waits for a yes."""

    id: int
    space: str
    name: str
    sha256: str
    size: int
    uri: str
    added: datetime
    listed: bool


class AddedFiles:
    """The added files of one catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, space: str, name: str, content: bytes, uri: str) -> AddedFile:
        """Keep a file that is not listed yet."""
        with self._database.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO added_files (space_id, name, sha256, content, uri, added, listed) "
                "VALUES (?, ?, ?, ?, ?, ?, 0)",
                (
                    *(spaces.space(connection, space).id, name, hashlib.sha256(content).hexdigest()),
                    *(content, uri, now()),
                ),
            )
            return _find(connection, int(cursor.lastrowid or 0))

    def file(self, file_id: int) -> AddedFile:
        """The file of that id; ValueError where it was thrown away."""
        with self._database.reading() as connection:
            return _find(connection, file_id)

    def listed(self, space: str) -> list[AddedFile]:
        """The files that belong to a space, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(
                _FILES + "WHERE spaces.name = ? AND listed = 1 ORDER BY added_files.name", (space,)
            ).fetchall()
        return [_file(row) for row in rows]

    def content(self, file_id: int) -> bytes:
        """A file's bytes."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT content FROM added_files WHERE id = ?", (file_id,)).fetchone()
        if row is None:
            raise ValueError(f"there is no added file {file_id}")
        return bytes(row[0])

    def list(self, file_id: int) -> int | None:
        """Let a file stand in its space; the id of the one of that name that it replaces, if any."""
        with self._database.writing() as connection:
            row = connection.execute(
                """SELECT id FROM added_files WHERE listed = 1 AND id <> ?1 AND (space_id, name) =
                   (SELECT space_id, name FROM added_files WHERE id = ?1)""",
                (file_id,),
            ).fetchone()
            if row:
                connection.execute("UPDATE added_files SET listed = 0 WHERE id = ?", row)
            connection.execute("UPDATE added_files SET listed = 1 WHERE id = ?", (file_id,))
        return row[0] if row else None

    def unlist(self, file_id: int) -> None:
        """Take a file out of its space; its bytes stay, so that this can be undone."""
        with self._database.writing() as connection:
            connection.execute("UPDATE added_files SET listed = 0 WHERE id = ?", (file_id,))

    def throw_away(self, file_id: int) -> None:
        """Forget a file that is not listed, such as after a Cancel."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM added_files WHERE id = ? AND listed = 0", (file_id,))


def move(connection: sqlite3.Connection, file_id: int, space: str) -> None:
    """Give a file that is not listed yet to another space."""
    connection.execute(
        "UPDATE added_files SET space_id = ? WHERE id = ? AND listed = 0",
        (spaces.space(connection, space).id, file_id),
    )


def unlist_documents(connection: sqlite3.Connection, document_ids: Sequence[int]) -> None:
    """Take the files of these documents out of their spaces: a document that was removed stays out."""
    connection.execute(
        """UPDATE added_files SET listed = 0 WHERE listed = 1 AND (space_id, name) IN (
               SELECT documents.space_id, path FROM documents JOIN drives ON drives.id = drive_id
               WHERE documents.id IN (SELECT value FROM json_each(?)) AND url LIKE ? || '%')""",
        (json.dumps(list(document_ids)), SCHEME),
    )


def throw_away_unwanted(connection: sqlite3.Connection, added_before: str) -> None:
    """Forget files that were put before then and that no change wants, neither to be done nor to be undone.

    A kill between keeping a file and proposing it leaves one that nobody knows of.
    """
    connection.execute(
        """DELETE FROM added_files WHERE listed = 0 AND added < ? AND id NOT IN (
               SELECT wanted.value FROM changes, json_each(changes.target) AS wanted
               WHERE wanted.key IN ('file', 'replaced') AND wanted.type = 'integer'
               AND state NOT IN ('expired', 'cancelled', 'failed'))""",
        (added_before,),
    )


def _find(connection: sqlite3.Connection, file_id: int) -> AddedFile:
    row = connection.execute(_FILES + "WHERE added_files.id = ?", (file_id,)).fetchone()
    if row is None:
        raise ValueError(f"there is no added file {file_id}")
    return _file(row)


def _file(row: tuple[int, str, str, str, int, str, str, int]) -> AddedFile:
    number, space, name, sha256, size, uri, added, listed = row
    return AddedFile(number, space, name, sha256, size, uri, datetime.fromisoformat(added), bool(listed))
