"""What tickets are compared by: the vectors of cases and examples, and which of them count for a category."""

import json
import sqlite3
from collections.abc import Collection, Iterable
from typing import NamedTuple

from brain.catalog.documents.vectors import blob_of, vector_of
from brain.catalog.rows import Vector

NAMES = """SELECT name FROM categories
    UNION SELECT category FROM cases WHERE state = 'example'"""
"""The categories that there are."""


class Comparable(NamedTuple):
    """What a ticket may be held against: an example or a case.

    `category` is empty where nobody stands for it: it was only found out, and the case isn't closed yet, or
    the category was taken away.
    """

    id: int
    category: str
    example: bool
    vector: Vector


def without_vector(connection: sqlite3.Connection, embedder: str, limit: int) -> list[tuple[int, str]]:
    """Ids and texts of cases and examples that have no vector of this embedder."""
    return connection.execute(
        "SELECT id, text FROM cases WHERE embedder <> ? ORDER BY id LIMIT ?", (embedder, limit)
    ).fetchall()


def add_vectors(
    connection: sqlite3.Connection, embedder: str, vectors: Iterable[tuple[int, str, Vector]]
) -> None:
    """Keep vectors by id and the text that they are of; none where a case has another text by now."""
    connection.executemany(
        "UPDATE cases SET embedder = ?, vector = ? WHERE id = ? AND text = ?",
        [(embedder, blob_of(vector), number, text) for number, text, vector in vectors],
    )


def comparable(connection: sqlite3.Connection, embedder: str, places: Collection[str]) -> list[Comparable]:
    """Examples, and cases of these places; those that say something."""
    rows = connection.execute(
        f"""SELECT id, CASE WHEN (state IN ('example', 'resolved') OR category_by <> '')
                AND category IN ({NAMES}) THEN category ELSE '' END, state = 'example', vector
            FROM cases WHERE embedder = ? AND vector <> x''
            AND (state = 'example' OR (place <> '' AND place IN (SELECT value FROM json_each(?))))
            ORDER BY id""",
        (embedder, json.dumps(list(places))),
    ).fetchall()
    return [
        Comparable(number, category, bool(example), vector_of(vector))
        for number, category, example, vector in rows
    ]
