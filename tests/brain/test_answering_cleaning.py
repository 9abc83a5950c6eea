import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.answering.extracting.cleaning import ended, opening, without_marks, without_references

MARKED = [
    ("The virus spreads by air [12].", "The virus spreads by air."),
    ("The virus spreads [3, 4] by air [5] [6] [7].", "The virus spreads by air."),
    ("Masks help [1–3].", "Masks help."),
    ("Masks help [47, [50] [51].", "Masks help."),
    ("- Lock your screen.", "Lock your screen."),
    ("• Lock your screen.", "Lock your screen."),
    ("2. Lock your screen.", "Lock your screen."),
    ("b) Lock your screen.", "Lock your screen."),
    ("Note: Lock your screen.", "Lock your screen."),
    ("BACKGROUND: Masks help.", "Masks help."),
    ("Too   many\u00a0 spaces .", "Too many spaces."),
]


@pytest.mark.parametrize(("sentence", "expected"), MARKED)
def test_bullets_labels_and_reference_marks_are_taken_away(sentence, expected):
    assert without_marks(sentence) == expected


PLAIN = [
    "Meals cost 75 euros (12% more than in 2023).",
    "Press [Enter] to go on.",
    "The value [12345] is kept.",
    "It's $3.50, i.e. 7:30 h.",
    "Edit the .env file and .gitignore.",
    "The dose is .5 mg.",
    "Version 1.2.3 is out.",
    "See https://example.org/a?b=c for more.",
    "Noted: nothing.",
    "The US office (room 12) is open.",
]


@pytest.mark.parametrize("sentence", PLAIN)
def test_nothing_else_of_a_sentence_changes(sentence):
    assert without_marks(sentence) == sentence


def subsequence(shorter: str, longer: str) -> bool:
    rest = iter(longer)
    return all(letter in rest for letter in shorter)


SIGNS = st.lists(
    st.sampled_from("[ ] 1 23 , – ( ) . : - a) Note: word Word 5 .env however, • \t".split(" ")), max_size=15
)
TEXTS = st.one_of(SIGNS.map(" ".join), st.text(max_size=40))


@given(TEXTS)
def test_letters_are_only_ever_taken_away(sentence):
    letters = "".join(sentence.split())
    assert subsequence("".join(without_marks(sentence).split()), letters)
    assert re.search(r"\[\d{1,3}\]", without_references(sentence)) is None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("However, it is closed.", "It is closed."),
        ("In addition, however, it is closed.", "It is closed."),
        ("call your manager.", "Call your manager."),
        ("If you are ill, call.", "If you are ill, call."),
        ("Unless told, stay.", "Unless told, stay."),
        ("iPhones are paid.", "iPhones are paid."),
        ("https://example.org holds it.", "https://example.org holds it."),
        ("vpn.example.org is the address.", "vpn.example.org is the address."),
        ("30 days.", "30 days."),
        ("", ""),
    ],
)
def test_an_opening_sentence_loses_its_connective_and_keeps_its_conditions(sentence, expected):
    assert opening(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Call your manager", "Call your manager."),
        ("Call your manager;", "Call your manager."),
        ("Really?", "Really?"),
        ("He said “Go.”", "He said “Go.”"),
        ("The steps:", "The steps:"),
        ("", ""),
    ],
)
def test_a_sentence_ends_with_an_end_mark(sentence, expected):
    assert ended(sentence) == expected
