"""Things side by side: each with its own source, and nothing concluded that no table says."""

import pytest
from small_home import SmallHome, assert_backed

from brain.answering.broad.magnitude import verdict_on
from brain.answering.extracting.rows import Cell
from brain.domain import Turn
from brain.evidence import EvidenceGate, GateWeights
from brain.retrieval.comparison_wanted import ComparisonWanted, comparison_wanted

PLANS = """# Plans

| Plan | Price per month (EUR) | Price per year (EUR) | Users | Support |
| --- | --- | --- | --- | --- |
| Free | 0.00 | 0.00 | 1 | mail |
| Keeper | 3.50 | 35.00 | 3 | mail |
| School | 18.00 | 180.00 | 300 | mail and telephone |
| Harbour | 75.00 | 750.00 | 40 | day and night |
"""
SHEET = """# Petrel 2 and Petrel 2 Pro

| | Petrel 2 | Petrel 2 Pro |
| --- | --- | --- |
| Radio range | 300 m | 600 m |
| Wind sensor | vane and cups | ultrasonic |
| Rain | with Dipper | with Dipper |
"""
DRIVE = {
    "plans.md": PLANS,
    "sheet.md": SHEET,
    "time.md": "# Extra hours\n\n## Overtime\n\nOvertime is paid for extra hours that were agreed before.\n\n"
    "## Comp time\n\nComp time is leave that you get for extra hours.\n",
    "trains.md": "# Trains\n\nFirst class is roomier than second class on long journeys.\n\n"
    "Unlike first class, second class needs no reason on the form.\n",
    "lift.md": "# Lift\n\nThe lift is serviced on Mondays.\n",
}
CAREFUL = EvidenceGate(GateWeights(-2.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0), threshold=0.5)


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("What is the difference between the Harbour and the Keeper plan?", ("Harbour plan", "Keeper plan")),
        ("differences between Free, Keeper and School", ("Free", "Keeper", "School")),
        ("compare the Petrel 2 with the Petrel 2 Pro", ("Petrel 2", "Petrel 2 Pro")),
        ("how does FMLA differ from sick leave?", ("FMLA", "sick leave")),
        ("is the Keeper plan cheaper than School?", ("Keeper plan", "School")),
        ("does Harbour have more users than School", ("Harbour", "School")),
        ("which is cheaper, Harbour or Keeper?", ("Harbour", "Keeper")),
        ("which of Puffin and Gannet can print in colour?", ("Puffin", "Gannet")),
        ("Harbour or Keeper: which is cheaper?", ("Harbour", "Keeper")),
        ("per diem Norway vs Denmark?", ("Norway", "Denmark")),
        ("compare the policies of 2024 and 2026 on hotels", ("policies of 2024", "policies of 2026")),
        ("is the oak clock cheaper than the slate one?", ("oak clock", "slate clock")),
        ("compare Harbour and School – which of them has more users?", ("Harbour", "School")),
        ("compare Harbour and School – what is an IAA?", ()),
        ("is the notice period longer than two months?", ()),
        ("can I take more than 5 days?", ()),
        ("is it cheaper than before?", ()),
        ("is parking cheaper than last year?", ()),
        ("how many vacation days do I get?", ()),
        ("compare plans", ()),
        ("which is cheaper, " + "a or b " * 40, ()),
    ],
)
def test_what_is_to_be_compared(text: str, things: tuple[str, ...]) -> None:
    wanted = comparison_wanted(text)
    assert (wanted.things if wanted else ()) == things


def test_what_is_asked_of_each() -> None:
    assert comparison_wanted("does Harbour have more users than School?") == ComparisonWanted(
        ("Harbour", "School"), (("users",),), asks_more=True, open=False
    )
    cheaper = comparison_wanted("is Keeper cheaper than School?")
    assert cheaper is not None
    assert cheaper.asks_more is False
    assert "price" in cheaper.attributes[0]


def test_two_rows_of_a_table_are_told_in_the_columns_that_differ(home: SmallHome) -> None:
    answer = home.ask("What is the difference between the Free and the Keeper plan?")
    assert [s.text for s in answer.sentences] == [
        "Free – Price per month (EUR): 0.00; Price per year (EUR): 0.00; Users: 1.",
        "Keeper – Price per month (EUR): 3.50; Price per year (EUR): 35.00; Users: 3.",
    ]
    assert {"Keeper", "3.50", "35.00"} <= {c.quote for c in answer.citations}
    assert answer.sure
    assert_backed(answer)


