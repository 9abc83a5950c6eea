import os
import resource
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from stored_documents import document, new_catalog

from brain.catalog.backup import backup, restore, tidy
from brain.catalog.catalog import Catalog
from brain.catalog.home import Home
from brain.errors import StorageFailed, UsageError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one document, and something in its index folder."""
    made = Home(tmp_path / "home")
    made.prepare()
    with new_catalog(made.path) as catalog:
        drive = catalog.add_drive("/drive", "general")
        catalog.put_document(document(catalog, drive, "first.txt", ["the first document"]))
    made.index.mkdir()
    (made.index / "CURRENT").write_text("g000001")
    return made


def paths(home: Home) -> list[str]:
    with Catalog(home.catalog) as catalog:
        return [row.path for row in catalog.documents()]


def add(home: Home, path: str) -> None:
    with Catalog(home.catalog) as catalog:
        drive = catalog.add_drive("/drive", "general")
        catalog.put_document(document(catalog, drive, path, [f"text of {path}"]))


def test_a_backup_is_for_its_owner_alone_whatever_the_umask(home: Home, tmp_path: Path):
    copy, before = tmp_path / "copy.db", os.umask(0o022)
    try:
        with Catalog(home.catalog) as catalog:
            backup(catalog, copy)
        restore(home, copy)
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (copy, home.catalog)] == [0o600, 0o600]


def test_a_backup_is_written_into_nothing_that_somebody_else_has_put_there(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Where others may write too, they can be quicker than whoever backs up; here they always are."""
    theirs, link = tmp_path / "theirs", tmp_path / "copy.db.part"
    theirs.touch(mode=0o666)
    link.symlink_to(theirs)
    with Catalog(home.catalog) as catalog:
        with monkeypatch.context() as quicker:
            quicker.setattr(Path, "unlink", lambda path, missing_ok=False: None)
            with pytest.raises(StorageFailed, match="only you can write"):
                backup(catalog, tmp_path / "copy.db")
        assert (theirs.read_bytes(), link.is_symlink()) == (b"", True)
        backup(catalog, tmp_path / "copy.db")
    assert theirs.read_bytes() == b""


def test_a_restored_catalog_is_the_one_that_was_backed_up(home: Home, tmp_path: Path):
    copy = tmp_path / "copy.db"
    stages: list[tuple[str, int, int]] = []
    with Catalog(home.catalog) as catalog:
        identity = catalog.identity()
        backup(catalog, copy, lambda *step: stages.append(step))
    add(home, "second.txt")
    restore(home, copy, lambda *step: stages.append(step))
    assert paths(home) == ["first.txt"]
    with Catalog(home.catalog) as catalog:
        assert catalog.identity() == identity
    assert not home.index.exists(), "it belonged to the other catalog"
    assert {stage for stage, _, _ in stages} == {"Backing up", "Checking", "Restoring"}
    assert all(0 <= done <= total for _, done, total in stages)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "home"]
    assert sorted(path.name for path in home.path.iterdir()) == ["catalog.db", "run"]


def test_a_backup_is_of_one_moment_while_documents_arrive(home: Home, tmp_path: Path):
    copy = tmp_path / "copy.db"
    with Catalog(home.catalog) as catalog:
        drive = catalog.add_drive("/drive", "general")
        started, done = threading.Event(), threading.Event()

        def write() -> None:
            number = 0
            while not done.is_set():
                number += 1
                paragraphs = [f"{number} {letter} " * 50 for letter in "abcdefgh"]
                catalog.put_document(document(catalog, drive, f"{number % 40}.txt", paragraphs))
                if number == 50:
                    started.set()

        writer = threading.Thread(target=write)
        writer.start()
        started.wait()
        backup(catalog, copy)
        done.set()
        writer.join()
    with Catalog(copy) as found:
        for row in found.documents():
            text = found.document_text(row.id)
            passages = found.document_passages(row.id)
            assert all(text[p.start : p.end] == p.text for p in passages)
            assert len({p.text.split()[0] for p in passages}) == 1
        assert len(found.documents()) >= 40


def test_the_old_backup_stays_until_the_new_one_is_whole(home: Home, tmp_path: Path):
    copy = tmp_path / "copy.db"
    with Catalog(home.catalog) as catalog:
        backup(catalog, copy)
    older = copy.read_bytes()

    class Stopped(Exception):
        pass

    def stop(*_: object) -> None:
        raise Stopped

    with Catalog(home.catalog) as catalog:
        with pytest.raises(Stopped):
            backup(catalog, copy, stop)
        assert copy.read_bytes() == older
        assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "home"]
        with pytest.raises(UsageError, match="isn't a folder"):
            backup(catalog, tmp_path / "missing" / "copy.db")
        with pytest.raises(UsageError, match="is a folder"):
            backup(catalog, tmp_path)


