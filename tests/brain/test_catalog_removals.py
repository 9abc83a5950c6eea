"""Drives that are taken out: hidden in one step, removed in batches, gone on with after every kill."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_home import SmallHome
from stored_documents import document, key_of, new_catalog, vector_of

from brain.answering.refusal import in_words
from brain.catalog.catalog import Catalog
from brain.catalog.drives import removals
from brain.catalog.rows import DocumentState, NewFailure
from brain.errors import UsageError
from brain.index.search_index import SearchIndex

DOCUMENTS = 11


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removals, "DOCUMENTS_AT_ONCE", 3)
    monkeypatch.setattr(removals, "_INDEXED_AT_ONCE", 6)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Drive 1 with documents that all say the same besides, drive 2 with one that says it too."""
    with new_catalog(tmp_path) as opened:
        fill(opened)
        yield opened


def fill(catalog: Catalog) -> None:
    leaving, staying = (catalog.add_drive(url, "general", watched=True) for url in ("/leaving", "/staying"))
    for number in range(DOCUMENTS):
        catalog.put_document(document(catalog, leaving, f"{number}.txt", ["shared", f"own {number}"]))
    catalog.put_document(document(catalog, staying, "kept.txt", ["shared", "kept"]))
    catalog.record_failure(leaving.id, NewFailure("torn.txt", 1, 1, "", "Torn."))


def nothing() -> None:
    """Nobody follows."""


def test_from_the_first_moment_nothing_of_the_drive_is_listed_counted_or_read(catalog: Catalog) -> None:
    one = catalog.find_document("0.txt")
    ids = [passage.id for passage in catalog.document_passages(one.id)]
    twin = catalog.find_document("1.txt").content_hash
    catalog.removals.begin(1)
    assert [row.path for row in catalog.documents()] == ["kept.txt"]
    assert catalog.document(one.id).state is DocumentState.REMOVED
    assert (catalog.counts().documents, catalog.counts(["general"]).passages) == (1, 2)
    assert catalog.document_count(["general"]) == 1
    assert catalog.passages(ids) == {}
    assert catalog.document_passages(one.id) == catalog.neighbours(one.id, 0, 9) == []
    assert catalog.duplicates.same_content(twin) == []
    assert catalog.duplicates.shared_passages([key_of("shared")]) == {DOCUMENTS + 1: 1}
    assert [drive.url for drive in catalog.drives()] == ["/staying"]
    assert catalog.failures() == []
    with pytest.raises(UsageError, match="No document fits"):
        catalog.find_document("0.txt")
    (left,) = catalog.removals.under_way()
    assert (left.drive.url, left.documents) == ("/leaving", DOCUMENTS)


def test_a_space_whose_only_drive_is_being_removed_holds_nothing_to_search(catalog: Catalog) -> None:
    catalog.removals.begin(2)
    assert catalog.holds_passages(["general"])
    catalog.removals.begin(1)
    assert not catalog.holds_passages(["general"])
    assert catalog.document_count(["general"]) == 0


