"""What the catalog keeps of hand-offs, and that homes from before are brought to it."""

import sqlite3
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from brain.catalog.catalog import Catalog
from brain.catalog.handoffs import Handoff, HandoffState
from brain.catalog.schema import APPLICATION_ID

LAYOUT = 8  # before hand-offs were reminded of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog.db"


def opened(catalog: Catalog, trace: str = "t1") -> Handoff:
    places = ("slack:user:UANA", "slack:channel:CGEN/1", "general", "slack:channel:CHELP")
    return catalog.handoffs.open(trace, *places, "Where is the canteen?")[0]


def test_a_hand_off_waits_until_it_is_answered_and_is_found_by_either_of_its_threads(path: Path) -> None:
    with Catalog(path) as catalog:
        handoff = opened(catalog)
        catalog.handoffs.set_thread(handoff.id, "slack:CHELP:1")
        catalog.handoffs.set_reminder_thread(handoff.id, "slack:CHELP:2")
        for thread in ("slack:CHELP:1", "slack:CHELP:2"):
            found = catalog.handoffs.in_thread(thread)
            assert found is not None
            assert found.threads == {"slack:CHELP:1", "slack:CHELP:2"}
        assert catalog.handoffs.in_thread("slack:CHELP:3") is None
        assert (handoff.waits, handoff.taken, handoff.reminded) == (True, None, False)
        claimed = catalog.handoffs.claim(handoff.id, "slack:user:UKIM")
        assert claimed is not None
        assert claimed.taken is not None
        assert (
            catalog.handoffs.claim(handoff.id, "slack:user:ULEE") == claimed
        )  # who came later changes nothing
        catalog.handoffs.note_reminded(handoff.id)
        (waiting,) = catalog.handoffs.unanswered()
        assert waiting.reminded
        catalog.handoffs.answer(handoff.id, "slack:user:UKIM", "In house B.")
        assert catalog.handoffs.unanswered() == []
        answered = catalog.handoffs.find(handoff.id)
        assert answered is not None
        assert (answered.state, answered.waits) == (HandoffState.ANSWERED, False)


def test_of_a_home_from_before_only_what_came_lately_is_brought_up(path: Path) -> None:
    scripts = sorted(
        (file for file in (files("brain.catalog") / "migrations").iterdir() if file.name.endswith(".sql")),
        key=lambda file: file.name,
    )
    with sqlite3.connect(path) as connection:
        for script in scripts[:LAYOUT]:
            connection.executescript(script.read_text(encoding="utf-8"))
        connection.executescript(f"PRAGMA user_version = {LAYOUT}; PRAGMA application_id = {APPLICATION_ID};")
        connection.execute("INSERT INTO spaces (name, created) VALUES ('general', '2026-01-01')")
        for days in (1, 60):
            at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            connection.execute(
                """INSERT INTO handoffs (trace_id, person, origin, space, support, question, state, opened)
                   VALUES (?, 'p', 'o', 'general', 's', 'q', 'open', ?)""",
                (str(days), at),
            )
    connection.close()
    with Catalog(path) as catalog:
        found = {handoff.trace_id: handoff.reminded for handoff in catalog.handoffs.unanswered()}
    assert found == {"1": False, "60": True}