def test_two_columns_of_a_table_are_told_in_the_rows_that_differ(home: SmallHome) -> None:
    answer = home.ask("compare the Petrel 2 and the Petrel 2 Pro")
    assert [s.text for s in answer.sentences] == [
        "Radio range – Petrel 2: 300 m; Petrel 2 Pro: 600 m.",
        "Wind sensor – Petrel 2: vane and cups; Petrel 2 Pro: ultrasonic.",
    ]
    asked = home.ask("which has the longer radio range, petrel 2 or petrel 2 pro?")
    assert [s.text for s in asked.sentences] == ["Radio range – Petrel 2: 300 m; Petrel 2 Pro: 600 m."]
    assert not asked.text.startswith(("Yes", "No"))
    assert_backed(asked)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("is the Keeper plan cheaper than the School plan?", "Yes."),
        ("is the Keeper plan more expensive than the School plan?", "No."),
        ("does the Harbour plan have more users than the School plan?", "No."),
        ("is the Free plan cheaper than the Free of charge plan?", ""),
    ],
)
def test_yes_or_no_where_one_column_says_it(home: SmallHome, question: str, said: str) -> None:
    answer = home.ask(question)
    assert answer.text.startswith(said or ("- ", "Free"))
    assert_backed(answer)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("75.00", "3.50", "Yes"),
        ("3.50", "75.00", "No"),
        ("3.50", "3.50", "No"),
        ("€1,200", "€900", "Yes"),
        ("10 working days", "5 working days", "Yes"),
        ("10 days", "2 weeks", ""),
        ("€10", "12", ""),
        ("10 to 20", "15", ""),
        ("unlimited", "5 years", ""),
        ("up to 5", "4", ""),
    ],
)
def test_only_single_figures_in_one_unit_are_held_against_each_other(
    first: str, second: str, said: str
) -> None:
    assert verdict_on([[Cell("x", first, 0)], [Cell("x", second, 0)]], True) == said


def test_columns_that_disagree_say_neither() -> None:
    values = [[Cell("a", "1", 0), Cell("b", "9", 0)], [Cell("a", "2", 0), Cell("b", "8", 0)]]
    assert verdict_on(values, True) == ""
    assert verdict_on([[Cell("a", "1", 0)], []], True) == ""


def test_what_only_one_is_known_of_is_said_to_be_so(home: SmallHome) -> None:
    answer = home.ask("What is the difference between the Harbour and the Lagoon plan?")
    assert answer.sentences[0].text.startswith("Harbour – Price per month (EUR): 75.00")
    assert answer.notes == ("I found nothing about “Lagoon plan”",)
    assert_backed(answer)


def test_prose_that_sets_both_against_one_another_is_told(home: SmallHome) -> None:
    answer = home.ask("compare first class and second class")
    assert "roomier than second class" in answer.text
    assert "Unlike first class" in answer.text
    assert_backed(answer)


def test_prose_about_each_is_set_side_by_side(home: SmallHome) -> None:
    answer = home.ask("what's the difference between comp time and overtime?")
    assert [s.text for s in answer.sentences] == [
        "Comp time is leave that you get for extra hours.",
        "Overtime is paid for extra hours that were agreed before.",
    ]
    assert_backed(answer)


@pytest.mark.parametrize(
    "near_miss",
    [
        "compare the Kestrel with the Merlin",
        "What is the difference between the Falcon plan and the Osprey plan?",
        "which is heavier, the Falcon or the Osprey?",
    ],
)
def test_things_that_are_not_there_are_not_compared(home: SmallHome, near_miss: str) -> None:
    assert home.ask(near_miss, gate=CAREFUL).refused


def test_another_thing_takes_the_place_of_the_second(home: SmallHome) -> None:
    asked = (Turn("compare the Free and the Keeper plan", "… [1]"),)
    answer = home.ask("and the School plan?", history=asked)
    assert [s.text.split(" – ")[0] for s in answer.sentences] == ["Free", "School"]


def test_tables_with_the_same_header_are_not_taken_for_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = SmallHome(tmp_path_factory.mktemp("years")).fill(
        {
            "fees.md": "# Fees\n\n## Fees of 2025\n\n| Kind | Fee (EUR) |\n| --- | --- |\n"
            "| Heron boats | 90 |\n\n"
            + "The fees of that year were low, as everybody knows who paid them. " * 40
            + "\n\n## Fees of 2026\n\n| Kind | Fee (EUR) |\n| --- | --- |\n| Gannet boats | 40 |\n",
        }
    )
    answer = home.ask("is the fee of Heron boats higher than of Gannet boats?")
    home.close()
    assert not answer.text.startswith(("Yes", "No"))


def test_a_row_about_something_else_is_not_told_for_the_one_that_is_known(home: SmallHome) -> None:
    answer = home.ask("which is better, Lagoon or Harbours of the north?", gate=CAREFUL)
    assert answer.notes == ()
