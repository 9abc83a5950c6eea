"""Old documents, those first that answers rely on."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_home import SmallHome

from brain.catalog.questions.answers import Feedback
from brain.usage.stale import stale

DRIVE = {
    "leave.md": "# Leave\n\nEmployees get thirty days of paid leave a year.\n",
    "lift.md": "# Lift\n\nThe lift is serviced on Mondays.\n",
    "bikes.md": "# Bikes\n\nBicycles are leased for three years.\n",
    "dogs.md": "# Dogs\n\nDogs are welcome on Fridays.\n",
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[SmallHome]:
    found = SmallHome(tmp_path).fill(DRIVE)
    with found.catalog.database.writing() as connection:
        for path, days in (("leave.md", 500), ("lift.md", 900), ("bikes.md", 400), ("dogs.md", 10)):
            at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            connection.execute("UPDATE documents SET modified = ? WHERE path = ?", (at, path))
    yield found
    found.close()


def ask(home: SmallHome, text: str) -> str:
    answer = home.ask(text)
    assert not answer.refused
    home.catalog.answers.keep(answer, text, "ann", "t", frozenset({"general"}))
    return answer.trace.id


def test_what_is_called_outdated_comes_first_then_what_is_cited_then_the_oldest(home: SmallHome) -> None:
    def found(cited_days: int = 90) -> list[tuple[str, int, int]]:
        now = datetime.now(UTC)
        rows = stale(home.catalog, now - timedelta(days=365), now - timedelta(days=cited_days))
        return [(old.row.path, old.cited, old.outdated) for old in rows]

    assert found() == [("lift.md", 0, 0), ("leave.md", 0, 0), ("bikes.md", 0, 0)]
    ask(home, "Are dogs welcome on Fridays?")
    for _ in range(2):
        ask(home, "For how long are bicycles leased?")
    assert found() == [("bikes.md", 2, 0), ("lift.md", 0, 0), ("leave.md", 0, 0)]
    trace = ask(home, "How many days of paid leave do employees get?")
    home.catalog.answers.give_feedback(Feedback(trace, "ann", False, "wrong"))
    assert found()[0] == ("bikes.md", 2, 0)
    home.catalog.answers.give_feedback(Feedback(trace, "ann", False, "outdated"))
    assert found() == [("leave.md", 1, 1), ("bikes.md", 2, 0), ("lift.md", 0, 0)]
    assert found(-1) == [("lift.md", 0, 0), ("leave.md", 0, 0), ("bikes.md", 0, 0)]
