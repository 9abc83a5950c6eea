"""What runs beside the others: one that fails stops no other, and the index is held against the catalog."""

import io
import logging
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "brain"))
from small_home import SmallHome

from bots.serving.index_check import IndexCheck
from bots.serving.log import logging_to
from bots.serving.services import ServiceStatus, Supervisor
from bots.serving.unfinished_removals import UnfinishedRemovals
from bots.terminal.streams import Streams, routed, using
from brain.catalog.drives import removals
from brain.errors import StorageFailed


class Steady:
    """A service that does as it is told, and remembers."""

    def __init__(self, name: str, said: list[str], failing: int = 0, error: Exception | None = None) -> None:
        self.name = name
        self.starts = 0
        self._said = said
        self._failing = failing
        self._error = error or StorageFailed("The disk is full.")
        self.alive = threading.Event()

    def start(self) -> None:
        self.starts += 1
        if self.starts <= self._failing:
            raise self._error
        self._said.append(f"+{self.name}")
        self.alive.set()

    def stop(self, timeout: float) -> None:
        if self.alive.is_set():
            self._said.append(f"-{self.name}")
        self.alive.clear()

    def status(self) -> ServiceStatus:
        return ServiceStatus(self.alive.is_set(), "does its work" if self.alive.is_set() else "It has ended.")


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_services_start_in_order_and_stop_in_reverse() -> None:
    said: list[str] = []
    supervisor = Supervisor([Steady(name, said) for name in "abc"])
    supervisor.start()
    assert [report.running for report in supervisor.report()] == [True, True, True]
    supervisor.stop(30)
    assert said == ["+a", "+b", "+c", "-c", "-b", "-a"]


def test_what_never_started_can_be_stopped() -> None:
    said: list[str] = []
    supervisor = Supervisor([Steady("a", said)])
    supervisor.stop(30)
    assert said == []


@pytest.mark.parametrize("error", [StorageFailed("The disk is full."), ValueError("a secret cause")])
def test_one_that_fails_is_told_and_tried_again_while_the_others_run(error: Exception) -> None:
    said: list[str] = []
    failing, good = Steady("failing", said, failing=2, error=error), Steady("good", said)
    supervisor = Supervisor([failing, good], first_retry=0.2)
    supervisor.start()
    first, second = supervisor.report()
    assert (first.running, second.running) == (False, True)
    assert "tried again" in first.sentence
    assert "secret" not in first.sentence
    wait_for(lambda: supervisor.report()[0].running)
    assert (failing.starts, supervisor.report()[0].failures) == (3, 2)
    supervisor.stop(30)


def test_one_that_ends_is_started_again() -> None:
    service = Steady("a", [])
    supervisor = Supervisor([service], first_retry=0.05)
    supervisor.start()
    service.alive.clear()
    wait_for(lambda: service.starts == 2 and supervisor.report()[0].running)
    supervisor.stop(30)


def test_one_that_hangs_when_it_is_stopped_holds_nobody_up() -> None:
    class Hanging(Steady):
        def stop(self, timeout: float) -> None:
            threading.Event().wait(600)

    said: list[str] = []
    supervisor = Supervisor([Steady("good", said), Hanging("hanging", said)])
    supervisor.start()
    supervisor.stop(0.4)
    assert said == ["+good", "+hanging", "-good"]


def test_a_sound_index_is_left_alone_and_a_wrong_one_is_made_again(tmp_path: Path) -> None:
    home = SmallHome(tmp_path).fill({"leave.md": "Leave is 27 days.", "vpn.md": "Causeway is the VPN."})
    check = IndexCheck(lambda: home.index)
    generation = sorted((tmp_path / "index").glob("g*"))
    check.check()
    assert "as in the catalog" in check.status().sentence
    assert sorted((tmp_path / "index").glob("g*")) == generation

    with sqlite3.connect(generation[0] / "keyword.db") as database:
        (table,) = database.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE '%passage%' AND sql LIKE '%VIRTUAL%' LIMIT 1"
        ).fetchone()
        database.execute(f"DELETE FROM {table}")  # as a torn write would leave it
    database.close()
    check.check()
    assert "made again" in check.status().sentence
    assert home.index.verify(deep=True).healthy
    assert home.find("VPN Causeway").passages[0].source.document == "vpn.md"
    home.close()


