"""Vectors by the string that was embedded: made once, shared by equal passages, of one embedder at a time."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from brain.catalog.rows import UnembeddedText, Vector
from brain.catalog.schema import now
from brain.errors import EmbedderMismatch

_STORED = np.dtype("<f4")


class ActiveEmbedder(NamedTuple):
    """The embedder that all searchable vectors come from."""

    id: int
    identity: str
    dimensions: int


def embedded_text(context: str, table_header: str, text: str) -> str:
    """The string that stands for a passage when it's embedded: where it is from, then what it says."""
    return "\n".join(part for part in (context, table_header, text) if part)


def active_embedder(connection: sqlite3.Connection) -> ActiveEmbedder | None:
    """The embedder in use, or None in a new catalog."""
    row = connection.execute("SELECT id, identity, dimensions FROM embedders WHERE active = 1").fetchone()
    return ActiveEmbedder(*row) if row else None


def set_embedder(connection: sqlite3.Connection, identity: str, dimensions: int) -> None:
    """Name the embedder of a new catalog; for one in use, EmbedderMismatch unless it's the same."""
    active = active_embedder(connection)
    if active is None:
        _add_embedder(connection, identity, dimensions)
        connection.execute("UPDATE embedders SET active = 1 WHERE identity = ?", (identity,))
    elif (active.identity, active.dimensions) != (identity, dimensions):
        raise EmbedderMismatch(
            f"The vectors in this home were made by {active.identity}, and {identity} is set now: "
            "run `citewise rebuild --embed-again`, or set CITEWISE_EMBEDDINGS back."
        )


def prepare_embedder(connection: sqlite3.Connection, identity: str, dimensions: int) -> None:
    """Make room for a second embedder's vectors beside those in use; switch_embedder() puts them to use."""
    _add_embedder(connection, identity, dimensions)


def switch_embedder(connection: sqlite3.Connection, identity: str) -> None:
    """Use that embedder's vectors from now on and drop all others; ValueError while any is missing."""
    if unembedded(connection, identity, limit=1):
        raise ValueError(f"some passages have no vector from {identity} yet")
    connection.execute("UPDATE embedders SET active = 0")
    connection.execute("UPDATE embedders SET active = 1 WHERE identity = ?", (identity,))
    connection.execute("DELETE FROM embedders WHERE active = 0")


def unembedded(connection: sqlite3.Connection, identity: str, limit: int) -> list[UnembeddedText]:
    """Strings of present passages that have no vector from that embedder."""
    rows = connection.execute(
        """SELECT vector_keys.key, context, table_header, text FROM vector_keys
           JOIN passages ON passages.id = (SELECT min(id) FROM passages WHERE key_id = vector_keys.id)
           WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE key_id = vector_keys.id AND embedder_id =
                             (SELECT id FROM embedders WHERE identity = ?))
           LIMIT ?""",
        (identity, limit),
    )
    return [UnembeddedText(key, embedded_text(context, header, text)) for key, context, header, text in rows]


def missing_vectors(connection: sqlite3.Connection, keys: Iterable[str]) -> set[str]:
    """Which of these keys have no vector from the active embedder."""
    wanted = set(keys)
    rows = connection.execute(
        """SELECT key FROM vector_keys JOIN vectors ON key_id = vector_keys.id
           JOIN embedders ON embedders.id = embedder_id AND active = 1
           WHERE key IN (SELECT value FROM json_each(?))""",
        (json.dumps(sorted(wanted)),),
    )
    return wanted - {key for (key,) in rows}


def add_vectors(connection: sqlite3.Connection, identity: str, vectors: Mapping[str, Vector]) -> None:
    """Store vectors of an embedder; a key that it already has keeps its first vector."""
    row = connection.execute(
        "SELECT id, dimensions FROM embedders WHERE identity = ?", (identity,)
    ).fetchone()
    if row is None:
        raise ValueError(f"no embedder {identity} was named for this catalog")
    embedder_id, dimensions = row
    connection.executemany("INSERT OR IGNORE INTO vector_keys (key) VALUES (?)", [(key,) for key in vectors])
    connection.executemany(
        """INSERT OR IGNORE INTO vectors (embedder_id, key_id, vector)
           SELECT ?, id, ? FROM vector_keys WHERE key = ?""",
        [(embedder_id, _blob(vector, dimensions), key) for key, vector in vectors.items()],
    )


def keep(connection: sqlite3.Connection, vectors: Mapping[str, Vector]) -> None:
    """Store vectors of the embedder in use before what they stand for; unclaimed ones are collected later."""
    active = active_embedder(connection)
    if active is None:
        raise ValueError("the catalog's embedder must be set before vectors are stored")
    add_vectors(connection, active.identity, vectors)
    rows = connection.execute(
        "SELECT id FROM vector_keys WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(vectors)),),
    )
    release(connection, [key_id for (key_id,) in rows])


def claim_keys(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, int]:
    """The row of each key, which is in use from now on; ValueError names one that has no vector."""
    wanted = set(keys)
    rows = connection.execute(
        """SELECT key, vector_keys.id FROM vector_keys JOIN vectors ON key_id = vector_keys.id
           JOIN embedders ON embedders.id = embedder_id AND active = 1
           WHERE key IN (SELECT value FROM json_each(?))""",
        (json.dumps(sorted(wanted)),),
    )
    found: dict[str, int] = dict(rows)
    if missing := wanted - found.keys():
        raise ValueError(f"no vector was given for passage key {min(missing)} ({len(missing)} are missing)")
    connection.execute(
        """UPDATE vector_keys SET orphaned = NULL
           WHERE orphaned NOTNULL AND id IN (SELECT value FROM json_each(?))""",
        (json.dumps(sorted(found.values())),),
    )
    return found


def release(connection: sqlite3.Connection, candidates: Iterable[int]) -> None:
    """Note those of these keys that no present or kept passage refers to; collect() drops them later."""
    connection.execute(
        """UPDATE vector_keys SET orphaned = ?
           WHERE id IN (SELECT value FROM json_each(?)) AND orphaned IS NULL
           AND NOT EXISTS (SELECT 1 FROM passages WHERE key_id = vector_keys.id)
           AND NOT EXISTS (SELECT 1 FROM past_passages WHERE key_id = vector_keys.id)""",
        (now(), json.dumps(sorted(set(candidates)))),
    )


def collect(connection: sqlite3.Connection, orphaned_before: datetime) -> int:
    """Drop keys that nothing has referred to since then, with their vectors."""
    before = orphaned_before.astimezone(UTC).isoformat()
    return connection.execute("DELETE FROM vector_keys WHERE orphaned < ?", (before,)).rowcount


def blob_of(vector: Vector) -> bytes:
    """A vector as it is stored; ValueError unless it is one row of finite numbers."""
    return _blob(vector, np.asarray(vector).size)


def vector_of(blob: bytes) -> Vector:
    """A stored vector as float32 of shape (dimensions,), read-only."""
    return np.frombuffer(blob, dtype=_STORED)


def _add_embedder(connection: sqlite3.Connection, identity: str, dimensions: int) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO embedders (identity, dimensions, active) VALUES (?, ?, 0)",
        (identity, dimensions),
    )


def _blob(vector: Vector, dimensions: int) -> bytes:
    array = np.asarray(vector, dtype=_STORED)
    if array.shape != (dimensions,) or not np.isfinite(array).all():
        raise ValueError(f"a vector must hold {dimensions} finite numbers, not shape {array.shape}")
    return array.tobytes()
