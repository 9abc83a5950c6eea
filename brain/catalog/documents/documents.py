"""Documents coming, changing, moving and going, each with the index operations that follow from it."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from brain.catalog import spaces
from brain.catalog.documents import added_files, outbox, vectors, versions
from brain.catalog.documents.indexed import keys_in_use
from brain.catalog.documents.passages import stored_locator
from brain.catalog.drives import ledger
from brain.catalog.rows import NewDocument, NewPassage, OperationKind, PutResult
from brain.catalog.schema import now
from brain.text.above import Above, Lent
from brain.text.dates import Day, days_in_name

_GRACE = timedelta(days=1)  # longer than any ingest waits between missing_vectors() and put()


def put(connection: sqlite3.Connection, new: NewDocument) -> PutResult:
    """Store a document as it is now; passages that were there before keep their ids.

    A path whose document was removed gets that document back, one version on. Raises ValueError where
    offsets and text disagree, or a passage has no vector: both are the caller's mistake.
    """
    space_id = _checked_space(connection, new)
    active = vectors.active_embedder(connection)
    if active is None:
        raise ValueError("the catalog's embedder must be set before documents are stored")
    vectors.add_vectors(connection, active.identity, new.vectors)
    keys = vectors.claim_keys(connection, (passage.vector_key for passage in new.passages))

    document_id, version, retitled = _put_row(connection, new, space_id)
    replaced = _replace_passages(connection, document_id, new.passages, keys, retitled=retitled)
    released = replaced.released | versions.prune(connection, document_id, version)
    released |= {number for key, number in _given_keys(connection, new) if key not in keys}
    vectors.release(connection, released)
    vectors.collect(connection, datetime.now(UTC) - _GRACE)

    ledger.clear_failure(connection, new.drive_id, new.path)
    outbox.queue(connection, OperationKind.DROP_PASSAGE, space_id, replaced.dropped)
    _queue_unused(connection, space_id, replaced.released)
    outbox.queue(connection, OperationKind.PUT_PASSAGE, space_id, replaced.changed)
    outbox.queue(connection, OperationKind.PUT_DOCUMENT, space_id, [document_id])
    return PutResult(document_id, version, replaced.added, replaced.kept, len(replaced.dropped))


def remove(connection: sqlite3.Connection, document_ids: Sequence[int]) -> int:
    """Take documents out of reading and searching at once; their last versions stay until forgotten."""
    chosen = json.dumps(list(document_ids))
    living = connection.execute(
        """SELECT id, space_id FROM documents
           WHERE removed IS NULL AND id IN (SELECT value FROM json_each(?))""",
        (chosen,),
    ).fetchall()
    versions.archive_passages(connection, [document_id for document_id, _ in living])
    added_files.unlist_documents(connection, [document_id for document_id, _ in living])
    keys: dict[int, set[int]] = defaultdict(set)
    for document_id, space_id in living:
        gone = connection.execute(
            "SELECT id, key_id FROM passages WHERE document_id = ?", (document_id,)
        ).fetchall()
        keys[space_id] |= {key_id for _, key_id in gone}
        outbox.queue(connection, OperationKind.DROP_PASSAGE, space_id, [number for number, _ in gone])
        outbox.queue(connection, OperationKind.DROP_DOCUMENT, space_id, [document_id])
        connection.execute("DELETE FROM passages WHERE document_id = ?", (document_id,))
        connection.execute("UPDATE documents SET removed = ? WHERE id = ?", (now(), document_id))
    for space_id, let_go in keys.items():
        _queue_unused(connection, space_id, let_go)
    return len(living)


def revive(connection: sqlite3.Connection, document_id: int) -> bool:
    """Put a removed document back as it last was.

    False where it isn't removed, where its place is taken, and where its drive was taken out.
    """
    row = connection.execute(
        """SELECT gone.space_id, version, versions.id FROM documents AS gone
           JOIN versions ON versions.document_id = gone.id AND number = version
           JOIN drives ON drives.id = gone.drive_id AND drives.removed IS NULL
           WHERE gone.id = ? AND gone.removed NOTNULL AND deflated NOTNULL AND NOT EXISTS (
               SELECT 1 FROM documents AS living WHERE living.drive_id = gone.drive_id
               AND living.path = gone.path AND living.removed IS NULL)""",
        (document_id,),
    ).fetchone()
    if row is None:
        return False
    space_id, number, version_id = row
    text = versions.document_text(connection, document_id, number)
    past = connection.execute(
        """SELECT ordinal, start, "end", context, table_header, locator, key_id
           FROM past_passages WHERE version_id = ?""",
        (version_id,),
    ).fetchall()
    connection.executemany(
        """INSERT INTO passages (document_id, text, ordinal, start, "end", context, table_header, locator,
           key_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [(document_id, text[start:end], ordinal, start, end, *rest) for ordinal, start, end, *rest in past],
    )
    connection.execute("DELETE FROM past_passages WHERE version_id = ?", (version_id,))
    connection.execute("UPDATE documents SET removed = NULL WHERE id = ?", (document_id,))
    ids = connection.execute("SELECT id FROM passages WHERE document_id = ?", (document_id,)).fetchall()
    outbox.queue(connection, OperationKind.PUT_PASSAGE, space_id, [passage_id for (passage_id,) in ids])
    outbox.queue(connection, OperationKind.PUT_DOCUMENT, space_id, [document_id])
    return True


