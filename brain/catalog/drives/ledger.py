"""What the catalog knows of a drive's files, so that a scan reads only what changed."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from brain.catalog.rows import DocumentState, Failure, LedgerEntry, NewFailure, Retry
from brain.catalog.schema import now

PATHS_AT_ONCE = 500  # SQLite takes 32,766 values in one statement; more than this is no faster
PAGE = 2000  # rows that are held at a time
SLICE_PAGE = 10_000  # paths whose contents are compared by one look, which costs something by itself

_DOCUMENTS_AT = """SELECT path, id, size, mtime_ns, content_hash, etag, identity, reading
    FROM documents INDEXED BY documents_ledger WHERE drive_id = ? AND path IN ({}) AND removed IS NULL"""
_FAILURES_AT = """SELECT path, size, mtime_ns, content_hash, retryable, reading
    FROM failures WHERE drive_id = ? AND path IN ({})"""
_ITS_DOCUMENT = """(SELECT 1 FROM documents INDEXED BY documents_ledger
    WHERE documents.drive_id = failures.drive_id AND documents.path = failures.path AND removed IS NULL)"""


def at(connection: sqlite3.Connection, drive_id: int, paths: Iterable[str]) -> dict[str, LedgerEntry]:
    """What is known of the files at these paths; a failure hides the state before it."""
    entries: dict[str, LedgerEntry] = {}
    left = iter(paths)
    while some := list(islice(left, PATHS_AT_ONCE)):
        # One place or always as many, the last path again and again, so that SQLite prepares few statements.
        places = 1 if len(some) == 1 else PATHS_AT_ONCE
        _gather(connection, entries, (drive_id, *some, *[some[-1]] * (places - len(some))))
    return entries


def paths_and_documents(
    connection: sqlite3.Connection, drive_id: int, after: str, before: str | None
) -> list[tuple[str, int]]:
    """The next documents by path, of those between the two: a page of them, so that a drive may be huge."""
    end = "" if before is None else "AND path < ?"
    return connection.execute(
        f"""SELECT path, id FROM documents INDEXED BY documents_ledger
            WHERE drive_id = ? AND path > ? {end} AND removed IS NULL ORDER BY path LIMIT {PAGE}""",
        (drive_id, after) if before is None else (drive_id, after, before),
    ).fetchall()


def paths_without_document(
    connection: sqlite3.Connection, drive_id: int, after: str, before: str | None
) -> list[tuple[str, None]]:
    """The next files that were never read, as above."""
    end = "" if before is None else "AND path < ?"
    return connection.execute(
        f"""SELECT path, NULL FROM failures
            WHERE drive_id = ? AND path > ? {end} AND NOT EXISTS {_ITS_DOCUMENT}
            ORDER BY path LIMIT {PAGE}""",
        (drive_id, after) if before is None else (drive_id, after, before),
    ).fetchall()


def count(connection: sqlite3.Connection, drive_id: int) -> int:
    """How many files are known, those that could not be read too."""
    row = connection.execute(
        f"""SELECT (SELECT count(*) FROM documents INDEXED BY documents_ledger
                    WHERE drive_id = ?1 AND removed IS NULL)
            + (SELECT count(*) FROM failures WHERE drive_id = ?1 AND NOT EXISTS {_ITS_DOCUMENT})""",
        (drive_id,),
    ).fetchone()
    return int(row[0])


def slice_paths(
    connection: sqlite3.Connection, drive_id: int, first: int, count: int, of: int, after: str
) -> list[str]:
    """The next paths of one part of a drive's documents, parted by their ids into `of` parts."""
    rows = connection.execute(
        """SELECT path FROM documents INDEXED BY documents_ledger
           WHERE drive_id = ? AND path > ? AND removed IS NULL AND (id + ? - ?) % ? < ?
           ORDER BY path LIMIT ?""",
        (drive_id, after, of, first, of, count, SLICE_PAGE),
    )
    return [path for (path,) in rows]


