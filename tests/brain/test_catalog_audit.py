"""The audit log: only added to, and any touch of it is found."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from brain.catalog.catalog import Catalog


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog.db") as catalog:
        for number in range(5):
            catalog.audit.append("someone", "add done", f"Document {number}", {"space": "general"})
        yield catalog


def test_a_chain_that_nobody_touched_is_sound(catalog: Catalog) -> None:
    found = catalog.audit.verify()
    assert (found.entries, found.broken) == (5, None)
    last = catalog.audit.entries(2)
    assert [entry.object for entry in last] == ["Document 3", "Document 4"]
    assert found.head == last[-1].hash
    assert last[1].previous == last[0].hash


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses_changes(catalog: Catalog, statement: str) -> None:
    refused = pytest.raises(sqlite3.IntegrityError, match="only ever added to")
    with refused, catalog.database.writing() as writer:
        writer.execute(statement)
    assert catalog.audit.verify().entries == 5


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE audit SET actor = 'someone else' WHERE sequence = 3", 3),
        ("UPDATE audit SET detail = '{}' WHERE sequence = 1", 1),
        ("DELETE FROM audit WHERE sequence = 2", 3),
        ("UPDATE audit SET hash = 'x' || substr(hash, 2) WHERE sequence = 4", 4),
    ],
)
def test_tampering_behind_the_triggers_is_found(catalog: Catalog, tampering: str, broken: int) -> None:
    with catalog.database.writing() as writer:
        writer.execute("DROP TRIGGER audit_is_not_rewritten")
        writer.execute("DROP TRIGGER audit_is_not_shortened")
        writer.execute(tampering)
    assert catalog.audit.verify().broken == broken
