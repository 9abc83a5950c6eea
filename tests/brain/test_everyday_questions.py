"""The everyday questions that the default answers are measured and taught with."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from benchmarks.everyday import Outcome, Verdict, outcome, plain, row, rows_by
from benchmarks.misspelt import with_slips
from brain.domain import Answer, Locator, Nearest, Refusal, RefusalReason, Source, Trace
from brain.evaluation.questions import EvalQuestion, read_questions

QUESTIONS = Path(__file__).parents[2] / "benchmarks" / "questions"
DRIVE = Path(__file__).parents[2] / "samples" / "drive"
FILES = sorted(file for file in QUESTIONS.glob("*.jsonl") if file.stem != "wordings")
LEAVE = EvalQuestion(
    "leave",
    "how much vacation?",
    ("25 days",),
    True,
    fields={"must": [["25 days", "five weeks"], ["a year"]]},
)


def answer(text: str, refused: bool = False) -> Answer:
    refusal = Refusal(RefusalReason.NO_EVIDENCE, ("general",), 3) if refused else None
    trace = Trace("id", "how much vacation?", "how much vacation?", {}, {})
    return Answer(text, (), (), refusal, trace)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("You have **Five  weeks** [1] a [year](https://example.org/x) [2].", Verdict.RIGHT),
        ("You have 25 days. [1]", Verdict.HALF),
        ("Ask your manager. [1]", Verdict.WRONG),
    ],
)
def test_an_answer_is_right_that_says_one_wording_of_each_group(said, verdict):
    assert outcome(LEAVE, answer(said)).verdict is verdict


def test_refusing_is_right_only_where_there_is_no_answer():
    unanswerable = dataclasses.replace(LEAVE, answerable=False, answers=(), fields={"must": []})
    refused = answer("I searched 3 documents and found no answer to this.", refused=True)
    assert outcome(LEAVE, refused).verdict is Verdict.REFUSED
    assert outcome(unanswerable, refused).verdict is Verdict.RIGHTLY_REFUSED
    assert outcome(unanswerable, answer("25 days a year. [1]")).verdict is Verdict.ANSWERED
    shares = row("leave", [outcome(LEAVE, refused), outcome(LEAVE, answer("25 days a year")),
                           outcome(unanswerable, refused)])  # fmt: skip
    assert (shares["questions"], shares["right %"], shares["refused %"]) == (2, 50.0, 50.0)
    assert (shares["near misses"], shares["of them refused"]) == (1, 1)


def test_the_words_beneath_a_refusal_are_held_against_what_was_wanted():
    def refused(question: EvalQuestion, words: str) -> Outcome:
        source = Source("a.md", "A", "general", "", Locator())
        near = (Nearest(source, words), Nearest(source))
        return outcome(question, dataclasses.replace(answer("No.", True), refusal=dataclasses.replace(
            Refusal(RefusalReason.NO_EVIDENCE, ("general",), 3), nearest=near)))  # fmt: skip

    unanswerable = dataclasses.replace(LEAVE, answerable=False, answers=(), fields={"must": []})
    found = [
        *(refused(LEAVE, words) for words in ("Five weeks a year.", "Five weeks.", "")),
        *(refused(unanswerable, words) for words in ("Five weeks a year.", "")),
    ]
    counted = row("leave", found)
    assert (counted["refused, with a sentence"], counted["that says it"]) == (2, 1)
    assert counted["near misses, with one"] == 1


def test_a_line_for_each_half():
    halves = [
        dataclasses.replace(LEAVE, fields={**LEAVE.fields, "half": half})
        for half in ("held out", "built with")
    ]
    asked = [outcome(question, answer("25 days a year")) for question in halves]
    none = dataclasses.replace(LEAVE, answerable=False, fields={"must": [], "half": "near misses alone"})
    rows = rows_by("half", "leave", [*asked, outcome(none, answer("25 days"))])
    assert [found["set"] for found in rows] == ["leave: built with", "leave: held out"]
    assert [found["questions"] for found in rows] == [1, 1]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_the_questions_can_be_judged(file):
    questions = read_questions(file)
    assert len(questions) >= {"overviews": 10, "dates": 50, "stretches": 40, "disagreeing": 40}.get(
        file.stem.partition("-")[0], 60
    )
    for question in questions:
        must = question.fields.get("must", [])
        assert bool(must) == bool(question.gold) == question.answerable, question.id
        quoted = " ".join(plain(gold.quote) for gold in question.gold)
        for group in must if quoted.strip() else ():
            assert any(plain(wording) in quoted for wording in group), (question.id, group)


def test_the_sample_drive_holds_what_is_asked_of_it():
    files = [QUESTIONS / "sample-drive.jsonl", QUESTIONS / "overviews-sample-drive.jsonl"]
    docs = {gold.doc for file in files for question in read_questions(file) for gold in question.gold}
    assert docs
    assert [doc for doc in docs if not (DRIVE / doc).is_file()] == []


def test_what_tells_a_right_sentence_is_learnt():
    pytest.importorskip("torch")
    from benchmarks.fit_sentences import BY_TOKEN, NAMES, Case, among, fitted

    chance = np.random.default_rng(1)
    asks, says = np.eye(8, dtype=np.float32)[:2]

    def case(number: int) -> Case:
        """The right sentence is like the token that asks; a wrong one is like the token that only says."""
        right = np.eye(4, dtype=np.float32)[number % 4]
        likest = np.stack([right, 1.5 * np.roll(right, 1)]).astype(np.float32)
        signals = chance.normal(0, 0.1, (4, len(NAMES))).astype(np.float32)
        signals[:, BY_TOKEN] = 0
        return Case("toy", np.stack([asks, says]), likest, signals, right, signals[:, 0])

    taught, asked = [case(n) for n in range(200)], [case(n) for n in range(40)]
    learnt = fitted(taught)
    assert among(asked, [one.first for one in asked], 1) < 0.5
    assert among(asked, [learnt.scores(one) for one in asked], 1) == 1
    assert learnt.direction @ asks > learnt.direction @ says


def test_a_slip_changes_one_word_by_one_letter_and_is_the_same_each_time():
    questions = read_questions(QUESTIONS / "sample-drive.jsonl")
    slips = with_slips(questions)
    asked = {question.id: question.text for question in questions}
    assert len(slips) > 80
    assert slips == with_slips(questions)
    for slip in slips:
        before, after = asked[slip.id].split(), slip.text.split()
        (changed,) = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        assert changed[0][0] == changed[1][0]
        assert abs(len(changed[0]) - len(changed[1])) <= 1
