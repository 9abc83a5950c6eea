"""Questions made from sentences, headings and tables: grammatical, and answered where they came from."""

import pytest

from brain.domain import Locator, Passage, Source
from brain.tuning.data.cases import Case, told, written
from brain.tuning.data.headings import questions_from_headings
from brain.tuning.data.statements import questions_from_statements
from brain.tuning.data.tables import questions_from_tables
from brain.tuning.data.verifying import fault_of
from brain.tuning.data.wording import Letters, first_person, in_title, untitled

LETTERS = Letters.of(
    [
        "we say that claims, salaries, shifts, the badge and the canteen matter, "
        "and so does Almanac to Piet Lorrimer."
    ]
)


def passage(
    text: str, *heading: str, title: str = "Staff guide", header: str = "", number: int = 1
) -> Passage:
    source = Source("guide.md", title, "general", "", Locator(heading=heading), document_id=7)
    return Passage(
        number, text, source, context=" › ".join((title, *heading)), table_header=header, end=len(text)
    )


def from_sentence(sentence: str) -> list[Case]:
    return list(questions_from_statements([passage(sentence)], LETTERS))


@pytest.mark.parametrize(
    ("sentence", "kind", "question"),
    [
        ("A badge costs 12 euros.", "amount", "How much does a badge cost?"),
        ("You have 25 days of paid leave in a year.", "amount", "How many days of paid leave do I have?"),
        ("Repairs take six working days on average.", "amount", "How long do repairs take on average?"),
        ("The master passphrase has at least five words.", "amount",
         "How many words does the master passphrase have?"),
        ("The harbour wall is 30 metres high.", "amount", "How high is the harbour wall?"),
        ("Forty stations were tested on piers.", "amount", "How many stations were tested on piers?"),
        ("There are 12 parking spaces behind the Works.", "amount",
         "How many parking spaces are there behind the Works?"),
        ("Salaries are paid on the 26th of each month.", "time", "When are salaries paid?"),
        ("Claims must be sent by 31 March.", "time", "By when must claims be sent?"),
        ("The canteen opens at 11:30 on every working day.", "time", "When does the canteen open?"),
        ("Office hours are held every Wednesday in the hall.", "", ""),
        ("You can reduce your hours once probation is over.", "rule", "Can I reduce my hours?"),
        ("Family members may not use the laptop.", "rule", "May family members use the laptop?"),
        ("You must not lend your badge to anyone.", "rule", "May I lend my badge to anyone?"),
        ("If you lose your badge, tell the front desk at once.", "condition",
         "What should I do if I lose my badge?"),
        ("If your hours change during the year, the allowance is worked out again.", "condition",
         "What happens if my hours change during the year?"),
        ("Almanac is not discounted, because the School plan exists for that.", "reason",
         "Why is Almanac not discounted?"),
        ("Carpet cleaning after an accident is paid by the company.", "person",
         "Who is carpet cleaning after an accident paid by?"),
        ("Shifts for the summer are published in the calendar.", "place",
         "Where are shifts for the summer published?"),
        ("A tender letter is a formal offer to a public buyer.", "definition", "What is a tender letter?"),
    ],
)  # fmt: skip
def test_a_sentence_becomes_the_question_that_it_answers(sentence: str, kind: str, question: str):
    if not kind:
        found = from_sentence(sentence)
        assert all(case.questions for case in found)
        return
    (case,) = from_sentence(sentence)
    assert (case.kind, case.questions[0]) == (kind, question)
    assert [one.text for one in case.said] == [sentence]
    assert fault_of(written(case.said, {1: 1}), [case.said[0].passage]) == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "It costs 12 euros.",  # what?
        "They are paid on the 26th of each month.",
        "You may need a warm coat.",  # a chance, no permission
        "See the table below for all prices.",
        "When we moved in 2019, the hall was empty.",
        "The link that you received is a promise.",
        "Costs rise, profits fall and nobody knows why.",
    ],
)
def test_a_sentence_without_a_question_of_its_own_gives_none(sentence: str):
    assert from_sentence(sentence) == []


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("1.2 Annual leave", "annual leave"),
        ("How to claim expenses", "How do I claim expenses?"),
        ("If you forget the passphrase", "What should I do if I forget the passphrase?"),
        ("Charging e-bikes", "What do I need to know about charging e-bikes?"),
        ("Who can work remotely?", "Who can work remotely?"),
        ("Q3: Can I bring my dog?", "Can I bring my dog?"),
    ],
)
def test_headings_become_questions_about_their_first_sentences(heading: str, question: str):
    text = "Everybody has to ask first. The answer takes a day. A third sentence follows."
    (case,) = questions_from_headings([passage(text, heading)], LETTERS)
    assert question in case.questions[0]
    assert [one.text for one in case.said] == ["Everybody has to ask first.", "The answer takes a day."]


