"""Documents that contradict each other: both sides are told, each with its source, and nothing else is."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chat_models import telling
from small_home import SmallHome, assert_backed

from brain.answering.citations import checked
from brain.answering.disagreeing.newer import newer
from brain.answering.draft import Draft, DraftSentence, Otherwise
from brain.answering.writing.written import WritingAnswerer
from brain.domain import Disagreement, Locator, Passage, Source

HANDBOOK = "# Handbook 2021\n\nEvery employee has 26 days of annual leave a year.\n"
POLICY = "# Leave policy\n\nValid from 1 April 2025.\n\nAll staff get 28 days of annual leave per year.\n"
LEAVE = "How many days of annual leave do staff get?"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[SmallHome]:
    found = SmallHome(tmp_path)
    yield found
    found.close()


def test_both_sides_are_told_with_their_sources_and_the_newer_first(home: SmallHome) -> None:
    answer = home.fill({"handbook-2021.md": HANDBOOK, "leave.md": POLICY}).ask(LEAVE)
    assert answer.text == (
        "All staff get 28 days of annual leave per year. [1]\n"
        "An older document says otherwise: Every employee has 26 days of annual leave a year. [2]"
    )
    assert answer.disagreements == (Disagreement(1, 2, dated=True),)
    assert [c.passage.source.document for c in answer.citations] == ["leave.md", "handbook-2021.md"]
    assert answer.trace.steps["disagreements"] == [{"first": 1, "other": 2, "dated": True}]
    assert "disagree" in answer.trace.timings_ms
    assert_backed(answer)


def test_where_no_date_tells_neither_is_called_older(home: SmallHome) -> None:
    texts = {
        "a.md": "# Desk\n\nGuests must check out by 11 am.\n",
        "b.md": "# FAQ\n\nGuests must check out by 10 am.\n",
    }
    answer = home.fill(texts).ask("Until when must guests check out?")
    assert "\nAnother document says otherwise: Guests must check out by 1" in answer.text
    assert [one.dated for one in answer.disagreements] == [False]


def test_no_flat_yes_or_no_stands_where_one_says_yes_and_one_no(home: SmallHome) -> None:
    home.fill({"desk.md": "# Desk\n\nDogs may stay in guest rooms.\n"})
    question = "May dogs stay in guest rooms?"
    assert home.ask(question).text.startswith("Yes. ")
    home.fill({"faq.md": "# FAQ\n\nDogs must not stay in guest rooms.\n"})
    answer = home.ask(question)
    assert not answer.text.startswith(("Yes", "No"))
    assert "Dogs may stay in guest rooms." in answer.text
    assert "Dogs must not stay in guest rooms." in answer.text
    assert len(answer.disagreements) == 1


CONTRADICTING = [
    (
        "two editions of one sentence with two figures",
        "# Hours\n\nOf a 40-hour week at least 32 hours are billed to projects.\n",
        "# Working time\n\nOf a 38-hour week at least 32 hours are billed to projects.\n",
        "How many hours of a week are billed to projects?",
    ),
    (
        "rows of tables",
        "Extra,Price (EUR)\nCot,5.00\nSauna,9.00\n",
        "# Services\n\n| Service | Price in EUR |\n| --- | --- |\n| Sauna | 12.00 |\n| Laundry | 16.00 |\n",
        "What is the price of the sauna?",
    ),
    (
        "a row and a sentence",
        "Product,Price (GBP)\nRye loaf,4.10\nBaguette,1.90\n",
        "# Card\n\nA baguette costs 2.10 pounds.\n",
        "What does a baguette cost?",
    ),
    (
        "an answer under its question",
        "# FAQ\n\n## How long is the probation period?\n\nThree months.\n",
        "# Handbook\n\nThe probation period lasts six months.\n",
        "How long is the probation period?",
    ),
    (
        "items of lists",
        "# Rules\n\n- Passwords are changed every 90 days.\n- Screens lock by themselves.\n",
        "# Leaflet\n\n- Doors are locked.\n- Passwords are changed every 180 days.\n",
        "How often are passwords changed?",
    ),
    (
        "persons",
        "# Fire\n\nThe fire officer is Marta Lindqvist.\n",
        "# Safety\n\nThe fire officer is Jonas Reuter.\n",
        "Who is the fire officer?",
    ),
    (
        "places",
        "# Facts\n\nThe head office is in Ghent.\n",
        "# Welcome\n\nThe head office is in Antwerp.\n",
        "Where is the head office?",
    ),
    (
        "German",
        "# Merkblatt\n\nDie Frühschicht beginnt um 6 Uhr.\n",
        "# Schichten\n\nDie Frühschicht beginnt um 6:30 Uhr.\n",
        "Wann beginnt die Frühschicht?",
    ),
    (
        "French",
        "# Boutique\n\nLes chiens sont admis dans la boutique.\n",
        "# Règlement\n\nLes chiens ne sont pas admis dans la boutique.\n",
        "Les chiens sont-ils admis dans la boutique ?",
    ),
]


@pytest.mark.parametrize(
    ("one", "other", "question"), [case[1:] for case in CONTRADICTING], ids=[c[0] for c in CONTRADICTING]
)
def test_contradictions_are_told(home: SmallHome, one: str, other: str, question: str) -> None:
    answer = home.fill({_name("one", one): one, _name("two", other): other}).ask(question)
    assert len(answer.disagreements) == 1
    assert len({citation.passage.source.document for citation in answer.citations}) == 2
    assert_backed(answer)


def test_an_answer_that_two_documents_contradict_is_told_beside_the_newer_one(home: SmallHome) -> None:
    """What the newer one was put before is another object by then, and is looked for once more."""
    valid = "# Leave\n\nValid from 1 April {}.\n\n{}\n"
    home.fill(
        {
            "told.md": valid.format(2021, "Study leave is three days a year."),
            "newer.md": valid.format(2023, "You get five days of study leave a year."),
            "older.md": valid.format(2019, "Study leave is ten days a year."),
        }
    )
    answer = home.ask("How much study leave is there a year?")
    assert answer.text.startswith("You get five days of study leave a year. [1]")
    assert [(one.first, one.other, one.dated) for one in answer.disagreements] == [(1, 2, True)]
    assert_backed(answer)


NOT_CONTRADICTING = [
    (
        "another school year",
        "In 2024/2025 the hall has 190 open days.",
        "In 2025/2026 the hall has 180 open days.",
        "How many open days has the hall?",
    ),
    ("other units", "The shop opens at 8 am.", "The shop opens at 08:00.", "When does the shop open?"),
    (
        "another site",
        "The pool at Harbour House opens at 6 am.",
        "The pool at Moor Lodge opens at 8 am.",
        "When does the pool at Moor Lodge open?",
    ),
    (
        "another group",
        "All staff get 28 days of annual leave.",
        "Apprentices get 30 days of annual leave.",
        "How many days of annual leave do apprentices get?",
    ),
    (
        "part-time",
        "The training budget is 400 euros.",
        "For part-time employees the training budget is 200 euros.",
        "How big is the training budget?",
    ),
    (
        "another year",
        "In 2024 the group had 610 employees.",
        "In 2025 the group had 655 employees.",
        "How many employees did the group have in 2025?",
    ),
    (
        "a condition",
        "The notice period is four weeks.",
        "The notice period is two weeks during the probation period.",
        "What is the notice period?",
    ),
    (
        "a range",
        "Deliveries arrive between 6 and 8 am.",
        "Deliveries arrive at 7 am.",
        "When do deliveries arrive?",
    ),
    (
        "minimum and maximum",
        "Passwords have at least 12 characters.",
        "Passwords have at most 64 characters.",
        "How many characters do passwords have?",
    ),
    (
        "an exception",
        "Dogs are allowed in the shop.",
        "Dogs are not allowed in the shop unless they are on a lead.",
        "Are dogs allowed in the shop?",
    ),
    (
        "an example",
        "The allowance is 38 cents per kilometre.",
        "For example, an allowance of 42 cents per kilometre brings 42 euros.",
        "How high is the allowance per kilometre?",
    ),
    (
        "how it was",
        "The price of a cake is 5 euros.",
        "The price of a cake was formerly 4 euros.",
        "What is the price of a cake?",
    ),
    ("a role and a name", "Keys are kept by the porter.", "Keys are kept by Ann Lee.", "Who keeps the keys?"),
    (
        "another thing in the same words",
        "The early shift begins at 6 am.",
        "The late shift begins at 2 pm.",
        "When does the early shift begin?",
    ),
    (
        "two figures of a kind",
        "Visits cost 50 euros, and specialists 75 euros.",
        "A visit costs 20 euros, and one to specialists costs 50 euros.",
        "What do visits cost?",
    ),
]


@pytest.mark.parametrize(
    ("one", "other", "question"),
    [case[1:] for case in NOT_CONTRADICTING],
    ids=[c[0] for c in NOT_CONTRADICTING],
)
def test_what_may_both_hold_is_no_contradiction(home: SmallHome, one: str, other: str, question: str) -> None:
    answer = home.fill({"one.md": f"# Notes\n\n{one}\n", "two.md": f"# Leaflet\n\n{other}\n"}).ask(question)
    assert not answer.refused
    assert answer.disagreements == ()
    assert "otherwise" not in answer.text


@pytest.mark.parametrize("superseded", ["archive/leave.md", "leave (superseded).md"])
def test_a_document_that_is_superseded_is_no_other_opinion(home: SmallHome, superseded: str) -> None:
    answer = home.fill({superseded: HANDBOOK, "policy.md": POLICY}).ask(LEAVE)
    assert answer.disagreements == ()


def test_rows_that_differ_in_another_cell_are_about_other_cases(home: SmallHome) -> None:
    home.fill(
        {
            "one.csv": "Drink,Size,Price (EUR)\nCoffee,small,2.50\nTea,small,2.20\n",
            "two.csv": "Drink,Size,Price (EUR)\nCoffee,large,3.50\nTea,large,3.20\n",
        }
    )
    assert home.ask("What is the price of a small coffee?").disagreements == ()


def test_sections_of_one_document_are_about_cases_of_their_own(home: SmallHome) -> None:
    filler = "\n\n".join(
        f"Paragraph {n} tells of the garden, of the roof and of the cellar." for n in range(40)
    )
    sections = (
        "# Rooms\n\n## Suites\n\nThe deposit is 50 euros.\n\n{}\n\n## Cabins\n\nThe deposit is 20 euros.\n"
    )
    home.fill({"rooms.md": sections.format(filler)})
    assert home.ask("How much is the deposit for suites?").disagreements == ()


def test_columns_of_one_name_are_of_different_cases(home: SmallHome) -> None:
    home.fill(
        {
            "one.csv": "Week,Hours,Day,Hours\nTotal,46,Friday,34\n",
            "two.csv": "Week,Hours,Day,Hours\nTotal,34,Friday,46\n",
        }
    )
    assert home.ask("What are the hours in total?").disagreements == ()


def test_nothing_is_told_of_what_the_asker_may_not_read(home: SmallHome) -> None:
    home.fill({"policy.md": POLICY}).fill({"plans.md": HANDBOOK}, "directors")
    answer = home.ask(LEAVE)
    assert answer.disagreements == ()
    assert "26" not in answer.text
    assert home.ask(LEAVE, "general", "directors").disagreements


def test_what_a_language_model_writes_is_held_against_other_documents_too(home: SmallHome) -> None:
    home.fill({"handbook-2021.md": HANDBOOK, "leave.md": POLICY})
    # Whichever of the two is the first passage: only what is cited rightly passes the check.
    written = telling("All staff get 28 days of annual leave [1]. Staff get 28 days of annual leave [2].")
    answer = home.ask(LEAVE, answerer=WritingAnswerer(written, "the model"))
    assert [one.dated for one in answer.disagreements] == [True]
    assert re.search(r"28 days.*\[1\]\nAn older document says otherwise: .*26 days.*\[2\]", answer.text)
    assert_backed(answer)


def test_several_questions_keep_their_contradictions_under_the_numbers_of_the_whole(home: SmallHome) -> None:
    home.fill({"handbook-2021.md": HANDBOOK, "leave.md": POLICY})
    home.fill({"office.md": "# Office\n\nThe canteen opens at noon for lunch.\n"})
    answer = home.ask(f"When does the canteen open for lunch? {LEAVE}")
    (one,) = answer.disagreements
    quotes = {citation.number: citation.quote for citation in answer.citations}
    assert ("28" in quotes[one.first], "26" in quotes[one.other]) == (True, True)
    assert answer.trace.steps["disagreements"] == [{"first": one.first, "other": one.other, "dated": True}]


def test_both_sides_stay_together_though_one_was_told_just_before(home: SmallHome) -> None:
    home.fill({"handbook-2021.md": HANDBOOK, "leave.md": POLICY})
    answer = home.ask(f"{LEAVE} How many days of annual leave does every employee have?")
    for line in answer.text.splitlines():
        assert not line.rstrip().endswith("otherwise:")
    assert answer.text.count("otherwise:") == answer.text.count("An older document says otherwise: ")
    assert_backed(answer)


def _passage(number: int, text: str, **of: object) -> Passage:
    source = Source(f"{number}.md", f"Paper {number}", "general", "", Locator(), document_id=number)
    return Passage(number, text, replace(source, **of))  # type: ignore[arg-type]


def test_a_side_that_does_not_pass_the_check_takes_the_contradiction_with_it() -> None:
    known, strange = _passage(1, "Leave is 28 days."), _passage(2, "Leave is 26 days.")
    first, other = (DraftSentence(p.text, p, 0, len(p.text)) for p in (strange, known))
    against = replace(other, otherwise=Otherwise("Another document says otherwise:", 2, 0, older=False))
    result = checked(Draft((first, against)), (known,))
    assert (result.text, result.disagreements) == ("Leave is 28 days. [1]", ())


def test_files_dates_tell_the_newer_one_only_where_neither_document_has_a_date() -> None:
    def of(year: int) -> datetime:
        return datetime(year, 1, 1, tzinfo=UTC)

    old, new = _passage(1, "x", modified=of(2020)), _passage(2, "x", modified=of(2024))
    assert newer(new, old, lambda _: ()) is True
    assert newer(old, new, lambda _: ()) is False
    assert newer(old, replace(new, source=replace(new.source, modified=of(2020))), lambda _: ()) is None
    # A new copy of an old document is an old document.
    said = _passage(3, "Valid from 1 March 2019.", modified=of(2025))
    assert newer(said, new, lambda _: ()) is None
    later = _passage(4, "Updated in May 2022.", modified=of(2021))
    assert newer(later, said, lambda _: ()) is True
    same_year = _passage(5, "x", title="Rules 2022")
    assert newer(later, same_year, lambda _: ()) is None


def _name(stem: str, text: str) -> str:
    return f"{stem}.md" if text.startswith("#") else f"{stem}.csv"
