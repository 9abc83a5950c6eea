"""Earlier states of a document: always when and which, and for the last few also the words."""

import json
import sqlite3
import zlib
from collections.abc import Sequence
from datetime import datetime

from brain.catalog.rows import VersionRow
from brain.catalog.schema import now
from brain.errors import UsageError

KEPT_VERSIONS = 5  # with words and vectors, the current one included


def add_version(
    connection: sqlite3.Connection, document_id: int, number: int, content_hash: str, text: str
) -> None:
    """Keep a document's words as a numbered version."""
    connection.execute(
        """INSERT INTO versions (document_id, number, created, content_hash, characters, deflated)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (document_id, number, now(), content_hash, len(text), zlib.compress(text.encode())),
    )


def archive_passages(connection: sqlite3.Connection, document_ids: Sequence[int]) -> None:
    """Note what the current version of each document is made of, before that changes."""
    connection.execute(
        """INSERT OR REPLACE INTO past_passages
           SELECT versions.id, ordinal, start, "end", context, table_header, locator, key_id
           FROM passages JOIN documents ON documents.id = passages.document_id
           JOIN versions ON versions.document_id = documents.id AND number = documents.version
           WHERE documents.id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(document_ids)),),
    )


def prune(connection: sqlite3.Connection, document_id: int, current: int) -> set[int]:
    """Drop the words of versions that are too old; returns the vector keys that they referred to."""
    old = (document_id, current - KEPT_VERSIONS)
    chosen = "(SELECT id FROM versions WHERE document_id = ? AND number <= ?)"
    keys = connection.execute(f"SELECT key_id FROM past_passages WHERE version_id IN {chosen}", old)
    released = {key_id for (key_id,) in keys}
    connection.execute(f"DELETE FROM past_passages WHERE version_id IN {chosen}", old)
    connection.execute(f"UPDATE versions SET deflated = NULL WHERE id IN {chosen} AND deflated NOTNULL", old)
    return released


def history(connection: sqlite3.Connection, document_id: int) -> list[VersionRow]:
    """All versions of a document, oldest first."""
    rows = connection.execute(
        """SELECT number, created, content_hash, characters, deflated NOTNULL FROM versions
           WHERE document_id = ? ORDER BY number""",
        (document_id,),
    )
    return [
        VersionRow(number, datetime.fromisoformat(created), content_hash, characters, bool(kept))
        for number, created, content_hash, characters, kept in rows
    ]


def document_text(connection: sqlite3.Connection, document_id: int, version: int | None) -> str:
    """The words of a document's version, by default the current one; UsageError where they aren't kept."""
    row = connection.execute(
        """SELECT deflated, number FROM versions JOIN documents ON documents.id = document_id
           WHERE document_id = ? AND number = coalesce(?, documents.version)""",
        (document_id, version),
    ).fetchone()
    if row is None:
        asked = "" if version is None else f" in version {version}"
        raise UsageError(
            f"There is no document {document_id}{asked}: `citewise documents list` shows what there is."
        )
    deflated, number = row
    if deflated is None:
        raise UsageError(
            f"The words of version {number} of document {document_id} are no longer kept: "
            f"only the last {KEPT_VERSIONS} versions are."
        )
    return zlib.decompress(deflated).decode()
