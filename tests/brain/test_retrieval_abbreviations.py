import pytest

from brain.retrieval.abbreviations import spelled_out

TEXTS = [
    "Short\tMeans\nCD\tControlled drug\nRA\tRegistration authority, which issues cards\nPI\tsee the list",
    "Allied health professionals\t6\t450",
    "Ask the Freedom to Speak Up Guardian. Next, Call Desk two.",
]


def told(question: str, *unknown: str) -> str:
    return spelled_out(question, unknown, TEXTS)


@pytest.mark.parametrize("question", ["CD count", "cd count", "CDs count"])
def test_a_glossary_writes_letters_out(question: str) -> None:
    assert told(question) == "Controlled drug count"


def test_words_that_begin_with_letters_that_no_passage_holds_write_them_out() -> None:
    assert told("budget for AHPs", "ahp") == "budget for Allied health professionals"
    assert told("who is FTSU guardian", "ftsu") == "who is Freedom to Speak Up guardian"


@pytest.mark.parametrize(
    "question",
    [
        "budget for an AHP",  # held by some passage: found as it is
        "PI of it",  # a row that explains
        "the RAs' desk",
        "is it us",
    ],
)
def test_other_letters_stay(question: str) -> None:
    assert told(question) == question


def test_neither_two_letters_nor_words_of_two_sentences_are_enough() -> None:
    assert told("HP and GNC", "hp", "gnc") == "HP and GNC"


def test_words_around_a_figure_are_no_name() -> None:
    text = "Call ext 400 within one hour, day or night."
    assert spelled_out("Who is the CEO?", {"ceo"}, [text]) == "Who is the CEO?"
    assert (
        spelled_out("Who is the CEO?", {"ceo"}, ["Our Chief Executive Officer is Ida Holm."])
        != "Who is the CEO?"
    )
