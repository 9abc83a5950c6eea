"""Words that are nothing for the documents: told from questions, and no part of what a follow-up leans on."""

import json
from pathlib import Path

import pytest
from small_home import SmallHome

from brain.domain import RefusalReason, Turn
from brain.retrieval.chatter import chatter_in
from brain.retrieval.followup import standalone

LEAVE = "How many days of leave do we get?"
ANSWERED = (Turn(LEAVE, "They get thirty days. [1]"),)
REFUSED = (Turn(LEAVE, "I searched the 3 documents in general and found no answer to this."),)
ROOT = Path(__file__).resolve().parents[2]

SAID = {
    RefusalReason.GREETING: [
        "hi",
        "Hello there!",
        "good morning 🙂",
        "Hey citewise, how's it going?",
        "Hi all, quick question",
        "help me",
        "I have a question",
    ],
    RefusalReason.THANKS: [
        "thanks!",
        "OK thx!",
        "Thank you so much, that helped",
        "great, thanks a lot for the answer",
        "merci",
        "good bot",
    ],
    RefusalReason.NOT_A_QUESTION: ["ok", "👍", "???", ".", "yes please", "lol", "never mind", "bye!", "test"],
    RefusalReason.ABOUT_CITEWISE: [
        "who are you?",
        "hi, who are you?",
        "WHAT CAN YOU DO",
        "what can I ask you?",
        "are you a human or a robot?",
        "are you ChatGPT?",
        "tell me about yourself",
        "which documents do you have?",
        "I want to talk to a human",
    ],
    RefusalReason.ABOUT_KEEPING: [
        "do you store my questions?",
        "who can see what I ask you?",
        "is this chat private?",
    ],
    RefusalReason.ABOUT_ANSWER: [
        "are you sure?",
        "say that shorter",
        "can you explain that in simple words?",
        "where does it say that?",
        "source?",
        "who wrote this?",
        "when was this last updated?",
        "that's wrong",
        "no, that's not what I asked",
    ],
}


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason in SAID for text in SAID[reason]])
def test_what_is_nothing_for_the_documents_is_told_by_its_kind(reason: RefusalReason, text: str) -> None:
    assert chatter_in(text, ANSWERED) is reason


@pytest.mark.parametrize(
    "text",
    [
        "thanks, and for part-timers?",
        "hi, how many days of leave do I get?",
        "ok and how do I claim it?",
        "Good, what about interns?",
        "who are you supposed to call when the lift is stuck?",
        "which documents do you have about leave?",
        "are you allowed to bring a dog?",
        "what can you do if a parcel is lost?",
        "is it true that we get 30 days of leave?",
        "when was the travel policy last updated?",
        "how do I store my questions in the survey tool?",
        "why?",
        "what else?",
        "IT",
        "no smoking",
        "test results",
    ],
)
def test_what_may_stand_in_documents_is_asked_of_them(text: str) -> None:
    assert chatter_in(text, ANSWERED) is None


def test_no_question_of_the_project_is_taken_for_chatter() -> None:
    lines = [
        line
        for file in (*ROOT.glob("benchmarks/questions/*.jsonl"), ROOT / "samples" / "questions.jsonl")
        for line in file.read_text("utf-8").splitlines()
    ]
    assert len(lines) > 900
    assert not [line for line in lines if chatter_in(json.loads(line)["question"], ANSWERED)]


def test_words_about_an_answer_need_one() -> None:
    assert chatter_in("where does it say that?") is None
    assert chatter_in("are you sure?", REFUSED) is RefusalReason.NOT_A_QUESTION
    assert chatter_in("are you sure?", (*ANSWERED, Turn("thanks!", ""))) is RefusalReason.ABOUT_ANSWER


def test_a_follow_up_leans_on_the_last_question_and_not_on_the_thanks_for_it() -> None:
    talk = (*ANSWERED, Turn("are you sure?", "I tell …"), Turn("thanks!", "You're welcome."))
    assert standalone("and for part-timers?", talk) == standalone("and for part-timers?", ANSWERED)
    assert standalone("and for part-timers?", talk[1:]) == "and for part-timers?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    found = SmallHome(tmp_path_factory.mktemp("home"))
    found.add("macros.md", "# Macros\n\nHello [name], I am sorry that your station has gone quiet.\n")
    yield found
    found.close()


@pytest.mark.parametrize("text", ["hello there!", "what can you help me with?", "do you store my questions?"])
def test_nothing_is_searched_or_quoted_for_it(home: SmallHome, text: str) -> None:
    answer = home.ask(text)
    assert answer.refusal is not None
    assert (answer.citations, answer.retrieved, answer.refusal.nearest) == ((), (), ())
    assert "found no answer" not in answer.text
    assert answer.trace.standalone == text


def test_who_asks_what_it_is_hears_what_it_answers_from(home: SmallHome) -> None:
    assert "1 document in general" in home.ask("who are you?").text
