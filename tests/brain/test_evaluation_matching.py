import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.evaluation.amounts import amounts, says_amount, wanted_amount
from brain.evaluation.matching import contains, token_f1, words, yes_or_no
from brain.evaluation.questions import EvalQuestion


def test_words_drop_case_punctuation_and_articles():
    assert words("The  Cat, a dog & AN owl's!") == ["cat", "dog", "owls"]


def test_f1_counts_shared_words_once_each():
    # 4 words said, 2 wanted, 2 shared: precision 1/2, recall 1.
    assert token_f1("it is forty two", "forty two") == pytest.approx(2 / 3)
    assert token_f1("x x", "x") == pytest.approx(2 / 3)
    assert token_f1("cat", "dog") == 0.0
    assert token_f1("the", "an") == 1.0
    assert token_f1("", "dog") == 0.0


@given(st.text(), st.text())
def test_f1_is_symmetric_and_bounded(one, other):
    assert token_f1(one, other) == token_f1(other, one)
    assert 0.0 <= token_f1(one, other) <= 1.0


@pytest.mark.parametrize(
    ("said", "gold", "holds"),
    [
        ("You get 25 days a year.", "25 days", True),
        ("You get 125 days a year.", "25 days", False),
        ("25 or more days", "25 days", False),
        ("concatenate", "cat", False),
        ("anything", "", False),
        ("", "25 days", False),
        ("25", "25 days", False),
    ],
)
def test_contains_keeps_word_bounds_and_order(said, gold, holds):
    assert contains(said, gold) is holds


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Yes, you can.", "yes"),
        ("**No** - not supported", "no"),
        ("As far as I see the answer is: no.", "no"),
        ("The answer would be *yes*", "yes"),
        ("None of them", None),
        ("You can not", None),
        ("No later than Friday", None),
        ("Nope", None),
        ("", None),
    ],
)
def test_yes_or_no_is_the_opening_or_the_verdict(text, verdict):
    assert yes_or_no(text) == verdict


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("it costs $1,577.00 a month", {1577.0}),
        ("a loss of ($3.5 million)", {-3.5, -3_500_000.0}),
        ("5k users", {5.0, 5000.0}),
        ("2.8%", {2.8}),
        ("−4", {-4.0}),
        (".5", {0.5}),
        ("version3", set()),
    ],
)
def test_amounts_are_read_as_written_and_scaled(text, readings):
    assert {reading for amount in amounts(text) for reading in amount.readings} == readings


def asked(*answers, numeric=None):
    return EvalQuestion("1", "How much?", answers, True, numeric=numeric)


@pytest.mark.parametrize(
    ("question", "said", "right"),
    [
        (asked("$1,577.00"), "about 1580 dollars", True),
        (asked("$1,577.00"), "about 1600 dollars", False),
        (asked("1.5 million"), "it was 1,500,000", True),
        (asked("6"), "founded in 2006, so 6", True),
        (asked("2000"), "in 2000", True),
        (asked("2,000 euros", numeric=2000), "since 2000", False),
        (asked("in the year 2000", numeric=2000), "since 2000", True),
        (asked("0"), "0.001", False),
        (asked("0"), "0", True),
    ],
)
def test_an_amount_is_right_within_one_per_cent_and_years_are_no_amounts(question, said, right):
    wanted = wanted_amount(question)
    assert wanted is not None
    assert says_amount(said, wanted) is right


def test_only_an_answer_that_is_nothing_but_a_number_asks_for_one():
    assert wanted_amount(asked("25 days", "twenty-five")) is None
    assert wanted_amount(asked("25 days", "25")) is not None
