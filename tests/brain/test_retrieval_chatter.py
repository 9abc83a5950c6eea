"""Words that are nothing for the documents: told from questions, and no part of what a follow-up leans on."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_home import OPEN_GATE, SmallHome

from brain.domain import RefusalReason, Turn
from brain.retrieval.chatter import chatter_in, without_courtesies
from brain.retrieval.documents_wanted import subject_of_documents_wanted
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
        "ta",
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
        "sure?",
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
    rows = [json.loads(line) for line in lines]
    asked = [text for row in rows for text in row.get("wordings", [row.get("question")])]
    assert not [text for text in asked if chatter_in(text, ANSWERED)]


def test_words_about_an_answer_need_one() -> None:
    assert chatter_in("where does it say that?") is RefusalReason.NOT_A_QUESTION
    assert chatter_in("are you sure?", REFUSED) is RefusalReason.NOT_A_QUESTION
    assert chatter_in("are you sure?", (*ANSWERED, Turn("thanks!", ""))) is RefusalReason.ABOUT_ANSWER


def test_a_follow_up_leans_on_the_last_question_and_not_on_the_thanks_for_it() -> None:
    talk = (*ANSWERED, Turn("are you sure?", "I tell …"), Turn("thanks!", "You're welcome."))
    assert standalone("and for part-timers?", talk) == standalone("and for part-timers?", ANSWERED)
    assert standalone("and for part-timers?", talk[1:]) == "and for part-timers?"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Hello, can I borrow a bicycle? Kind regards, Anna", "can I borrow a bicycle?"),
        ("Dear Support,\n\nmay dogs come in?\n\nBest,\nBen Miller", "may dogs come in?"),
        ("Good morning Ben! Is it open? Thanks a lot in advance!", "Is it open?"),
        ("hi there", "hi there"),
        ("Thanks. What is the best plan?", "Thanks. What is the best plan?"),
        ("Is it the best?", "Is it the best?"),
        ("Hello is what the macro says?", "Hello is what the macro says?"),
        ("", ""),
    ],
)
def test_a_letters_salutation_and_closing_are_no_part_of_its_question(text: str, bare: str) -> None:
    assert without_courtesies(text) == bare


def test_a_letter_is_answered_as_its_question_is(home: SmallHome) -> None:
    letter = home.ask("Dear Support,\n\nwhy has my station gone quiet?\n\nKind regards\nAnna Berg")
    assert letter.text == home.ask("why has my station gone quiet?").text
    assert letter.trace.standalone == "why has my station gone quiet?"


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


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("which documents do you have about leave?", "leave"),
        ("What papers are there on bats", "bats"),
        ("do you have a doc about parental leave?", "parental leave"),
        ("Can you list the files regarding travel?", "travel"),
        ("which pages mention the VPN?", "the VPN"),
        ("which documents do I need for a visa?", ""),
        ("which documents do you have about that?", ""),
        ("do you have a doc on vision, and how big can images be?", ""),
        ("which documents do you have?", ""),
    ],
)
def test_who_asks_for_documents_names_their_subject(text: str, subject: str) -> None:
    assert subject_of_documents_wanted(text) == subject


def test_documents_that_are_asked_for_are_named_and_not_missed(home: SmallHome) -> None:
    answer = home.ask("which documents do you have about a quiet station?")
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.DOCUMENTS_WANTED
    assert [near.source.document for near in answer.refusal.nearest] == ["macros.md"]
    home.catalog.answers.keep(answer, "…", "ana", "", ["general"])
    assert home.catalog.asked.since(datetime(2020, 1, 1, tzinfo=UTC)) == []
    closed = home.ask("which documents do you have about unicorns?", gate=replace(OPEN_GATE, threshold=1.1))
    assert closed.refusal is not None
    assert closed.refusal.reason is RefusalReason.NO_EVIDENCE


def test_who_asks_what_it_is_hears_what_it_answers_from(home: SmallHome) -> None:
    assert "the one document in general" in home.ask("who are you?").text
