"""What tickets can be about: categories, one whatever the case of their letters, and what is labelled so."""

import json
import sqlite3
from collections.abc import Iterable

from brain.catalog.tickets.case_rows import CategoryRow, Example
from brain.catalog.tickets.comparing import NAMES


def rows(connection: sqlite3.Connection) -> list[CategoryRow]:
    """All categories by name: those set up, by an admin or with a case, and those that examples name."""
    found = connection.execute(
        f"""SELECT found.name, coalesce(description, ''), coalesce(owner, '')
            FROM ({NAMES}) AS found LEFT JOIN categories ON categories.name = found.name
            ORDER BY found.name"""
    )
    return [CategoryRow(*row) for row in found.fetchall()]


def spellings(connection: sqlite3.Connection) -> dict[str, str]:
    """How categories are written, by `key_of` their names; those that are taken away but on cases, too."""
    found = connection.execute(f"SELECT DISTINCT category FROM cases UNION ALL SELECT name FROM ({NAMES})")
    return {key_of(name): name for (name,) in found if name}


def key_of(name: str) -> str:
    """What is the same of a category however it is written: `VPN`, `vpn` and ` Vpn` are one."""
    return " ".join(name.split()).casefold()


def known_as(connection: sqlite3.Connection, name: str) -> str:
    """A category as it was first written; as it stands here, where there is none."""
    return spellings(connection).get(key_of(name), " ".join(name.split()))


def labelled(connection: sqlite3.Connection, examples: Iterable[Example]) -> list[Example]:
    """Examples with their categories as these are written; those without words or a category left out."""
    known = spellings(connection)
    found: dict[Example, None] = {}
    for example in examples:
        text, name = example.text.strip(), " ".join(example.category.split())
        if text and name:
            found[Example(text, known.setdefault(key_of(name), name))] = None
    return list(found)


def examples(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Example]:
    """The labelled messages of these ids; ids of cases, and those that are gone, are absent."""
    found = connection.execute(
        """SELECT id, text, category FROM cases
           WHERE state = 'example' AND id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(ids)),),
    )
    return {number: Example(text, category) for number, text, category in found.fetchall()}


def example_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many messages were learnt, by category; categories without any are absent."""
    found = connection.execute(
        "SELECT category, count(*) FROM cases WHERE state = 'example' GROUP BY category"
    )
    return dict(found.fetchall())
