"""Bring a catalog file to the newest layout, one numbered script a step."""

import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from brain.catalog.storage import Database
from brain.errors import StorageFailed

APPLICATION_ID = 0x43495445  # "CITE", in the file's header, so that `file` and we know our own
DEFAULT_SPACE = "general"


def now() -> str:
    """The time as it is stored: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat()


def migrate(database: Database) -> None:
    """Create or upgrade the tables; refuses a file of another program or of a newer citewise."""
    scripts = _scripts()
    with database.reading() as connection:
        check_owner(connection, database.path, newest=len(scripts))
        version = _pragma(connection, "user_version")
    for number, script in enumerate(scripts[version:], start=version + 1):
        with database.writing() as connection:
            if _pragma(connection, "user_version") >= number:
                continue  # another process did so since it was looked at
            for statement in _statements(script):
                connection.execute(statement)
            if number == 1:
                _begin(connection)
            connection.execute(f"PRAGMA user_version = {number}")


def check_owner(connection: sqlite3.Connection, path: Path, *, newest: int | None = None) -> None:
    """Raise StorageFailed unless the file is empty or a catalog that this version can read."""
    newest = len(_scripts()) if newest is None else newest
    owner = _pragma(connection, "application_id")
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if owner != APPLICATION_ID and (owner or tables):
        raise StorageFailed(
            f"{path} belongs to another program, not to citewise: choose another home folder with --home."
        )
    if _pragma(connection, "user_version") > newest:
        raise StorageFailed(f"{path} was written by a newer citewise: upgrade citewise, then try again.")


def _begin(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    # The identity names this catalog's collections on a shared Chroma server.
    connection.execute("INSERT INTO meta VALUES ('identity', ?)", (uuid.uuid4().hex,))
    connection.execute("INSERT INTO spaces (name, created) VALUES (?, ?)", (DEFAULT_SPACE, now()))


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _scripts() -> list[str]:
    folder = files("brain.catalog") / "migrations"
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".sql")), key=lambda p: p.name)
    return [path.read_text(encoding="utf-8") for path in paths]


def _statements(script: str) -> Iterator[str]:
    # executescript() would commit first; a migration is one transaction.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
