"""The split by documents: copies stay together, boilerplate binds nothing."""

import pytest

from brain.domain import Locator, Passage, Source
from brain.errors import UsageError
from brain.tuning.data.splitting import families, held_out, near_duplicates


def document(number: int, text: str) -> list[Passage]:
    return [Passage(number, text, Source(f"{number}.md", "", "general", "", Locator(), document_id=number))]


def words(start: int, count: int) -> str:
    return " ".join(f"word{n}" for n in range(start, start + count))


def test_documents_that_share_a_long_run_of_words_are_one_family():
    shared = words(0, 30)
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
    found = held_out(weights, family_of, paths, 0.2, 1)
    assert {family_of[n] for n in found} == {family_of[n] for n in family_of if n in found}
    assert all(
        (n in found) == (m in found) for n in family_of for m in family_of if family_of[n] == family_of[m]
    )
    assert sum(weights[n] for n in found) == 20
    assert found == held_out(weights, family_of, paths, 0.2, 1)
    assert any(found != held_out(weights, family_of, paths, 0.2, seed) for seed in range(2, 6))
    assert held_out(weights, family_of, paths, 0.0, 1) == frozenset()


def test_of_one_family_nothing_can_be_held_out():
    with pytest.raises(UsageError) as raised:
        held_out({1: 3, 2: 3}, {1: 1, 2: 1}, {1: "a", 2: "b"}, 0.15, 0)
    assert "--held-out 0" in raised.value.sentence


def test_near_duplicates_share_half_of_their_runs():
    text = words(0, 40)
    assert near_duplicates(text, [text, words(0, 30), words(100, 40)]) == [True, True, False]
