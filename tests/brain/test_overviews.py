"""A document or topic in short: found by its name within what may be read, told in its own sentences."""

from collections.abc import Iterator

import pytest
from small_home import OPEN_GATE, SmallHome, assert_backed

from brain.answering.broad.central import centrality, marginal
from brain.answering.broad.overview import unit
from brain.answering.draft import Draft, DraftSentence
from brain.domain import Answer, RefusalReason, Turn
from brain.evidence import EvidenceGate, GateWeights
from brain.retrieval.document_named import document_named, section_named
from brain.retrieval.overview_wanted import OverviewWanted, overview_wanted

TRAVEL = """# Travel policy 2026

Valid for all trips that start on or after 1 January 2026.

## Before you travel

Get the agreement of your manager before you book. Trips outside Europe need the head of department as well.

## Staying

Hotels are paid up to 140 euros a night with breakfast. They are booked by the travel desk.

## Eating

You get the daily allowance of the table for each day of a trip. Meals that others pay are deducted.

## Afterwards

Submit the trip within 30 days of your return. Owner: Maren Oduya.
"""
OLD = "# Travel policy 2024 (superseded)\n\nHotels were paid up to 115 euros a night until the end of 2025.\n"
HANDBOOK = """# Employee handbook

## Overtime

Overtime is agreed with your manager before it is worked. It is taken as time off within four months.

## Sick leave

Tell your manager by 09:30 on the first day. You need a doctor's note from the fourth day on.
"""
DRIVE = {
    "travel-2026.md": TRAVEL,
    "travel-2024.md": OLD,
    "handbook.md": HANDBOOK,
    "laptops.md": "# Laptops\n\nLaptops are replaced after four years of use in the office.\n",
    "phishing.md": "# Phishing exercise\n\nNine people entered their password in the exercise of this year.\n"
    "Report a phishing mail with the button in your mail program.\n",
    "welcome.md": "# Welcome\n\nThe course on phishing must be done by your tenth working day here.\n",
    "benefits.md": "# Benefits\n\n| Benefit | What you get |\n| --- | --- |\n| Pension | 6 % of pay |\n",
}
CAREFUL = EvidenceGate(GateWeights(-2.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0), threshold=0.5)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallHome]:
    home = SmallHome(tmp_path_factory.mktemp("home")).fill(DRIVE)
    home.fill({"salaries.md": "# Salary policy\n\nSalaries are reviewed in March of every year.\n"}, "hr")
    yield home
    home.close()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("summarise the travel policy", OverviewWanted("the travel policy")),
        ("Could you give me an overview of parental leave?", OverviewWanted("parental leave")),
        ("tl;dr of the dog policy pls", OverviewWanted("the dog policy")),
        ("travel policy in a nutshell", OverviewWanted("travel policy")),
        ("what does the handbook say about overtime?", OverviewWanted("the handbook", "overtime")),
        ("Summarize the sick leave section of the handbook", OverviewWanted("the handbook", "sick leave")),
        ("what do we say about laptops", OverviewWanted(topic="laptops")),
        ("an overview of what we offer for bikes", OverviewWanted(topic="bikes")),
        ("summarise the travel policy – the handbook", OverviewWanted("the handbook")),
        ("summarise the handbook – what does it say about gifts?", OverviewWanted("the handbook", "gifts")),
        ("summarise the handbook – when is pay day?", None),
        ("What's the VPN guide about?", OverviewWanted("the VPN guide", sure=False)),
        ("how many vacation days do I get?", None),
        ("What does the Harbour plan cost?", None),
        ("summarise it", None),
        ("give me a summary", None),
        ("in short", None),
        ("what do you say?", None),
        ("summarise " + "a long story " * 20, None),
    ],
)
def test_what_is_to_be_told_in_short(text: str, wanted: OverviewWanted | None) -> None:
    assert overview_wanted(text) == wanted


def test_a_document_is_told_section_by_section_in_its_order(home: SmallHome) -> None:
    answer = home.ask("Can you summarise the travel policy?")
    lead, *lines = answer.text.splitlines()
    assert lead == "From Travel policy 2026, in its own words:"
    assert {c.passage.source.document for c in answer.citations} == {"travel-2026.md"}
    assert "Hotels are paid up to 140 euros a night" in answer.text
    assert "- Afterwards: Submit the trip" in lines[-1]
    assert "Maren" not in answer.text
    places = [TRAVEL.index(line.removeprefix("- ").split(": ")[-1].split(". ")[0]) for line in lines]
    assert places == sorted(places)
    assert len(places) >= 5
    assert_backed(answer)
    assert any("not all of it" in note for note in answer.notes)


def test_what_no_longer_holds_is_summed_up_only_where_it_is_asked_for(home: SmallHome) -> None:
    answer = home.ask("summarise the travel policy of 2024")
    assert [c.passage.source.document for c in answer.citations] == ["travel-2024.md"]


def test_a_section_as_short_as_its_overview_is_told_whole(home: SmallHome) -> None:
    answer = home.ask("what does the handbook say about overtime?")
    assert answer.text.startswith("From Employee handbook › Overtime, in its own words:")
    assert [s.text for s in answer.sentences] == [
        "Overtime is agreed with your manager before it is worked.",
        "It is taken as time off within four months.",
    ]
    assert answer.notes == ()
    assert_backed(answer)


