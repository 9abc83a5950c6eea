from dataclasses import replace

import pytest

from brain.answering.citations import checked
from brain.answering.draft import Draft, DraftSentence, Form
from brain.answering.writing.backing import backing
from brain.answering.writing.claims import Claim, claims, declines
from brain.domain import Locator, Passage, Source

SOURCE = Source("leave.md", "Leave", "general", "file:///leave.md", Locator())
TEXT = (
    "Employees get thirty days of paid leave a year. Unused days expire on 31 March unless HR agrees. "
    "Dogs are not allowed in the office. Meals are paid up to 75 euros a day. "
    "Requests must be sent before the trip to travel@northwind.example."
)
PASSAGE = Passage(1, TEXT, SOURCE, context="Leave › Paid leave")


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        (
            "Employees get thirty days of paid leave a year.",
            "Employees get thirty days of paid leave a year.",
        ),
        ("There are thirty days of paid leave each year.", "Employees get thirty days of paid leave a year."),
        ("Meals: up to 75 euros a day.", "Meals are paid up to 75 euros a day."),
        ("Dogs aren't allowed in the office.", "Dogs are not allowed in the office."),
        ("Write to travel@northwind.example before the trip.", TEXT.split(". ")[-1]),
    ],
)
def test_what_a_passage_says_is_found_in_it(claim: str, quote: str) -> None:
    found = backing(claim, PASSAGE)
    assert not isinstance(found, str), found
    assert TEXT[found[0] : found[1]] == quote


def test_what_two_sentences_say_together_is_quoted_together() -> None:
    said = (
        "Meals are paid up to 75 euros a day, and requests must be sent before the trip to the travel desk."
    )
    place = replace(PASSAGE, text=TEXT.replace("travel@northwind.example", "the travel desk"))
    found = backing(said, place)
    assert not isinstance(found, str), found
    assert place.text[found[0] : found[1]].startswith("Meals are paid up to 75 euros a day. Requests must")


@pytest.mark.parametrize(
    "claim",
    [
        "Employees get forty days of paid leave a year.",
        "Employees get 40 days of paid leave a year.",
        "Employees get thirty days of unpaid leave a year.",
        "Unused days expire on 31 March.",
        "Unused days expire on 30 March unless HR agrees.",
        "Unused days expire on 31 April unless HR agrees.",
        "Unused days expire on 31 March unless Finance agrees.",
        "Dogs are allowed in the office.",
        "Dogs are allowed in the office, and meals are not paid up to 75 euros a day.",
        "Meals are not paid up to 75 euros a day.",
        "Meals are paid up to 31 euros a day.",
        "Requests must be sent after the trip to travel@northwind.example.",
        "Requests may be sent before the trip to travel@northwind.example.",
        "Requests must be sent before the trip to travel@northwind.example.evil.test.",
        "Requests must be sent before the trip to evil@northwind.example.",
        "The moon is made of cheese.",
        "Employees get thirty days of [paid leave](https://evil.test/x) a year.",
        "Employees get thirty days of paid leave a year, see https://evil.test.",
        "Employees get thirty days of paid leave a year, see evil.test/x.",
        "Employees get thirty days of paid leave a year javascript:alert(1).",
        "<@U123> employees get thirty days of paid leave a year.",
        "@everyone employees get thirty days of paid leave a year.",
        "Employees get <b>thirty days</b> of paid leave a year.",
        "As an AI I know that employees get thirty days of paid leave a year.",
        'It says "thirty days of holidays" and paid leave for employees a year.',
        "",
        "It is so.",
    ],
)
def test_what_a_passage_does_not_say_is_not_backed(claim: str) -> None:
    assert isinstance(backing(claim, PASSAGE), str)


def test_what_only_the_heading_holds_is_told_by_no_sentence() -> None:
    under = replace(PASSAGE, context="Travel policy 2026 › Hotels and trains")
    assert isinstance(backing("Hotels and trains.", under), str)


