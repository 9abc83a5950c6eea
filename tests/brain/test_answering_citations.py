import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.answering.citations import Checked, checked
from brain.answering.draft import Draft, DraftSentence, Form
from brain.domain import Locator, Passage, Source

TEXT = "Leave is thirty days. Meals are paid up to 75 euros a day. See https://example.org/leave for more."


def passage(number: int = 1, text: str = TEXT, **more: str) -> Passage:
    return Passage(number, text, Source(f"{number}.md", "Handbook", "general", "", Locator()), **more)


def sentence(text: str, of: Passage, quote: str | None = None, **more: object) -> DraftSentence:
    start = of.text.index(quote or text)
    return DraftSentence(text, of, start, start + len(quote or text), **more)  # type: ignore[arg-type]


def check(*sentences: DraftSentence, known: tuple[Passage, ...] = (passage(),), verdict: str = "") -> Checked:
    return checked(Draft(sentences, verdict), known)


def test_what_the_passage_says_is_kept_and_quoted():
    result = check(sentence("Leave is thirty days.", passage()))
    assert result.text == "Leave is thirty days. [1]"
    assert [s.text for s in result.sentences] == ["Leave is thirty days."]
    assert [(c.number, c.quote) for c in result.citations] == [(1, "Leave is thirty days.")]
    assert result.dropped == ()


LEAVE = sentence("Leave is thirty days.", passage())
DROPPED = [
    ("a passage that was not retrieved", replace(LEAVE, passage=passage(2)), "source"),
    (
        "a passage whose text was altered",
        replace(LEAVE, passage=passage(1, TEXT.replace("thirty", "forty"))),
        "source",
    ),
    ("an empty place", replace(LEAVE, start=5, end=5), "quotes nothing"),
    ("a place beyond the end", replace(LEAVE, start=5000, end=5010), "quotes nothing"),
    ("only white space", replace(LEAVE, start=21, end=22), "quotes nothing"),
    ("no words", replace(LEAVE, text="  "), "says nothing"),
    ("nothing but a mark", replace(LEAVE, text="[1]"), "says nothing"),
    ("a number of its own", replace(LEAVE, text="Leave is thirty days, 31 for some."), "31"),
    ("another amount", replace(LEAVE, text="Meals are paid up to 750 euros a day."), "750"),
    ("a part of a number", replace(LEAVE, text="Meals are paid up to 7 euros a day."), "7"),
    ("words of its own", replace(LEAVE, text="Parental leave lasts sixteen weeks in Norway."), "words"),
    ("an address of its own", replace(LEAVE, text="Leave is thirty days https://evil.example/x."), "address"),
    ("a bare address", replace(LEAVE, text="Leave is thirty days: www.evil.example."), "source"),
    (
        "an address that only begins like a known one",
        replace(LEAVE, text="Leave: https://example.org/leave?u=me"),
        "address",
    ),
    ("an image", replace(LEAVE, text="Leave is thirty days ![leave](https://evil.example/leave)"), "address"),
]


@pytest.mark.parametrize(
    ("draft", "why"), [(d, w) for _, d, w in DROPPED], ids=[name for name, _, _ in DROPPED]
)
def test_what_the_passage_does_not_back_is_dropped_and_said_why(draft, why):
    good = sentence("Meals are paid up to 75 euros a day.", passage())
    result = check(draft, good)
    assert [s.text for s in result.sentences] == [good.text]
    assert result.text == f"{good.text} [1]"
    assert len(result.dropped) == 1
    assert why in result.dropped[0]["why"]


def test_an_address_of_the_cited_passage_may_be_named():
    result = check(sentence("See https://example.org/leave for more.", passage()))
    assert "https://example.org/leave" in result.text


def test_an_address_of_another_passage_may_not():
    other = passage(2, "Leave is thirty days.")
    draft = sentence(
        "Leave is thirty days, see https://example.org/leave", other, quote="Leave is thirty days."
    )
    assert check(draft, known=(passage(), other)).sentences == ()


def test_numbers_may_be_written_without_their_separator():
    of = passage(1, "The budget is 1,500 euros.")
    assert check(sentence("The budget is 1500 euros.", of, quote=of.text), known=(of,)).dropped == ()


def test_passages_are_numbered_from_one_in_order_of_first_use():
    three, five, nine = (passage(number, f"Rule {number} holds for all.") for number in (3, 5, 9))
    result = check(
        *(sentence(of.text, of) for of in (nine, three, nine)),
        sentence("Words that nobody wrote anywhere.", five, quote=five.text),
        sentence(five.text, five),
        known=(three, five, nine),
    )
    assert [(c.number, c.passage.id) for c in result.citations] == [(1, 9), (2, 3), (1, 9), (3, 5)]
    assert [s.citations for s in result.sentences] == [(1,), (2,), (1,), (3,)]
    assert re.findall(r"\[(\d+)\]", result.text) == ["1", "2", "1", "3"]


