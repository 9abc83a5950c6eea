"""What the catalog knows of a drive's files, so that a scan reads only what changed."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from brain.catalog.rows import DocumentState, Failure, LedgerEntry, Retry
from brain.catalog.schema import now


def ledger(connection: sqlite3.Connection, drive_id: int) -> dict[str, LedgerEntry]:
    """Every known file of a drive by its path; a failure hides the state before it."""
    entries: dict[str, LedgerEntry] = {}
    _gather(connection, entries, "", (drive_id,))
    return entries


def ledger_below(
    connection: sqlite3.Connection, drive_id: int, places: Iterable[str]
) -> dict[str, LedgerEntry]:
    """The known files at these paths and in these folders."""
    entries: dict[str, LedgerEntry] = {}
    for place in places:
        # "0" is the character after "/": between the two lies what is in the folder
        _gather(
            connection,
            entries,
            "AND (path = ? OR path > ? AND path < ?)",
            (drive_id, place, f"{place}/", f"{place}0"),
        )
    return entries


def slice_paths(connection: sqlite3.Connection, drive_id: int, first: int, count: int, of: int) -> list[str]:
    """The paths of one part of a drive's documents, when they are parted by their ids into `of` parts."""
    rows = connection.execute(
        """SELECT path FROM documents INDEXED BY documents_ledger
           WHERE drive_id = ? AND removed IS NULL AND (id + ? - ?) % ? < ?""",
        (drive_id, of, first, of, count),
    )
    return [path for (path,) in rows]


def _gather(
    connection: sqlite3.Connection,
    entries: dict[str, LedgerEntry],
    clause: str,
    values: tuple[int | str, ...],
) -> None:
    current = DocumentState.CURRENT
    rows = connection.execute(
        f"""SELECT path, id, size, mtime_ns, content_hash, etag, identity
            FROM documents INDEXED BY documents_ledger WHERE drive_id = ? AND removed IS NULL {clause}""",
        values,
    )
    for path, document_id, size, mtime_ns, content_hash, etag, identity in rows:
        entries[path] = LedgerEntry(document_id, size, mtime_ns, content_hash, current, False, etag, identity)
    failed = connection.execute(
        f"""SELECT path, size, mtime_ns, content_hash, retryable FROM failures
            WHERE drive_id = ? {clause}""",
        values,
    )
    for path, size, mtime_ns, content_hash, retryable in failed:
        before = entries.get(path)
        entries[path] = LedgerEntry(
            before.document_id if before else None,
            size,
            mtime_ns,
            content_hash,
            DocumentState.FAILED,
            bool(retryable),
            identity=before.identity if before else "",
        )


def record_failure(
    connection: sqlite3.Connection,
    drive_id: int,
    path: str,
    *,
    size: int,
    mtime_ns: int,
    content_hash: str,
    sentence: str,
    detail: str,
    retryable: bool,
    tries: int,
    next_try: float | None,
) -> None:
    """Remember that a file can't be read, in place of what was remembered before."""
    connection.execute(
        """INSERT OR REPLACE INTO failures (drive_id, path, size, mtime_ns, content_hash, sentence, detail,
           retryable, failed, tries, next_try) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            *(drive_id, path, size, mtime_ns, content_hash, sentence, detail, retryable, now()),
            *(tries, next_try),
        ),
    )


def retries(connection: sqlite3.Connection, drive_id: int) -> dict[str, Retry]:
    """What was tried in vain on a drive, by path."""
    rows = connection.execute(
        "SELECT path, tries, next_try, size, mtime_ns FROM failures WHERE drive_id = ?", (drive_id,)
    )
    return {path: Retry(tries, next_try, size, mtime_ns) for path, tries, next_try, size, mtime_ns in rows}


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
