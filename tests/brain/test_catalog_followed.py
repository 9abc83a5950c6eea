"""What the catalog keeps of following drives, and that homes from before are brought to it."""

import sqlite3
from importlib.resources import files

import pytest
from stored_documents import document, new_catalog

from brain.catalog.catalog import Catalog
from brain.catalog.drives import ledger
from brain.catalog.drives.followed import KEPT_LAGS
from brain.catalog.drives.ledger import PAGE
from brain.catalog.rows import DriveState, NewFailure
from brain.catalog.schema import APPLICATION_ID
from brain.errors import UsageError

THEN = "2026-01-01T00:00:00+00:00"


@pytest.fixture
def catalog(tmp_path):
    with new_catalog(tmp_path) as catalog:
        yield catalog


def test_a_home_from_before_keeps_its_drives_documents_and_failures(tmp_path):
    path = tmp_path / "catalog.db"
    folder = files("brain.catalog") / "migrations"
    with sqlite3.connect(path) as connection:
        for name in ("001_catalog.sql", "002_orphaned_vectors.sql"):
            connection.executescript((folder / name).read_text())
        connection.executescript(
            f"""INSERT INTO meta VALUES ('identity', 'old');
            INSERT INTO spaces (name, created) VALUES ('general', '{THEN}');
            INSERT INTO drives (url, space_id, watched, added) VALUES ('file:///d', 1, 0, '{THEN}');
            INSERT INTO documents (space_id, drive_id, path, uri, title, media_type, size, mtime_ns,
            content_hash, etag, indexed, version)
            VALUES (1, 1, 'a.md', 'file:///d/a.md', 'A', 'text/markdown', 3, 4, 'h', 'e', '{THEN}', 1);
            INSERT INTO failures VALUES (1, 'lock.md', 1, 2, '', 'Locked.', '', 1, '{THEN}');
            INSERT INTO failures VALUES (1, 'bad.pdf', 1, 2, '', 'Bad.', '', 0, '{THEN}');
            PRAGMA user_version = 2; PRAGMA application_id = {APPLICATION_ID};"""
        )
    with Catalog(path) as catalog:
        (known,) = catalog.followed.all()
        assert (known.state, known.documents, known.failed, known.held) == (DriveState.OK, 1, 2, 0)
        entry = catalog.ledger(1)["a.md"]
        assert (entry.size, entry.mtime_ns, entry.etag, entry.identity) == (3, 4, "e", "")
        retry = catalog.followed.retry
        assert (retry(1, "lock.md").next_try, retry(1, "bad.pdf").next_try) == (0, None)
        assert retry(1, "a.md") is None
        assert catalog.followed.next_retry(1) == 0
        assert catalog.followed.due(1, 10.0, 5) == ["lock.md"]


def test_adding_a_drive_again_changes_its_settings_and_nothing_else(catalog):
    first = catalog.followed.follow("file:///d", "general", {"every": 60})
    assert first.watched
    assert catalog.followed.follow("file:///d", "general", {"every": 90}).id == first.id
    assert catalog.followed.of(first.id).options == {"every": 90}
    catalog.add_drive("file:///once", "general")
    assert list(catalog.followed.marks()) == [first.id]
    catalog.removals.begin(first.id)
    assert catalog.followed.marks() == {}
    with pytest.raises(UsageError, match="no drive"):
        catalog.followed.of(first.id)


def test_a_state_begins_when_it_changes_and_a_confirmation_lets_go_what_is_held(catalog):
    drive = catalog.followed.follow("file:///d", "general", {})
    assert catalog.followed.set_state(drive.id, DriveState.SUSPENDED, "Gone.", held=7)
    since = catalog.followed.of(drive.id).since
    assert not catalog.followed.set_state(drive.id, DriveState.SUSPENDED, "More gone.", held=9)
    known = catalog.followed.of(drive.id)
    assert (known.since, known.reason, known.held) == (since, "More gone.", 9)
    assert catalog.followed.allow(drive.id) == 9
    assert catalog.followed.marks()[drive.id][1] == 9
    catalog.followed.used_allowance(drive.id)
    assert catalog.followed.of(drive.id).allowed == 0


