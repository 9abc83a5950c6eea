"""Which documents there are, and which one a person means."""

import sqlite3
from datetime import datetime

from brain.catalog.rows import DocumentRow, DocumentState
from brain.errors import UsageError

_DOCUMENTS = """
    SELECT documents.id, title, documents.path, spaces.name, uri, documents.drive_id, media_type,
           documents.size, documents.content_hash, version,
           (SELECT count(*) FROM passages WHERE document_id = documents.id),
           modified, indexed, coalesce(documents.removed, drives.removed), failures.path NOTNULL,
           left_out
    FROM documents JOIN spaces ON spaces.id = documents.space_id
    CROSS JOIN drives ON drives.id = documents.drive_id
    LEFT JOIN failures ON failures.drive_id = documents.drive_id AND failures.path = documents.path
"""
_PRESENT = "documents.removed IS NULL AND drives.removed IS NULL"
_SHOWN = 5


def documents(connection: sqlite3.Connection, space: str | None, words: str) -> list[DocumentRow]:
    """Present documents whose title or path holds all the words, by space and path."""
    clauses, values = [_PRESENT], []
    if space is not None:
        clauses.append("spaces.name = ?")
        values.append(space)
    for word in words.split():
        clauses.append("(title LIKE ? ESCAPE '\\' OR documents.path LIKE ? ESCAPE '\\')")
        values += [_pattern(word)] * 2
    where = " AND ".join(clauses)
    rows = connection.execute(f"{_DOCUMENTS} WHERE {where} ORDER BY spaces.name, documents.path", values)
    return [_document(row) for row in rows]


def document(connection: sqlite3.Connection, document_id: int) -> DocumentRow:
    """The document of that id, removed ones too; UsageError where there is none."""
    row = connection.execute(_DOCUMENTS + "WHERE documents.id = ?", (document_id,)).fetchone()
    if row is None:
        raise UsageError(
            f"There is no document {document_id}: `citewise documents list` shows what there is."
        )
    return _document(row)


def same_content(connection: sqlite3.Connection, content_hash: str) -> list[DocumentRow]:
    """Present documents with exactly this content."""
    where = f"WHERE {_PRESENT} AND documents.content_hash = ? ORDER BY documents.id"
    return [_document(row) for row in connection.execute(_DOCUMENTS + where, (content_hash,))]


def find_document(connection: sqlite3.Connection, text: str) -> DocumentRow:
    """The one document that an id, a path, a title or words of them name; UsageError where not just one."""
    wanted = text.strip()
    if wanted.isdecimal():
        return document(connection, int(wanted))
    exact = connection.execute(
        _DOCUMENTS + f"WHERE {_PRESENT} AND (documents.path = ? OR uri = ? OR title = ?)",
        (wanted, wanted, wanted),
    ).fetchall()
    found = [_document(row) for row in exact] or (documents(connection, None, wanted) if wanted else [])
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"No document fits “{wanted}”: `citewise documents list` shows what there is.")
    shown = "; ".join(f"{row.id} {row.path}" for row in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise UsageError(f"{len(found)} documents fit “{wanted}”: {shown}{more}. Give the number of one.")


def _pattern(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


_Row = tuple[int, str, str, str, str, int, str, int, str, int, int, str | None, str, str | None, int, str]


def _document(row: _Row) -> DocumentRow:
    modified, indexed, removed, failed, left_out = row[11:]
    state = DocumentState.REMOVED if removed else DocumentState.FAILED if failed else DocumentState.CURRENT
    shown = datetime.fromisoformat(modified) if modified else None
    notes = tuple(left_out.splitlines())
    return DocumentRow(*row[:11], shown, datetime.fromisoformat(indexed), state, notes)