def test_a_topic_is_told_from_several_documents(home: SmallHome) -> None:
    answer = home.ask("what do we say about phishing?")
    assert answer.text.startswith("From 2 documents, in their own words:")
    assert {c.passage.source.document for c in answer.citations} == {"phishing.md", "welcome.md"}
    assert_backed(answer)


@pytest.mark.parametrize(
    "near_miss",
    [
        "summarise the pension plan",
        "tl;dr the drone policy",
        "what does the handbook say about cryptocurrency?",
        "give me an overview of the laptop lottery",
    ],
)
def test_what_is_not_there_is_not_summed_up(home: SmallHome, near_miss: str) -> None:
    answer = home.ask(near_miss, gate=CAREFUL)
    assert answer.refusal is not None
    assert answer.refusal.reason is RefusalReason.NO_EVIDENCE
    assert answer.refusal.nearest


def test_a_document_that_may_not_be_read_is_not_named(home: SmallHome) -> None:
    index, catalog = home.index, home.catalog
    assert document_named("salary policy", {"general"}, index, catalog) is None
    assert section_named("salary policy", {"general"}, index, catalog) is None
    assert document_named("salary policy", {"general", "hr"}, index, catalog) is not None
    assert home.ask("summarise the salary policy", gate=CAREFUL).refused
    assert "March" in home.ask("summarise the salary policy", "general", "hr").text


def test_documents_of_the_same_name_are_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = SmallHome(tmp_path_factory.mktemp("twins")).fill(
        {
            "north/dogs.md": "# Dogs in the office\n\nDogs are welcome at the office in the north.\n",
            "south/dogs.md": "# Dogs in the office\n\nDogs are not allowed at the office in the south.\n",
        }
    )
    answer = home.ask("summarise the dogs policy")
    home.close()
    assert {c.passage.source.document for c in answer.citations} == {"north/dogs.md"}
    assert any("“Dogs in the office”" in note for note in answer.notes)


def test_a_title_is_no_citation_and_leads_nowhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = SmallHome(tmp_path_factory.mktemp("titles")).fill(
        {
            "parrots.md": "# Parrots [7]\n\nThe parrot of the reception was here before the rule.\n",
            "cats.md": "# Cats https://evil.example/x\n\nCats are not allowed in the office at all.\n",
        }
    )
    parrots, cats = home.ask("summarise the parrots policy"), home.ask("summarise the cats policy")
    home.close()
    assert parrots.text.splitlines()[0] == "From Parrots, in its own words:"
    assert "evil" not in cats.text
    assert "Cats are not allowed" in cats.text


def test_of_a_document_that_is_told_as_a_whole_nothing_is_said_to_be_left_out(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    cats = "# Cats\n\nCats are not allowed in the office at all.\n"
    home = SmallHome(tmp_path_factory.mktemp("whole")).fill({"cats.md": cats, "long.md": TRAVEL})
    whole, part = home.ask("summarise the cats policy"), home.ask("summarise the travel policy")
    home.close()
    assert "Cats are not allowed" in whole.text
    assert whole.notes == ()
    assert part.notes[0].startswith("That is not all of it")


def test_an_overview_can_be_had_in_short_and_of_another_document(home: SmallHome) -> None:
    first = home.ask("summarise the travel policy")
    asked = (Turn("summarise the travel policy", first.text),)
    shorter = home.ask("and in short?", history=asked)
    assert 0 < len(shorter.sentences) < len(first.sentences)
    assert {s.text for s in shorter.sentences} <= {s.text for s in first.sentences}
    other = home.ask("and the handbook?", history=asked)
    assert "Employee handbook" in other.text.splitlines()[0]
    plain = (Turn("How long are laptops used?", "After four years. [1]"),)
    assert home.ask("and in short?", history=plain).refusal is not None


def test_a_written_answer_is_given_the_sections(home: SmallHome) -> None:
    class Writer:
        """Says all of the first passage that it is given."""

        def write(self, evidence):
            self.seen = [p.text for p in evidence.passages[:2]]
            first = evidence.passages[0]
            return Draft((DraftSentence(first.text, first, 0, len(first.text)),))

    writer = Writer()
    answer: Answer = home.ask("summarise the travel policy", answerer=writer, gate=OPEN_GATE)
    assert [text.split(".")[0] in TRAVEL for text in writer.seen] == [True, True]
    assert answer.citations[0].passage.source.document == "travel-2026.md"


def test_centrality_and_marginal_relevance() -> None:
    vectors = unit([[1, 0, 0], [1, 0.1, 0], [1, 0, 0.1], [0, 0, 1]])
    central = centrality(vectors)
    assert central.argmin() == 3
    assert central.max() == pytest.approx(1.0)
    assert marginal([1.0, 0.99, 0.2, 0.8], vectors, 2, repeats=0.5) == [0, 3]
    assert marginal([1.0, 0.99, 0.2, 0.8], vectors, 9, repeats=0.0) == [0, 1, 3, 2]
    assert len(centrality(vectors[:0])) == 0
