import pytest

from brain.domain import Locator, Source
from brain.retrieval.editions import superseded


def documents(*titles: str, space: str = "general") -> list[Source]:
    return [
        Source(f"{number}.md", title, space, "", Locator(), document_id=number)
        for number, title in enumerate(titles, 1)
    ]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Leave policy 2023", "Leave policy 2026"),
        ("Minutes, 9 June 2026", "Minutes, 8 September 2026"),
        ("Minutes of 2026-06-09", "Minutes of 2026-06-10"),
        ("Minutes, May 3rd, 2026", "Minutes, May 12, 2026"),
        ("Board briefing, first quarter 2026", "Board briefing, second quarter 2026"),
        ("Rota Q4 2025", "Rota Q1 2026"),
    ],
)
def test_the_later_edition_holds(older: str, newer: str) -> None:
    assert superseded(documents(older, newer)) == {1}
    assert superseded(documents(newer, older)) == {2}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Leave policy 2026", "Travel policy 2023"),
        ("Leave policy", "Leave policy 2026"),  # undated: nobody knows
        ("Leave policy 2026", "Leave policy 2026"),
        ("Q1 2026", "Q2 2026"),  # no name
        ("Prices of part 2023.5", "Prices of part 2026.5"),
    ],
)
def test_others_are_left_alone(one: str, other: str) -> None:
    assert superseded(documents(one, other)) == frozenset()


def test_another_spaces_edition_changes_nothing() -> None:
    both = [*documents("Leave policy 2023"), *documents("x", "Leave policy 2026", space="hr")[1:]]
    assert superseded(both) == frozenset()
