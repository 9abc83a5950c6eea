import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from stored_documents import DIMENSIONS, document, new_catalog, vector_of

from brain.catalog.catalog import Catalog
from brain.errors import StorageFailed, UsageError
from brain.index.keyword_query import Weights
from brain.index.search_index import SearchIndex


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with new_catalog(tmp_path) as opened:
        yield opened


@pytest.fixture
def index(catalog: Catalog, tmp_path: Path) -> Iterator[SearchIndex]:
    with SearchIndex.open(tmp_path / "index", catalog) as opened:
        yield opened


def store(catalog: Catalog, path: str, *paragraphs: str, space: str = "general", **more):
    drive = catalog.add_drive(f"/drive/{space}", space)
    put = catalog.put_document(document(catalog, drive, path, list(paragraphs), **more))
    return put.document_id, {p.text: p.id for p in catalog.document_passages(put.document_id)}


def test_what_was_stored_is_found_by_vector_and_by_words(catalog, index):
    _, ids = store(catalog, "a.txt", "Leave is thirty days.", "Bikes stand in the cellar.")
    assert index.dense("general", vector_of("Leave is thirty days.").tolist(), 5) == []
    assert index.apply_pending() == 3
    assert index.apply_pending() == 0
    found = index.dense("general", vector_of("Leave is thirty days.").tolist(), 5)
    assert found[0] == (ids["Leave is thirty days."], pytest.approx(1.0, abs=1e-5))
    assert [number for number, _ in found] == list(ids.values())
    expected = float(vector_of("Leave is thirty days.") @ vector_of("Bikes stand in the cellar."))
    assert found[1][1] == pytest.approx(expected, abs=1e-5)
    assert [number for number, _ in index.keyword("general", ["bike"], 5)] == [
        ids["Bikes stand in the cellar."]
    ]


def test_changes_and_removals_reach_both_indexes(catalog, index):
    number, before = store(catalog, "a.txt", "alpha", "beta")
    index.apply_pending()
    _, after = store(catalog, "a.txt", "alpha", "gamma")
    index.apply_pending()
    assert {found for found, _ in index.dense("general", vector_of("beta").tolist(), 9)} == set(
        after.values()
    )
    assert index.keyword("general", ["beta"], 9) == []
    assert index.keyword_documents("general", ["gamma"], 9)[0][0] == number
    assert after["alpha"] == before["alpha"]
    catalog.remove_document(number)
    index.apply_pending()
    assert index.dense("general", vector_of("alpha").tolist(), 9) == []
    assert index.keyword("general", ["alpha"], 9) == []
    assert index.keyword_documents("general", ["alpha"], 9) == []
    assert index.verify(deep=True).healthy


def test_operations_may_be_applied_twice(catalog, index, tmp_path):
    store(catalog, "a.txt", "alpha", "beta")
    number, _ = store(catalog, "b.txt", "gamma")
    catalog.remove_document(number)
    operations = catalog.feed.pending_operations(100)
    index._open_pair().apply(operations, catalog.feed)
    assert index.apply_pending() == len(operations)
    report = index.verify(deep=True)
    assert (report.documents, report.passages, report.differences) == (1, 2, ())


def test_a_search_sees_one_space_alone(catalog, index):
    catalog.places.create_space("hr", by="admin")
    _, open_ids = store(catalog, "a.txt", "salary bands are public", "nothing here")
    _, closed_ids = store(catalog, "b.txt", "salary bands are secret", space="hr")
    index.apply_pending()
    for space, ids in (("general", open_ids), ("hr", closed_ids)):
        assert {n for n, _ in index.dense(space, [1.0] * DIMENSIONS, 50)} == set(ids.values())
        assert {n for n, _ in index.keyword(space, ["salary"], 50)} <= set(ids.values())
    before = index.keyword("general", ["salary"], 5)
    store(catalog, "c.txt", *[f"salary {number}" for number in range(30)], space="hr")
    index.apply_pending()
    assert index.keyword("general", ["salary"], 5) == before, "how rare a word is doesn't leak between spaces"
    catalog.places.create_space("empty", by="admin")
    assert index.dense("empty", [1.0] * DIMENSIONS, 5) == []
    assert index.keyword("empty", ["salary"], 5) == []
    with pytest.raises(UsageError, match="no space “legal”"):
        index.dense("legal", [1.0] * DIMENSIONS, 5)


def test_title_and_headings_are_searched_in_columns_of_their_own(catalog, index):
    _, ids = store(
        catalog,
        "a.txt",
        "thirty days",
        "title words do not count",
        title="Leave",
        headings=("Parents", "Sick"),
    )
    index.apply_pending()
    assert [n for n, _ in index.keyword("general", ["parent"], 5)] == [ids["thirty days"]]
    assert {n for n, _ in index.keyword("general", ["leave"], 5)} == set(ids.values())
    heavy = index.keyword("general", ["parents", "count"], 5, Weights(heading=50.0))
    light = index.keyword("general", ["parents", "count"], 5, Weights(heading=0.01))
    assert heavy[0][0] == ids["thirty days"]
    assert light[0][0] == ids["title words do not count"]