def count_removed(connection: sqlite3.Connection, removed_before: str) -> int:
    """How many documents were removed before then, and are kept."""
    row = connection.execute("SELECT count(*) FROM documents WHERE removed < ?", (removed_before,)).fetchone()
    return int(row[0])


def forget(connection: sqlite3.Connection, removed_before: str, limit: int) -> int:
    """Drop removed documents, so many at most, with their history; their vectors are let go."""
    old = "(SELECT id FROM documents WHERE removed < ? ORDER BY id LIMIT ?)"
    values = (removed_before, limit)
    released = connection.execute(
        f"""SELECT key_id FROM past_passages JOIN versions ON versions.id = version_id
            WHERE document_id IN {old}""",
        values,
    ).fetchall()
    cursor = connection.execute(f"DELETE FROM documents WHERE id IN {old}", values)
    vectors.release(connection, (key_id for (key_id,) in released))
    return cursor.rowcount


def touch(
    connection: sqlite3.Connection, document_id: int, size: int, mtime_ns: int, etag: str, identity: str
) -> None:
    """Note a file's new time stamp where its content is the same."""
    connection.execute(
        "UPDATE documents SET size = ?, mtime_ns = ?, etag = ?, identity = ? WHERE id = ?",
        (size, mtime_ns, etag, identity, document_id),
    )


def move(
    connection: sqlite3.Connection,
    document_id: int,
    path: str,
    uri: str,
    *,
    mtime_ns: int | None,
    title: str | None,
) -> None:
    """Give a document another place; ValueError where another document lives there."""
    row = connection.execute(
        "SELECT drive_id, space_id, title, path FROM documents WHERE id = ? AND removed IS NULL",
        (document_id,),
    ).fetchone()
    if row is None:
        raise ValueError(f"there is no document {document_id} to move")
    drive_id, space_id, old_title, old_path = row
    taken = connection.execute(
        "SELECT id FROM documents WHERE drive_id = ? AND path = ? AND removed IS NULL", (drive_id, path)
    ).fetchone()
    if taken is not None and taken[0] != document_id:
        raise ValueError(f"document {taken[0]} already lives at {path}")
    connection.execute(
        """UPDATE documents SET path = ?, uri = ?, mtime_ns = coalesce(?, mtime_ns),
           title = coalesce(?, title) WHERE id = ?""",
        (path, uri, mtime_ns, title, document_id),
    )
    ledger.clear_failure(connection, drive_id, path)
    if (title is not None and title != old_title) or _dates_told(path) != _dates_told(old_path):
        rows = connection.execute("SELECT id FROM passages WHERE document_id = ?", (document_id,))
        outbox.queue(connection, OperationKind.PUT_PASSAGE, space_id, [number for (number,) in rows])
        outbox.queue(connection, OperationKind.PUT_DOCUMENT, space_id, [document_id])


def _dates_told(path: str) -> tuple[frozenset[Day], Lent]:
    """The days that a file's name tells, and the year that its path lends to calendar weeks."""
    return days_in_name(path), Above.of((), "", path).lent


def _checked_space(connection: sqlite3.Connection, new: NewDocument) -> int:
    for passage in new.passages:
        if new.text[passage.start : passage.end] != passage.text:
            raise ValueError(f"passage {passage.ordinal} of {new.path} isn't the text at its offsets")
    drive = spaces.drive(connection, new.drive_id)
    if drive.space != new.space:
        raise ValueError(f"drive {drive.id} fills the space {drive.space}, not {new.space}")
    return spaces.space(connection, new.space).id


