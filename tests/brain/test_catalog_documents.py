from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from stored_documents import DIMENSIONS, EMBEDDER, document, key_of, new_catalog, vector_of

from brain.catalog.catalog import Catalog
from brain.catalog.documents.vectors import collect
from brain.catalog.documents.versions import KEPT_VERSIONS
from brain.catalog.rows import DocumentState, NewFailure, OperationKind, PutResult
from brain.domain import Locator
from brain.errors import EmbedderMismatch, UsageError


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with new_catalog(tmp_path) as opened:
        yield opened


@pytest.fixture
def drive(catalog: Catalog):
    return catalog.add_drive("/drive", "general")


def collect_vectors(catalog, orphaned_before):
    with catalog.database.writing() as connection:
        return collect(connection, orphaned_before)


def ids_by_text(catalog, document_id):
    return {passage.text: passage.id for passage in catalog.document_passages(document_id)}


def drain(catalog):
    """What is queued for the indexes, as sets of targets by kind, and nothing is afterwards."""
    found = {}
    for operation in catalog.feed.pending_operations(10_000):
        found.setdefault(operation.kind, set()).add(operation.target)
        catalog.feed.mark_applied(operation.sequence)
    return found


def test_a_passage_comes_back_with_all_that_an_answer_shows(catalog, drive):
    modified = datetime(2025, 3, 4, 5, 6, tzinfo=UTC)
    put = catalog.put_document(
        document(
            catalog,
            drive,
            "hr/leave.md",
            ["Everyone has 30 days.", "Part-timers have fewer."],
            title="Leave policy",
            headings=("Days", "Part-time"),
            modified=modified,
        )
    )
    assert put == PutResult(document_id=put.document_id, version=1, added=2, kept=0, removed=0)
    first, second = catalog.document_passages(put.document_id)
    assert catalog.passages([second.id, 999_999]) == {second.id: second}
    assert (second.text, second.ordinal, second.start, second.end) == ("Part-timers have fewer.", 1, 22, 45)
    assert catalog.document_text(put.document_id)[second.start : second.end] == second.text
    source = second.source
    assert (source.document, source.title, source.space) == ("hr/leave.md", "Leave policy", "general")
    assert (source.uri, source.modified) == ("file:///drive/hr/leave.md", modified)
    assert source.locator == Locator(heading=("Part-time",))
    assert source.document_id == put.document_id
    assert second.context == "Leave policy › Part-time"
    assert catalog.neighbours(put.document_id, -1, 0) == [first]


def test_every_kind_of_place_survives_storing(catalog, drive):
    new = document(catalog, drive, "a.xlsx", ["one", "two", "three", "four"])
    places = (
        Locator(page=3),
        Locator(sheet="Prices", row=12, part="header"),
        Locator(heading=("A", "B"), slide=4),
        Locator(heading=("A", "B"), turns=((5, 2),), sections=((7, ("A", "C")), (30, ("A",)))),
    )
    placed = tuple(replace(p, locator=place) for p, place in zip(new.passages, places, strict=True))
    put = catalog.put_document(replace(new, passages=placed))
    assert tuple(p.source.locator for p in catalog.document_passages(put.document_id)) == places


def test_unchanged_passages_keep_their_ids_when_the_document_changes_around_them(catalog, drive):
    first = catalog.put_document(document(catalog, drive, "a.txt", ["alpha", "beta", "gamma"]))
    before, keys = ids_by_text(catalog, first.document_id), catalog.feed.key_ids()[1]
    drain(catalog)
    second = catalog.put_document(document(catalog, drive, "a.txt", ["new", "alpha", "gamma"]))
    assert second == PutResult(first.document_id, version=2, added=1, kept=2, removed=1)
    after = ids_by_text(catalog, first.document_id)
    assert (after["alpha"], after["gamma"]) == (before["alpha"], before["gamma"])
    assert [p.text for p in catalog.document_passages(first.document_id)] == ["new", "alpha", "gamma"]
    text = catalog.document_text(first.document_id)
    assert all(text[p.start : p.end] == p.text for p in catalog.document_passages(first.document_id))
    assert drain(catalog) == {
        OperationKind.PUT_PASSAGE: {after["new"]},
        OperationKind.DROP_PASSAGE: {before["beta"]},
        OperationKind.DROP_VECTOR: keys - catalog.feed.key_ids()[1],
        OperationKind.PUT_DOCUMENT: {first.document_id},
    }


