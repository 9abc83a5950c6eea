"""What followers share: hints that are bounded, turns at the embedder, options that are kept."""

import os
import threading

import pytest
from watch_kit import PATIENCE, follow, until

from ingest.following.hints import LIMIT, Hints
from ingest.following.scheduling import FifoLock, Scheduler, is_small
from ingest.options import DriveOptions
from ingest.reconciling.spool import Amount


def test_hints_are_bounded_and_become_a_doubt():
    hints = Hints(threading.Condition())
    hints.add(["a.md", "b.md"])
    hints.add(["a.md"])
    taken = hints.take()
    assert (set(taken.paths), taken.doubt) == ({"a.md", "b.md"}, "")
    hints.add(f"{number}.md" for number in range(5 * LIMIT))
    taken = hints.take()
    assert len(taken.paths) <= LIMIT
    assert "more changed" in taken.doubt
    assert not hints.take().doubt


def test_the_embedder_serves_in_the_order_of_asking():
    lock, served, waiting = FifoLock(), [], []

    def work(number):
        with lock:
            served.append(number)

    with lock:
        for number in range(5):
            thread = threading.Thread(target=work, args=[number])
            thread.start()
            waiting.append(thread)
            until(lambda number=number: len(lock._waiting) == number + 1, "a place in the line")
    for thread in waiting:
        thread.join(PATIENCE)
    assert served == [0, 1, 2, 3, 4]


def test_large_runs_leave_room_for_small_ones():
    scheduler = Scheduler()
    small, large = Amount(1, 10), Amount(100, 1000)
    assert is_small(small)
    assert not is_small(large)

    class GivenUp(Exception):
        pass

    def give_up():
        raise GivenUp

    with scheduler.turn(large, give_up), scheduler.turn(large, give_up):
        with pytest.raises(GivenUp), scheduler.turn(large, give_up):
            pass
        with scheduler.turn(small, give_up):
            pass


def test_options_of_a_followed_drive_are_read_back(kit):
    drive_id = follow(kit, every=60.0, include=("*.md",), readers=("posix:other",), marker=".m")
    stored = DriveOptions.from_json(kit.catalog.followed.of(drive_id).options)
    assert stored == DriveOptions(60.0, 0.0, ("*.md",), (), ("posix:other",), False, ".m")
    assert os.path.realpath(kit.root) in kit.catalog.drive(drive_id).url
