"""The split by documents: copies stay together, boilerplate binds nothing."""

import pytest

from brain.domain import Locator, Passage, Source
from brain.errors import UsageError
from brain.tuning.data.splitting import Apart, apart, families, near_duplicates


def document(number: int, text: str) -> list[Passage]:
    return [Passage(number, text, Source(f"{number}.md", "", "general", "", Locator(), document_id=number))]


def words(start: int, count: int) -> str:
    return " ".join(f"word{n}" for n in range(start, start + count))


def test_documents_that_share_a_long_run_of_words_are_one_family():
    shared = words(0, 31)
    documents = {
        1: document(1, f"{words(1000, 40)} {shared}"),
        2: document(2, f"{shared} {words(2000, 40)}"),
        3: document(3, words(3000, 60)),
        4: document(4, f"{words(0, 10)} {words(4000, 40)}"),
    }
    assert families(documents) == {1: 1, 2: 1, 3: 3, 4: 4}


def test_a_signature_under_every_document_binds_nothing():
    documents = {n: document(n, f"{words(1000 * n, 40)} {words(0, 30)}") for n in range(1, 9)}
    assert families(documents) == {n: n for n in range(1, 9)}


def test_whole_families_are_held_out_up_to_the_share_and_by_seed():
    family_of = {n: (n + 1) // 2 for n in range(1, 21)}  # ten pairs
    paths = {n: f"{n}.md" for n in family_of}
    weights = dict.fromkeys(family_of, 5)
    found = apart(weights, family_of, paths, (0.2, 0.0), 1).held_out
    assert {family_of[n] for n in found} == {family_of[n] for n in family_of if n in found}
    assert all(
        (n in found) == (m in found) for n in family_of for m in family_of if family_of[n] == family_of[m]
    )
    assert sum(weights[n] for n in found) == 20
    assert found == apart(weights, family_of, paths, (0.2, 0.0), 1).held_out
    assert any(found != apart(weights, family_of, paths, (0.2, 0.0), seed).held_out for seed in range(2, 6))
    assert apart(weights, family_of, paths, (0.0, 0.0), 1) == Apart()
    three = apart(weights, family_of, paths, (0.2, 0.1), 1)
    assert three.held_out == found  # testing comes first: it is the same with and without validation
    assert len(three.validation) == 2
    assert len({family_of[n] for n in three.validation}) == 1
    assert three.validation.isdisjoint(found)


@pytest.mark.parametrize(("documents", "watched"), [(2, 0), (3, 0), (4, 1), (6, 1)])
def test_few_documents_are_rather_learnt_from_than_kept_apart_to_stop_by(documents: int, watched: int):
    numbers = range(1, documents + 1)
    found = apart(
        dict.fromkeys(numbers, 5), {n: n for n in numbers}, {n: f"{n}.md" for n in numbers}, (0.15, 0.1), 0
    )
    assert (len(found.held_out), len(found.validation)) == (1, watched)


def test_what_is_to_be_kept_out_is_with_its_copies_and_counts_for_the_share():
    numbers = range(1, 11)
    weights, paths = dict.fromkeys(numbers, 5), {n: f"{n}.md" for n in numbers}
    family_of = {n: n for n in numbers} | {2: 1}  # 2 is a copy of 1
    found = apart(weights, family_of, paths, (0.2, 0.1), 0, [2])
    assert found.held_out == {1, 2}
    assert found.validation
    assert {1, 3, 4} <= apart(weights, family_of, paths, (0.0, 0.0), 0, [1, 3, 4]).held_out
    with pytest.raises(UsageError, match="none is left to learn from"):
        apart(weights, family_of, paths, (0.2, 0.1), 0, numbers)


def test_a_huge_document_is_not_kept_apart_to_stop_by():
    weights = {1: 100, 2: 5, 3: 5, 4: 5}
    for seed in range(6):
        found = apart(weights, {n: n for n in weights}, {n: f"{n}.md" for n in weights}, (0.05, 0.05), seed)
        assert 1 not in found.validation


def test_of_one_family_nothing_can_be_held_out():
    with pytest.raises(UsageError) as raised:
        apart({1: 3, 2: 3}, {1: 1, 2: 1}, {1: "a", 2: "b"}, (0.15, 0.1), 0)
    assert "--held-out 0" in raised.value.sentence
    assert apart({1: 3, 2: 3}, {1: 1, 2: 1}, {1: "a", 2: "b"}, (0.0, 0.1), 0) == Apart()


def test_near_duplicates_share_half_of_their_runs():
    text = words(0, 40)
    assert near_duplicates(text, [text, words(0, 30), words(100, 40)]) == [True, True, False]
