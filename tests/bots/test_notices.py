"""What is due becomes an event of its platform: once, over restarts and jumps of the clock."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import DeskHome, desk_home, looked

from bots.serving.notices import NoticeClock

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, digest=("slack:channel:CDOCS", "discord:channel:7")) as found:
        yield found


def events(here: DeskHome) -> list[tuple[str, str]]:
    with here.catalog.database.reading() as connection:
        return connection.execute("SELECT platform, event FROM inbox ORDER BY id").fetchall()


def test_each_start_finds_what_the_one_before_has_put(here: DeskHome) -> None:
    week = [
        ("slack", "digest:2026-W48:slack:channel:CDOCS"),
        ("discord", "digest:2026-W48:discord:channel:7"),
    ]
    assert looked(here, MONDAY).status().sentence == "2 notices since the start"
    assert events(here) == week
    assert looked(here, MONDAY + timedelta(days=3)).status().sentence == "0 notices since the start"
    looked(here, MONDAY + timedelta(days=7))
    looked(here, MONDAY)  # the clock was set back
    assert len(events(here)) == 4
    assert events(here)[:2] == week


def test_what_is_for_a_platform_that_is_not_connected_is_let_be(here: DeskHome) -> None:
    looked(here, MONDAY, "discord")
    assert [platform for platform, _ in events(here)] == ["discord"]


def test_a_full_inbox_turns_none_of_it_away(here: DeskHome) -> None:
    with here.catalog.database.writing() as connection:
        connection.executemany(
            """INSERT INTO inbox (platform, event, message, kind, person, place, thread, payload, state,
               turned_away, received, due)
               VALUES ('slack', ?, '', 'question', '', '', '', '{}', 'received', '', 0, ?)""",
            [(str(number), time.time() + 9_999) for number in range(600)],
        )
    looked(here, MONDAY)
    claimed = here.catalog.inbox.claim("slack")
    assert claimed is not None
    assert claimed.kind == "notice"


def test_it_runs_and_ends_as_a_service(here: DeskHome) -> None:
    clock = NoticeClock(
        lambda: here.desk.notices, lambda: here.catalog.inbox, frozenset({"slack"}), every=0.01
    )
    clock.start()
    deadline = time.monotonic() + 60
    while not events(here) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert clock.status().running
    clock.stop(10.0)
    assert not clock.status().running
    assert len(events(here)) == 1