def test_repeated_paragraphs_are_passages_of_their_own(catalog, drive):
    put = catalog.put_document(document(catalog, drive, "a.txt", ["same", "same", "same"]))
    assert len(catalog.document_passages(put.document_id)) == 3
    again = catalog.put_document(document(catalog, drive, "a.txt", ["same", "same"]))
    assert (again.kept, again.removed) == (2, 1)


def test_a_new_title_is_indexed_again_under_the_old_ids(catalog, drive):
    put = catalog.put_document(document(catalog, drive, "a.txt", ["alpha"], title="Old"))
    ids = set(ids_by_text(catalog, put.document_id).values())
    drain(catalog)
    catalog.put_document(document(catalog, drive, "a.txt", ["alpha"], title="New"))
    assert drain(catalog)[OperationKind.PUT_PASSAGE] == ids
    assert catalog.feed.passages(ids)[0].title == "New"


def test_a_passage_that_is_not_the_text_at_its_offsets_is_refused_and_nothing_is_stored(catalog, drive):
    new = document(catalog, drive, "a.txt", ["alpha", "beta"])
    wrong = replace(new, passages=(new.passages[0], replace(new.passages[1], start=0)))
    with pytest.raises(ValueError, match=r"passage 1 of a\.txt"):
        catalog.put_document(wrong)
    assert catalog.ledger(drive.id) == {}


def test_a_passage_without_a_vector_is_refused(catalog, drive):
    with pytest.raises(ValueError, match="no vector was given"):
        catalog.put_document(document(catalog, drive, "a.txt", ["alpha"], vectors={}))
    assert catalog.counts().documents == 0


@pytest.mark.parametrize("vector", [np.ones(3), np.full(DIMENSIONS, np.nan)])
def test_a_vector_of_another_shape_or_without_numbers_is_refused(catalog, drive, vector):
    wrong = document(catalog, drive, "a.txt", ["alpha"], vectors={key_of("alpha"): vector})
    with pytest.raises(ValueError, match="finite numbers"):
        catalog.put_document(wrong)


def test_a_space_that_the_drive_does_not_fill_is_refused(catalog, drive):
    catalog.places.create_space("hr", by="admin")
    with pytest.raises(ValueError, match="fills the space general"):
        catalog.put_document(document(catalog, drive, "a.txt", ["alpha"], space="hr"))


def test_equal_passages_are_embedded_once_and_the_vector_lives_as_long_as_one_of_them(catalog, drive):
    keys = [key_of("shared"), key_of("own")]
    one = catalog.put_document(document(catalog, drive, "one.txt", ["shared", "own"]))
    assert catalog.missing_vectors([*keys, "unknown"]) == {"unknown"}
    copy = document(catalog, drive, "two.txt", ["shared"])
    assert copy.vectors == {}
    two = catalog.put_document(copy)
    shared = catalog.feed.passages(ids_by_text(catalog, two.document_id).values())[0]
    np.testing.assert_array_equal(shared.vector, vector_of("shared"))
    later = datetime.now(UTC) + timedelta(minutes=1)
    catalog.remove_document(one.document_id)
    assert catalog.missing_vectors(keys) == set(), "removed documents can still come back"
    assert catalog.forgetting.removed_before(later) == 1
    assert catalog.missing_vectors(keys) == set(), "an ingest may just have been told that it has them"
    assert collect_vectors(catalog, later) == 1
    assert catalog.missing_vectors(keys) == {key_of("own")}
    catalog.remove_document(two.document_id)
    catalog.forgetting.removed_before(later)
    assert catalog.put_document(document(catalog, drive, "three.txt", ["shared"])).added == 1
    assert collect_vectors(catalog, later) == 0, "it is used again"
    assert catalog.missing_vectors(keys) == {key_of("own")}


