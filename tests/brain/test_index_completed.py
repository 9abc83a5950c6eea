"""After a kill only what is missing is put into the indexes again, however much they hold."""

import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from index_writer import add_and_die, rebuild_and_die
from stored_documents import document, new_catalog, vector_of

from brain.catalog.catalog import Catalog
from brain.index import generation, search_index
from brain.index.chroma_index import ChromaIndex
from brain.index.keyword_index import KeywordIndex
from brain.index.search_index import SearchIndex

HELD = 2_400
MORE = 1_100  # enough that Chroma writes its graph to disk
FEW = 30  # so few that Chroma writes to its log alone


class Put:
    """How many vectors and rows of words are put."""

    vectors = words = 0


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Put:
    counted = Put()
    put_vectors, apply = ChromaIndex.put, KeywordIndex.apply

    def counting_put(index, space_id, ids, vectors):
        counted.vectors += len(ids)
        put_vectors(index, space_id, ids, vectors)

    def counting_apply(index, **given):
        counted.words += len(given.get("passages", ()))
        apply(index, **given)

    monkeypatch.setattr(ChromaIndex, "put", counting_put)
    monkeypatch.setattr(KeywordIndex, "apply", counting_apply)
    return counted


@pytest.fixture(scope="module")
def catalog_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("catalog")
    with new_catalog(folder) as catalog:
        drive = catalog.add_drive("/drive", "general")
        for number in range(4):
            words = [f"{number} {turn} words" for turn in range(HELD // 4)]
            catalog.put_document(document(catalog, drive, f"{number}.txt", words))
    return folder


@pytest.fixture(scope="module")
def indexed(catalog_alone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(catalog_alone, tmp_path_factory.mktemp("indexed") / "home"))
    with pytest.MonkeyPatch.context() as patch, Catalog(folder / "catalog.db") as catalog:
        patch.setattr(search_index, "SPARE_AFTER", 1_000)
        SearchIndex.open(folder / "index", catalog).close()
    return folder


@pytest.fixture
def folder(indexed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(indexed, tmp_path / "home"))


@pytest.fixture(scope="module")
def killed() -> Callable[..., None]:
    """Runs something in a process of its own that is to end by SIGKILL."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "index_writer"])

    def run(work: Callable[..., None], *given: object) -> None:
        process = context.Process(target=work, args=given)
        process.start()
        process.join()
        assert process.exitcode == -9

    return run


def opened(folder: Path) -> Iterator[SearchIndex]:
    with Catalog(folder / "catalog.db") as catalog, SearchIndex.open(folder / "index", catalog) as index:
        yield index


def assert_whole(index: SearchIndex, words: str) -> None:
    assert index.verify(deep=True).differences == ()
    [(_, score)] = index.dense("general", vector_of(words).tolist(), 1)
    assert score > 0.999


def test_what_chroma_wrote_before_a_kill_is_taken_back_and_only_that_put_again(folder, killed, put):
    killed(add_and_die, folder, "more", MORE)
    for index in opened(folder):
        assert index.completed == "citewise ended while the index was being written"
        assert index.rebuilt is None
        assert (put.vectors, put.words) == (MORE, MORE)
        assert_whole(index, f"more has {MORE - 1}")
    for index in opened(folder):
        assert index.completed is None
        assert (put.vectors, put.words) == (MORE, MORE)


def test_where_chroma_wrote_to_its_log_alone_its_vectors_are_trusted(folder, killed, put):
    killed(add_and_die, folder, "few", FEW)
    for index in opened(folder):
        assert index.completed is not None
        assert (put.vectors, put.words) == (0, FEW)
        assert_whole(index, f"few has {FEW - 1}")


def test_without_a_spare_the_vectors_are_put_again_and_the_words_are_not(folder, killed, put):
    shutil.rmtree(next((folder / "index").glob("g*")) / "spare")
    killed(add_and_die, folder, "more", MORE)
    for index in opened(folder):
        assert index.rebuilt is None
        assert (put.vectors, put.words) == (HELD + MORE, MORE)
        assert_whole(index, "3 77 words")


def test_what_was_removed_since_the_spare_was_made_is_not_found_again(folder, killed, put):
    for index in opened(folder):
        index._catalog.remove_document(1)
        index.apply_pending()
    killed(add_and_die, folder, "more", MORE)
    for index in opened(folder):
        assert put.vectors == MORE
        assert_whole(index, "3 77 words")
        assert index.dense("general", vector_of("0 5 words").tolist(), 1)[0][1] < 0.999


def test_a_damaged_spare_is_not_trusted(folder, killed, put):
    [graph] = (folder / "index").glob("g*/spare/chroma/*/data_level0.bin")
    graph.write_bytes(bytes(graph.stat().st_size))
    killed(add_and_die, folder, "more", MORE)
    for index in opened(folder):
        assert put.vectors == HELD + MORE
        assert_whole(index, "3 77 words")


def test_a_build_that_is_killed_is_gone_on_with(catalog_alone, tmp_path, killed, put, monkeypatch):
    home = Path(shutil.copytree(catalog_alone, tmp_path / "home"))
    killed(rebuild_and_die, home, 2)  # a thousand, and another that is torn
    monkeypatch.setattr(search_index, "_FILL", 1_000)
    for index in opened(home):
        assert index.rebuilt == "there is no index yet"
        assert put.vectors == HELD - 1_000
        assert put.words == HELD - 1_000
        assert_whole(index, "3 77 words")


def test_a_build_that_missed_a_change_is_not_gone_on_with(catalog_alone, tmp_path, killed, put):
    home = Path(shutil.copytree(catalog_alone, tmp_path / "home"))
    killed(rebuild_and_die, home, 2)
    with Catalog(home / "catalog.db") as catalog:
        catalog.remove_document(1)
        catalog.feed.mark_applied(catalog.feed.newest_operation())  # as another index has done
    for index in opened(home):
        assert put.words == HELD - HELD // 4
        assert_whole(index, "3 77 words")


def test_what_is_changed_while_a_build_lies_unfinished_is_in_it_at_the_end(
    catalog_alone, tmp_path, killed, put
):
    home = Path(shutil.copytree(catalog_alone, tmp_path / "home"))
    killed(rebuild_and_die, home, 2)
    with Catalog(home / "catalog.db") as catalog:
        row = catalog.documents()[0]
        catalog.move_document(row.id, "notes of 4 May 2026.txt", "file:///moved", title="Other words")
    for index in opened(home):
        assert_whole(index, "3 77 words")
        [(found, _)] = index.keyword("general", ["other", "words", "77"], 1)
        assert index._catalog.passages([found])[found].source.title == "Other words"


def test_an_index_that_is_newer_than_its_catalog_is_made_again(folder, tmp_path, put):
    shutil.copytree(folder, tmp_path / "older")
    for index in opened(folder):
        catalog = index._catalog
        catalog.put_document(document(catalog, catalog.drives()[0], "new.txt", ["new words"]))
        index.apply_pending()
    shutil.copy(tmp_path / "older" / "catalog.db", folder / "catalog.db")
    for index in opened(folder):
        assert index.rebuilt == "the index was made from a newer catalog than this one"
        assert_whole(index, "3 77 words")


def test_where_the_disk_has_no_room_for_a_spare_indexing_goes_on(catalog_alone, tmp_path, monkeypatch):
    home = Path(shutil.copytree(catalog_alone, tmp_path / "home"))
    monkeypatch.setattr(search_index, "SPARE_AFTER", 1_000)
    full = shutil._ntuple_diskusage(10**9, 10**9, 0)  # type: ignore[attr-defined]
    monkeypatch.setattr(generation.shutil, "disk_usage", lambda path: full)
    for index in opened(home):
        assert_whole(index, "3 77 words")
        assert not list((home / "index").glob("g*/spare"))


def test_a_rebuild_that_is_interrupted_is_gone_on_with_by_the_same_process(folder, put, monkeypatch):
    monkeypatch.setattr(search_index, "_FILL", 1_000)
    apply = KeywordIndex.apply

    def interrupted(index, **given):
        apply(index, **given)
        if put.words == 2_000:
            raise KeyboardInterrupt

    for index in opened(folder):
        monkeypatch.setattr(KeywordIndex, "apply", interrupted)
        with pytest.raises(KeyboardInterrupt):
            index.rebuild()
        assert_whole(index, "3 77 words")  # the one before is in use
        monkeypatch.setattr(KeywordIndex, "apply", apply)
        assert index.rebuild() == HELD
        assert put.vectors == HELD
        assert_whole(index, "3 77 words")
    for index in opened(folder):
        assert (index.rebuilt, index.completed) == (None, None)


def test_a_rebuild_that_was_torn_is_gone_on_with_by_the_same_process(folder, put, monkeypatch):
    monkeypatch.setattr(search_index, "_FILL", 1_000)
    monkeypatch.setattr(search_index, "SPARE_AFTER", 1_000)
    apply, seal = KeywordIndex.apply, generation.GenerationFolder.seal

    def interrupted(index, **given):
        apply(index, **given)
        if put.words == 2_000:
            monkeypatch.setattr(generation.GenerationFolder, "seal", lambda *given, **how: None)
            raise KeyboardInterrupt

    for index in opened(folder):
        monkeypatch.setattr(KeywordIndex, "apply", interrupted)
        with pytest.raises(KeyboardInterrupt):
            index.rebuild()
        monkeypatch.setattr(KeywordIndex, "apply", apply)
        monkeypatch.setattr(generation.GenerationFolder, "seal", seal)
        assert index.rebuild() == HELD
        assert put.vectors == HELD + 1_000
        assert_whole(index, "3 77 words")


def test_a_space_that_was_emptied_since_the_spare_was_made_stays_empty(folder, killed, put, monkeypatch):
    monkeypatch.setattr(search_index, "SPARE_AFTER", 1)
    for index in opened(folder):
        catalog = index._catalog
        catalog.places.create_space("hr", by="admin")
        words = [f"pay {number}" for number in range(HELD // 8)]
        pay = catalog.put_document(document(catalog, catalog.add_drive("/pay", "hr"), "pay.txt", words))
        index.apply_pending()
        assert index._open_pair().folder.spared == HELD + HELD // 8
        monkeypatch.setattr(search_index, "SPARE_AFTER", 1_000)
        catalog.remove_document(pay.document_id)
        index.apply_pending()
    killed(add_and_die, folder, "more", MORE)
    for index in opened(folder):
        assert index._open_pair().vectors.count(index._catalog.space("hr").id) == 0
        assert index.completed is not None
        assert_whole(index, "3 77 words")
