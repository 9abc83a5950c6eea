"""Several questions of one message: each is answered, in one answer, and what was not found is named."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from small_home import SmallHome, assert_backed
from test_brain import DRIVE, LEAVE, OFF_TOPIC  # noqa: F401 (DRIVE is what `home` is filled with)

from brain.answering.draft import Draft
from brain.answering.together import together
from brain.brain import MOST_QUESTIONS
from brain.domain import Question, Sentence
from brain.evidence import EvidenceGate, GateWeights
from brain.retrieval.several import questions_in
from brain.usage.domain import Outcome

MEALS = "Up to how many euros are meals paid?"
BY_WORDS = EvidenceGate(GateWeights(-2.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0), threshold=0.5)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "When is pay day? And who do I ask if it's wrong?",
            ("When is pay day?", "And who do I ask if it's wrong?"),
        ),
        (
            "EMPMO?? what does that team do",
            ("EMPMO??", "what does that team do"),
        ),
        (
            "I go to Spain. Can I work there? How long? Thanks!",
            ("I go to Spain. Can I work there?", "How long?"),
        ),
        ("Hi! How are you? When is pay day?", ("Hi! How are you? When is pay day?",)),
        ("why does it stop, why??", ("why does it stop, why??",)),
        (
            "Does https://a.example/?q=leave work? And the lift?",
            ("Does https://a.example/?q=leave work?", "And the lift?"),
        ),
        ("What is X and how does it work?", ("What is X and how does it work?",)),
        ("No question at all.", ("No question at all.",)),
        ("", ("",)),
    ],
)
def test_questions_are_parted_with_what_leads_to_them(text: str, found: tuple[str, ...]) -> None:
    assert questions_in(text) == found


def test_a_flood_of_questions_is_not_asked_to_the_end_and_that_is_told(home: SmallHome) -> None:
    answer = home.ask(f"{LEAVE} " * 50, gate=BY_WORDS)
    assert len(answer.trace.steps["asked"]) == MOST_QUESTIONS  # type: ignore[arg-type]
    assert answer.left == 50 - MOST_QUESTIONS
    assert home.ask(f"{LEAVE} {MEALS}", gate=BY_WORDS).left == 0


def test_each_question_is_answered_and_cited(home: SmallHome) -> None:
    answer = home.ask(f"{LEAVE} {MEALS} And do unused days expire?", gate=BY_WORDS)
    first, second, third = answer.text.split("\n\n")
    assert "thirty days" in first
    assert "75 euros" in second
    assert "expire in March" in third
    assert first.endswith("[1]")
    assert second.endswith("[2]")
    assert third.endswith("[1]")
    sources = {c.number: c.passage.source.document for c in answer.citations}
    assert sources == {1: "leave.md", 2: "travel.md"}
    assert_backed(answer)
    assert {n for sentence in answer.sentences for n in sentence.citations} == {1, 2}
    assert answer.unanswered == ()
    assert [step["question"] for step in answer.trace.steps["asked"]] == [  # type: ignore[attr-defined]
        LEAVE,
        MEALS,
        "And do unused days expire?",
    ]


def test_a_question_that_was_not_answered_is_named(home: SmallHome) -> None:
    answer = home.ask(f"{LEAVE} {OFF_TOPIC}", gate=BY_WORDS)
    assert "thirty days" in answer.text
    assert answer.unanswered == (OFF_TOPIC,)


def test_one_answer_that_is_not_sure_makes_the_whole_unsure_for_those_who_count(home: SmallHome) -> None:
    no_weights = GateWeights(*([0.0] * len(fields(GateWeights))))
    first, second = (
        home.ask(text, gate=EvidenceGate(replace(no_weights, bias=bias), threshold=0.1))
        for text, bias in ((MEALS, 2.0), (LEAVE, -1.0))
    )
    assert (first.sure, second.sure) == (True, False)
    whole = together(Question(f"{MEALS} {LEAVE}"), [first, second])
    home.catalog.answers.keep(whole, whole.trace.question, "ann", "", ["general"])
    (asking,) = home.catalog.asked.since(datetime(2020, 1, 1, tzinfo=UTC))
    assert asking.outcome is Outcome.UNSURE


def test_where_none_is_answered_the_message_is_refused_as_one(home: SmallHome) -> None:
    answer = home.ask(f"{OFF_TOPIC} {OFF_TOPIC}", gate=BY_WORDS)
    assert answer.refused
    assert answer.trace.question == f"{OFF_TOPIC} {OFF_TOPIC}"


def test_a_language_model_reads_the_message_whole(home: SmallHome) -> None:
    class Gradual:
        def __init__(self) -> None:
            self.asked: list[str] = []

        def write(self, evidence):
            self.asked.append(evidence.retrieved.query.text)
            return Draft(())

        def drafts(self, evidence):
            yield self.write(evidence)

    model = Gradual()
    home.ask(f"{LEAVE} {MEALS}", answerer=model)
    assert model.asked == [f"{LEAVE} {MEALS}"]


def test_what_two_questions_are_answered_by_is_said_once(home: SmallHome) -> None:
    answer = home.ask("Up to how many euros are meals paid? And what is paid a day for meals?")
    told = [sentence.text for sentence in answer.sentences]
    assert "Meals are paid up to 75 euros a day." in told
    assert len(told) == len(set(told))
    assert all(answer.text.count(text) == 1 for text in told)
    assert_backed(answer)


def test_only_what_was_said_before_is_left_out_with_its_number(home: SmallHome) -> None:
    one, two = home.ask(LEAVE), home.ask(MEALS)
    sentence = one.sentences[0]
    both = replace(
        two,
        text=f"{sentence.text} [2]\n{two.text}",
        sentences=(Sentence(sentence.text, (2,)), *two.sentences),
    )
    both = replace(both, citations=(replace(one.citations[0], number=2), *two.citations))
    answer = together(Question("both"), [one, both])
    assert answer.text.count(sentence.text) == 1
    assert two.sentences[0].text in answer.text
    assert "\n\n[" not in answer.text
    assert_backed(answer)
