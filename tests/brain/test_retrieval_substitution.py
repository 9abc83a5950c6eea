import pytest

from brain.domain import Locator, Source, Turn
from brain.retrieval.followup import PERHAPS_NEW, in_thread, standalone
from brain.retrieval.outdated import asks_of_the_past, is_outdated
from brain.retrieval.substitution import substituted

CASES = [
    ("What is the visa fee for Peru?", "Chile?", "What is the visa fee for Chile?"),
    ("What does the Silver tariff include?", "the Bronze tariff?", "What does the Bronze tariff include?"),
    (
        "How long is the shift of the first crew?",
        "of the second crew?",
        "How long is the shift of the second crew?",
    ),
    ("What does a Falcon 3 weigh?", "a Falcon 4?", "What does a Falcon 4 weigh?"),
    ("What does fault F-12 of the mixer mean?", "F-30?", "What does fault F-30 of the mixer mean?"),
    ("Who signs for amounts under 500 euros?", "over 500 euros?", "Who signs for amounts over 500 euros?"),
    ("what is the deposit on a kayak", "the canoe", "what is the deposit on a canoe"),
    ("When does the pool open in summer?", "in winter?", "When does the pool open in winter?"),
    ("how long do we keep call recordings?", "chats?", "how long do we keep chats?"),
    ("May they bring a dog?", "the parrot?", "May they bring a parrot?"),
]


@pytest.mark.parametrize(("frame", "case", "expected"), CASES)
def test_another_case_takes_the_place_of_the_first(frame, case, expected):
    assert substituted(frame, case) == expected


@pytest.mark.parametrize(("frame", "case"), [("When do we meet?", "interns?"), ("Why?", "the"), ("", "Peru")])
def test_where_the_place_cannot_be_told_nothing_is_made_up(frame, case):
    assert substituted(frame, case) == ""


def test_a_second_case_varies_the_first_question_and_not_both():
    thread = [Turn("What is the visa fee for Peru?", ""), Turn("and for Chile?", "")]
    assert standalone("and for Brazil?", thread) == "What is the visa fee for Brazil?"
    assert standalone("how is it paid?", thread) == "What is the visa fee for Chile – how is it paid?"


def test_a_whole_thought_is_no_other_case():
    thread = [Turn("What is the visa fee for Peru?", "")]
    assert standalone("what if it is lost?", thread) == "What is the visa fee for Peru – it is lost?"


def test_a_short_new_question_hears_of_the_thread_but_is_asked_as_it_stands():
    query = in_thread("Who founded Lumen?", [Turn("What is the visa fee for Peru?", "Forty euros. [1]")])
    assert query.text == "Who founded Lumen?"
    assert query.terms == ("founded", "lumen")
    assert set(query.hints) == {"visa", "fee", "peru"}
    assert set(query.lent.values()) == {PERHAPS_NEW}
    assert not in_thread("Which rooms of the old mill may be rented at weekends?", [Turn("Peru?", "")]).hints


def test_what_was_just_told_is_known():
    query = in_thread("until when?", [Turn("May I stay?", "Guests may stay. Leave by noon. [1]")])
    assert query.said == {frozenset({"guest", "stay"}), frozenset({"leav", "noon"})}
    assert in_thread("May I stay?", ()).said == frozenset()


def source(title: str, path: str = "a.md") -> Source:
    return Source(path, title, "general", "", Locator())


def test_what_says_that_it_no_longer_holds_is_known_by_title_or_path():
    assert is_outdated(source("Fees (superseded)"))
    assert is_outdated(source("Fees", "old/fees OBSOLETE.pdf"))
    assert is_outdated(source("Fees", "hr/Archive/fees.pdf"))
    assert not is_outdated(source("Fees", "hr/older people/fees.pdf"))
    assert not is_outdated(source("How to file obsolescence claims"))


@pytest.mark.parametrize("question", ["What was the fee?", "fee in 2019", "the previous fee"])
def test_questions_about_the_past_are_known(question):
    assert asks_of_the_past(question)
    assert not asks_of_the_past("What is the fee?")
