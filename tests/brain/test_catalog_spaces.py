from collections.abc import Iterator
from pathlib import Path

import pytest
from stored_documents import new_catalog

from brain.catalog.catalog import Catalog
from brain.catalog.questions.conversations import add_turn, save_trace
from brain.domain import Trace, Turn
from brain.errors import UsageError


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with new_catalog(tmp_path) as opened:
        yield opened


def test_general_is_there_from_the_start_and_others_are_made(catalog):
    made = catalog.places.create_space("hr-emea", by="admin")
    assert [space.name for space in catalog.spaces()] == ["general", "hr-emea"]
    assert catalog.space("hr-emea") == made


@pytest.mark.parametrize("name", ["", "HR", "with space", "ünï", "-x", "a" * 64, "a/b", "general"])
def test_a_name_that_cannot_be_a_space_is_refused_by_name(catalog, name):
    with pytest.raises(UsageError) as refused:
        catalog.places.create_space(name, by="admin")
    assert f"“{name}”" in refused.value.sentence


def test_an_unknown_space_is_answered_with_the_known_ones(catalog):
    catalog.places.create_space("hr", by="admin")
    with pytest.raises(UsageError, match=r"no space “legal” \(there are: general, hr\)"):
        catalog.space("legal")
    with pytest.raises(UsageError, match="no space “legal”"):
        catalog.add_drive("/legal", "legal")


def test_rights_are_given_and_taken_space_by_space(catalog):
    catalog.places.create_space("hr", by="admin")
    catalog.places.allow("hr", ["platform:user:1", "platform:channel:2"], by="admin")
    catalog.places.allow("hr", ["platform:user:1"], by="admin")
    assert catalog.principals("hr") == {"platform:user:1", "platform:channel:2"}
    assert catalog.principals("general") == frozenset()
    catalog.places.deny("hr", ["platform:user:1"], by="admin")
    catalog.places.deny("hr", ["platform:user:1"], by="admin")
    assert catalog.principals("hr") == {"platform:channel:2"}
    told = [(entry.action, entry.object) for entry in catalog.audit.entries() if "in hr" in entry.object]
    assert sorted(told) == [
        ("allow", "platform:channel:2 in hr"),
        ("allow", "platform:user:1 in hr"),
        ("deny", "platform:user:1 in hr"),
    ], "what changed nothing is not in the log"


def test_a_drive_is_added_once_for_each_space(catalog):
    catalog.places.create_space("hr", by="admin")
    first = catalog.add_drive("/drive", "general")
    assert catalog.add_drive("/drive", "general") == first
    assert catalog.add_drive("/drive", "hr").id != first.id
    assert catalog.add_drive("/drive", "general", watched=True).watched
    assert catalog.add_drive("/drive", "general").watched, "ingesting once more doesn't stop the watch"


def test_a_thread_remembers_its_last_turns_in_order(catalog):
    with catalog.database.writing() as connection:
        for number in range(5):
            add_turn(connection, "thread-1", Turn(f"question {number}", f"answer {number}"))
        add_turn(connection, "thread-2", Turn("other", "other"))
    assert [turn.question for turn in catalog.conversations.turns("thread-1", 2)] == [
        "question 3",
        "question 4",
    ]
    assert catalog.conversations.turns("thread-3") == ()


def test_traces_are_found_by_id_and_the_last_one_by_thread(catalog):
    first = Trace("t1", "Why?", "Why is it?", {"candidates": [{"id": 1, "score": 0.5}]}, {"total": 1.5})
    second = Trace("t2", "Où ?", steps={"gate": "é"})
    with catalog.database.writing() as connection:
        save_trace(connection, first, "thread", "someone", "Because.")
        save_trace(connection, second, "thread", "someone", "Là.")
    assert catalog.conversations.trace("t1") == first
    assert catalog.conversations.last_trace("thread") == second
    assert catalog.conversations.trace("t3") is None
    assert catalog.conversations.last_trace("elsewhere") is None
