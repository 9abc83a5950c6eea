import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chromadb.api.models.Collection import Collection
from chromadb.errors import InternalError
from stored_documents import document, new_catalog, vector_of

from brain.errors import StorageFailed
from brain.index.chroma_index import ChromaIndex
from brain.index.faults import IndexDamaged
from brain.index.search_index import SearchIndex

DIMENSIONS = 64


@pytest.fixture
def index(tmp_path: Path) -> Iterator[ChromaIndex]:
    opened = ChromaIndex.in_folder(tmp_path / "chroma", "test-g1-")
    yield opened
    opened.close()


def clustered(count: int, seed: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(1).normal(size=(60, DIMENSIONS))
    found = centres[rng.integers(0, 60, count)] + rng.normal(size=(count, DIMENSIONS))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def test_a_search_beside_which_vectors_were_taken_out_is_done_again(index, monkeypatch):
    """Chroma then fails now and then; what it says so of is nobody's index that is damaged."""
    vectors = list(clustered(20))
    index.put(1, range(20), vectors)
    fails, real = [3], Collection.query

    def query(*asked, **how):
        fails[0] -= 1
        if fails[0] >= 0:
            raise InternalError("Error executing plan: Internal error: Error finding id")
        return real(*asked, **how)

    monkeypatch.setattr(Collection, "query", query)
    (best, score), *_ = index.nearest(1, vectors[7].tolist(), 5)
    assert best == 7
    assert score == pytest.approx(1, abs=1e-4)
    fails[0] = 1000  # each time
    with pytest.raises(IndexDamaged, match="Error finding id"):
        index.nearest(1, vectors[7].tolist(), 5)


def test_the_nearest_are_those_of_an_exact_search(index):
    vectors, queries = clustered(3000), clustered(50, seed=6)
    index.put(1, range(1, 3001), list(vectors))
    hits = 0
    for query in queries:
        exact = np.argsort(-(vectors @ query))[:20] + 1
        found = index.nearest(1, query.tolist(), 20)
        scores = [score for _, score in found]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] == pytest.approx(float(vectors[found[0][0] - 1] @ query), abs=1e-4)
        hits += len({number for number, _ in found} & set(exact.tolist()))
    assert hits / (20 * len(queries)) >= 0.98


def test_what_is_nearest_does_not_hang_on_the_order_in_which_it_was_put(index, tmp_path):
    """A graph over the same vectors is another one each time; what an answer is made from must not be.

    Of 128,000 found in eight pairs of graphs 2 differed, both far down.
    """
    vectors, queries = clustered(1500), clustered(200, seed=6)
    index.put(1, range(1, 1501), list(vectors))
    other = ChromaIndex.in_folder(tmp_path / "other", "test-g1-")
    other.put(1, range(1500, 0, -1), list(vectors[::-1]))
    shared = first_alike = 0
    for query in queries:
        found, again = (held.nearest(1, query.tolist(), 80) for held in (index, other))
        assert len(found) == 80
        shared += len({number for number, _ in found} & {number for number, _ in again})
        first_alike += found[:20] == again[:20]
    assert shared / (80 * len(queries)) >= 0.999
    assert first_alike / len(queries) >= 0.99
    other.close()


def test_vectors_are_put_twice_dropped_twice_and_given_back(index):
    first, second = clustered(2)
    index.put(1, [10], [first])
    index.put(1, [10, 11], [second, first])
    assert index.count(1) == 2
    np.testing.assert_allclose(index.vectors(1, [10, 12])[10], second, atol=1e-6)
    for _ in range(2):
        index.drop(1, [10, 99])
        index.drop(7, [10])
    assert index.ids(1) == {11}
    assert [number for number, _ in index.nearest(1, second.tolist(), 5)] == [11]


def test_a_space_without_vectors_answers_with_nothing(index):
    assert index.nearest(3, [1.0] * DIMENSIONS, 5) == []
    assert (index.count(3), index.ids(3), index.vectors(3, [1])) == (0, set(), {})


def test_a_query_of_another_shape_is_no_crash(index):
    index.put(1, [1], list(clustered(1)))
    with pytest.raises(IndexDamaged, match="citewise rebuild"):
        index.nearest(1, [1.0, 2.0], 5)


def test_nothing_of_the_default_embedding_function_is_ever_loaded(tmp_path: Path):
    script = (
        "import sys; from pathlib import Path; from brain.index.chroma_index import ChromaIndex\n"
        "index = ChromaIndex.in_folder(Path(sys.argv[1]), 'test-')\n"
        "index.put(1, [1], [__import__('numpy').ones(4, dtype='float32')])\n"
        "index.close(); index = ChromaIndex.in_folder(Path(sys.argv[1]), 'test-')\n"
        "assert index.nearest(1, [1.0] * 4, 1)[0][0] == 1\n"
        "print('onnxruntime' in sys.modules, 'posthog' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "chroma"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False False\n"


def test_importing_the_index_does_not_import_chroma():
    script = "import sys, brain.index.search_index; print('chromadb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "False\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server on the loopback."""
    command = shutil.which("chroma", path=Path(sys.executable).parent)
    assert command, "chromadb brings its command"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    process = subprocess.Popen(
        [command, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "CHROMA_ANONYMIZED_TELEMETRY": "false"},
    )
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait()


def test_a_server_is_used_like_a_folder_and_rebuilt_into_collections_of_its_own(server: str, tmp_path: Path):
    with new_catalog(tmp_path) as catalog:
        drive = catalog.add_drive("/drive", "general")
        catalog.put_document(document(catalog, drive, "a.txt", ["alpha", "beta"]))
        with SearchIndex.open(tmp_path / "index", catalog, server=server) as index:
            [(found, score)] = index.dense("general", vector_of("beta").tolist(), 1)
            assert score == pytest.approx(1.0, abs=1e-5)
            assert catalog.passages([found])[found].text == "beta"
            index.rebuild()
            catalog.put_document(document(catalog, drive, "b.txt", ["gamma"]))
            index.apply_pending()
            assert index.verify(deep=True).differences == ()
        with SearchIndex.open(tmp_path / "index", catalog, server=server) as index:
            assert index.rebuilt is None
            index._open_pair().vectors.discard()
        with SearchIndex.open(tmp_path / "index", catalog, server=server) as index:
            assert index.rebuilt is not None
            assert index.verify(deep=True).differences == ()
            names = [found.name for found in index._open_pair().vectors._client.list_collections()]
            assert len(names) == 1, "earlier generations are deleted"
            pair = index._open_pair()
            pair.vectors.put(1, [999], [vector_of("of an older form")])
            seal = pair.folder.path / "seal"
        seal.write_text(json.dumps({**json.loads(seal.read_text()), "layout": 1}))
        with SearchIndex.open(tmp_path / "index", catalog, server=server) as index:
            assert index.rebuilt == "the index was made by another version of citewise, in another form"
            assert index.verify(deep=True).differences == ()
        with SearchIndex.open(tmp_path / "index", catalog) as index:
            assert index.rebuilt == "the index is kept in another place"


def test_a_server_that_does_not_answer_is_named(tmp_path: Path):
    with new_catalog(tmp_path) as catalog, pytest.raises(StorageFailed, match="CITEWISE_CHROMA_URL"):
        SearchIndex.open(tmp_path / "index", catalog, server="http://127.0.0.1:9")