def test_only_the_last_lags_are_kept(catalog):
    drive, other = (catalog.followed.follow(f"file:///{name}", "general", {}) for name in "ab")
    catalog.followed.add_lags(other.id, [1.5])
    for start in range(0, KEPT_LAGS + 200, 100):
        catalog.followed.add_lags(drive.id, [float(start + n) for n in range(100)])
    lags = catalog.followed.of(drive.id).lags
    assert lags == tuple(float(n) for n in range(200, KEPT_LAGS + 200))
    assert catalog.followed.of(other.id).lags == (1.5,)


def test_a_part_of_the_ledger_is_what_lies_there_and_below(catalog):
    drive = catalog.add_drive("file:///d", "general")
    for path in ("hr/a.md", "hr/x/b.md", "hr.md", "hr0.md", "hr", "h"):
        catalog.put_document(document(catalog, drive, path, [f"words of {path}"]))
    catalog.record_failure(drive.id, NewFailure("hr/bad.pdf", 1, 1, "", "Bad."))
    ledger = catalog.ledger(drive.id)
    below = dict(ledger.below(["hr"]))
    assert set(below) == {"hr", "hr/a.md", "hr/x/b.md", "hr/bad.pdf"}
    assert below == {path: entry.document_id for path, entry in ledger.items() if path in below}
    assert below["hr/bad.pdf"] is None


def test_a_ledger_of_several_pages_is_read_whole_and_in_part(catalog):
    drive, count = catalog.add_drive("file:///d", "general"), 2 * PAGE + 1
    with catalog.database.writing() as connection:
        connection.executemany(
            """INSERT INTO documents (space_id, drive_id, path, uri, title, media_type, size, mtime_ns,
               content_hash, etag, indexed, version) VALUES (1, ?, ?, '', '', '', ?, 0, '', '', '', 1)""",
            ((drive.id, f"x/{number}", number) for number in range(count)),
        )
        connection.executemany(
            """INSERT INTO failures (drive_id, path, size, mtime_ns, content_hash, sentence, detail,
               retryable, failed) VALUES (?, ?, 7, 0, '', '', '', 1, '')""",
            ((drive.id, f"x/{number}") for number in range(count - 3, count + PAGE + 2)),
        )
    known = catalog.ledger(drive.id)
    paths = {f"x/{number}" for number in range(count + PAGE + 2)}
    assert (len(known), set(known), {path for path, _ in known.below(["x"])}) == (len(paths), paths, paths)
    entries = known.at([*sorted(paths), "y"])
    assert set(entries) == paths
    assert all(entries[f"x/{number}"].size == number for number in range(count - 3))
    assert all(entries[f"x/{number}"].size == 7 for number in range(count - 3, count + PAGE + 2))
    assert (entries[f"x/{count - 1}"].document_id is None, entries[f"x/{count}"].document_id) == (False, None)
    assert known.at([]) == {}


def test_the_parts_of_a_drive_are_all_of_it_and_each_document_once(catalog):
    drive = catalog.add_drive("file:///d", "general")
    for number in range(30):
        catalog.put_document(document(catalog, drive, f"{number}.md", [f"words of {number}"]))
    parts = [catalog.followed.slice_paths(drive.id, first, 1, 7) for first in range(7)]
    assert sorted(path for part in parts for path in part) == sorted(catalog.ledger(drive.id))
    assert all(parts)
    assert sorted(catalog.followed.slice_paths(drive.id, 5, 3, 7)) == sorted(parts[5] + parts[6] + parts[0])


def test_a_part_of_a_large_drive_comes_in_pages(catalog, monkeypatch):
    monkeypatch.setattr(ledger, "SLICE_PAGE", 3)
    drive = catalog.add_drive("file:///d", "general")
    for number in range(10):
        catalog.put_document(document(catalog, drive, f"{number}.md", [f"words of {number}"]))
    pages, after = [], ""
    while page := catalog.followed.slice_paths(drive.id, 0, 1, 1, after):
        pages.append(page)
        after = page[-1]
    assert [len(page) for page in pages] == [3, 3, 3, 1]
    assert [path for page in pages for path in page] == sorted(catalog.ledger(drive.id))


def test_the_vector_keys_of_equal_content_are_found_while_it_is_there(catalog):
    drive = catalog.add_drive("file:///d", "general")
    put = document(catalog, drive, "a.md", ["alpha", "beta"])
    stored = catalog.put_document(put)
    keys = catalog.keys_of_content(put.content_hash, put.reading)
    assert {(p.start, p.end, p.text): p.vector_key for p in put.passages} == keys
    catalog.remove_document(stored.document_id)
    assert catalog.keys_of_content(put.content_hash, put.reading) == {}
