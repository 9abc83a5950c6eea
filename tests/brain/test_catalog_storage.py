import resource
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import pytest
from stored_documents import document, new_catalog

from brain.catalog.catalog import Catalog
from brain.catalog.schema import APPLICATION_ID
from brain.errors import StorageFailed


def test_a_new_catalog_is_marked_as_ours_and_opens_again(tmp_path: Path):
    with new_catalog(tmp_path) as catalog:
        identity = catalog.identity()
    with sqlite3.connect(tmp_path / "catalog.db") as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with Catalog(tmp_path / "catalog.db") as catalog:
        assert catalog.identity() == identity


def test_a_catalog_of_the_first_layout_is_brought_to_the_newest(tmp_path: Path):
    path = tmp_path / "catalog.db"
    script = (files("brain.catalog") / "migrations" / "001_catalog.sql").read_text()
    with sqlite3.connect(path) as connection:
        connection.executescript(script)
        connection.execute("INSERT INTO meta VALUES ('identity', 'first')")
        connection.execute(
            "INSERT INTO spaces (name, created) VALUES ('general', '2026-01-01T00:00:00+00:00')"
        )
        connection.execute("PRAGMA user_version = 1")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    with new_catalog(tmp_path) as catalog:
        assert catalog.identity() == "first"
        drive = catalog.add_drive("/drive", "general")
        assert catalog.put_document(document(catalog, drive, "a.txt", ["alpha"])).added == 1


def test_a_catalog_that_several_open_at_once_is_made_once(tmp_path: Path):
    together = threading.Barrier(6)

    def opened(_: int) -> str:
        together.wait(timeout=30)
        with Catalog(tmp_path / "catalog.db") as catalog:
            return catalog.identity()

    with ThreadPoolExecutor(6) as pool:
        identities = set(pool.map(opened, range(6)))
    assert len(identities) == 1


def test_another_programs_database_is_left_alone(tmp_path: Path):
    path = tmp_path / "catalog.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(StorageFailed, match="belongs to another program"):
        Catalog(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    assert len(path.read_bytes()) == len(before)


def test_a_catalog_of_a_newer_version_is_not_touched(tmp_path: Path):
    new_catalog(tmp_path).close()
    with sqlite3.connect(tmp_path / "catalog.db") as connection:
        connection.execute("PRAGMA user_version = 9999")
    with pytest.raises(StorageFailed, match="newer citewise"):
        Catalog(tmp_path / "catalog.db")


@pytest.mark.parametrize("damage", ["garbage", "torn"])
def test_a_damaged_file_is_said_to_be_damaged_and_how_to_mend_it(tmp_path: Path, damage: str):
    path = tmp_path / "catalog.db"
    with new_catalog(tmp_path) as catalog:
        drive = catalog.add_drive("/drive", "general")
        for number in range(20):
            catalog.put_document(document(catalog, drive, f"{number}.txt", [f"text {number} " * 200]))
    whole = path.read_bytes()
    path.write_bytes(b"no database at all" * 500 if damage == "garbage" else whole[: len(whole) // 3])
    with pytest.raises(StorageFailed, match=r"catalog\.db is damaged: .*citewise restore"):
        Catalog(path).documents()


def test_a_missing_folder_is_named(tmp_path: Path):
    with pytest.raises(StorageFailed, match=r"nowhere/catalog\.db can't be written"):
        Catalog(tmp_path / "nowhere" / "catalog.db")


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_written(tmp_path: Path):
    with new_catalog(tmp_path) as catalog:
        drive = catalog.add_drive("/drive", "general")
        put = catalog.put_document(document(catalog, drive, "small.txt", ["small"]))
        with catalog.database.writing() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
        catalog.database._writer.execute(f"PRAGMA max_page_count = {pages + 5}")
        large = document(catalog, drive, "large.txt", [f"paragraph {number} " * 100 for number in range(200)])
        with pytest.raises(StorageFailed, match=r"The disk that holds .* is full: free some space"):
            catalog.put_document(large)
        assert [row.id for row in catalog.documents()] == [put.document_id]
        assert catalog.missing_vectors(large.vectors) == set(large.vectors)
        catalog.database._writer.execute("PRAGMA max_page_count = 1000000")
        assert catalog.put_document(large).added == 200


_LIMITED = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from stored_documents import document, new_catalog
from brain.errors import StorageFailed
catalog = new_catalog(Path(sys.argv[1]))
drive = catalog.add_drive("/drive", "general")
catalog.put_document(document(catalog, drive, "small.txt", ["small"]))
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    for number in range(100):
        catalog.put_document(document(catalog, drive, f"{number}.txt", [f"{number} " * 5000]))
except StorageFailed as error:
    print(error.sentence)
"""


def test_a_write_that_the_system_refuses_is_a_sentence_and_what_was_stored_stays(tmp_path: Path):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, tmp_path, Path(__file__).parent],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("The disk that holds ")
    assert "catalog.db" in done.stdout
    with Catalog(tmp_path / "catalog.db") as catalog:
        stored = catalog.documents()
        assert "small.txt" in {row.path for row in stored}
        assert all(len(catalog.document_passages(row.id)) == 1 for row in stored)


def test_a_closed_catalog_says_so(tmp_path: Path):
    catalog = new_catalog(tmp_path)
    catalog.close()
    catalog.close()
    for use in (catalog.documents, lambda: catalog.places.create_space("hr", by="admin")):
        with pytest.raises(StorageFailed, match="was closed"):
            use()


def test_readers_and_writers_in_many_threads_see_whole_documents(tmp_path: Path):
    with new_catalog(tmp_path) as catalog:
        drive = catalog.add_drive("/drive", "general")
        catalog.put_document(document(catalog, drive, "a.txt", ["0 a", "0 b", "0 c"]))
        faults: list[object] = []
        done = threading.Event()

        def write(name: str) -> None:
            for number in range(15):
                paragraphs = [f"{number} {letter}" for letter in "abc"]
                catalog.put_document(document(catalog, drive, name, paragraphs))

        def read() -> None:
            while not done.is_set():
                for row in catalog.documents():
                    texts = [passage.text.split()[0] for passage in catalog.document_passages(row.id)]
                    if len(texts) != 3 or len(set(texts)) != 1:
                        faults.append(texts)

        readers = [threading.Thread(target=read) for _ in range(3)]
        writers = [threading.Thread(target=write, args=(name,)) for name in ("a.txt", "b.txt", "c.txt")]
        for thread in readers + writers:
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        for thread in readers:
            thread.join()
        assert faults == []
        assert {row.version for row in catalog.documents()} == {15}
