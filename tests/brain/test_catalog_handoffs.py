"""What the catalog keeps of hand-offs, and that homes from before are brought to it."""

import multiprocessing
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event as EventType
from pathlib import Path

import pytest

from brain.catalog.catalog import Catalog
from brain.catalog.chats.handoffs import Asker, Handoff, HandoffState
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
        catalog.handoffs.placed(handoff.id, "slack:CHELP:1")
        catalog.handoffs.reminder_placed(handoff.id, "slack:CHELP:2")
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


TRACES = [f"t{number}" for number in range(40)]
WHERE = ("general", "slack:channel:CHELP", "Where is the canteen?")


def press_all(catalog: Catalog, person: str) -> list[str]:
    """Hand all of these answers over; those whose hand-off was new."""
    found = {trace: catalog.handoffs.open(trace, person, person, *WHERE) for trace in TRACES}
    assert all(person in {asker.person for asker in handoff.askers} for handoff, _ in found.values())
    return [trace for trace, (_, new) in found.items() if new]


def press_in_a_process(path: Path, person: str, begin: EventType, pressed: "Queue[list[str]]") -> None:
    with Catalog(path) as catalog:
        begin.wait()
        pressed.put(press_all(catalog, person))


def test_an_answer_is_handed_over_once_though_processes_press_at_once(path: Path) -> None:
    Catalog(path).close()
    spawn = multiprocessing.get_context("spawn")
    begin, pressed = spawn.Event(), spawn.Queue()
    people = ["ana", "ben", "eve"]
    processes = [spawn.Process(target=press_in_a_process, args=(path, who, begin, pressed)) for who in people]
    for process in processes:
        process.start()
    begin.set()
    new = [trace for _ in processes for trace in pressed.get(timeout=60)]
    for process in processes:
        process.join()
    assert sorted(new) == sorted(TRACES)
    with Catalog(path) as catalog:
        handed = catalog.handoffs.unanswered()
    assert sorted(handoff.trace_id for handoff in handed) == sorted(TRACES)
    assert all(sorted(asker.person for asker in handoff.askers) == people for handoff in handed)


def test_an_answer_is_handed_over_once_though_threads_press_at_once(path: Path) -> None:
    with Catalog(path) as catalog:
        begin, new = threading.Barrier(4), list[str]()

        def press(person: str) -> None:
            begin.wait()
            new.extend(press_all(catalog, person))

        threads = [threading.Thread(target=press, args=(f"p{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(new) == sorted(TRACES)
        assert {len(handoff.askers) for handoff in catalog.handoffs.unanswered()} == {4}


def test_who_waits_is_known_after_a_restart_and_whoever_comes_after_the_answer_waits_for_nothing(
    path: Path,
) -> None:
    with Catalog(path) as catalog:
        opened(catalog)
        catalog.handoffs.open("t1", "slack:user:UBEN", "slack:user:UBEN", *WHERE)
    both = (Asker("slack:user:UANA", "slack:channel:CGEN/1"), Asker("slack:user:UBEN", "slack:user:UBEN"))
    with Catalog(path) as catalog:
        (found,) = catalog.handoffs.unanswered()
        assert found.askers == both
        catalog.handoffs.answer(found.id, "slack:user:UKIM", "In house B.")
        late, new = catalog.handoffs.open("t1", "slack:user:UEVE", "slack:user:UEVE", *WHERE)
        assert (late.answer, late.askers, new) == ("In house B.", both, False)


def test_of_a_home_from_before_who_has_a_request_of_their_own_keeps_to_it(path: Path) -> None:
    with Catalog(path) as catalog:
        opened(catalog)
        with catalog.database.writing() as connection:  # as it was possible then
            connection.execute(
                """INSERT INTO handoffs (trace_id, person, origin, space, support, question, state, opened)
                   VALUES ('t1', 'ben', 'ben', 'general', 's', 'q', 'open', '2026-01-01')"""
            )
        assert catalog.handoffs.open("t1", "ben", "ben", *WHERE)[0].person == "ben"
        third, new = catalog.handoffs.open("t1", "eve", "eve", *WHERE)
        assert (third.person, new) == ("slack:user:UANA", False)
        assert [len(handoff.askers) for handoff in catalog.handoffs.unanswered()] == [1, 2]


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
