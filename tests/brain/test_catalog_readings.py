"""Which reading made a document: also in catalogs and backups of the time before that was kept."""

import sqlite3
from importlib.resources import files
from pathlib import Path

import pytest
from stored_documents import document, new_catalog

from brain.catalog.backup import restore
from brain.catalog.catalog import Catalog
from brain.catalog.drives import readings
from brain.catalog.home import Home
from brain.catalog.rows import NewFailure
from brain.catalog.schema import APPLICATION_ID

_DAY = "2026-01-01T00:00:00+00:00"
CURRENT = frozenset({"pdf 2.1", "word 1.1"})


def older(path: Path) -> None:
    """A catalog of the layout before, with a document and a failure."""
    scripts = sorted((files("brain.catalog") / "migrations").iterdir(), key=lambda script: script.name)[:8]
    with sqlite3.connect(path) as connection:
        for script in scripts:
            connection.executescript(script.read_text())
        connection.execute("INSERT INTO meta VALUES ('identity', 'eight')")
        connection.execute("INSERT INTO spaces (name, created) VALUES ('general', ?)", (_DAY,))
        connection.execute("INSERT INTO drives VALUES (1, '/drive', 1, 1, ?, NULL, '{}', '', 'ok', '', NULL, 0, 0, '', '')", (_DAY,))  # fmt: skip # noqa: E501
        connection.execute(
            """INSERT INTO documents (space_id, drive_id, path, uri, title, media_type, size, mtime_ns,
               content_hash, etag, indexed, version)
               VALUES (1, 1, 'a.pdf', '', 'A', '', 1, 1, 'h', 'e', ?, 1)""",
            (_DAY,),
        )
        connection.execute(
            """INSERT INTO failures (drive_id, path, size, mtime_ns, content_hash, sentence, detail,
               retryable, failed) VALUES (1, 'b.pdf', 1, 1, 'h', 'It is damaged.', '', 0, ?)""",
            (_DAY,),
        )
        connection.execute("PRAGMA user_version = 8")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.close()


def test_what_was_read_before_there_were_marks_waits_to_be_read_anew(tmp_path: Path) -> None:
    older(tmp_path / "catalog.db")
    with Catalog(tmp_path / "catalog.db") as catalog:
        assert catalog.readings.waiting(CURRENT) == {1: 1}
        known = catalog.ledger(1)
        assert (known["a.pdf"].reading, known["b.pdf"].reading) == ("", "")


def test_a_backup_of_that_time_is_put_back_and_waits_too(tmp_path: Path) -> None:
    older(tmp_path / "backup.db")
    home = Home(tmp_path / "home")
    restore(home, tmp_path / "backup.db")
    with Catalog(home.catalog) as catalog:
        assert catalog.readings.waiting(CURRENT) == {1: 1}


def test_what_waits_is_counted_without_what_can_not_be_read_or_is_out(tmp_path: Path) -> None:
    with new_catalog(tmp_path) as catalog:
        drive, other = catalog.add_drive("/drive", "general"), catalog.add_drive("/other", "general")
        marks = {"a": "pdf 2.1", "b": "pdf 1.1", "c": "", "d": "word 1.1", "e": "pdf 1.1", "f": "pdf 1.1"}
        stored = {
            path: catalog.put_document(document(catalog, drive, path, [f"text of {path}"], reading=reading))
            for path, reading in marks.items()
        }
        catalog.put_document(document(catalog, other, "x", ["another"], reading="word 1.1"))
        catalog.record_failure(drive.id, NewFailure("e", 1, 1, "h", "It is damaged.", reading="any 1.1"))
        catalog.remove_document(stored["f"].document_id)
        assert catalog.readings.waiting(CURRENT) == {drive.id: 2}
        assert catalog.ledger(drive.id)["b"].reading == "pdf 1.1"
        assert catalog.ledger(drive.id)["e"].reading == "any 1.1"
        catalog.readings.forget(other.id)
        assert catalog.readings.waiting(CURRENT) == {drive.id: 2, other.id: 1}
        catalog.removals.begin(drive.id)
        assert catalog.readings.waiting(CURRENT) == {other.id: 1}


def test_a_large_drive_is_forgotten_some_at_a_time_and_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "FORGOTTEN_AT_ONCE", 2)
    with new_catalog(tmp_path) as catalog:
        drive = catalog.add_drive("/drive", "general")
        for path in "abcde":
            catalog.put_document(document(catalog, drive, path, [f"text of {path}"], reading="pdf 2.1"))
        for path in "xyz":
            failed = NewFailure(path, 1, 1, "h", "It is damaged.", reading="any 2.1")
            catalog.record_failure(drive.id, failed)
        begun: list[str] = []
        with catalog.database.writing() as connection:
            connection.set_trace_callback(lambda said: begun.append(said) if "BEGIN" in said else None)
        catalog.readings.forget(drive.id)
        assert len(begun) > 5, "others can write in between"
        assert {catalog.ledger(drive.id)[path].reading for path in "abcdexyz"} == {""}