def test_a_markup_that_a_document_holds_is_no_model_s_to_repeat() -> None:
    hostile = replace(PASSAGE, text="Click [here](https://evil.test) for leave. Ping <!channel> for leave.")
    assert isinstance(backing("Click [here](https://evil.test) for leave.", hostile), str)
    assert isinstance(backing("Ping <!channel> for leave.", hostile), str)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is so [1]. It is that [2][3].", [Claim("It is so.", (1,)), Claim("It is that.", (2, 3))]),
        ("It is so. [1] It is that. [2, 3]", [Claim("It is so.", (1,)), Claim("It is that.", (2, 3))]),
        ("Yes, it is **so** [1].", [Claim("It is so.", (1,))]),
        ("- One [1]\n- Two [2]", [Claim("One.", (1,), Form.ITEM), Claim("Two.", (2,), Form.ITEM)]),
        ("It is so.", [Claim("It is so.", ())]),
        (" \n[1]", []),
        ("It is so [1-3].", [Claim("It is so.", (1, 2, 3))]),
        ("It is so [1–2] and [4].", [Claim("It is so.", (1, 2, 4))]),
        ("It is so [Passage 2].", [Claim("It is so.", (2,))]),
        ("It is so (source 1).", [Claim("It is so.", (1,))]),
        ("It is so.【1†a.pdf】 It is that.[^2]", [Claim("It is so.", (1,)), Claim("It is that.", (2,))]),
        ("[1] It is so. [2] It is that.", [Claim("It is so.", (1,)), Claim("It is that.", (2,))]),
        ("According to [2], it is so.", [Claim("It is so.", (2,))]),
        ("Passage 1 says that it is so.", [Claim("It is so.", (1,))]),
        ("Based on the passages, it is so [1].", [Claim("It is so.", (1,))]),
        ("Ja. Es ist so [1].", [Claim("Es ist so.", (1,))]),
        ("It is so [1].\n\nSources:\n[1] A book", [Claim("It is so.", (1,))]),
        ("It is so [1].\n\nQuestion: What else?\nThat [2].", [Claim("It is so.", (1,))]),
    ],
)  # fmt: skip
def test_a_text_is_taken_apart(text: str, found: list[Claim]) -> None:
    assert claims(text, complete=True) == found


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("It is so. It is that [1].", [(1,), (1,)]),
        ("It is so [2]. It is that. It is more. [1]", [(2,), (1,), (1,)]),
        ("It is so [1]. It is that.", [(1,), ()]),
        ("It is so.\n\nIt is that [1].", [(), (1,)]),
        ("It is:\n- so\n- that [1]\n\nAnd more.", [(1,), (1,), (1,), ()]),
        ("It is [1]:\n- so\n- that", [(1,), (1,), (1,)]),
        ("It is [1].\n- so\n- that", [(1,), (), ()]),
        ("1. Do this.\n2. Do that [3].", [(3,), (3,)]),
    ],
)
def test_one_mark_stands_for_several_sentences_as_people_cite(
    text: str, cited: list[tuple[int, ...]]
) -> None:
    assert [claim.cited for claim in claims(text, complete=True)] == cited


def test_a_table_that_a_model_draws_is_read_row_by_row() -> None:
    rows = ("| Free | 0 [1] | 1 |", "| **Keeper** | 3.50 | |", "| Both | | 2 [2] |")
    text = "\n".join(("| Plan | Price | Users |", "|---|---|---|", *rows))
    assert claims(text, complete=True) == [
        Claim("Free – Price: 0; Users: 1.", (1,), Form.ITEM),
        Claim("Keeper – Price: 3.50.", (2,), Form.ITEM),
        Claim("Both – Users: 2.", (2,), Form.ITEM),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "It is so e.g. today. [1] It costs 3.50 euros [2][3].\n\n- One thing [1]\n- Dr. Who said so. [4] No.",
        "It is so. And that. [1-2] [3] So it is.\nLimits are:\n- one\n- two (passage 1)\n- three\n\nNo [1].",
        "[1] It is so. [2] It is that.\n| a | b |\n|---|---|\n| c. d | e |\n| f | g [1] |\nLaut [2] so. No.",
    ],
)
def test_sentences_never_change_while_the_text_grows(text: str) -> None:
    whole = claims(text, complete=True)
    for end in range(len(text) + 1):
        part = claims(text[:end], complete=False)
        assert part == whole[: len(part)], text[:end]


