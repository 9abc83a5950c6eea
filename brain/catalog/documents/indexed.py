"""What the indexes should hold, space by space: passages, their vectors and the documents they stand in."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from brain.catalog.documents.passages import read_locator
from brain.catalog.documents.vectors import vector_of
from brain.catalog.documents.versions import document_text
from brain.catalog.rows import IndexedDocument, IndexedPassage, IndexedPlace, SpaceCounts
from brain.domain import Locator

_INDEXED = """
    SELECT passages.id, space_id, passages.key_id, title, locator, table_header, text, vector, path,
           modified
    FROM passages JOIN documents ON documents.id = document_id
    JOIN embedders ON active = 1
    JOIN vectors ON vectors.key_id = passages.key_id AND embedder_id = embedders.id
"""


def shown(connection: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Those of these passages that are present and not of a drive that is being removed."""
    rows = connection.execute(
        """SELECT passages.id FROM passages JOIN documents ON documents.id = document_id
           CROSS JOIN drives ON drives.id = drive_id AND drives.removed IS NULL
           WHERE passages.id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(ids)),),
    )
    return {number for (number,) in rows}


def shown_documents(connection: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """Those of these documents that are present and not of a drive that is being removed."""
    rows = connection.execute(
        """SELECT documents.id FROM documents
           CROSS JOIN drives ON drives.id = drive_id AND drives.removed IS NULL
           WHERE documents.removed IS NULL AND documents.id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(ids)),),
    )
    return {number for (number,) in rows}


def counts_by_space(connection: sqlite3.Connection) -> dict[int, SpaceCounts]:
    """How many documents, passages and different vectors each space holds, by space id."""
    rows = connection.execute(
        """SELECT space_id, count(DISTINCT documents.id), count(passages.id), count(DISTINCT key_id)
           FROM documents LEFT JOIN passages ON document_id = documents.id
           WHERE removed IS NULL GROUP BY space_id"""
    )
    return {space_id: SpaceCounts(*found) for space_id, *found in rows}


def passage_ids(connection: sqlite3.Connection) -> dict[int, set[int]]:
    """All present passages' ids by space id."""
    found: dict[int, set[int]] = {}
    rows = connection.execute(
        "SELECT space_id, passages.id FROM passages JOIN documents ON documents.id = document_id"
    )
    for space_id, passage_id in rows:
        found.setdefault(space_id, set()).add(passage_id)
    return found


def key_ids(connection: sqlite3.Connection) -> dict[int, set[int]]:
    """The vector keys of all present passages by space id."""
    found: dict[int, set[int]] = {}
    rows = connection.execute(
        "SELECT DISTINCT space_id, key_id FROM passages JOIN documents ON documents.id = document_id"
    )
    for space_id, key_id in rows:
        found.setdefault(space_id, set()).add(key_id)
    return found


def keys_in_use(connection: sqlite3.Connection, space_id: int, keys: Iterable[int]) -> set[int]:
    """Those of these vector keys that a present passage of the space has."""
    rows = connection.execute(
        """SELECT value FROM json_each(?) WHERE EXISTS (
               SELECT 1 FROM passages CROSS JOIN documents ON documents.id = document_id
               WHERE key_id = value AND space_id = ?)""",
        (json.dumps(list(keys)), space_id),
    )
    return {key_id for (key_id,) in rows}


def passages_of_keys(
    connection: sqlite3.Connection, space_id: int, keys: Iterable[int], limit: int
) -> dict[int, list[int]]:
    """The first passages of a space with each of these vector keys, at most `limit` of each, oldest first.

    Those of a drive that is being removed are left out.
    """
    # CROSS JOIN keeps the order of the tables: by key, whose index is in the order of ids, so that the
    # 100,000th copy of a passage costs nothing.
    rows = connection.execute(
        """SELECT keys.value, passages.id FROM json_each(?) AS keys CROSS JOIN passages
           WHERE passages.id IN (
               SELECT same.id FROM passages AS same CROSS JOIN documents ON documents.id = same.document_id
               CROSS JOIN drives ON drives.id = drive_id AND drives.removed IS NULL
               WHERE same.key_id = keys.value AND documents.space_id = ? ORDER BY same.id LIMIT ?)
           ORDER BY passages.id""",
        (json.dumps(list(keys)), space_id, limit),
    )
    found: dict[int, list[int]] = {}
    for key_id, passage_id in rows:
        found.setdefault(key_id, []).append(passage_id)
    return found


