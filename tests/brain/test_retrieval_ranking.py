import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from small_home import SmallHome

from brain.domain import Locator, Passage, Source
from brain.retrieval.fusion import Candidate, FusionWeights, fused
from brain.retrieval.hybrid import rank
from brain.retrieval.lexical import bm25, phrase_coverage, window_coverage
from brain.retrieval.query import MOST_TERMS, FromThread, Query, Rarity
from brain.text.analysis import analyse

HANDBOOK = """# Leave

Employees get thirty days of paid leave a year.

## Sick leave

Call your manager before nine. A note from a doctor is needed from the third day.

# Travel

Meals are paid up to 75 euros a day. Flights are booked by the travel desk.
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Iterator[SmallHome]:
    home = SmallHome(tmp_path_factory.mktemp("home"))
    home.fill(
        {
            "handbook.md": HANDBOOK,
            "it.md": "# VPN\n\nThe VPN needs the second factor.",
            "café.md": "Der Kaffee.",
        }
    )
    yield home
    home.close()


def passage(text: str, number: int = 1, context: str = "") -> Passage:
    return Passage(number, text, Source("a.md", "A", "general", "", Locator()), context=context)


def test_the_passage_that_holds_the_words_comes_first_each_once(home):
    found = home.find("Who books flights?")
    assert "travel desk" in found.passages[0].text
    assert len({p.id for p in found.passages}) == len(found.passages)
    scores = [p.score for p in found.passages]
    assert scores == sorted(scores, reverse=True)
    assert scores == [candidate.score for candidate in found.candidates]


def test_a_score_changes_nothing_else_of_a_passage():
    given = {field.name: f"its {field.name}" for field in fields(Passage)}
    plain = Passage(**given)
    assert plain.scored(2.5) == replace(plain, score=2.5)


def test_other_forms_and_writings_of_a_word_are_found(home):
    assert "travel desk" in home.find("booking a FLIGHT").passages[0].text
    assert home.find("CAFE").candidates[0].keyword > 0


@pytest.mark.parametrize("text", ["", "   ", "what is it?", "and the of", "?!…", "🙂"])
def test_words_without_a_topic_match_nothing_by_words(home, text):
    found = home.find(text)
    assert found.query.terms == ()
    assert {c.keyword for c in found.candidates} <= {0.0}
    assert {c.window for c in found.candidates} <= {0.0}


@pytest.mark.parametrize("text", ['"', "' OR 1=1 --", "a* NEAR/2 b", "title:leave", "(", "\0leave"])
def test_signs_of_a_search_language_are_plain_text(home, text):
    assert len(home.find(f"{text} flights").passages) > 0


def test_a_pasted_page_is_searched_by_its_first_words(home):
    found = home.find("flights " * 2000 + "vpn")
    assert found.query.terms == ("flights",)
    assert len(Query.of(" ".join(f"word{n}" for n in range(5000))).terms) == MOST_TERMS


def test_the_same_question_finds_the_same_again(home):
    assert home.find("How much for meals?").candidates == home.find("How much for meals?").candidates


def test_langchain_can_use_the_retriever(home):
    class Heard(BaseCallbackHandler):
        started = 0

        def on_retriever_start(self, *_, **__):
            self.started += 1

    heard = Heard()
    retriever = home.retriever
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("Who books flights?", config={"callbacks": [heard]})
    assert heard.started == 1
    assert all(isinstance(found, Document) for found in documents)
    assert "travel desk" in documents[0].page_content
    assert documents[0].metadata["document"] == "handbook.md"
    assert documents[0].metadata["heading"] == ["Travel"]
    assert len(retriever.model_copy(update={"limit": 1}).invoke("flights")) == 1


def test_langchain_reads_the_set_spaces_only(home, tmp_path):
    home.add("wages.md", "Flights of the board are paid from wages.", "hr")
    assert {d.metadata["space"] for d in home.retriever.invoke("flights")} == {"general"}
    hr = home.retriever.model_copy(update={"spaces": frozenset({"hr"})})
    assert {d.metadata["space"] for d in hr.invoke("flights")} == {"hr"}


def test_langchain_can_chain_it_asynchronously(home):
    import asyncio

    documents = asyncio.run(home.retriever.ainvoke("Who books flights?"))
    assert "travel desk" in documents[0].page_content


SIGNALS = st.floats(0, 1)
CANDIDATES = st.builds(lambda *of: Candidate(passage("x"), *of), SIGNALS, SIGNALS, SIGNALS, SIGNALS)


@given(CANDIDATES, st.sampled_from(["keyword", "dense", "window", "phrase"]), SIGNALS)
def test_a_stronger_signal_never_lowers_a_score(candidate, signal, more):
    stronger = replace(candidate, **{signal: max(more, getattr(candidate, signal))})
    assert fused(FusionWeights(), stronger) >= fused(FusionWeights(), candidate)


WORDS = "sick leave doctor note third day manager travel meals euros".split()
TEXTS = st.lists(st.sampled_from([*WORDS, ".", "\n", "The"]), min_size=1, max_size=25).map(" ".join)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join), TEXTS, TEXTS)
def test_coverage_is_a_share_and_grows_with_what_a_passage_holds(asked, text, more):
    query = Query.of(asked)
    rarity = Rarity.counted(query, 100, {term: 1 + 9 * at for at, term in enumerate(query.terms)})
    less, longer = analyse(passage(text)), analyse(passage(f"{text}\n{more}"))
    for found in (less, longer):
        assert 0 <= window_coverage(rarity, found) <= 1 + 1e-9
        assert 0 <= phrase_coverage(query, rarity, found) <= 1 + 1e-9
        assert 0 <= rarity.share(found.stems) <= 1 + 1e-9
        assert bm25(rarity, found, 10.0) >= 0
    assert window_coverage(rarity, longer) >= window_coverage(rarity, less) - 1e-9
    assert rarity.share(longer.stems) >= rarity.share(less.stems) - 1e-9


def test_words_that_stand_together_count_more_than_words_apart():
    query = Query.of("sick leave doctor")
    rarity = Rarity.counted(query, 100, dict.fromkeys(query.terms, 5))
    together = analyse(passage("Sick leave needs a doctor. Meals are paid. Travel is booked."))
    apart = analyse(
        passage("Sick people rest. Meals are paid. Leave is long. Travel is booked. A doctor came.")
    )
    assert window_coverage(rarity, together) > window_coverage(rarity, apart)
    assert phrase_coverage(query, rarity, together) > phrase_coverage(query, rarity, apart) == 0
    assert bm25(rarity, together, 6.0) > 0


def test_scores_are_the_same_to_the_last_bit_in_every_process():
    """The order of a set of words differs between processes, and so does a sum over it, in the last bits."""
    script = """
