import json
from collections.abc import Iterator
from dataclasses import astuple, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_home import SmallHome

from brain.domain import Locator, Passage, RefusalReason, Source
from brain.embedding.factory import open_embedder
from brain.evidence import FOR_ANY, FOR_MINILM, LOOKED_AT, EvidenceGate, Signals, signals_of
from brain.retrieval.fusion import Candidate
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.query import Query, Rarity

SHARE = st.floats(0, 1)


def retrieved(text: str, *signals: tuple[float, float, float, float]) -> Retrieved:
    query = Query.of(text)
    source = Source("a.md", "A", "general", "", Locator())
    candidates = [
        Candidate(Passage(number, f"text {number}", source), *values, score=1.0 - number / 100)
        for number, values in enumerate(signals)
    ]
    return Retrieved(query, Rarity.counted(query, 10, {}), tuple(candidates), {})


def test_nothing_retrieved_is_no_evidence():
    evidence = EvidenceGate(threshold=0.0001).weigh(retrieved("How many days of leave?"))
    assert evidence.confidence == 0
    assert not evidence.suffices
    assert evidence.signals == Signals()


def test_nothing_asked_is_no_evidence():
    evidence = EvidenceGate(threshold=0.0001).weigh(retrieved("what is it?", (1.0, 1.0, 1.0, 1.0)))
    assert evidence.confidence == 0
    assert not evidence.suffices


@given(st.lists(st.tuples(SHARE, SHARE, SHARE, SHARE), min_size=1, max_size=12), SHARE)
def test_confidence_is_a_chance_and_the_threshold_decides(signals, threshold):
    found = retrieved("How many days of leave?", *signals)
    for weights in (FOR_MINILM, FOR_ANY):
        evidence = EvidenceGate(weights, threshold).weigh(found)
        assert 0 < evidence.confidence < 1
        assert all(0 <= value <= 1 for value in astuple(evidence.signals))
        assert evidence.suffices == (evidence.confidence >= threshold)
        assert EvidenceGate(weights, evidence.confidence).weigh(found).suffices
        assert not EvidenceGate(weights, evidence.confidence + 1e-9).weigh(found).suffices


@given(st.lists(st.tuples(SHARE, SHARE, SHARE, SHARE), min_size=1, max_size=8))
def test_every_step_can_be_kept_as_json(signals):
    step = EvidenceGate().weigh(retrieved("leave", *signals)).as_step()
    assert json.loads(json.dumps(step)) == step
    assert {"confidence", "threshold"} < set(step)


@pytest.mark.parametrize("signal", [field.name for field in fields(Signals)])
@pytest.mark.parametrize("weights", [FOR_MINILM, FOR_ANY], ids=["minilm", "any"])
def test_no_signal_counts_against_an_answer(weights, signal):
    assert getattr(weights, signal) >= 0


def test_only_the_best_candidates_are_looked_at_but_the_nearest_counts_wherever_it_is():
    weak = (0.1, 0.1, 0.1, 0.1)
    best = [weak] * LOOKED_AT
    strong_last = signals_of(retrieved("leave", *best, (0.1, 0.9, 0.9, 0.9)))
    assert strong_last.coverage == strong_last.phrase == 0.1
    assert strong_last.similarity == 0.9


def test_agreement_is_the_share_that_both_retrievers_put_first():
    both = [(1 - n / 10, 1 - n / 10, 0.0, 0.0) for n in range(10)]
    apart = [(1 - n / 10, n / 10, 0.0, 0.0) for n in range(10)]
    assert signals_of(retrieved("leave", *both)).agreement == 1
    assert signals_of(retrieved("leave", *apart)).agreement == 0


def test_a_passage_that_stands_alone_leads_and_one_candidate_is_enough():
    signals = signals_of(retrieved("leave", (1.0, 1.0, 1.0, 1.0)))
    assert 0 <= signals.lead <= 1
    assert signals.agreement == 1


DRIVE = {
    "leave.md": "# Leave\n\nEmployees get thirty days of paid leave a year. Unused days expire in March.\n\n"
    "## Sick leave\n\nCall your manager before nine. A doctor's note is needed from the third day.",
    "travel.md": "# Travel\n\nMeals are paid up to 75 euros a day. Flights are booked by the travel desk.",
    "vpn.md": "# VPN\n\nThe VPN needs a second factor. Reset your password in the self-service portal.",
    "canteen.md": "# Canteen\n\nLunch is served from 11:30 to 14:00. Vegetarian dishes are offered daily.",
    "plans.csv": "Plan,Price,Support\nGold,40 dollars,around the clock\nSilver,20 dollars,on weekdays\n",
    "security.md": "# Security\n\nLock your screen. Report a lost badge to the reception at once.",
}
ANSWERABLE = [
    "How many days of paid leave do employees get?",
    "When is lunch served?",
    "Who books flights?",
    "How much does the Gold plan cost?",
    "Where do I report a lost badge?",
    "How do I reset my VPN password?",
]
OFF_TOPIC = [
    "Who won the football world cup in 1998?",
    "How do whales sleep?",
    "What is the boiling point of mercury?",
    "Which river flows through Prague?",
    "How do I cook risotto with mushrooms?",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Iterator[SmallHome]:
    home = SmallHome(tmp_path_factory.mktemp("home"), open_embedder("minilm")).fill(DRIVE)
    yield home
    home.close()


@pytest.mark.weights
@pytest.mark.parametrize("question", ANSWERABLE)
def test_what_the_documents_say_passes_the_gate(home, question):
    answer = home.ask(question, gate=EvidenceGate())
    assert not answer.refused


@pytest.mark.weights
@pytest.mark.parametrize("question", OFF_TOPIC)
def test_what_they_do_not_say_is_refused_honestly(home, question):
    answer = home.ask(question, gate=EvidenceGate())
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.NO_EVIDENCE
    assert answer.refusal.documents_searched == len(DRIVE)
    assert answer.citations == ()
    assert "check" not in answer.trace.steps


@pytest.mark.weights
@pytest.mark.parametrize("weights", [FOR_MINILM, FOR_ANY], ids=["minilm", "any"])
def test_answerable_questions_are_trusted_more_than_all_others(home, weights):
    def trust(question: str) -> float:
        return replace(EvidenceGate(), weights=weights).weigh(home.find(question)).confidence

    assert min(map(trust, ANSWERABLE)) > max(map(trust, OFF_TOPIC))
