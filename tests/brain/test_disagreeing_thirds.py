"""More documents contradict an answer than are told: that there are more is known, and where they stand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_home import SmallHome, assert_backed

from brain.domain import Question

POLICY = "# Leave policy 2025\n\nAll staff get 28 days of annual leave per year.\n"
HANDBOOK = "# Handbook 2021\n\nEvery employee has 26 days of annual leave a year.\n"
LEAVE = "How many days of annual leave do staff get?"


def says(title: str, days: int) -> str:
    return f"# {title}\n\nAll employees get {days} days of annual leave per year.\n"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[SmallHome]:
    found = SmallHome(tmp_path)
    yield found.fill({"policy.md": POLICY, "handbook.md": HANDBOOK})
    found.close()


FAQ = says("Questions 2019", 25)


def test_two_that_contradict_an_answer_are_both_told(home: SmallHome) -> None:
    for others in (1, 2):
        answer = home.ask(LEAVE)
        assert len(answer.disagreements) == others
        assert answer.untold == ()
        assert "untold" not in answer.trace.steps
        home.fill({"faq.md": FAQ})


def test_a_third_is_known_and_not_told(home: SmallHome) -> None:
    answer = home.fill({"faq.md": FAQ, "guide.md": says("Guide 2018", 24)}).ask(LEAVE)
    assert len(answer.disagreements) == 2
    (untold,) = answer.untold
    titles = {c.number: c.passage.source.title for c in answer.citations}
    assert {untold.document, *titles.values()} == {
        "Leave policy 2025",
        "Handbook 2021",
        "Questions 2019",
        "Guide 2018",
    }
    assert titles[untold.beside] == "Leave policy 2025"
    assert untold.quotes[0] not in answer.text
    assert answer.trace.steps["untold"][0]["document"] == untold.document  # type: ignore[index]
    assert_backed(answer)


def test_who_says_the_same_as_one_that_is_told_is_none(home: SmallHome) -> None:
    home.fill({"faq.md": FAQ, "a.md": says("Notes 2020", 26), "b.md": says("Wiki 2022", 28)})
    assert home.ask(LEAVE).untold == ()
    home.fill({"c.md": says("Guide 2018", 24), "d.md": says("Booklet 2017", 24)})
    assert len(home.ask(LEAVE).untold) == 1  # twice the same


def test_the_newest_is_told_where_several_contradict_the_answer(home: SmallHome) -> None:
    """Else the one before it would be said to be the newer one."""
    home.fill({"faq.md": FAQ, "guide.md": says("Guide 2018", 24), "new.md": says("Agreement 2026", 30)})
    answer = home.ask(LEAVE)
    (first, *_), (found, *_) = answer.citations, answer.disagreements
    assert first.passage.source.title == "Agreement 2026"
    assert (found.first, found.dated) == (1, True)
    assert answer.untold
    assert "Agreement 2026" not in [one.document for one in answer.untold]


def test_of_several_questions_the_numbers_are_those_of_the_whole(home: SmallHome) -> None:
    home.fill({"faq.md": FAQ, "guide.md": says("Guide 2018", 24)})
    home.fill({"desk.md": "# Desk\n\nThe front desk opens at 7 am.\n"})
    answer = home.ask(f"When does the front desk open? {LEAVE}")
    (untold,) = answer.untold
    of_leave = {c.number for c in answer.citations if "annual leave" in c.quote}
    assert untold.beside in of_leave
    assert answer.trace.steps["untold"][0]["beside"] == untold.beside  # type: ignore[index]


def test_what_may_not_be_read_is_not_counted(home: SmallHome) -> None:
    home.fill({"faq.md": FAQ})
    home.fill({"board.md": says("Board 2024", 24)}, "board")
    answer = home.brain().invoke(Question(LEAVE, audience=frozenset({"general"})))
    assert len(answer.disagreements) == 2
    assert answer.untold == ()