def test_a_vector_that_no_passage_uses_is_not_kept(catalog, drive):
    catalog.put_document(document(catalog, drive, "a.txt", [], vectors={key_of("x"): vector_of("x")}))
    collect_vectors(catalog, datetime.now(UTC) + timedelta(minutes=1))
    assert catalog.missing_vectors([key_of("x")]) == {key_of("x")}


def test_the_last_versions_keep_their_words_and_older_ones_their_dates(catalog, drive):
    texts = [f"version {number}" for number in range(1, KEPT_VERSIONS + 3)]
    for text in texts:
        put = catalog.put_document(document(catalog, drive, "a.txt", [text, "constant"]))
    history = catalog.history.versions(put.document_id)
    assert [version.number for version in history] == list(range(1, len(texts) + 1))
    assert [version.text_kept for version in history] == [False] * 2 + [True] * KEPT_VERSIONS
    assert history[0].content_hash == key_of("version 1\nconstant\n")
    assert catalog.document_text(put.document_id, len(texts) - 1) == f"{texts[-2]}\nconstant\n"
    with pytest.raises(UsageError, match="no longer kept"):
        catalog.document_text(put.document_id, 1)
    with pytest.raises(UsageError, match="in version 99"):
        catalog.document_text(put.document_id, 99)
    assert collect_vectors(catalog, datetime.now(UTC) + timedelta(minutes=1)) == 2
    assert catalog.missing_vectors(map(key_of, texts)) == set(map(key_of, texts[:2]))


def test_the_same_words_split_otherwise_are_not_a_new_version(catalog, drive):
    new = document(catalog, drive, "a.txt", ["alpha beta"])
    first = catalog.put_document(new)
    halves = (
        replace(new.passages[0], end=5, text="alpha", vector_key=key_of("alpha")),
        replace(new.passages[0], ordinal=1, start=6, text="beta", vector_key=key_of("beta")),
    )
    vectors = {key_of(text): vector_of(text) for text in ("alpha", "beta")}
    second = catalog.put_document(replace(new, passages=halves, vectors=vectors))
    assert (second.version, second.added, second.removed) == (first.version, 2, 1)
    collect_vectors(catalog, datetime.now(UTC) + timedelta(minutes=1))
    assert catalog.missing_vectors([key_of("alpha beta")]) == {key_of("alpha beta")}


def test_a_removed_document_is_gone_from_reading_at_once_and_comes_back_as_its_next_version(catalog, drive):
    put = catalog.put_document(document(catalog, drive, "a.txt", ["alpha", "beta"]))
    ids, keys = set(ids_by_text(catalog, put.document_id).values()), catalog.feed.key_ids()[1]
    drain(catalog)
    assert catalog.remove_document(put.document_id)
    assert not catalog.remove_document(put.document_id)
    assert catalog.passages(ids) == {}
    assert (catalog.counts().documents, catalog.counts().passages) == (0, 0)
    assert catalog.ledger(drive.id) == {}
    assert catalog.documents() == []
    assert catalog.document(put.document_id).state is DocumentState.REMOVED
    assert drain(catalog) == {
        OperationKind.DROP_PASSAGE: ids,
        OperationKind.DROP_VECTOR: keys,
        OperationKind.DROP_DOCUMENT: {put.document_id},
    }
    back = document(catalog, drive, "a.txt", ["alpha", "beta"])
    assert back.vectors == {}, "nothing is embedded again"
    again = catalog.put_document(back)
    assert (again.document_id, again.version, again.added) == (put.document_id, 2, 2)
    assert ids.isdisjoint(ids_by_text(catalog, put.document_id).values()), "ids are never used again"


