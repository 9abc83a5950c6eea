"""What the catalog knows of a drive's files, so that a scan reads only what changed."""

import sqlite3
from datetime import datetime

from brain.catalog.rows import DocumentState, Failure, LedgerEntry
from brain.catalog.schema import now


def ledger(connection: sqlite3.Connection, drive_id: int) -> dict[str, LedgerEntry]:
    """Every known file of a drive by its path; a failure hides the state before it."""
    current = DocumentState.CURRENT
    entries = {
        path: LedgerEntry(document_id, size, mtime_ns, content_hash, current, False, etag)
        for path, document_id, size, mtime_ns, content_hash, etag in connection.execute(
            """SELECT path, id, size, mtime_ns, content_hash, etag FROM documents INDEXED BY documents_ledger
               WHERE drive_id = ? AND removed IS NULL""",
            (drive_id,),
        )
    }
    failed = connection.execute(
        "SELECT path, size, mtime_ns, content_hash, retryable FROM failures WHERE drive_id = ?", (drive_id,)
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
        )
    return entries


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
) -> None:
    """Remember that a file can't be read, in place of what was remembered before."""
    connection.execute(
        "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (drive_id, path, size, mtime_ns, content_hash, sentence, detail, retryable, now()),
    )


def clear_failure(connection: sqlite3.Connection, drive_id: int, path: str) -> None:
    """Forget a failure: the file was read, or it's gone."""
    connection.execute("DELETE FROM failures WHERE drive_id = ? AND path = ?", (drive_id, path))


def failures(connection: sqlite3.Connection) -> list[Failure]:
    """All files that can't be read, by drive and path."""
    rows = connection.execute(
        """SELECT failures.drive_id, spaces.name, path, sentence, detail, retryable, failed
           FROM failures JOIN drives ON drives.id = failures.drive_id
           JOIN spaces ON spaces.id = drives.space_id ORDER BY failures.drive_id, path"""
    )
    return [
        Failure(drive_id, space, path, sentence, detail, bool(retryable), datetime.fromisoformat(failed))
        for drive_id, space, path, sentence, detail, retryable, failed in rows
    ]
