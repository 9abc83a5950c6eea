import pytest

from brain.answering.selection import ScoredSentence, stems_of
from brain.answering.yes_no import verdict
from brain.domain import Locator, Passage, Source


def said(question: str, text: str) -> str:
    passage = Passage(1, text, Source("a.md", "A", "general", "", Locator()))
    return verdict(question, [ScoredSentence(passage, 0, 0, 0, len(text), text, stems_of(text), 1.0)])


CASES = [
    ("Is parking free?", "Parking is free for all staff.", "Yes"),
    ("Do contractors get paid leave?", "Contractors do not get paid leave.", "No"),
    ("Is smoking not allowed indoors?", "Smoking is not allowed indoors.", ""),
    ("Is smoking not allowed indoors?", "Smoking is allowed indoors.", ""),
    # hedged, conditional, or about something else: left open
    ("Is parking free?", "Parking might be free.", ""),
    ("Do full-time employees get 30 days of leave?", "Full-time employees get 25 days of leave.", ""),
    ("Is parking free?", "Parking is free unless an event is on.", ""),
    ("Is parking free?", "Parking is free if you have a badge.", ""),
    ("Is parking free?", "Parking is usually free.", ""),
    ("Is the office open on Sundays?", "The office is open on Sundays only in December.", ""),
    ("Is parking free on Sundays?", "Parking is paid by the company.", ""),
    ("Do I get 30 days of leave?", "Employees get 25 days of leave.", ""),
    ("Is smoking allowed?", "Smoking is prohibited.", ""),
    ("Is parking free?", "Yes, parking is free.", ""),
    ("Is parking free?", "No: parking is not free.", ""),
    ("Is it?", "Parking is free.", ""),
]


@pytest.mark.parametrize(("question", "sentence", "expected"), CASES)
def test_yes_or_no_is_said_only_where_a_sentence_says_it(question, sentence, expected):
    assert said(question, sentence) == expected


def test_a_sentence_that_opens_with_no_is_never_told_as_yes():
    assert said("Are dogs allowed in the office?", "No dogs are allowed in the office.") != "Yes"