def test_a_moved_document_keeps_everything_but_its_place(catalog, drive):
    put = catalog.put_document(document(catalog, drive, "old.txt", ["alpha"], title="Name"))
    other = catalog.put_document(document(catalog, drive, "other.txt", ["beta"]))
    drain(catalog)
    catalog.move_document(put.document_id, "new.txt", "file:///drive/new.txt", mtime_ns=7)
    assert set(catalog.ledger(drive.id)) == {"new.txt", "other.txt"}
    assert catalog.ledger(drive.id)["new.txt"].mtime_ns == 7
    assert drain(catalog) == {}
    catalog.move_document(put.document_id, "new.txt", "file:///drive/new.txt", title="Renamed")
    assert drain(catalog)[OperationKind.PUT_DOCUMENT] == {put.document_id}
    with pytest.raises(ValueError, match=f"document {other.document_id} already lives"):
        catalog.move_document(put.document_id, "other.txt", "file:///drive/other.txt")


def test_a_document_is_indexed_again_where_its_new_name_tells_another_date(catalog, drive):
    put = catalog.put_document(document(catalog, drive, "board.txt", ["alpha"]))
    drain(catalog)
    catalog.move_document(put.document_id, "board 2026-03-04.txt", "file:///drive/a.txt")
    assert set(ids_by_text(catalog, put.document_id).values()) == drain(catalog)[OperationKind.PUT_PASSAGE]
    catalog.move_document(put.document_id, "old/2026-03-04 board.txt", "file:///drive/b.txt")
    assert drain(catalog) == {}


def test_the_ledger_shows_failures_over_what_was_readable_before(catalog, drive):
    put = catalog.put_document(document(catalog, drive, "a.pdf", ["alpha"]))
    catalog.touch_document(put.document_id, 6, 12345)
    for path in ("a.pdf", "b.pdf"):
        sentence = f"{path} is encrypted."
        catalog.record_failure(drive.id, NewFailure(path, 9, 99, "h", sentence, "trace", retryable=True))
    ledger = catalog.ledger(drive.id)
    assert ledger["a.pdf"] == (put.document_id, 9, 99, "h", DocumentState.FAILED, True, "", "", "")
    assert ledger["b.pdf"] == (None, 9, 99, "h", DocumentState.FAILED, True, "", "", "")
    assert catalog.counts().passages == 1, "the last readable version stays"
    assert catalog.document(put.document_id).state is DocumentState.FAILED
    assert [(f.path, f.space, f.sentence) for f in catalog.failures()] == [
        ("a.pdf", "general", "a.pdf is encrypted."),
        ("b.pdf", "general", "b.pdf is encrypted."),
    ]
    catalog.put_document(document(catalog, drive, "a.pdf", ["alpha", "beta"]))
    catalog.clear_failure(drive.id, "b.pdf")
    assert catalog.failures() == []
    entry = catalog.ledger(drive.id)["a.pdf"]
    assert (entry.state, entry.content_hash) == (DocumentState.CURRENT, key_of("alpha\nbeta\n"))


def test_a_removed_drive_takes_its_documents_and_failures_with_it(catalog, drive):
    other = catalog.add_drive("/other", "general")
    catalog.put_document(document(catalog, drive, "a.txt", ["alpha"]))
    catalog.put_document(document(catalog, drive, "b.txt", ["beta"]))
    kept = catalog.put_document(document(catalog, other, "a.txt", ["gamma"]))
    catalog.record_failure(drive.id, NewFailure("c.txt", 1, 1, "", "It is empty."))
    catalog.removals.begin(drive.id)
    assert catalog.removals.carry_out(drive.id, lambda: None) == 2
    assert [row.id for row in catalog.documents()] == [kept.document_id]
    assert [known.url for known in catalog.drives()] == ["/other"]
    assert catalog.failures() == []
    with pytest.raises(UsageError, match="no drive"):
        catalog.drive(drive.id)
    assert catalog.add_drive("/drive", "general").id == drive.id


