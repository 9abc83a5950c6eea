"""The audit log: who changed what and when, each entry sealed with the hash of the one before it."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from brain.catalog.schema import now
from brain.catalog.storage import Database

_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry: `hash` covers everything else in it, and `previous` is the hash of the entry before."""

    sequence: int
    at: str
    actor: str
    action: str
    object: str
    detail: str
    previous: str
    hash: str

    def seal(self) -> str:
        """The hash that an untouched entry carries."""
        return _seal(self.sequence, self.at, self.actor, self.action, self.object, self.detail, self.previous)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of the whole log found: `broken` is the first entry that does not fit, if any.

    Entries cut off at the end leave no trace in a chain: compare `head` with one that was kept elsewhere.
    """

    entries: int
    head: str
    broken: int | None


class AuditLog:
    """The log of one catalog; it is only ever added to, which the database itself sees to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, actor: str, action: str, obj: str, detail: Mapping[str, object] | None = None) -> None:
        """Add one entry, in a transaction of its own."""
        with self._database.writing() as connection:
            append(connection, actor, action, obj, detail)

    def entries(self, limit: int | None = None) -> list[AuditEntry]:
        """The last entries (all without a limit), oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM (SELECT * FROM audit ORDER BY sequence DESC LIMIT ?) ORDER BY sequence",
                (-1 if limit is None else limit,),
            ).fetchall()
        return [AuditEntry(*row) for row in rows]

    def verify(self) -> Verified:
        """Follow the chain from the first entry to the last."""
        count, head = 0, _FIRST
        with self._database.reading() as connection:
            for entry in _all(connection):
                sound = entry.sequence == count + 1 and entry.previous == head and entry.hash == entry.seal()
                if not sound:
                    return Verified(count, head, entry.sequence)
                count, head = count + 1, entry.hash
        return Verified(count, head, None)


def append(
    connection: sqlite3.Connection, actor: str, action: str, obj: str, detail: Mapping[str, object] | None
) -> None:
    """Add one entry within the transaction of the change that it tells of."""
    last = connection.execute("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1").fetchone()
    sequence, previous = (last[0] + 1, last[1]) if last else (1, _FIRST)
    words = json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True)
    row = (sequence, now(), actor, action, obj, words, previous)
    connection.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, _seal(*row)))


def _seal(*fields: object) -> str:
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def _all(connection: sqlite3.Connection) -> Iterator[AuditEntry]:
    for row in connection.execute("SELECT * FROM audit ORDER BY sequence"):
        yield AuditEntry(*row)