@pytest.mark.parametrize("term", ['"', "AND", "NEAR(", "a*", "title:x", "(", "-", "^", "{a}:", "\0", "", "…"])
def test_no_term_is_read_as_a_query_language(catalog, index, term):
    _, ids = store(catalog, "a.txt", "plain words", "more of them")
    index.apply_pending()
    found = index.keyword("general", [term, "plain"], 5)
    assert [number for number, _ in found][:1] == [ids["plain words"]]


def test_words_are_matched_by_stem_and_without_accents(catalog, index):
    _, ids = store(catalog, "a.txt", "Reimbursements für Café-Besuche")
    index.apply_pending()
    for term in ("reimbursement", "CAFE", "cafe-besuche", "fur"):
        assert [n for n, _ in index.keyword("general", [term], 5)] == list(ids.values()), term
    assert index.keyword("general", [], 5) == []
    assert index.keyword("general", ["absent"], 5) == []


def test_a_rebuild_holds_the_same_and_leaves_one_generation(catalog, index, tmp_path):
    catalog.places.create_space("hr", by="admin")
    for number in range(30):
        store(
            catalog,
            f"{number}.txt",
            f"paragraph {number}",
            "shared words",
            space="hr" if number % 3 else "general",
        )
    index.apply_pending()
    queries = [vector_of(f"paragraph {number}").tolist() for number in (0, 7, 9)]

    def answers():
        return [
            (
                {n: pytest.approx(score, abs=1e-5) for n, score in index.dense(space, query, 60)},
                sorted(index.keyword(space, ["paragraph", "9"], 40)),
                sorted(index.keyword_documents(space, ["shared"], 40)),
            )
            for space in ("general", "hr")
            for query in queries
        ]

    before = answers()
    steps: list[tuple[str, int, int]] = []
    assert index.rebuild(lambda *step: steps.append(step)) == 60
    assert answers() == before
    assert steps[-1][1:] == (60, 60)
    assert len(list((tmp_path / "index").glob("g*"))) == 1


def test_searches_go_on_during_a_rebuild(catalog, index):
    store(catalog, "a.txt", *[f"paragraph {number}" for number in range(300)])
    index.apply_pending()
    query = vector_of("paragraph 5").tolist()
    wanted = index.dense("general", query, 1)
    faults: list[object] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            found = index.dense("general", query, 1)
            if [n for n, _ in found] != [wanted[0][0]] or not index.keyword("general", ["paragraph"], 3):
                faults.append(found)

    def write() -> None:
        for number in range(10):
            store(catalog, f"new-{number}.txt", f"new {number}")
            index.apply_pending()

    threads = [threading.Thread(target=search), threading.Thread(target=search)]
    writer = threading.Thread(target=write)
    for thread in [*threads, writer]:
        thread.start()
    for _ in range(3):
        index.rebuild()
    writer.join()
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert index.verify(deep=True).differences == ()
    assert len(index.keyword("general", ["new"], 50)) == 10


def test_an_index_made_from_another_embedder_is_not_used(catalog, index, tmp_path):
    _, ids = store(catalog, "a.txt", "alpha")
    index.apply_pending()
    index.close()
    catalog.prepare_embedder("another@2", 3)
    [text] = catalog.unembedded("another@2", 10)
    catalog.add_vectors("another@2", {text.vector_key: [0.0, 1.0, 0.0]})
    catalog.switch_embedder("another@2")
    with SearchIndex.open(tmp_path / "index", catalog) as again:
        assert again.rebuilt == "the index was made from another embedder's vectors"
        assert again.dense("general", [0.0, 1.0, 0.0], 5) == [(ids["alpha"], pytest.approx(1.0))]


def test_an_open_index_notices_that_the_embedder_was_changed(catalog, index):
    store(catalog, "a.txt", "alpha")
    index.apply_pending()
    catalog.prepare_embedder("another@2", 3)
    [text] = catalog.unembedded("another@2", 10)
    catalog.add_vectors("another@2", {text.vector_key: [0.0, 1.0, 0.0]})
    catalog.switch_embedder("another@2")
    drive = catalog.add_drive("/drive/general", "general")
    beta = document(catalog, drive, "b.txt", ["beta"], vectors={})
    vectors = {beta.passages[0].vector_key: [1.0, 0.0, 0.0]}
    catalog.put_document(document(catalog, drive, "b.txt", ["beta"], vectors=vectors))
    index.apply_pending()
    assert len(index.dense("general", [1.0, 0.0, 0.0], 5)) == 2
    assert index.verify(deep=True).healthy


def test_a_closed_index_says_so(catalog, index):
    index.close()
    with pytest.raises(StorageFailed, match="was closed"):
        index.dense("general", [1.0] * DIMENSIONS, 5)
    store(catalog, "a.txt", "alpha")
    with pytest.raises(StorageFailed, match="was closed"):
        index.apply_pending()