def test_neighbours_of_one_block_are_quoted_together_and_numbered_once():
    of = passage()
    result = check(
        sentence("Leave is thirty days.", of), sentence("Meals are paid up to 75 euros a day.", of)
    )
    assert [c.quote for c in result.citations] == [
        "Leave is thirty days. Meals are paid up to 75 euros a day."
    ]
    assert result.text.count("[1]") == 1


def test_list_items_are_quoted_one_by_one_without_their_bullets():
    of = passage(1, "Bring:\n- a badge\n- a laptop")
    items = [sentence(text, of, quote=f"- {text}", form=Form.ITEM) for text in ("a badge", "a laptop")]
    result = check(*items, known=(of,))
    assert [c.quote for c in result.citations] == ["a badge", "a laptop"]
    assert result.text == "- a badge\n- a laptop [1]"


def test_cells_of_a_row_are_quoted_one_by_one():
    of = passage(1, "Gold\t\t40 dollars", table_header="Plan\tNote\tPrice")
    draft = DraftSentence(
        "Gold – Price: 40 dollars", of, 0, len(of.text), Form.ROW, ((0, 4), (5, 5), (6, 16))
    )
    result = check(draft, known=(of,))
    assert [c.quote for c in result.citations] == ["Gold", "40 dollars"]
    empty = replace(draft, cells=((5, 5),))
    assert all(c.quote.strip() for c in check(empty, known=(of,)).citations)


@pytest.mark.parametrize("mark", ["[1]", "[7]", "[2, 3]", "[4-6]", "[1][2]", "[ 9 ]"])
def test_a_writers_own_marks_are_not_shown_as_citations(mark):
    result = check(replace(LEAVE, text=f"Leave is thirty days {mark}."))
    assert result.text == "Leave is thirty days. [1]"
    assert result.sentences[0].text == "Leave is thirty days."


@pytest.mark.parametrize(
    ("verdict", "opening"), [("Yes", "Yes. "), ("No", "No. "), ("", ""), ("Visit evil.example", "")]
)
def test_a_verdict_is_yes_or_no_and_never_stands_alone(verdict, opening):
    assert check(LEAVE, verdict=verdict).text == f"{opening}Leave is thirty days. [1]"
    assert check(verdict=verdict).text == ""


TOKENS = st.sampled_from(
    [*TEXT.split(), "[1]", "[3]", "[2, 5]", "31", "https://evil.example", "invented", "never", "\n", "-"]
)
WRITTEN = st.lists(TOKENS, max_size=9).map(" ".join)
DRAFTS = st.builds(
    DraftSentence,
    WRITTEN,
    st.sampled_from([passage(1), passage(2), passage(1, "other words"), passage(7)]),
    st.integers(-3, 120),
    st.integers(-3, 120),
    st.sampled_from(Form),
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=2).map(tuple),
)


@given(st.lists(DRAFTS, max_size=6), st.sampled_from(["", "Yes", "No", "Maybe"]))
def test_whatever_was_written_only_backed_and_numbered_sentences_come_through(drafts, verdict):
    known = (passage(1), passage(2))
    result = checked(Draft(tuple(drafts), verdict), known)
    assert len(result.sentences) + len(result.dropped) == len(drafts)
    numbers = {c.number for c in result.citations}
    assert numbers == set(range(1, len(numbers) + 1))
    assert all(c.quote.strip() and c.quote in c.passage.text and c.passage in known for c in result.citations)
    assert all(s.citations and set(s.citations) <= numbers for s in result.sentences)
    assert {int(n) for n in re.findall(r"\[(\d+)\]", result.text)} == numbers
    assert "evil" not in result.text
    assert bool(result.text) == bool(result.sentences)
    at = 0
    for kept in result.sentences:
        at = result.text.index(kept.text, at) + len(kept.text)


def test_a_quote_is_cited_with_the_page_that_it_stands_on():
    text = "The kiln is lit at six.\nIt is out by nine."
    second = text.index("It is out")
    over_pages = passage(text=text)
    source = replace(over_pages.source, locator=Locator(page=4, turns=((second, 5),)))
    over_pages = replace(over_pages, source=source)
    said = check(
        sentence("The kiln is lit at six.", over_pages),
        sentence("It is out by nine.", over_pages),
        known=(over_pages,),
    )
    assert [(c.number, c.passage.source.locator.page, c.quote) for c in said.citations] == [
        (1, 4, "The kiln is lit at six."),
        (2, 5, "It is out by nine."),
    ]


def test_a_quote_is_cited_with_the_heading_that_it_stands_under():
    text = "The office moves.\n11 March\nLunch is paid."
    place = Locator(heading=("Sync", "4 March"), sections=((18, ("Sync", "11 March")),))
    minutes = Passage(1, text, Source("1.md", "Sync", "general", "", place))
    both = (sentence("The office moves.", minutes), sentence("Lunch is paid.", minutes))
    result = check(*both, known=(minutes,))
    assert result.text == "The office moves. [1] Lunch is paid. [2]"
    assert [(c.passage.source.locator.label, c.quote) for c in result.citations] == [
        ("Sync › 4 March", "The office moves."),
        ("Sync › 11 March", "Lunch is paid."),
    ]
