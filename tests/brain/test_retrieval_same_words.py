"""People ask with one word for a thing, the documents may have another for it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from small_home import SmallHome

from brain.retrieval.query import Query
from brain.retrieval.same_words import same_words, with_same_words
from brain.retrieval.word_forms import forms
from brain.text.terms import stem

DRIVE = {
    "leave.md": "# Leave\n\nEmployees get thirty days of annual leave. Leave is asked for in the portal.",
    "tours.md": "# Tours\n\nGuests book tours at the desk. Tours begin at noon.",
}


def same(question: str, held: Mapping[str, int]) -> Mapping[str, tuple[str, ...]]:
    """The other words for a question's, where passages hold as many of each."""
    return with_same_words(Query.of(question), lambda words: {word: held.get(word, 0) for word in words}).same


def test_the_documents_words_for_it_are_taken_where_they_are_the_usual_ones() -> None:
    assert same("How much vacation do I get?", {"leave": 9, "holiday": 2}) == {
        "vacation": ("holiday", "leave")
    }
    assert same("How much vacation do I get?", {"vacation": 2, "leave": 9, "holiday": 2}) == {
        "vacation": ("leave",)
    }
    assert same("How much vacation do I get?", {"vacation": 9, "leave": 9}) == {}
    assert same("How much vacation do I get?", {}) == {}


def test_a_form_of_the_word_has_the_same_others() -> None:
    assert same("Are laptops insured?", {"notebook": 3}) == {"laptops": ("notebook",)}


def test_nothing_is_counted_for_words_without_others_nor_in_other_languages() -> None:
    def counted(words: list[str]) -> Mapping[str, int]:
        assert words == []
        return {}

    assert with_same_words(Query.of("When does the parrot sing?"), counted).same == {}
    german = Query.of("Wann wird das Notebook und die Cafeteria repariert?")
    assert with_same_words(german, counted) == german


def test_the_keyword_index_is_asked_for_all_of_them() -> None:
    query = with_same_words(Query.of("vacation days"), lambda words: {"leave": 4})
    assert forms(query.words, query, []) == {"vacation": ("vacation", "leave"), "days": ("days",)}


def test_each_group_has_words_of_one_kind_once() -> None:
    for name, others in same_words().items():
        assert name not in map(stem, others)
        assert len(set(others)) == len(others)
        for other in others:
            assert name in map(stem, same_words()[stem(other)])


@pytest.mark.parametrize("word", ["vacation", "PTO", "holidays"])
def test_a_question_in_other_words_is_answered(tmp_path: Path, word: str) -> None:
    home = SmallHome(tmp_path).fill(DRIVE)
    found = home.find(f"How much {word} do I get?")
    answer = home.ask(f"How much {word} do I get?")
    home.close()
    assert found.passages[0].source.document == "leave.md"
    assert found.candidates[0].window > 0.9
    assert "thirty days of annual leave" in answer.text
