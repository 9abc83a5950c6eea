from dataclasses import replace

import pytest

from brain.answering.draft import Form
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
        "Employees get 30 days of paid leave a year.",
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


def test_a_markup_that_a_document_holds_is_no_model_s_to_repeat() -> None:
    hostile = replace(PASSAGE, text="Click [here](https://evil.test) for leave. Ping <!channel> for leave.")
    assert isinstance(backing("Click [here](https://evil.test) for leave.", hostile), str)
    assert isinstance(backing("Ping <!channel> for leave.", hostile), str)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is so [1]. It is that [2][3].", [Claim("It is so.", (1,)), Claim("It is that.", (2, 3))]),
        ("It is so. [1] It is that. [2, 3]", [Claim("It is so.", (1,)), Claim("It is that.", (2, 3))]),
        ("Yes, it is **so** [1].", [Claim("it is so.", (1,))]),
        ("- One [1]\n- Two [2]", [Claim("One.", (1,), Form.ITEM), Claim("Two.", (2,), Form.ITEM)]),
        ("It is so.", [Claim("It is so.", ())]),
        (" \n[1]", []),
    ],
)  # fmt: skip
def test_a_text_is_taken_apart(text: str, found: list[Claim]) -> None:
    assert claims(text, complete=True) == found


def test_sentences_never_change_while_the_text_grows() -> None:
    text = (
        "It is so e.g. today. [1] It costs 3.50 euros [2][3].\n\n- One thing [1]\n- Dr. Who said so. [4] No."
    )
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
