"""What people said about answers, as rows: only what a document backs, only of readable audiences."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_home import SmallHome

from brain.catalog.questions.answers import Feedback
from brain.domain import Answer, Question
from brain.tuning.data.cases import Case
from brain.tuning.data.feedback import UNBACKED, past_cases
from brain.tuning.data.maker import finder

DOCUMENTS = {
    "parking.md": "# Parking\n\nVisitors park on level 2. A day ticket costs 4 euros. "
    "Staff park on level 5.\n",
    "leave.md": "# Leave\n\nFull-time employees get 27 days of paid annual leave. "
    "Five days can be carried over.\n",
}
ASKED = "What does a day ticket cost?"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[SmallHome]:
    made = SmallHome(tmp_path).fill(DOCUMENTS)
    made.add("pay.md", "# Pay\n\nThe bonus for managers is 9,000 euros.\n", "hr")
    yield made
    made.close()


def ask(home: SmallHome, text: str, *spaces: str, refuse: bool = False) -> Answer:
    from brain.evidence import FOR_ANY, EvidenceGate

    audience = frozenset(spaces or ("general",))
    gate = {"gate": EvidenceGate(FOR_ANY, threshold=1.0)} if refuse else {}
    answer = home.brain(**gate).invoke(Question(text, audience=audience))
    home.catalog.answers.keep(answer, text, "ana", "thread", audience)
    return answer


def judge(home: SmallHome, answer: Answer, *, helpful: bool, words: str = "") -> None:
    home.catalog.answers.give_feedback(Feedback(answer.trace.id, "ana", helpful, "", words))


def cases(home: SmallHome, *spaces: str) -> tuple[list[Case], Counter[str]]:
    dropped: Counter[str] = Counter()
    chosen = spaces or ("general",)
    return list(past_cases(home.catalog, chosen, finder(home.retriever, chosen), dropped)), dropped


def hand_off(home: SmallHome, answer: Answer, words: str, space: str = "general") -> None:
    handoff, _ = home.catalog.handoffs.open(answer.trace.id, "ana", "there", space, "support", ASKED)
    home.catalog.handoffs.claim(handoff.id, "ben")
    home.catalog.handoffs.answer(handoff.id, "ben", words)


def test_an_answer_that_nobody_minded_is_asked_again_and_a_helpful_one_first(home: SmallHome):
    ask(home, "Where do staff park?")
    judge(home, ask(home, ASKED), helpful=True)
    found, _ = cases(home)
    assert [(case.kind, case.first) for case in found] == [("helpful", True), ("asked", False)]
    assert "A day ticket costs 4 euros." in [one.text for one in found[0].said]
    assert {passage.source.document for passage in found[0].gold} == {"parking.md"}


def test_of_a_summary_its_sentences_are_learnt_and_not_the_line_above_them(home: SmallHome):
    answer = ask(home, "Summarise “Parking”")
    assert answer.text.startswith("From Parking, in its own words:")
    judge(home, answer, helpful=True)
    ((case,), _) = cases(home)
    assert case.said
    assert not [one.text for one in case.said if "own words" in one.text]


def test_an_answer_that_did_not_help_teaches_nothing(home: SmallHome):
    judge(home, ask(home, ASKED), helpful=False)
    assert cases(home)[0] == []


def test_a_correction_is_learnt_as_far_as_a_document_backs_it(home: SmallHome):
    answer = ask(home, "Where do visitors park?")
    judge(home, answer, helpful=False, words="Visitors park on level 2. Their dogs wait outside.")
    (case,) = cases(home)[0]
    assert (case.kind, case.first) == ("correction", True)
    assert [(one.text, one.passage.source.document) for one in case.said] == [
        ("Visitors park on level 2.", "parking.md")
    ]


def test_a_correction_that_no_document_backs_is_counted_and_not_learnt(home: SmallHome):
    judge(home, ask(home, ASKED), helpful=False, words="A day ticket costs 6 euros since May.")
    found, dropped = cases(home)
    assert found == []
    assert dropped == {UNBACKED: 1}


def test_a_person_s_answer_is_learnt_where_backed(home: SmallHome):
    hand_off(home, ask(home, ASKED, refuse=True), "A day ticket costs 4 euros.")
    (case,) = cases(home)[0]
    assert (case.kind, [one.text for one in case.said]) == ("hand-off", ["A day ticket costs 4 euros."])


def test_where_a_person_had_to_answer_for_lack_of_documents_the_refusal_was_right(home: SmallHome):
    hand_off(home, ask(home, ASKED, refuse=True), "Ask Bram at the gate, he has a list of his own.")
    (case,) = cases(home)[0]
    assert (case.kind, case.said, case.first) == ("hand-off", (), True)


def test_a_hand_off_that_no_document_backs_after_a_wrong_answer_teaches_nothing(home: SmallHome):
    answer = ask(home, ASKED)
    judge(home, answer, helpful=False)
    hand_off(home, answer, "Ask Bram at the gate, he has a list of his own.")
    found, dropped = cases(home)
    assert found == []
    assert dropped == {UNBACKED: 1}


def test_a_refusal_that_helped_is_learnt_as_one(home: SmallHome):
    judge(home, ask(home, "Who repairs bicycles?", refuse=True), helpful=True)
    (case,) = cases(home)[0]
    assert (case.questions, case.said) == (("Who repairs bicycles?",), ())


def test_questions_of_other_audiences_are_nobody_s_business(home: SmallHome):
    judge(home, ask(home, "What is the bonus for managers?", "general", "hr"), helpful=True)
    hand_off(home, ask(home, ASKED), "A day ticket costs 4 euros.", "hr")
    found, _ = cases(home)
    assert [case.kind for case in found] == ["asked"]
    both, _ = cases(home, "general", "hr")
    assert [case.kind for case in both] == ["hand-off", "helpful"]


def test_which_of_two_documents_to_believe_is_not_learnt(home: SmallHome):
    home.fill({"tickets.md": "# Tickets\n\nA day ticket costs 6 euros.\n"})
    answer = ask(home, ASKED)
    assert answer.disagreements
    judge(home, answer, helpful=True)
    assert cases(home)[0] == []