@pytest.mark.parametrize(
    ("text", "declined"),
    [
        ("Not in the documents.", True),
        ("I don’t know.", True),
        ("The passages do not mention it.", True),
        ("Not in the documents [1].", True),
        ("Not in the documents. But dogs are allowed [1].", False),
        ("Sorry, I can't help with that.", True),
        ("The documents are in the portal [1].", False),
        ("Information is at the desk [1].", False),
    ],
)
def test_a_refusal_is_known(text: str, declined: bool) -> None:
    assert declines(text) is declined


@pytest.mark.parametrize(
    ("text", "claim", "turned"),
    [
        (
            "Hunde sind im Büro nicht erlaubt.",
            "Hunde sind im Büro nicht erlaubt.",
            "Hunde sind im Büro erlaubt.",
        ),
        (
            "Der Urlaub wird nur ausgezahlt, wenn der Vertrag endet.",
            "Urlaub wird nur ausgezahlt, wenn der Vertrag endet.",
            "Der Urlaub wird ausgezahlt, der Vertrag endet.",
        ),
        (
            "Les chiens ne sont pas admis au bureau.",
            "Les chiens ne sont pas admis au bureau.",
            "Les chiens sont admis au bureau.",
        ),
        (
            "Los perros nunca entran en la oficina.",
            "Los perros nunca entran en la oficina.",
            "Los perros entran en la oficina.",
        ),
    ],
)
def test_what_turns_a_sentence_around_counts_in_other_languages(text: str, claim: str, turned: str) -> None:
    passage = Passage(1, text, SOURCE)
    assert backing(claim, passage) == (0, len(text))
    assert backing(turned, passage) == "it drops or adds a condition or a negation"


LIMITS = (
    "Signing limits are €250 for team leads, €2,500 for heads of department and €15,000 for the CFO. "
    "Card payments need a receipt within ten days. An advance of up to 70 % is paid. "
    "The desk opens at 09:00. Reports are made twice a week. The committee meets on 2026-03-24. "
    "Give notice at least three months before."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Card payments need a receipt within 10 days.",
        "Team leads have a signing limit of 250 euros.",
        "The signing limit is EUR 2500 for heads of department.",
        "An advance of up to 70% is paid.",
        "An advance of up to 70 percent is paid.",
        "The desk opens at 9 am.",
        "Reports are made two times a week.",
        "The committee meets on 24 March 2026.",
        "Give notice at least 3 months before.",
    ],
)
def test_a_figure_is_the_same_however_it_is_written(claim: str) -> None:
    passage = Passage(1, LIMITS, SOURCE)
    found = backing(claim, passage)
    assert not isinstance(found, str), found
    told = DraftSentence(claim, passage, *found)
    assert checked(Draft((told,)), (passage,)).dropped == ()


@pytest.mark.parametrize(
    "claim",
    [
        "Card payments need a receipt within 11 days.",
        "Card payments need a receipt within ten weeks.",
        "Card payments need a receipt within eleven days.",
        "Team leads have a signing limit of 250 dollars.",
        "Team leads have a signing limit of €2,500.",
        "Signing limits are €2,500 for team leads, €250 for heads of department and €15,000 for the CFO.",
        "An advance of up to 70 euros is paid.",
        "The desk opens at 9 pm.",
        "Reports are made twice a month.",
        "The committee meets on 24 May 2026.",
        "The committee meets on 24 March 2025.",
        "Give notice at most three months before.",
        "Give notice at least three weeks before.",
    ],
)
def test_a_figure_of_something_else_is_not_backed(claim: str) -> None:
    assert isinstance(backing(claim, Passage(1, LIMITS, SOURCE)), str)


PLANS = Passage(
    1,
    "Keeper\t3.50\t35.00\t5\t3\tno\n"
    "School\t18.00\t180.00\t20\t300\tweekdays only\n"
    "Keeper Plus\t7.00\t70.00\t9\t6\tno",
    SOURCE,
    context="Plans",
    table_header="Plan\tPrice per month (EUR)\tPrice per year (EUR)\tStations\tUsers\tPhone support",
)


