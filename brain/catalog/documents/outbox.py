"""What the indexes still have to do, written in the same transaction as what makes it necessary."""

import sqlite3
from collections.abc import Iterable

from brain.catalog.rows import Operation, OperationKind


def queue(connection: sqlite3.Connection, kind: OperationKind, space_id: int, targets: Iterable[int]) -> None:
    """Leave one operation for each target (a passage's, document's or vector key's id)."""
    connection.executemany(
        "INSERT INTO outbox (kind, space_id, target) VALUES (?, ?, ?)",
        [(kind.value, space_id, target) for target in targets],
    )


def pending(connection: sqlite3.Connection, limit: int) -> list[Operation]:
    """The oldest operations that aren't applied."""
    rows = connection.execute(
        "SELECT sequence, kind, space_id, target FROM outbox ORDER BY sequence LIMIT ?", (limit,)
    )
    return [Operation(number, OperationKind(kind), space, target) for number, kind, space, target in rows]


def between(connection: sqlite3.Connection, after: int, last: int) -> list[Operation]:
    """The operations after one, up to another, that aren't applied."""
    rows = connection.execute(
        """SELECT sequence, kind, space_id, target FROM outbox WHERE sequence > ? AND sequence <= ?
           ORDER BY sequence""",
        (after, last),
    )
    return [Operation(number, OperationKind(kind), space, target) for number, kind, space, target in rows]


def behind(connection: sqlite3.Connection) -> int:
    """How many operations aren't applied."""
    return int(connection.execute("SELECT count(*) FROM outbox").fetchone()[0])


def newest(connection: sqlite3.Connection) -> int:
    """The sequence of the youngest operation ever queued, applied or not."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    return int(row[0]) if row else 0


def kept_since(connection: sqlite3.Connection, sequence: int) -> bool:
    """Whether all operations that were queued after that one are still to be done."""
    row = connection.execute("SELECT count(*) FROM outbox WHERE sequence > ?", (sequence,)).fetchone()
    return int(row[0]) == newest(connection) - sequence


def mark_applied(connection: sqlite3.Connection, up_to: int) -> None:
    """Forget the operations up to that sequence."""
    connection.execute("DELETE FROM outbox WHERE sequence <= ?", (up_to,))
