"""Reading passages, with all that an answer shows of them."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from functools import lru_cache

from brain.catalog import spaces
from brain.catalog.rows import Counts
from brain.domain import Locator, Passage, Source

_PASSAGES = """
    SELECT passages.id, text, context, table_header, ordinal, start, "end", locator,
           documents.id, path, title, spaces.name, uri, modified
    FROM passages JOIN documents ON documents.id = document_id
    JOIN spaces ON spaces.id = documents.space_id
    CROSS JOIN drives ON drives.id = drive_id AND drives.removed IS NULL
"""
_Row = tuple[int, str, str, str, int, int, int, str, int, str, str, str, str, str | None]


@lru_cache(maxsize=4096)
def stored_locator(locator: Locator) -> str:
    """A locator as JSON of what is set; nothing set is an empty string."""
    values = {field.name: getattr(locator, field.name) for field in fields(locator)}
    found = {name: value for name, value in values.items() if value not in (None, ())}
    return json.dumps(found, ensure_ascii=False) if found else ""


@lru_cache(maxsize=4096)
def read_locator(stored: str) -> Locator:
    """The locator that stored_locator() wrote."""
    if not stored:
        return Locator()
    found = json.loads(stored)
    turns = tuple((offset, page) for offset, page in found.get("turns", ()))
    sections = tuple((offset, tuple(heading)) for offset, heading in found.get("sections", ()))
    heading = tuple(found.get("heading", ()))
    return Locator(**{**found, "heading": heading, "turns": turns, "sections": sections})


def passages(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Passage]:
    """Passages by id; ids of passages that are gone are simply absent."""
    rows = connection.execute(
        _PASSAGES + "WHERE passages.id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
    )
    return {row[0]: _passage(row) for row in rows}


def neighbours(connection: sqlite3.Connection, document_id: int, first: int, last: int) -> list[Passage]:
    """The passages of a document from one ordinal to another, both included, in order."""
    rows = connection.execute(
        _PASSAGES + "WHERE document_id = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal",
        (document_id, first, last),
    )
    return [_passage(row) for row in rows]


def document_passages(connection: sqlite3.Connection, document_id: int) -> list[Passage]:
    """All passages of a document in order."""
    rows = connection.execute(_PASSAGES + "WHERE document_id = ? ORDER BY ordinal", (document_id,))
    return [_passage(row) for row in rows]


def shared(connection: sqlite3.Connection, vector_keys: Iterable[str]) -> dict[int, int]:
    """How many of these embedded strings each present document holds, by its id."""
    rows = connection.execute(
        """SELECT document_id, count(DISTINCT key_id) FROM passages
           JOIN documents ON documents.id = document_id
           CROSS JOIN drives ON drives.id = drive_id AND drives.removed IS NULL
           WHERE key_id IN (SELECT id FROM vector_keys WHERE key IN (SELECT value FROM json_each(?)))
           GROUP BY document_id""",
        (json.dumps(list(vector_keys)),),
    )
    return dict(rows.fetchall())


def keys_of_content(
    connection: sqlite3.Connection, content_hash: str, reading: str
) -> dict[tuple[int, int, str], str]:
    """The vector keys of a living document that this reading made of that content, by place and text."""
    rows = connection.execute(
        """SELECT start, "end", text, key FROM passages JOIN vector_keys ON vector_keys.id = key_id
           WHERE document_id = (SELECT id FROM documents
                                WHERE content_hash = ? AND reading = ? AND removed IS NULL LIMIT 1)""",
        (content_hash, reading),
    )
    return {(start, end, text): key for start, end, text, key in rows}


def keys_at(connection: sqlite3.Connection, drive_id: int, path: str) -> dict[tuple[str, str, str], str]:
    """The vector keys of the document at a path, by context, table header and text of each passage."""
    rows = connection.execute(
        """SELECT context, table_header, text, key FROM passages
           JOIN vector_keys ON vector_keys.id = key_id
           WHERE document_id = (SELECT id FROM documents INDEXED BY documents_living
                                WHERE drive_id = ? AND path = ? AND removed IS NULL)""",
        (drive_id, path),
    )
    return {(context, header, text): key for context, header, text, key in rows}


def counts(connection: sqlite3.Connection, space_names: Iterable[str] | None) -> Counts:
    """How many documents and passages these spaces hold, or all spaces."""
    chosen, values = _present(connection, space_names)
    held = connection.execute(
        f"SELECT count(*) FROM passages WHERE document_id IN (SELECT documents.id {chosen})", values
    ).fetchone()[0]
    return Counts(document_count(connection, space_names), held)


def document_count(connection: sqlite3.Connection, space_names: Iterable[str] | None) -> int:
    """How many documents these spaces hold, or all spaces."""
    chosen, values = _present(connection, space_names)
    return int(connection.execute(f"SELECT count(*) {chosen}", values).fetchone()[0])


def any_held(connection: sqlite3.Connection, space_names: Iterable[str]) -> bool:
    """Whether these spaces hold a passage, told by the first one."""
    # Drive by drive, so that one that is being removed costs nothing, however much it still holds.
    row = connection.execute(
        """SELECT EXISTS (
               SELECT 1 FROM drives JOIN spaces ON spaces.id = drives.space_id
               WHERE drives.removed IS NULL AND spaces.name IN (SELECT value FROM json_each(?)) AND EXISTS (
                   SELECT 1 FROM documents INDEXED BY documents_living
                   WHERE documents.drive_id = drives.id AND documents.removed IS NULL
                   AND EXISTS (SELECT 1 FROM passages WHERE document_id = documents.id)))""",
        (json.dumps(list(space_names)),),
    ).fetchone()
    return bool(row[0])


def _present(
    connection: sqlite3.Connection, space_names: Iterable[str] | None
) -> tuple[str, tuple[str, ...]]:
    """The documents of these spaces that are neither removed nor about to be, as SQL and its values."""
    clause, values = "", tuple[str, ...]()
    if space_names is not None:
        clause = "AND spaces.name IN (SELECT value FROM json_each(?))"
        values = (json.dumps(list(space_names)),)
    if leaving := spaces.hidden(connection):
        clause += " AND drive_id NOT IN (SELECT value FROM json_each(?))"
        values += (json.dumps(leaving),)
    return f"FROM documents JOIN spaces ON spaces.id = space_id WHERE removed IS NULL {clause}", values


def _passage(row: _Row) -> Passage:
    (
        passage_id,
        text,
        context,
        table_header,
        ordinal,
        start,
        end,
        stored,
        document_id,
        path,
        title,
        space,
        uri,
        modified,
    ) = row
    shown = datetime.fromisoformat(modified) if modified else None
    source = Source(path, title, space, uri, read_locator(stored), shown, document_id)
    return Passage(passage_id, text, source, 0.0, context, table_header, ordinal, start, end)
