import multiprocessing
import random
from pathlib import Path

import pytest
from index_writer import PASSAGES, SPARE_AFTER, add_and_die, write_forever
from stored_documents import new_catalog, vector_of

from brain.catalog.catalog import Catalog
from brain.index import search_index
from brain.index.search_index import SearchIndex

KILLS = 15


@pytest.fixture(scope="module")
def spawn():
    """Processes that start fast, since chromadb is imported once for all of them and never opened there."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "index_writer"])
    return context


def written_until_killed(
    spawn, folder: Path, before: dict[str, set[str]], seed: int, steps: int
) -> dict[str, set[str]]:
    """Run a writer, kill it once it has said `steps` things, and return what may be stored by path.

    "" stands for no document. Only what was under way at the kill leaves more than one possibility.
    """
    heard, told = spawn.Pipe(duplex=False)
    process = spawn.Process(target=write_forever, args=(folder, seed, told))
    process.start()
    told.close()
    possible = dict(before)
    try:
        for turn in range(10_000):
            if turn == steps:
                process.kill()
            kind, path, content = heard.recv()
            if kind in ("storing", "removing"):
                possible[path] = possible.get(path, {""}) | {content}
            elif kind in ("stored", "removed"):
                possible[path] = {content}
    except EOFError:
        pass
    process.join()
    heard.close()
    assert process.exitcode == -9
    return possible


def assert_whole(catalog: Catalog, index: SearchIndex) -> None:
    report = index.verify(deep=True)
    assert report.differences == ()
    for row in catalog.documents():
        text, passages = catalog.document_text(row.id), catalog.document_passages(row.id)
        assert len(passages) == row.passages == PASSAGES
        assert all(text[p.start : p.end] == p.text for p in passages)
    for passage in catalog.document_passages(catalog.documents()[0].id)[:5]:
        found = index.dense("general", vector_of(passage.text).tolist(), 10)
        assert found[0][1] > 0.999
        assert catalog.passages([found[0][0]])[found[0][0]].text == passage.text
        number = passage.text.split()[0]
        hits = catalog.passages(dict(index.keyword("general", [number], 10)))
        assert hits
        assert all(hit.text.split()[0] == number or number in hit.source.document for hit in hits.values())


def test_after_every_kill_the_catalog_is_whole_and_the_index_equals_it(
    spawn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(search_index, "SPARE_AFTER", SPARE_AFTER)
    choose = random.Random(20)
    state: dict[str, set[str]] = {}
    for turn in range(KILLS):
        state = written_until_killed(spawn, tmp_path, state, seed=turn, steps=choose.randint(2, 16))
        with new_catalog(tmp_path) as catalog, SearchIndex.open(tmp_path / "index", catalog) as index:
            stored = {row.path: row.content_hash for row in catalog.documents()}
            for path, possible in state.items():
                assert stored.get(path, "") in possible
            state = {path: {stored.get(path, "")} for path in state}
            assert_whole(catalog, index)


def test_a_kill_while_chroma_writes_is_noticed_and_what_is_missing_added(spawn, tmp_path: Path):
    for turn in range(2):
        process = spawn.Process(target=add_and_die, args=(tmp_path, f"chroma {turn}", PASSAGES))
        process.start()
        process.join()
        assert process.exitcode == -9
        with new_catalog(tmp_path) as catalog, SearchIndex.open(tmp_path / "index", catalog) as index:
            assert index.completed is not None
            assert index.rebuilt is None
            assert len(catalog.documents()) == turn + 1
            assert_whole(catalog, index)