from brain.domain import Locator, Passage, Source
from brain.retrieval.lexical import phrase_coverage
from brain.retrieval.query import Query, Rarity
from brain.text.analysis import analyse
query = Query.of("sick leave doctor note third day manager travel meals euros parents school")
rarity = Rarity.counted(query, 1000, {term: 1 + 7 * at for at, term in enumerate(query.terms)})
text = "Sick leave doctor note. Third day manager. Travel meals euros. Parents school."
passage = Passage(1, text, Source("a.md", "A", "general", "", Locator()))
print(phrase_coverage(query, rarity, analyse(passage)).hex())
"""
    told = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in range(1, 6)
    }
    assert len(told) == 1


def test_equals_stand_in_the_order_of_their_documents_whichever_was_read_first():
    query = Query.of("travel")
    rarity = Rarity.counted(query, 100, {"travel": 5})
    orders = []
    for numbers in ((1, 2, 3), (3, 1, 2)):
        candidates = [
            Candidate(
                Passage(
                    number, "Travel is booked.", Source(name, "A", "general", "", Locator(), None, number)
                ),
                1,
                1,
            )
            for number, name in zip(numbers, ("b.md", "a.md", "c.md"), strict=True)
        ]
        ranked = rank(query, rarity, candidates, FusionWeights())
        orders.append([candidate.passage.source.document for candidate in ranked])
    assert orders == [["a.md", "b.md", "c.md"]] * 2


def test_a_rare_word_weighs_more_and_unknown_ones_are_told_of():
    query = Query.of("sabbatical leave")
    rarity = Rarity.counted(query, 100, {"sabbatical": 1, "leave": 60})
    assert rarity.weights["sabbat"] > rarity.weights["leav"] > 0
    assert rarity.share({"sabbat", "leav"}) == pytest.approx(1)
    assert Rarity.counted(Query.of(""), 100, {}).share({"leav"}) == 0


def test_words_lent_by_the_question_before_count_less_than_the_follow_ups_own():
    together = "How many days of leave – for interns?"
    follow_up = Query.of(together, FromThread("for interns?", 0.3))
    assert follow_up.lent == {"day": 0.3, "leav": 0.3}
    alone, leaning = (Rarity.counted(query, 100, {}) for query in (Query.of(together), follow_up))
    assert 0 < leaning.weights["leav"] < alone.weights["leav"]
    assert leaning.weights["intern"] == alone.weights["intern"]
    assert Query.of(together, FromThread(together, 0.3)).lent == {}
    assert Query.of(together, FromThread("why?", 0.3)).lent == {}
