"""Passages that are the same string share one vector in the index of their space."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from stored_documents import document, key_of, new_catalog, vector_of

from brain.catalog.catalog import Catalog
from brain.catalog.rows import OperationKind
from brain.index.search_index import SearchIndex

BLANK = "This page is intentionally left blank."


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with new_catalog(tmp_path) as opened:
        yield opened


@pytest.fixture
def index(catalog: Catalog, tmp_path: Path) -> Iterator[SearchIndex]:
    with SearchIndex.open(tmp_path / "index", catalog) as opened:
        yield opened


def store(catalog: Catalog, path: str, *paragraphs: str, space: str = "general") -> dict[str, int]:
    """Passage ids by text, the last one of each text."""
    drive = catalog.add_drive(f"/drive/{space}", space)
    put = catalog.put_document(document(catalog, drive, path, list(paragraphs)))
    return {p.text: p.id for p in catalog.document_passages(put.document_id)}


def remove(catalog: Catalog, path: str, space: str = "general") -> None:
    drive = catalog.add_drive(f"/drive/{space}", space)
    catalog.remove_document(catalog.ledger(drive.id)[path].document_id or 0)


def found(index: SearchIndex, text: str, space: str = "general") -> list[int]:
    """The passages that are found with a text's own vector at a cosine of 1."""
    return [n for n, score in index.dense(space, vector_of(text).tolist(), 10) if score > 0.999]


def held(index: SearchIndex, space_id: int = 1) -> int:
    return index._open_pair().vectors.count(space_id)


def test_thousands_of_equal_passages_hide_no_other(catalog, index):
    own = [f"paragraph {number}" for number in range(1000)]
    for start in range(0, len(own), 100):
        store(catalog, f"{start}.txt", *own[start : start + 100], *[BLANK] * 300)
    index.apply_pending()
    assert [text for text in own[::5] if len(found(index, text)) != 1] == []
    assert held(index) == len(own) + 1
    blank = found(index, BLANK)
    assert len(blank) == 5
    assert {passage.text for passage in catalog.passages(blank).values()} == {BLANK}
    assert blank == [n for n, _ in index.dense("general", vector_of(BLANK).tolist(), 80)][:5], "not all 3,000"
    assert index.verify(deep=True).differences == ()
    index.rebuild()
    assert held(index) == len(own) + 1
    assert found(index, BLANK) == blank
    assert [text for text in own[::5] if len(found(index, text)) != 1] == []


def test_a_passage_stays_findable_until_its_last_copy_is_removed(catalog, index):
    first = store(catalog, "a.txt", "alpha", "of a alone")
    second = store(catalog, "b.txt", "alpha")
    index.apply_pending()
    assert found(index, "alpha") == [first["alpha"], second["alpha"]]
    remove(catalog, "a.txt")
    assert found(index, "alpha") == [second["alpha"]], "the catalog says at once what is gone"
    index.apply_pending()
    assert found(index, "alpha") == [second["alpha"]]
    assert held(index) == 1
    remove(catalog, "b.txt")
    index.apply_pending()
    assert held(index) == 0
    assert index.verify(deep=True).differences == ()


def test_what_was_just_removed_takes_no_place_of_what_is_there(catalog, index):
    for number in range(10):
        store(catalog, f"{number}.txt", f"paragraph {number}")
    index.apply_pending()
    for number in range(5):
        remove(catalog, f"{number}.txt")
    assert len(index.dense("general", vector_of("paragraph 0").tolist(), 5)) == 5


def test_a_copy_within_a_document_is_left_when_another_is_cut_out(catalog, index):
    store(catalog, "a.txt", "alpha", "alpha", "beta")
    index.apply_pending()
    after = store(catalog, "a.txt", "alpha", "gamma")
    kinds = Counter(operation.kind for operation in catalog.feed.pending_operations(100))
    assert kinds[OperationKind.DROP_PASSAGE] == 2
    assert kinds[OperationKind.DROP_VECTOR] == 1, "beta's, not alpha's"
    index.apply_pending()
    assert found(index, "alpha") == [after["alpha"]]
    assert found(index, "beta") == []
    assert held(index) == 2


def test_a_vector_that_is_wanted_again_before_it_is_dropped_stays(catalog, index):
    store(catalog, "a.txt", "alpha")
    index.apply_pending()
    remove(catalog, "a.txt")
    dropping = catalog.feed.pending_operations(100)
    again = store(catalog, "b.txt", "alpha")
    index._open_pair().apply(dropping, catalog.feed)
    assert held(index) == 1
    index.apply_pending()
    assert found(index, "alpha") == [again["alpha"]]
    assert index.verify(deep=True).differences == ()