def document_ids(connection: sqlite3.Connection) -> dict[int, set[int]]:
    """All present documents' ids by space id."""
    found: dict[int, set[int]] = {}
    for space_id, document_id in connection.execute(
        "SELECT space_id, id FROM documents WHERE removed IS NULL"
    ):
        found.setdefault(space_id, set()).add(document_id)
    return found


def indexed_passages(connection: sqlite3.Connection, ids: Iterable[int]) -> list[IndexedPassage]:
    """What the indexes should hold of these passages; those that are gone are left out."""
    rows = connection.execute(
        _INDEXED + "WHERE passages.id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    )
    return [_indexed(row) for row in rows]


def places_after(connection: sqlite3.Connection, after: int, limit: int) -> list[IndexedPlace]:
    """Where the next passages by id belong, without what they say."""
    rows = connection.execute(
        """SELECT passages.id, space_id, key_id
           FROM passages CROSS JOIN documents ON documents.id = document_id
           WHERE passages.id > ? ORDER BY passages.id LIMIT ?""",
        (after, limit),
    )
    return [IndexedPlace(*row) for row in rows]


def indexed_sample(connection: sqlite3.Connection, space_id: int, limit: int) -> list[IndexedPassage]:
    """Some passages of a space, the first of each of evenly spaced documents."""
    held = connection.execute(
        "SELECT count(*) FROM documents WHERE space_id = ? AND removed IS NULL", (space_id,)
    ).fetchone()[0]
    chosen = [
        connection.execute(
            """SELECT (SELECT min(id) FROM passages WHERE document_id = documents.id) FROM documents
               WHERE space_id = ? AND removed IS NULL ORDER BY id LIMIT 1 OFFSET ?""",
            (space_id, held * turn // limit),
        ).fetchone()[0]
        for turn in range(limit if held else 0)
    ]
    return indexed_passages(connection, {found for found in chosen if found is not None})


def indexed_documents(connection: sqlite3.Connection, ids: Iterable[int]) -> list[IndexedDocument]:
    """What the keyword index should hold of these documents; those that are gone are left out."""
    rows = connection.execute(
        """SELECT id, space_id, title FROM documents
           WHERE removed IS NULL AND id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(ids)),),
    ).fetchall()
    return [
        IndexedDocument(
            document_id,
            space_id,
            title,
            " ".join(_headings(connection, document_id)),
            document_text(connection, document_id, None),
        )
        for document_id, space_id, title in rows
    ]


def _headings(connection: sqlite3.Connection, document_id: int) -> list[str]:
    rows = connection.execute("SELECT DISTINCT locator FROM passages WHERE document_id = ?", (document_id,))
    return list(dict.fromkeys(part for (stored,) in rows for part in _heading_parts(read_locator(stored))))


def _heading_parts(locator: Locator) -> tuple[str, ...]:
    return (*locator.heading, locator.sheet) if locator.sheet else locator.heading


def _indexed(row: tuple[int, int, int, str, str, str, str, bytes, str, str | None]) -> IndexedPassage:
    passage_id, space_id, key_id, title, stored, table_header, text, blob, path, modified = row
    shown = datetime.fromisoformat(modified) if modified else None
    heading = " ".join(_heading_parts(read_locator(stored)))
    body = f"{table_header}\n{text}" if table_header else text
    return IndexedPassage(passage_id, space_id, key_id, title, heading, body, vector_of(blob), path, shown)
