import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from stored_documents import document, new_catalog, vector_of

from brain.catalog.catalog import Catalog
from brain.index.search_index import SearchIndex

PASSAGES = 1200  # enough that Chroma writes its graph to disk


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalog and a sealed index, to be copied and damaged."""
    folder = tmp_path_factory.mktemp("whole")
    with new_catalog(folder) as catalog:
        drive = catalog.add_drive("/drive", "general")
        for number in range(4):
            words = [f"{number} {turn} words" for turn in range(PASSAGES // 4)]
            catalog.put_document(document(catalog, drive, f"{number}.txt", words))
        SearchIndex.open(folder / "index", catalog).close()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def generation(folder: Path) -> Path:
    [found] = (folder / "index").glob("g*")
    return found


def graph(folder: Path, name: str) -> Path:
    [found] = (generation(folder) / "chroma").glob(f"*/{name}")
    return found


def reopened(folder: Path) -> str | None:
    """Open, prove that everything is found, and return why the index was made again, if it was."""
    with Catalog(folder / "catalog.db") as catalog, SearchIndex.open(folder / "index", catalog) as index:
        assert index.verify(deep=True).differences == ()
        [(found, score)] = index.dense("general", vector_of("3 77 words").tolist(), 1)
        assert score > 0.999
        assert catalog.passages([found])[found].text == "3 77 words"
        assert [catalog.passages([n])[n].text for n, _ in index.keyword("general", ["3", "77"], 1)] == [
            "3 77 words"
        ]
        return index.rebuilt or index.completed


def test_a_sound_index_is_used_as_it_is(folder: Path):
    name = generation(folder).name
    assert reopened(folder) is None
    assert reopened(folder) is None
    assert generation(folder).name == name


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _garble(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


GRAPH_FILES = ["data_level0.bin", "header.bin", "length.bin", "link_lists.bin", "index_metadata.pickle"]


@pytest.mark.parametrize("damage", [_truncate, _garble, Path.unlink])
@pytest.mark.parametrize("name", GRAPH_FILES)
def test_a_damaged_graph_file_is_noticed_before_it_is_loaded(
    folder: Path, name: str, damage: Callable[[Path], None]
):
    damage(graph(folder, name))
    reason = reopened(folder)
    assert reason is not None
    assert name in reason


@pytest.mark.parametrize("damage", [_truncate, _garble, Path.unlink])
@pytest.mark.parametrize("name", ["chroma/chroma.sqlite3", "keyword.db"])
def test_a_damaged_database_is_noticed(folder: Path, name: str, damage: Callable[[Path], None]):
    damage(generation(folder) / name)
    assert reopened(folder) is not None


def _no_pointer(folder: Path) -> None:
    (folder / "index" / "CURRENT").unlink()


def _garbled_pointer(folder: Path) -> None:
    (folder / "index" / "CURRENT").write_bytes(b"\xff../../etc")


def _no_index(folder: Path) -> None:
    shutil.rmtree(folder / "index")


def _no_generation(folder: Path) -> None:
    shutil.rmtree(generation(folder))


def _no_chroma(folder: Path) -> None:
    shutil.rmtree(generation(folder) / "chroma")


def _no_seal(folder: Path) -> None:
    (generation(folder) / "seal").unlink()


def _garbled_seal(folder: Path) -> None:
    (generation(folder) / "seal").write_text('{"files": [1, 2]}')


def _lost_vectors(folder: Path) -> None:
    with sqlite3.connect(generation(folder) / "chroma" / "chroma.sqlite3") as connection:
        connection.execute("DELETE FROM embeddings WHERE id IN (SELECT id FROM embeddings LIMIT 7)")


def _lost_words(folder: Path) -> None:
    with sqlite3.connect(generation(folder) / "keyword.db") as connection:
        connection.execute("DELETE FROM passages_1 WHERE rowid = 5")


def _lost_table(folder: Path) -> None:
    with sqlite3.connect(generation(folder) / "keyword.db") as connection:
        connection.execute("DROP TABLE documents_1")


@pytest.mark.parametrize(
    "damage",
    [
        _no_pointer,
        _garbled_pointer,
        _no_index,
        _no_generation,
        _no_chroma,
        _no_seal,
        _garbled_seal,
        _lost_vectors,
        _lost_words,
        _lost_table,
    ],
)
def test_whatever_is_missing_is_made_again_from_the_catalog(folder: Path, damage: Callable[[Path], None]):
    damage(folder)
    assert reopened(folder) is not None
    assert reopened(folder) is None
    assert len(list((folder / "index").glob("g*"))) == 1


def test_a_deep_check_names_what_differs_and_a_rebuild_mends_it(folder: Path):
    with Catalog(folder / "catalog.db") as catalog, SearchIndex.open(folder / "index", catalog) as index:
        pair = index._open_pair()
        first, second = (p.id for p in catalog.document_passages(1)[:2])
        pair.vectors.put(1, [first], [vector_of("something else")])
        pair.vectors.drop(1, [second])
        pair.vectors.put(1, [99_999], [vector_of("never stored")])
        with pair.keywords._database.writing() as connection:
            connection.execute("UPDATE passages_1 SET body = 'other words' WHERE rowid = ?", (first,))
            connection.execute("INSERT INTO dated VALUES (1, 3, 4, 2026, ?)", (first,))
            connection.execute("INSERT INTO dated VALUES (1, 3, 4, 2026, 88888)")
        assert not any("lacks" in text for text in index.verify().differences)
        found = index.verify(deep=True)
        assert not found.healthy
        assert f"space 1 lacks 1 vectors, such as {second}" in found.differences
        assert "space 1 has 1 vectors too many, such as 99999" in found.differences
        assert f"the vector of passage {first} isn't the catalog's" in found.differences
        assert f"the words of passage {first} aren't the catalog's" in found.differences
        assert f"the dates of passage {first} aren't the catalog's" in found.differences
        assert "space 1 has dates of 1 passages too many, such as 88888" in found.differences
        index.rebuild()
        assert index.verify(deep=True).differences == ()


def test_a_file_that_changes_under_a_running_index_is_reported(folder: Path):
    with Catalog(folder / "catalog.db") as catalog, SearchIndex.open(folder / "index", catalog) as index:
        assert index.verify().healthy
        _truncate(graph(folder, "link_lists.bin"))
        assert any("link_lists.bin" in text for text in index.verify().differences)
        index.rebuild()
        assert index.verify().healthy


_LIMITED = """
import resource, sys
from pathlib import Path
from brain.catalog.catalog import Catalog
from brain.errors import StorageFailed
from brain.index.search_index import SearchIndex
folder = Path(sys.argv[1])
with Catalog(folder / "catalog.db") as catalog, SearchIndex.open(folder / "index", catalog) as index:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    try:
        index.rebuild()
    except StorageFailed as error:
        print(error.sentence)
    print(len(index.keyword("general", ["words"], 5)), len(list((folder / "index").glob("g*"))))
"""


@pytest.mark.parametrize("limit", [40_000, 400_000])
def test_a_rebuild_that_the_disk_refuses_leaves_the_old_index_in_use(folder: Path, limit: int):
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, folder, str(limit)], capture_output=True, text=True, check=True
    )
    sentence, after = done.stdout.splitlines()
    assert sentence.endswith(".")
    assert after == "5 1"
    assert reopened(folder) is None