def test_a_backup_takes_the_place_of_nothing_but_a_backup(home: Home, tmp_path: Path):
    letter, empty, link = tmp_path / "letter.txt", tmp_path / "empty", tmp_path / "link.db"
    letter.write_text("Dear all")
    empty.touch()
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with Catalog(home.catalog) as catalog:
        link.symlink_to(home.catalog)
        for target in (home.catalog, link, home.catalog.with_name("catalog.db-wal")):
            with pytest.raises(UsageError, match="belongs to a catalog in use"):
                backup(catalog, target)
        for target in (letter, foreign):
            before = target.read_bytes()
            with pytest.raises(UsageError, match="no backup of citewise: choose another name"):
                backup(catalog, target)
            assert target.read_bytes() == before
        for _ in range(2):
            backup(catalog, empty)
        catalog.add_drive("file:///srv", "general")
    with Catalog(home.catalog) as catalog:
        assert "file:///srv" in {drive.url for drive in catalog.drives()}


def _garbage(path: Path, whole: bytes) -> None:
    path.write_bytes(b"PK\x03\x04 not a database" * 400)


def _empty(path: Path, whole: bytes) -> None:
    path.write_bytes(b"")


def _cut(path: Path, whole: bytes) -> None:
    path.write_bytes(whole[: len(whole) * 2 // 3])


def _flipped(path: Path, whole: bytes) -> None:
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + b"\xff" * 8192 + whole[middle + 8192 :])


def _foreign(path: Path, whole: bytes) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")


def _newer(path: Path, whole: bytes) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9999")


@pytest.mark.parametrize("spoil", [_garbage, _empty, _cut, _flipped, _foreign, _newer])
def test_a_broken_backup_changes_nothing(home: Home, tmp_path: Path, spoil):
    copy = tmp_path / "copy.db"
    with Catalog(home.catalog) as catalog:
        backup(catalog, copy)
    spoil(copy, copy.read_bytes())
    before = home.catalog.read_bytes()
    with pytest.raises(StorageFailed, match=r"copy\.db"):
        restore(home, copy)
    assert home.catalog.read_bytes() == before
    assert (home.index / "CURRENT").exists()
    assert paths(home) == ["first.txt"]


def test_a_missing_backup_is_named(home: Home, tmp_path: Path):
    with pytest.raises(UsageError, match=r"no file .*nothing\.db"):
        restore(home, tmp_path / "nothing.db")


def test_a_damaged_catalog_is_replaced_with_whatever_log_lies_beside_it(home: Home, tmp_path: Path):
    copy = tmp_path / "copy.db"
    with Catalog(home.catalog) as catalog:
        backup(catalog, copy)
    home.catalog.write_bytes(b"rubbish" * 1000)
    for suffix in ("-wal", "-shm"):
        home.catalog.with_name("catalog.db" + suffix).write_bytes(b"more rubbish" * 1000)
    restore(home, copy)
    assert paths(home) == ["first.txt"]
    assert sorted(path.name for path in home.path.iterdir()) == ["catalog.db", "run"]


def test_a_backup_makes_a_home_where_there_was_none(home: Home, tmp_path: Path):
    copy = tmp_path / "copy.db"
    with Catalog(home.catalog) as catalog:
        backup(catalog, copy)
    fresh = Home(tmp_path / "fresh")
    restore(fresh, copy)
    assert paths(fresh) == ["first.txt"]


def _unfolded(home: Home, copy: Path) -> None:
    """A backup of the home, whose catalog then gets a change that is only in its log, as after a kill."""
    with Catalog(home.catalog) as catalog:
        backup(catalog, copy)
        drive = catalog.add_drive("/drive", "general")
        catalog.put_document(document(catalog, drive, "second.txt", ["text " * 40_000]))
        kept = {path: path.read_bytes() for path in home.path.glob("catalog.db*")}
    for path, content in kept.items():
        path.write_bytes(content)


def test_a_full_disk_while_the_old_catalog_is_set_aside_loses_none_of_its_last_changes(
    home: Home, tmp_path: Path
):
    _unfolded(home, tmp_path / "copy.db")
    log = home.catalog.with_name("catalog.db-wal").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(path.stat().st_size for path in (home.catalog, tmp_path / "copy.db"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, hard))
    try:
        with pytest.raises(StorageFailed, match="nothing was restored"):
            restore(home, tmp_path / "copy.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert home.catalog.with_name("catalog.db-wal").read_bytes() == log
    assert (home.index / "CURRENT").exists()
    assert paths(home) == ["first.txt", "second.txt"]


def test_a_catalog_that_another_program_reads_is_not_replaced(home: Home, tmp_path: Path):
    _unfolded(home, tmp_path / "copy.db")
    with closing(sqlite3.connect(home.catalog, timeout=0)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM documents").fetchone()
        with pytest.raises(StorageFailed, match="Another program is reading"):
            restore(home, tmp_path / "copy.db")
    assert paths(home) == ["first.txt", "second.txt"]


def test_what_a_killed_restore_left_is_tidied_up(home: Home):
    left = ("catalog.db.restoring", "catalog.db.before-restore", "catalog.db.before-restore-wal")
    for name in left:
        (home.path / name).write_bytes(b"words of somebody who was forgotten")
    tidy(home)
    assert not {path.name for path in home.path.iterdir()} & set(left)
    assert paths(home) == ["first.txt"]