def _put_row(connection: sqlite3.Connection, new: NewDocument, space_id: int) -> tuple[int, int, bool]:
    """Insert or update the document's own row: its id, its version, and whether its title is new."""
    values = (
        *(new.uri, new.title, new.media_type, new.size, new.mtime_ns, new.content_hash, new.etag),
        new.identity,
        *(new.modified.isoformat() if new.modified else None, now()),
        "\n".join(" ".join(sentence.splitlines()) for sentence in new.left_out),
        new.reading,
    )
    before = connection.execute(
        """SELECT id, version, content_hash, title, removed FROM documents
           WHERE drive_id = ? AND path = ? ORDER BY removed IS NULL DESC, removed DESC LIMIT 1""",
        (new.drive_id, new.path),
    ).fetchone()
    if before is None:
        document_id = connection.execute(
            """INSERT INTO documents (space_id, drive_id, path, version, uri, title, media_type, size,
               mtime_ns, content_hash, etag, identity, modified, indexed, left_out, reading)
               VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
            (space_id, new.drive_id, new.path, *values),
        ).fetchone()[0]
        versions.add_version(connection, document_id, 1, new.content_hash, new.text)
        return document_id, 1, True
    document_id, version, content_hash, title, removed = before
    if removed is None:
        same = content_hash == new.content_hash
        same = same and versions.document_text(connection, document_id, None) == new.text
        if not same:
            versions.archive_passages(connection, [document_id])
    else:
        same = False
    if not same:
        version += 1
        versions.add_version(connection, document_id, version, new.content_hash, new.text)
    connection.execute(
        """UPDATE documents SET version = ?, removed = NULL, uri = ?, title = ?, media_type = ?, size = ?,
           mtime_ns = ?, content_hash = ?, etag = ?, identity = ?, modified = ?, indexed = ?, left_out = ?,
           reading = ? WHERE id = ?""",
        (version, *values, document_id),
    )
    return document_id, version, title != new.title


class _Replaced:
    """What replacing a document's passages did: ids, and the vector keys that dropped passages let go."""

    def __init__(self) -> None:
        self.added = 0
        self.kept = 0
        self.changed: list[int] = []
        self.dropped: list[int] = []
        self.released: set[int] = set()


def _replace_passages(
    connection: sqlite3.Connection,
    document_id: int,
    passages: Iterable[NewPassage],
    keys: dict[str, int],
    *,
    retitled: bool,
) -> _Replaced:
    """A passage with the same words and vector keeps its id and is only put in its new place."""
    result = _Replaced()
    before: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    rows = connection.execute(
        "SELECT id, key_id, text, locator FROM passages WHERE document_id = ? ORDER BY ordinal DESC",
        (document_id,),
    )
    for passage_id, key_id, text, stored in rows:
        before[key_id, text].append((passage_id, stored))
    for passage in passages:
        key_id, locator = keys[passage.vector_key], stored_locator(passage.locator)
        place = (passage.ordinal, passage.start, passage.end, passage.context, passage.table_header, locator)
        if same := before[key_id, passage.text]:
            passage_id, stored = same.pop()
            connection.execute(
                """UPDATE passages SET ordinal = ?, start = ?, "end" = ?, context = ?, table_header = ?,
                   locator = ? WHERE id = ?""",
                (*place, passage_id),
            )
            result.kept += 1
            if retitled or stored != locator:
                result.changed.append(passage_id)
        else:
            cursor = connection.execute(
                """INSERT INTO passages (document_id, text, key_id, ordinal, start, "end", context,
                   table_header, locator) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (document_id, passage.text, key_id, *place),
            )
            result.added += 1
            result.changed.append(int(cursor.lastrowid or 0))
    for (key_id, _), left in before.items():
        result.dropped += [passage_id for passage_id, _ in left]
        result.released |= {key_id} if left else set()
    connection.execute(
        "DELETE FROM passages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(result.dropped),)
    )
    return result


def _queue_unused(connection: sqlite3.Connection, space_id: int, keys: set[int]) -> None:
    """Have the vectors taken out that no passage of the space needs any more."""
    unused = keys - keys_in_use(connection, space_id, keys)
    outbox.queue(connection, OperationKind.DROP_VECTOR, space_id, sorted(unused))


def _given_keys(connection: sqlite3.Connection, new: NewDocument) -> list[tuple[str, int]]:
    rows = connection.execute(
        "SELECT key, id FROM vector_keys WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(new.vectors)),),
    )
    return list(rows)