def _gather(
    connection: sqlite3.Connection, entries: dict[str, LedgerEntry], values: tuple[int | str, ...]
) -> None:
    current, failed = DocumentState.CURRENT, DocumentState.FAILED
    places = ", ".join("?" * (len(values) - 1))
    rows = connection.execute(_DOCUMENTS_AT.format(places), values)
    for path, document_id, size, mtime_ns, content_hash, etag, identity, reading in rows:
        entries[path] = LedgerEntry(
            document_id, size, mtime_ns, content_hash, current, False, etag, identity, reading
        )
    for path, size, mtime_ns, content_hash, retryable, reading in connection.execute(
        _FAILURES_AT.format(places), values
    ):
        before = entries.get(path)
        entries[path] = LedgerEntry(
            before.document_id if before else None,
            size,
            mtime_ns,
            content_hash,
            failed,
            bool(retryable),
            identity=before.identity if before else "",
            reading=reading,
        )


def record_failure(connection: sqlite3.Connection, drive_id: int, new: NewFailure) -> None:
    """Remember that a file can't be read, in place of what was remembered before."""
    connection.execute(
        """INSERT OR REPLACE INTO failures (drive_id, path, size, mtime_ns, content_hash, sentence, detail,
           retryable, failed, tries, next_try, reading) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            *(drive_id, new.path, new.size, new.mtime_ns, new.content_hash, new.sentence, new.detail),
            *(new.retryable, now(), new.tries, new.next_try, new.reading),
        ),
    )


def retry(connection: sqlite3.Connection, drive_id: int, path: str) -> Retry | None:
    """What was tried in vain at that path."""
    row = connection.execute(
        "SELECT tries, next_try, size, mtime_ns FROM failures WHERE drive_id = ? AND path = ?",
        (drive_id, path),
    ).fetchone()
    return Retry(*row) if row else None


def next_retry(connection: sqlite3.Connection, drive_id: int) -> float | None:
    """When the first of a drive's files is tried again, in seconds since 1970."""
    row = connection.execute("SELECT min(next_try) FROM failures WHERE drive_id = ?", (drive_id,)).fetchone()
    return None if row[0] is None else float(row[0])


def due(connection: sqlite3.Connection, drive_id: int, until: float, limit: int) -> list[str]:
    """The files whose next try has come, the most overdue first."""
    rows = connection.execute(
        "SELECT path FROM failures WHERE drive_id = ? AND next_try <= ? ORDER BY next_try LIMIT ?",
        (drive_id, until, limit),
    )
    return [path for (path,) in rows]


def retry_now(connection: sqlite3.Connection, drive_id: int | None, path: str | None) -> int:
    """Have failed files tried anew, those given up too; returns how many these are."""
    cursor = connection.execute(
        """UPDATE failures SET tries = 0, next_try = 0
           WHERE (drive_id = ?1 OR ?1 IS NULL) AND (path = ?2 OR ?2 IS NULL)""",
        (drive_id, path),
    )
    return cursor.rowcount


def clear_failure(connection: sqlite3.Connection, drive_id: int, path: str) -> None:
    """Forget a failure: the file was read, or it's gone."""
    connection.execute("DELETE FROM failures WHERE drive_id = ? AND path = ?", (drive_id, path))


def failures(connection: sqlite3.Connection) -> list[Failure]:
    """All files that can't be read, by drive and path."""
    rows = connection.execute(
        """SELECT failures.drive_id, spaces.name, path, sentence, detail, retryable, failed,
           tries, next_try
           FROM failures JOIN drives ON drives.id = failures.drive_id
           JOIN spaces ON spaces.id = drives.space_id ORDER BY failures.drive_id, path"""
    )
    return [
        Failure(
            *(drive_id, space, path, sentence, detail, bool(retryable), datetime.fromisoformat(failed)),
            tries=tries,
            next_try=next_try,
        )
        for drive_id, space, path, sentence, detail, retryable, failed, tries, next_try in rows
    ]
