from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.answering.extracting.extractive import ExtractiveAnswerer
from brain.answering.extracting.likelihood import likelihood
from brain.answering.extracting.selection import ScoredSentence
from brain.domain import Locator, Passage, Source
from brain.evidence import SURE, Evidence, Signals
from brain.retrieval.fusion import Candidate
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.late_interaction import Likeness
from brain.retrieval.query import Query, Rarity

QUESTION = "When does the desk close?"


def passage(number: int) -> Passage:
    source = Source(f"{number}.md", f"{number}", "general", f"{number}.md", Locator(), document_id=number)
    return Passage(number, "The desk closes at noon.", source)


def found(*scores: tuple[int, float]) -> list[ScoredSentence]:
    """Sentences of the passages with these numbers, with these scores."""
    return [
        ScoredSentence(passage(number), 0, at, 0, 24, "", frozenset(), score)
        for at, (number, score) in enumerate(scores)
    ]


def retrieved(question: str = QUESTION) -> Retrieved:
    query = Query.of(question)
    best = tuple(Candidate(passage(number), 1.0, 1.0) for number in (1, 2))
    return Retrieved(query, Rarity.counted(query, 9, {}), best, {}, likeness={1: (Likeness(0.5, 0.1),)})


def chance(*scores: tuple[int, float], question: str = QUESTION) -> float:
    told = likelihood(found(*scores), retrieved(question))
    assert told is not None
    return told


def test_a_sentence_that_another_passage_rivals_is_less_likely_to_answer():
    assert chance((1, 2.0), (2, 1.9)) < chance((1, 2.0), (2, 1.4)) < chance((1, 2.0), (2, 1.0))


def test_a_sentence_of_the_same_passage_is_no_rival():
    assert chance((1, 2.0), (1, 1.9), (2, 1.2)) == chance((1, 2.0), (2, 1.2))
    assert chance((1, 2.0), (1, 1.9)) == chance((1, 2.0), (2, 0.5))  # nor is one that is far behind


@given(st.lists(st.tuples(st.integers(1, 3), st.floats(-3, 4)), min_size=1, max_size=6), st.floats(0, 1))
def test_it_is_a_chance_that_grows_with_the_score(scores, more):
    ranked = sorted(scores, key=lambda one: -one[1])
    better = [(ranked[0][0], ranked[0][1] + more), *ranked[1:]]
    assert 0 < chance(*ranked) <= chance(*better) < 1


def test_nothing_is_told_where_nothing_was_compared_or_the_embedder_does_not_know_the_language():
    assert likelihood([], retrieved()) is None
    assert likelihood(found((1, 2.0)), replace(retrieved(), likeness={})) is None
    assert likelihood(found((1, 2.0)), retrieved("Wann schließt der Schalter am Abend?")) is None


@pytest.mark.parametrize("likely", [None, SURE - 0.1, SURE + 0.1])
def test_what_was_written_decides_how_sure_the_answer_is_where_it_can_be_told(likely):
    for confidence in (SURE - 0.05, SURE + 0.05):
        evidence = Evidence(retrieved(), Signals(), confidence, 0.35, likely=likely)
        assert evidence.sure is ((confidence if likely is None else likely) >= SURE)
        assert evidence.as_step()["sure"] is evidence.sure
        assert ("likely" in evidence.as_step()) is (likely is not None)


def evidence_of(
    texts: list[str], alike: list[float], question: str = "When do you close on Fridays?"
) -> Evidence:
    """Passages of one sentence each, each as like the question as that."""
    read = [replace(passage(number), text=text) for number, text in enumerate(texts)]
    best = tuple(Candidate(one, 1.0, 0.5, score=2.0) for one in read)
    likeness = {one.id: (Likeness(value, 0.1),) for one, value in zip(read, alike, strict=True)}
    query = Query.of(question)
    found = Retrieved(query, Rarity.counted(query, 9, {}), best, {}, likeness=likeness)
    return Evidence(found, Signals(), 0.6, 0.35)


def test_an_unsure_answer_tells_what_another_passage_says_and_a_sure_one_does_not():
    texts = ["The desk closes at noon on Fridays.", "The counter is open on Fridays until four."]
    unsure = ExtractiveAnswerer().write(evidence_of(texts, [0.2, 0.19]))
    sure = ExtractiveAnswerer().write(evidence_of(texts, [0.9, 0.1]))
    assert [one.text for one in unsure.sentences] == texts
    assert [one.text for one in sure.sentences] == texts[:1]
    assert unsure.likely is not None
    assert sure.likely is not None
    assert unsure.likely < SURE <= sure.likely


def test_what_another_passage_says_too_is_not_told_twice():
    same = "The desk closes at noon on Fridays."
    told = ExtractiveAnswerer().write(evidence_of([same, same], [0.2, 0.2]))
    assert [one.text for one in told.sentences] == [same]


def test_a_heading_that_comes_near_is_no_rival():
    texts = ["The desk closes at noon on Fridays.", "The counter on Fridays until four"]
    told = ExtractiveAnswerer().write(evidence_of(texts, [0.2, 0.19]))
    assert told.likely is not None
    assert told.likely < SURE
    assert [one.text for one in told.sentences] == texts[:1]
    texts[1] += "."
    told = ExtractiveAnswerer().write(evidence_of(texts, [0.2, 0.19]))
    assert [one.text for one in told.sentences] == texts


def test_no_yes_stands_before_two_quotes_of_which_one_says_no():
    texts = ["Dogs are allowed in the office.", "Dogs are not allowed in the office of Porto."]
    question = "Are dogs allowed in the office?"
    alone = ExtractiveAnswerer().write(evidence_of(texts[:1], [-0.5], question))
    both = ExtractiveAnswerer().write(evidence_of(texts, [-0.5, -0.5], question))
    assert both.likely is not None
    assert both.likely < SURE
    assert alone.verdict == "Yes"
    assert {one.text for one in both.sentences} == set(texts)
    assert not both.verdict


def test_a_row_of_the_asked_month_beside_an_unsure_sentence_brings_the_others():
    rota = Passage(
        1,
        "Date\tOn call\n4 May\tPer Lund\n11 May\tMona Frei\n1 June\tIda Holm",
        passage(1).source,
        table_header="Date\tOn call",
    )
    prose = replace(passage(2), text="In May, whoever is on call has the red phone.")
    query = Query.of("Who is on call in May?")
    likeness = {1: (Likeness(0.1, 0.1),) * 4, 2: (Likeness(0.2, 0.1),)}
    best = tuple(Candidate(one, 1.0, 0.5, score=2.0) for one in (prose, rota))
    found = Retrieved(query, Rarity.counted(query, 9, {}), best, {}, likeness=likeness)
    told = ExtractiveAnswerer().write(Evidence(found, Signals(), 0.6, 0.35))
    assert told.likely is not None
    assert told.likely < SURE
    said = " ".join(one.text for one in told.sentences)
    assert "red phone" in said
    assert "Per Lund" in said
    assert "Mona Frei" in said
    assert "Ida Holm" not in said
