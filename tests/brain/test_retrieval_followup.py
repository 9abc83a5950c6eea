import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.domain import Turn
from brain.retrieval.followup import standalone
from brain.text.terms import content_stems

LEAVE = "How many days of leave do we get?"


def thread(*questions: str) -> list[Turn]:
    return [Turn(question, "They get thirty days. [1]") for question in questions]


LEANING = [
    "and for part-timers?",
    "And part-timers?",
    "what about contractors?",
    "How about interns in their first year?",
    "why?",
    "Why not?",
    "who approves it?",
    "Is it paid?",
    "can they be carried over?",
    "what if I am sick then?",
    "since when?",
    "when?",
    "And in Oslo",
    "same for managers?",
    "Who else?",
    "How long is that valid?",
    "what happens to them in March?",
    "but not on Sundays?",
    "every week?",
    "when do I get a new one?",
]


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("no, I meant for interns", f"{LEAVE[:-1]} – for interns"),
        ("Sorry, I mean the ones in Oslo", f"{LEAVE[:-1]} – the ones in Oslo"),
        ("even for interns?", f"{LEAVE[:-1]} – for interns?"),
        ("I meant sick leave", "How many days of sick leave do we get?"),
        ("no, how do I buy some", f"{LEAVE[:-1]} – how do I buy some"),
        ("no not for staff, for interns", f"{LEAVE[:-1]} – for interns"),
        ("for interns I mean", f"{LEAVE[:-1]} – for interns"),
    ],
)
def test_a_correction_puts_the_question_before_right(question: str, read: str):
    assert standalone(question, thread(LEAVE)) == read


@pytest.mark.parametrize("question", LEANING)
def test_a_question_that_leans_on_the_one_before_borrows_its_words(question):
    found = standalone(question, thread(LEAVE))
    assert set(content_stems("days leave")) <= set(content_stems(found))
    assert set(content_stems(question)) <= set(content_stems(found))


INDEPENDENT = [
    "what is HEN",
    "what's a ward round?",
    "How do I reset my VPN password on a Mac?",
    "What is the meal allowance for business travel?",
    "Who is responsible for the printer on the second floor?",
    "Which laptop models can new employees choose from?",
    "What are the opening hours of the Berlin office canteen?",
    "Describe the steps for booking a flight to another office.",
    "Is smoking allowed inside the warehouse building?",
    "parental leave policy",
    "How many sick days do contractors get each calendar year?",
]


@pytest.mark.parametrize("question", INDEPENDENT)
def test_a_question_that_stands_alone_is_left_as_it_is(question):
    assert standalone(question, thread(LEAVE)) == question


@pytest.mark.parametrize("question", [*LEANING, *INDEPENDENT])
def test_without_a_thread_nothing_is_added(question):
    assert standalone(f"  {question} ", ()) == question


def test_a_chain_of_follow_ups_reaches_back_to_its_question():
    found = standalone("and who approves it?", thread(LEAVE, "and for part-timers?"))
    assert {"leav", "time", "approv"} <= set(content_stems(found))


def test_only_the_last_question_that_stood_alone_lends_its_words():
    found = standalone("and for interns?", thread("How do I reset my VPN password?", LEAVE))
    assert "leav" in content_stems(found)
    assert "vpn" not in content_stems(found)


def test_asking_the_same_again_adds_nothing():
    assert standalone("and how many days of leave do we get?", thread(LEAVE)).count("leave") == 1


def test_words_of_the_answer_are_not_taken_for_words_of_the_person():
    assert "thirty" not in standalone("why?", thread(LEAVE))


TEXTS = st.one_of(
    st.text(max_size=50), st.sampled_from([*LEANING, *INDEPENDENT, LEAVE, "", "?", "and", "ok"])
)


@given(TEXTS, st.lists(TEXTS, max_size=5))
def test_nothing_that_was_asked_is_ever_lost(question, earlier):
    found = standalone(question, thread(*earlier))
    assert set(content_stems(question)) <= set(content_stems(found))
    lent = {stem for text in earlier for stem in content_stems(text)}
    assert set(content_stems(found)) <= set(content_stems(question)) | lent


@pytest.mark.parametrize("question", ["Who is the head of IT?", "Who approves discounts above 15 percent?"])
def test_a_department_and_a_preposition_are_no_pronouns(question):
    assert standalone(question, (Turn("How do I claim an expense?", ""),)) == question


def test_of_a_long_thread_its_beginning_and_what_was_asked_last_are_kept():
    asked = thread("What does PerksPlus cover?", "does it cover skiing?", "how much?", "who approves it?")
    assert standalone("and for interns?", asked) == (
        "What does PerksPlus cover – who approves it – for interns?"
    )
