"""An amount of the asker's case is answered by the step that it lies in, and by no other."""

import pytest
from small_home import SmallHome

from brain.domain import Locator, Passage, Source
from brain.text.amounts import asked_amounts, fits, is_told, without_amounts
from brain.text.analysis import analyse
from brain.text.asked import Fit
from brain.text.quantities import quantities
from brain.text.reading import Reading
from brain.text.sentences import sentence_spans

DRIVE = {
    "buying.md": (
        "# Buying\n\n| Purchase | Who approves | Offers |\n| --- | --- | --- |\n"
        "| up to 2,000 | department head | one |\n| up to 15,000 | Marguerite Holm | two |\n"
        "| more than 15,000 | the board | three |\n"
    ),
    "notice.md": (
        "# Notice\n\n| Service | Notice |\n| --- | --- |\n| Up to 2 years | 4 weeks |\n"
        "| 2 to 5 years | 8 weeks |\n| More than 5 years | 12 weeks |\n"
    ),
    "refunds.md": (
        "# Refunds\n\nAn agent may refund up to 150 euro without asking. From 150 to 1,000 euro the team "
        "lead decides. Yearly plans are refunded for the months that are left."
    ),
    "leave.md": "# Leave\n\nUp to 5 days may be carried over into the next year. The rest lapses in March.",
}


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("who signs off a refund of 600", ["600"]),
        ("a contract over 40k a year", ["40k"]),
        ("a lamp for 1,200 quid, who has to ok that", ["1,200"]),
        ("after six years here, how many weeks off", ["six"]),
        ("notice after one year? – and if I'm there 6 yrs", ["6"]),
        ("a school with 200 people", ["200"]),
        ("what does error 52 mean", []),
        ("what was decided on 4 March 2026 at 14:00", []),
        ("can it spread from one sink to the next", []),
        ("the budget of 2026", []),
        ("what is ticket 450 about", []),
        ("a refund for invoice number 700, who decides", []),
        ("what does error 500 mean", []),
        ("who has seen #600", []),
        ("what do I do at -20 degrees", []),
    ],
)
def test_amounts_are_told_from_codes_dates_and_little_words(question: str, written: list[str]) -> None:
    assert [amount.written for amount in asked_amounts(question)] == written


def fitting(question: str, text: str) -> list[Fit]:
    """How each sentence or row of a text fits the question's one amount; a table begins with its header."""
    header = text.partition("\n")[0] if "\t" in text else ""
    (amount,) = asked_amounts(question)
    return [fit for (fit,) in fits((amount,), text, list(sentence_spans(text)), header)]


SAME, OTHER, OPEN = Fit.SAME, Fit.OTHER, Fit.OPEN
WHO = "Amount\tWho\nup to 2,000\tAnn\nup to 15,000\tBo\nover 15,000\tCy"


@pytest.mark.parametrize(
    ("question", "rows", "wanted"),
    [
        (
            "for 1,500?",
            WHO,
            [SAME, OTHER, OTHER],
        ),
        ("for 12k", WHO, [OTHER, SAME, OTHER]),
        ("for 15,000", "Amount\tWho\nunder 15,000\tAnn\n15,000 and more\tBo", [OTHER, SAME]),
        ("200 people", "Size\tOff\nfrom 50 people\t10 %\nfrom 150 people\t15 %", [OTHER, SAME]),
        ("after 11 years", "Years of service from\tDays\n5\t29\n10\t33", [OTHER, SAME]),
        ("over 500 euros", "Amount\tWho\nup to 500 €\tAnn\nabove 500 €\tBo", [OTHER, SAME]),
        ("30 guests", "Guests\tStaff\n10–25\ttwo\n26–40\tthree", [OTHER, SAME]),
        (
            "after 6 years",
            "Years of service\tNotice\n0-2\t4 weeks\n2-5\t8 weeks\n5+\t3 months",
            [OTHER, OTHER, SAME],
        ),
        ("after 6 years", "Service\tNotice\n2-5 years\t8 weeks\n5+ years\t3 months", [OTHER, SAME]),
        ("after 6 years", "Years\tNotice\nup to 5\t8 weeks\nmore than 5\t3 months", [OTHER, SAME]),
        ("700 euros", "Discount\tOrder\n5 %\t€100–€499\n10 %\t€500+", [OTHER, SAME]),
        (
            "at 15 degrees",
            "Degrees\tDo\n-20 to -10 °C\tfreeze\n0 to 12 °C\tcool\n13 to 20 °C\topen",
            [OPEN, OTHER, SAME],
        ),
        ("30 guests", "Sheep\tStaff\n10–25\ttwo\n26–40\tthree", [OPEN, OPEN]),
        ("after 6 years", "Way\tTime\nby post\twithin 3 days\nby hand\twithin 2 days", [OPEN, OPEN]),
    ],
)
def test_of_the_rows_of_a_table_the_narrowest_step_holds(question: str, rows: str, wanted: list[Fit]) -> None:
    assert fitting(question, rows)[1:] == wanted