@pytest.mark.parametrize(
    "heading", ["Introduction", "2.4", "See below", "Pay is fair", "A_B_C", "March 2024"]
)
def test_headings_that_name_nothing_give_no_question(heading: str):
    assert list(questions_from_headings([passage("Everybody has to ask first.", heading)], LETTERS)) == []


def test_a_short_list_is_told_whole_and_a_long_one_not():
    steps = [f"{n}. Press the button number {n}" for n in range(1, 7)]
    (case,) = questions_from_headings([passage("\n".join(steps[:3]), "How to start the hub")], LETTERS)
    answer = written(case.said, {1: 4})
    assert answer.split("\n") == [
        "1. Press the button number 1 [4].", "2. Press the button number 2 [4].",
        "3. Press the button number 3 [4].",
    ]  # fmt: skip
    assert list(questions_from_headings([passage("\n".join(steps), "How to start the hub")], LETTERS)) == []


TABLE = "Country\tFull day (EUR)\tContact"


def test_a_cell_is_asked_for_by_row_and_column():
    rows = passage(f"{TABLE}\nAustria\t44\tWim Castagnet\nThe Far North\t–\tPiet Lorrimer", header=TABLE)
    cases = list(questions_from_tables([rows], LETTERS))
    asked = {case.questions[0]: case.said[0].text for case in cases}
    assert set(asked.values()) == {
        "Austria – Full day (EUR): 44.", "Austria – Contact: Wim Castagnet.",
        "The Far North – Contact: Piet Lorrimer.",
    }  # fmt: skip
    assert asked["Who is the contact for Austria?"] == "Austria – Contact: Wim Castagnet."
    assert all(fault_of(written(case.said, {1: 1}), [rows]) == "" for case in cases)


def test_two_rows_in_two_passages_make_an_answer_with_two_citations():
    first = passage(f"{TABLE}\nAustria\t44\tWim", header=TABLE)
    second = passage("Belgium\t46\tPiet", header=TABLE, number=2)
    both = [case for case in questions_from_tables([first, second], LETTERS) if case.kind == "two passages"]
    assert [case.gold for case in both] == [(first, second)]
    answer = written(both[0].said, {1: 1, 2: 2})
    assert "[1]" in answer
    assert "[2]" in answer
    assert fault_of(answer, [first, second]) == ""


def test_a_subject_that_two_rows_share_is_not_asked_for():
    rows = passage(f"{TABLE}\nAustria\t44\tWim\nAustria\t48\tPiet", header=TABLE)
    assert list(questions_from_tables([rows], LETTERS)) == []


def test_persons_are_turned_and_titles_can_be_taken_off_again():
    assert first_person("if you lose your badge and you are abroad") == "if I lose my badge and I am abroad"
    assert first_person("whether somebody told you") == "whether somebody told me"
    asked = in_title("What is the price?", "Price list 2026.xlsx")
    assert asked == "According to “Price list 2026”, what is the price?"
    assert untitled(asked) == "what is the price?"


@pytest.mark.parametrize(
    ("raw", "fit"),
    [
        ("- However, the badge costs 12 euros [4].", "The badge costs 12 euros."),
        ("The badge costs 12 euros", ""),
        ("Prices are shown below.", ""),
        ("curl -X POST {url} is the call.", ""),
        ("(The badge costs 12 euros.", ""),
    ],
)
def test_only_whole_readable_sentences_are_said(raw: str, fit: str):
    assert told(raw) == fit


def test_marks_stand_before_the_stop_and_an_abbreviation_keeps_its_own():
    home = passage("We close at 5 p.m.\nWe open at noon.")
    cases = [told(text) for text in ("The canteen closes at 5 p.m.", "The canteen opens at noon.")]
    from brain.tuning.data.cases import Said

    assert written([Said(cases[0], home)], {1: 3}) == "The canteen closes at 5 p.m. [3]"
    assert written([Said(cases[1], home)], {1: 3}) == "The canteen opens at noon [3]."
    assert written([], {}) == "Not in the documents."


def test_a_changed_number_or_condition_is_found_out():
    home = passage("The badge costs 12 euros unless you are new.")
    assert fault_of("The badge costs 12 euros unless you are new [1].", [home]) == ""
    assert fault_of("The badge costs 13 euros unless you are new [1].", [home])
    assert fault_of("The badge costs 12 euros [1].", [home])
    assert fault_of("The badge costs 12 euros unless you are new.", [home])
    assert fault_of("Not in the documents.", [home]) == ""