def test_the_check_comes_round_and_a_failure_does_not_end_it() -> None:
    asked = threading.Semaphore(0)

    def broken() -> SmallHome:
        asked.release()
        raise StorageFailed("The disk is full.")

    check = IndexCheck(broken, every=0.01, again=0.01)  # type: ignore[arg-type,return-value]
    check.start()
    assert all(asked.acquire(timeout=30) for _ in range(3))
    assert check.status() == ServiceStatus(True, "could not be checked: The disk is full.", well=False)
    check.stop(30)
    assert not check.status().running


def test_what_is_logged_within_a_clients_command_reaches_the_log_and_not_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, client = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", own)
    streams = Streams(io.StringIO(), client, client, {}, ask=str, checkpoint=lambda: None)
    with routed(), logging_to(tmp_path / "serve.log", "text"), using(streams):
        logging.getLogger("citewise.desk").warning("the disk is full")
        print("The disk is full.", file=sys.stderr)
    assert client.getvalue() == "The disk is full.\n"
    for log in (own.getvalue(), (tmp_path / "serve.log").read_text("utf-8")):
        assert 'logger=citewise.desk event="the disk is full"' in log
        assert log.count("\n") == 1


def test_a_removal_that_was_cut_short_is_finished_by_itself_at_the_start_and_later(tmp_path: Path) -> None:
    home = SmallHome(tmp_path).fill({"leave.md": "Leave is 27 days.", "vpn.md": "Causeway is the VPN."})
    home.add("pay.md", "Pay comes on the 25th.", "hr")
    service = UnfinishedRemovals(lambda: home.catalog.removals, lambda: home.index, every=0.05)
    first, second = (drive.id for drive in home.catalog.drives())
    home.catalog.removals.begin(first)
    service.start()
    wait_for(lambda: not home.catalog.removals.under_way())
    home.catalog.removals.begin(second)
    wait_for(lambda: not home.catalog.removals.under_way())
    wait_for(lambda: service.status() == ServiceStatus(True, "no removal of a drive waits to be finished"))
    assert home.index.verify(deep=True).healthy
    service.stop(30)
    assert not service.status().running
    home.close()


def test_a_removal_stops_between_two_batches_and_outlives_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removals, "DOCUMENTS_AT_ONCE", 1)
    monkeypatch.setattr(removals, "_INDEXED_AT_ONCE", 1)
    home = SmallHome(tmp_path).fill({f"{n}.md": f"Rule {n} says {n}." for n in range(4)})
    at_work, go_on = threading.Event(), threading.Event()

    class Slow:
        def apply_pending(self) -> int:
            at_work.set()
            assert go_on.wait(60)
            go_on.clear()
            return home.index.apply_pending()

    service = UnfinishedRemovals(lambda: home.catalog.removals, Slow)
    home.catalog.removals.begin(1)
    service.start()
    assert at_work.wait(60)
    stopping = threading.Thread(target=service.stop, args=(60,))
    stopping.start()
    wait_for(service._ending.is_set)
    go_on.set()
    stopping.join()
    (left,) = home.catalog.removals.under_way()
    assert left.documents == 3

    def full() -> SmallHome:
        raise StorageFailed("The disk is full.")

    failing = UnfinishedRemovals(lambda: home.catalog.removals, full, every=0.01)  # type: ignore[arg-type,return-value]
    failing.start()
    wait_for(lambda: failing.status().sentence == "a removal could not be finished: The disk is full.")
    assert failing.status().running
    failing.stop(30)
    home.close()