def test_documents_are_found_by_number_path_title_or_words(catalog, drive):
    leave = catalog.put_document(document(catalog, drive, "hr/leave_2025.md", ["a"], title="Leave policy"))
    catalog.put_document(document(catalog, drive, "hr/travel.md", ["b"], title="Travel policy"))
    for text in (str(leave.document_id), "hr/leave_2025.md", "Leave policy", "LEAVE hr/", "e_2"):
        assert catalog.find_document(text).id == leave.document_id
    with pytest.raises(UsageError, match=r"2 documents fit “policy”: .*hr/leave_2025\.md; .*hr/travel\.md"):
        catalog.find_document("policy")
    for text in ("", "100%", "nothing like it", "424242"):
        with pytest.raises(UsageError, match="documents list"):
            catalog.find_document(text)
    assert [row.path for row in catalog.documents(words="travel POLICY")] == ["hr/travel.md"]
    assert catalog.documents(space="general", words="absent") == []
    assert catalog.documents()[0].passages == 1


def test_counts_are_by_space(catalog, drive):
    catalog.places.create_space("hr", by="admin")
    closed = catalog.add_drive("/hr", "hr")
    catalog.put_document(document(catalog, drive, "a.txt", ["alpha"]))
    catalog.put_document(document(catalog, closed, "b.txt", ["beta", "gamma"]))
    counted = {name: catalog.counts([name]) for name in ("general", "hr")}
    assert {name: (c.documents, c.passages) for name, c in counted.items()} == {
        "general": (1, 1),
        "hr": (1, 2),
    }
    assert catalog.counts(["general", "hr"]) == catalog.counts()
    assert catalog.counts([]).documents == 0


def test_a_space_holds_passages_from_its_first_one_to_its_last(catalog, drive):
    catalog.places.create_space("hr", by="admin")
    catalog.put_document(document(catalog, drive, "empty.txt", []))
    assert (catalog.document_count(["general"]), catalog.holds_passages(["general"])) == (1, False)
    put = catalog.put_document(document(catalog, drive, "a.txt", ["alpha"]))
    assert catalog.document_count(["general", "hr"]) == 2
    assert catalog.holds_passages(["general", "hr"])
    assert not catalog.holds_passages(["hr"])
    assert not catalog.holds_passages([])
    catalog.remove_document(put.document_id)
    assert not catalog.holds_passages(["general"])


def test_vectors_of_two_embedders_never_mix(catalog, drive):
    catalog.set_embedder(EMBEDDER, DIMENSIONS)
    with pytest.raises(EmbedderMismatch, match="--embed-again"):
        catalog.set_embedder("another@2", DIMENSIONS)
    assert catalog.embedder_identity() == EMBEDDER


def test_embedding_again_changes_over_only_when_complete(catalog, drive):
    put = catalog.put_document(document(catalog, drive, "a.txt", ["alpha", "beta", "alpha"], title="T"))
    catalog.prepare_embedder("another@2", 3)
    wanted = catalog.unembedded("another@2", 100)
    assert {text.text for text in wanted} == {"T\nalpha", "T\nbeta"}
    vectors = {text.vector_key: np.arange(3, dtype=np.float32) for text in wanted}
    catalog.add_vectors("another@2", {wanted[0].vector_key: vectors[wanted[0].vector_key]})
    with pytest.raises(ValueError, match="no vector from another@2"):
        catalog.switch_embedder("another@2")
    assert catalog.embedder_identity() == EMBEDDER
    assert len(catalog.unembedded("another@2", 100)) == 1
    catalog.add_vectors("another@2", vectors)
    catalog.switch_embedder("another@2")
    assert catalog.embedder_identity() == "another@2"
    rows = catalog.feed.passages(ids_by_text(catalog, put.document_id).values())
    assert all(row.vector.tolist() == [0, 1, 2] for row in rows)
    catalog.set_embedder("another@2", 3)