def test_documents_go_in_batches_which_the_index_follows(catalog: Catalog, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    behind: list[int] = []
    with SearchIndex.open(tmp_path / "index", catalog) as index:

        def follow() -> None:
            behind.append(len(catalog.feed.pending_operations(1000)))
            index.apply_pending()

        catalog.removals.begin(1)
        count = catalog.removals.carry_out(1, follow, lambda done, of: told.append((done, of)))
        assert count == DOCUMENTS
        assert told == [(3, DOCUMENTS), (6, DOCUMENTS), (9, DOCUMENTS), (11, DOCUMENTS)]
        # A document each has itself, two passages and one vector to go: six documents at most wait.
        assert behind == [24, 20]
        assert index.verify(deep=True).healthy
    assert catalog.removals.under_way() == []
    assert catalog.add_drive("/leaving", "general").id == 1


def test_long_documents_go_fewer_at_a_time(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removals, "PASSAGES_AT_ONCE", 1)
    told: list[int] = []
    catalog.removals.begin(1)
    catalog.removals.carry_out(1, nothing, lambda done, of: told.append(done))
    assert told == list(range(1, DOCUMENTS + 1))


def test_an_empty_drive_goes_without_the_index(catalog: Catalog) -> None:
    def opened() -> None:
        raise AssertionError("the index was opened for nothing")

    empty = catalog.add_drive("/empty", "general")
    catalog.removals.begin(empty.id)
    assert catalog.removals.under_way() == []
    assert catalog.removals.carry_out(empty.id, opened) == 0


def test_only_a_drive_that_was_begun_loses_anything(catalog: Catalog) -> None:
    assert catalog.removals.carry_out(2, nothing) == 0
    assert [row.path for row in catalog.documents(words="kept")] == ["kept.txt"]
    with pytest.raises(UsageError, match="no drive 9"):
        catalog.removals.begin(9)


def test_it_can_not_be_added_again_before_the_last_document_has_gone(catalog: Catalog) -> None:
    def out_of_patience(done: int, of: int) -> None:
        raise TimeoutError

    catalog.removals.begin(1)
    with pytest.raises(TimeoutError):
        catalog.removals.carry_out(1, nothing, out_of_patience)
    for add in (catalog.add_drive, lambda url, space: catalog.followed.follow(url, space, {})):
        with pytest.raises(UsageError, match=r"/leaving is still being taken out \(8 documents are left\)"):
            add("/leaving", "general")
    assert catalog.documents(words="own") == []
    catalog.places.create_space("hr", by="admin")
    assert catalog.add_drive("/leaving", "hr").space == "hr"
    assert catalog.removals.carry_out(1, nothing) == 8
    assert catalog.add_drive("/leaving", "general").id == 1
    assert [row.path for row in catalog.documents()] == ["kept.txt"]


def test_a_document_does_not_come_back_without_its_drive(catalog: Catalog) -> None:
    gone = catalog.find_document("0.txt").id
    catalog.remove_document(gone)
    catalog.removals.begin(1)
    assert not catalog.history.revive(gone)
    catalog.removals.carry_out(1, nothing)
    assert not catalog.history.revive(gone)
    catalog.add_drive("/leaving", "general")
    assert catalog.history.revive(gone)
    assert [row.path for row in catalog.documents(words="0.txt")] == ["0.txt"]


def test_what_is_found_of_the_others_is_not_crowded_out(tmp_path: Path) -> None:
    with new_catalog(tmp_path) as catalog:
        leaving, staying = (catalog.add_drive(url, "general") for url in ("/leaving", "/staying"))
        for number in range(40):
            catalog.put_document(document(catalog, leaving, f"{number}.txt", ["shared shared", f"{number}"]))
        put = catalog.put_document(
            document(catalog, staying, "kept.txt", ["shared once, in many more words"])
        )
        (kept,) = catalog.document_passages(put.document_id)
        with SearchIndex.open(tmp_path / "index", catalog) as index:
            vector = vector_of("7").tolist()
            assert kept.id not in [number for number, _ in index.keyword("general", ["share"], 4)]
            assert kept.id not in [number for number, _ in index.dense("general", vector, 4)]
            catalog.removals.begin(leaving.id)
            assert [number for number, _ in index.keyword("general", ["share"], 4)] == [kept.id]
            assert [number for number, _ in index.dense("general", vector, 4)] == [kept.id]
            found = index.keyword_documents("general", ["share"], 4)
            assert [number for number, _ in found] == [put.document_id]


def test_no_answer_comes_from_it_though_the_index_still_holds_all_of_it(tmp_path: Path) -> None:
    home = SmallHome(tmp_path)
    home.add("code.md", "The launch code is omega.")
    assert "omega" in home.ask("What is the launch code?").text
    home.catalog.removals.begin(1)
    answer = home.ask("What is the launch code?")
    assert answer.refusal is not None
    assert "omega" not in in_words(answer.refusal)
    assert answer.retrieved == ()
    home.close()


_KILLED = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
from brain.catalog.drives import removals
from brain.catalog.catalog import Catalog
from brain.catalog.storage import Database

removals.DOCUMENTS_AT_ONCE = 3
writing, count, kill_at, moment = Database.writing, 0, int(sys.argv[2]), sys.argv[3]

@contextmanager
def counted(database, **how):
    global count
    count += 1
    with writing(database, **how) as connection:
        yield connection
        if (count, "within") == (kill_at, moment):
            os.kill(os.getpid(), signal.SIGKILL)
    if (count, "after") == (kill_at, moment):
        os.kill(os.getpid(), signal.SIGKILL)

with Catalog(Path(sys.argv[1]) / "catalog.db") as catalog:
    Database.writing = counted
    catalog.removals.begin(1)
    catalog.removals.carry_out(1, lambda: None)
"""


@pytest.mark.parametrize("moment", ["within", "after"])
@pytest.mark.parametrize("transaction", [1, 2, 4, 5])
def test_killed_at_any_transaction_it_is_whole_or_hidden_and_goes_on(
    tmp_path: Path, transaction: int, moment: str
) -> None:
    with new_catalog(tmp_path) as catalog:
        fill(catalog)
    command = [sys.executable, "-c", _KILLED, tmp_path, str(transaction), moment]
    assert subprocess.run(command).returncode == -signal.SIGKILL
    done = transaction - (moment == "within")
    with Catalog(tmp_path / "catalog.db") as catalog:
        shown = {row.path for row in catalog.documents()}
        if done == 0:  # nobody was told anything yet
            assert len(shown) == DOCUMENTS + 1
            catalog.removals.begin(1)
        else:
            assert shown == {"kept.txt"}
        left = max(0, DOCUMENTS - 3 * max(0, done - 1))
        assert [row.documents for row in catalog.removals.under_way()] == ([left] if left else [])
        assert catalog.removals.carry_out(1, nothing) == left
        assert {row.path for row in catalog.documents()} == {"kept.txt"}
        assert catalog.removals.under_way() == []
        with SearchIndex.open(tmp_path / "index", catalog) as index:
            assert index.verify(deep=True).healthy
