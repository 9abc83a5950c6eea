"""docs/doors.md says what each door offers, each cell proved by a test or explained."""

import pytest
from parity import FEATURES, PAGE, Gap, Proved, page, proofs_of

from bots.desk.verbs import VERBS


def test_the_page_is_what_the_table_says() -> None:
    assert PAGE.read_text("utf-8") == page(), "run python tests/bots/parity.py"


@pytest.mark.parametrize("door", ["terminal", "slack", "discord"])
def test_each_cell_is_proved_by_a_test_of_its_door_or_explained(door: str) -> None:
    known = proofs_of(door)
    for feature in FEATURES:
        cell = feature.cells[door]
        if isinstance(cell, Proved):
            assert cell.test in known, f"{feature.name}: no test {cell.test}"
        else:
            assert isinstance(cell, Gap)
            assert len(cell.why.split()) >= 4, f"{feature.name}: say why"


def test_every_verb_and_button_is_in_the_table() -> None:
    written = page()
    for verb in VERBS:
        assert f"`{verb.name}" in written
    answers = ("Show quotes", "Helpful", "Not helpful", "Ask a person", "Share", "Add to knowledge base")
    for label in (*answers, "Triage with sources", "Send reply", "Edit", "Assign", "Resolve"):
        assert f"**{label}**" in written