@pytest.mark.parametrize("applied", [True, False])
def test_a_document_that_is_put_back_is_found_again(catalog, index, applied):
    store(catalog, "a.txt", "alpha", "alpha", "beta")
    index.apply_pending()
    [row] = catalog.documents()
    catalog.remove_document(row.id)
    assert not applied or index.apply_pending()
    assert catalog.history.revive(row.id)
    index.apply_pending()
    assert len(found(index, "alpha")) == 2
    assert len(found(index, "beta")) == 1
    assert index.verify(deep=True).differences == ()


def test_a_space_keeps_its_vector_when_another_space_lets_it_go(catalog, index):
    secret = catalog.places.create_space("hr", by="admin")
    store(catalog, "a.txt", "alpha", "open")
    kept = store(catalog, "b.txt", "alpha", space="hr")
    index.apply_pending()
    remove(catalog, "a.txt")
    index.apply_pending()
    assert (held(index), held(index, secret.id)) == (0, 1)
    assert found(index, "alpha") == []
    assert found(index, "alpha", "hr") == [kept["alpha"]]
    store(catalog, "c.txt", "alpha")
    index.apply_pending()
    remove(catalog, "b.txt", "hr")
    index.apply_pending()
    assert (held(index), held(index, secret.id)) == (1, 0)
    assert index.verify(deep=True).differences == ()


def test_an_index_of_the_older_form_is_made_again_without_embedding(catalog, tmp_path):
    ids = [store(catalog, f"{number}.txt", "alpha", f"of {number}") for number in range(3)]
    with SearchIndex.open(tmp_path / "index", catalog) as index:
        pair = index._open_pair()
        pair.vectors.discard()
        for row in catalog.feed.passages(range(100)):
            pair.vectors.put(row.space_id, [row.id], [row.vector])  # layout 1: a vector a passage
        pair.seal(catalog.feed)
        seal = pair.folder.path / "seal"
    remove(catalog, "2.txt")
    with catalog.database.writing() as connection:
        connection.execute("DELETE FROM outbox WHERE kind = ?", (OperationKind.DROP_VECTOR,))
    seal.write_text(json.dumps({**json.loads(seal.read_text()), "layout": 1}))
    with SearchIndex.open(tmp_path / "index", catalog) as index:
        assert index.rebuilt == "the index was made by another version of citewise, in another form"
        assert catalog.feed.pending_operations(1) == []
        assert held(index) == 3
        assert found(index, "alpha") == [ids[0]["alpha"], ids[1]["alpha"]]
        assert index.verify(deep=True).differences == ()
    with SearchIndex.open(tmp_path / "index", catalog) as index:
        assert index.rebuilt is None


def test_a_deep_check_tells_of_missing_and_surplus_vectors_of_shared_passages(catalog, index):
    store(catalog, "a.txt", "alpha", "beta")
    store(catalog, "b.txt", "alpha", "gamma")
    index.apply_pending()
    vectors, keys = index._open_pair().vectors, catalog.feed.key_ids()[1]
    assert vectors.ids(1) == keys
    assert len(keys) == 3
    vectors.drop(1, [max(keys)])  # gamma's, which a glance doesn't look for
    vectors.put(1, [999], [vector_of("never stored")])
    differences = index.verify(deep=True).differences
    assert f"space 1 lacks 1 vectors, such as {max(keys)}" in differences
    assert "space 1 has 1 vectors too many, such as 999" in differences


def test_whatever_comes_changes_and_goes_the_vectors_are_those_of_the_catalog(catalog, index):
    choose = random.Random(1)
    catalog.places.create_space("hr", by="admin")
    words = [f"word {number}" for number in range(6)]
    for _ in range(40):
        space, path = choose.choice(["general", "hr"]), f"{choose.randrange(4)}.txt"
        known = catalog.ledger(catalog.add_drive(f"/drive/{space}", space).id)
        if path in known and choose.random() < 0.4:
            remove(catalog, path, space)
        else:
            store(catalog, path, *choose.choices(words, k=choose.randint(1, 5)), space=space)
        if choose.random() < 0.4:
            index.apply_pending()
    index.apply_pending()
    for known_space in catalog.spaces():
        texts: dict[str, list[int]] = {}
        for row in catalog.documents(known_space.name):
            for passage in catalog.document_passages(row.id):
                texts.setdefault(passage.text, []).append(passage.id)
        vectors = index._open_pair().vectors
        assert held(index, known_space.id) == len(texts)
        stored = vectors.vectors(known_space.id, sorted(vectors.ids(known_space.id)))
        expected = sorted(vector_of(text).round(4).tolist() for text in texts)
        np.testing.assert_allclose(sorted(v.round(4).tolist() for v in stored.values()), expected, atol=2e-4)
        for text, ids in texts.items():
            assert found(index, text, known_space.name) == sorted(ids)[:5], key_of(text)
    assert index.verify(deep=True).differences == ()