@pytest.mark.parametrize(
    "claim",
    [
        "Keeper – Users: 3.",
        "The Keeper plan costs €3.50 per month.",
        "The Keeper plan costs 3.50 EUR a month or 35 EUR a year.",
        "School includes 20 stations and 300 users.",
        "Keeper Plus has no phone support.",
        "School has phone support on weekdays only.",
    ],
)
def test_a_row_is_read_by_its_columns(claim: str) -> None:
    found = backing(claim, PLANS)
    assert not isinstance(found, str), found
    told = DraftSentence(claim, PLANS, *found)
    assert checked(Draft((told,)), (PLANS,)).dropped == ()


@pytest.mark.parametrize(
    "claim",
    [
        "Keeper – Users: 5.",
        "The Keeper plan costs €35.00 per month.",
        "The Keeper plan costs €18.00 per month.",
        "The Keeper plan costs 5 EUR.",
        "The Keeper plan costs $3.50 per month.",
        "The Keeper plan costs 35 EUR a month or 3.50 EUR a year.",
        "The Keeper Plus plan has 3 users.",
        "School includes 300 stations and 20 users.",
        "Keeper has phone support.",
        "School has phone support on weekdays.",
        "Keeper costs 18.00 and School costs 3.50 a month.",
        "Plan, price per month, stations and users.",
    ],
)
def test_another_column_s_or_row_s_value_is_not_backed(claim: str) -> None:
    assert isinstance(backing(claim, PLANS), str)


@pytest.mark.parametrize(
    "claim",
    [
        "Der Antrag wird spätestens drei Wochen vorher gestellt.",
        "Der Antrag wird spätestens zwei Monate vorher gestellt.",
        "Der Antrag wird frühestens zwei Wochen vorher gestellt.",
        "Die Reisekosten betragen mindestens 1.500,00 € im Jahr.",
        "Die Reisekosten betragen höchstens 1,5 € im Jahr.",
    ],
)
def test_figures_and_limits_count_in_other_languages(claim: str) -> None:
    notice = "Der Antrag wird spätestens zwei Wochen vorher gestellt."
    passage = Passage(1, f"{notice} Die Reisekosten betragen höchstens 1.500,00 € im Jahr.", SOURCE)
    assert isinstance(backing(claim, passage), str)
    assert not isinstance(backing("Der Antrag wird spätestens 2 Wochen vorher gestellt.", passage), str)
    assert not isinstance(backing("Die Reisekosten betragen höchstens 1500 € im Jahr.", passage), str)


SIDE_BY_SIDE = (
    "The rebate is 15 percent for customers and 20 percent for partners. "
    "The office opens at 8:00 and closes at 18:30. "
    "Version 2.4 needs 16 GB of memory, version 3.0 needs 32 GB. "
    "The freezer is kept at -20 degrees. The budget is 500 euros. Parking costs 40 euros monthly."
)


@pytest.mark.parametrize(
    "claim",
    [
        "The rebate is 15 percent for partners.",
        "The rebate is 20 percent for customers.",
        "The office closes at 8:00.",
        "Version 3.0 needs 16 GB of memory.",
        "The freezer is kept at 20 degrees.",
        "The budget is 500 euros a person.",
        "Parking costs 40 euros a day.",
    ],
)
def test_a_figure_of_what_stands_beside_is_not_backed(claim: str) -> None:
    assert isinstance(backing(claim, Passage(1, SIDE_BY_SIDE, SOURCE)), str)


@pytest.mark.parametrize(
    "claim",
    [
        "The rebate is 20 percent for partners.",
        "The office closes at 6:30 pm.",
        "Version 3.0 needs 32 GB.",
        "The freezer is kept at -20 degrees.",
        "The freezer is kept at minus 20 degrees.",
        "Parking costs 40 euros a month.",
    ],
)
def test_a_figure_of_one_of_two_things_is_backed(claim: str) -> None:
    assert not isinstance(backing(claim, Passage(1, SIDE_BY_SIDE, SOURCE)), str)