def test_sentences_of_one_paragraph_are_told_as_rows_would_be() -> None:
    text = DRIVE["refunds.md"].partition("\n\n")[2]
    assert fitting("a refund of 600", text) == [OTHER, SAME, OPEN]
    assert fitting("a refund of 100", text) == [SAME, OTHER, OPEN]
    parted = text.replace(". From", ".\nFrom")
    assert fitting("a refund of 600", parted) == [OPEN, SAME, OPEN]


def test_a_limit_answers_who_asks_for_more() -> None:
    assert fitting("can I carry over 8 days", "Up to 5 days may be carried over. The rest lapses.") == [
        SAME,
        OPEN,
    ]


def test_what_tells_just_this_amount_is_told_from_a_step() -> None:
    (amount,) = asked_amounts("I can't get it done in 40 hours")
    for text, told in (("Work 40 hours a week.", True), ("Up to 60 hours a week.", False)):
        assert is_told(amount, text, list(sentence_spans(text)), "") is told


def test_a_line_of_figures_is_no_one_number() -> None:
    found = quantities("123,456 " * 40)
    assert len(found) > 1
    assert all(len(str(int(figure.high))) < 25 for figure in found)


def test_only_the_amounts_number_is_cut_out() -> None:
    question = "may a team of 600 in building 1600 spend 600?"
    assert without_amounts(question, asked_amounts("a refund of 600")) == (
        "may a team of  ,  in building 1600 spend  , ?"
    )


@pytest.mark.parametrize(
    ("question", "said", "unsaid"),
    [
        ("who approves a purchase of 1,500?", "department head", "Marguerite"),
        ("who approves a purchase of 12k", "Marguerite Holm", "board"),
        ("who has to approve a purchase of 20,000 quid", "board", "department"),
        ("what is my notice after 6 yrs of service", "12 weeks", "8 weeks"),
        ("what is my notice after three years of service", "8 weeks", "12 weeks"),
        ("who decides about a refund of 600", "team lead", "150 euro without"),
        ("may I carry over 8 days of leave", "Up to 5 days", "Notice"),
    ],
)
def test_a_question_is_answered_by_the_step_of_its_amount(
    home: SmallHome, question: str, said: str, unsaid: str
) -> None:
    answer = home.ask(question)
    assert said in answer.text
    assert unsaid not in answer.text


def test_what_holds_for_one_of_two_amounts_is_no_other_step() -> None:
    header = "Years of service\tNotice"
    rows = f"{header}\n0-2\t4 weeks\n2-5\t8 weeks\n6-9\t12 weeks"
    source = Source("notice.md", "Notice", "general", "file:///notice.md", Locator())
    passage = Passage(1, rows, source, context="Notice", table_header=header)
    for question, elsewhen in (
        ("notice after 3 years", [True, False, True]),
        ("notice after 3 years, I have 5 weeks left", [False, False, True]),
    ):
        reading = Reading(amounts=asked_amounts(question))
        assert [one.elsewhen for one in analyse(passage, reading).sentences][1:] == elsewhen


def test_an_amount_of_the_story_is_no_word_that_the_documents_lack(home: SmallHome) -> None:
    held = home.find("who approves a purchase of 12k")
    assert [amount.written for amount in held.query.amounts] == ["12k"]
    assert "12k" not in held.query.terms
    untold = home.find("does the parrot eat 12k seeds")
    assert "12k" in untold.query.terms or untold.query.amounts
