"""Drives of many files: what a look holds in memory does not grow with them, and a kill leaves nothing."""

import os
import signal
import subprocess
import sys
import tracemalloc
from contextlib import contextmanager

import pytest
from sync_kit import kit_in
from watch_kit import Watcher, drive_sync_of

from brain.catalog.rows import DriveState
from brain.errors import StorageFailed
from ingest.drives import Entry
from ingest.local.folder import LocalFolder
from ingest.local.folder_scan import AT_ONCE, pieces_of
from ingest.options import DriveOptions
from ingest.reconciling.reconcile import compare, plan
from ingest.reconciling.scratch import Scratch
from ingest.reconciling.settling import Settling
from ingest.reconciling.spool import Spool, Verdict
from ingest.remote.source import AT_ONCE as PIECE
from ingest.remote.source import Rest

MANY = 10_000
MOST_BYTES = 3 * 1024**2  # as Python counts them; so many files held as a ledger take 5 MiB, as a listing 3.7


@pytest.fixture
def kit(tmp_path):
    with kit_in(tmp_path) as kit:
        yield kit


class Made:
    """A drive whose files are made up while they are listed."""

    whole = True
    url = "made://drive"

    def __init__(self, numbers, folder="folder"):
        self.numbers = numbers
        self.folder = folder

    def list(self, ledger):
        for n in self.numbers:
            yield Entry(f"{self.folder}-{n // 100}/note {n}.md", 100, 10**18, f"{n:040x}", "", f"{n:032x}")

    def fetch(self, entry):
        raise FileNotFoundError(entry.path)

    def uri(self, entry):
        return entry.path


class Planned(Exception):
    """What is to be read would be read now."""


def stop():
    raise Planned


def known(kit, drive):
    """Have the catalog know the drive's files as if they had been read."""
    drive_id = kit.catalog.followed.follow(drive.url, "general", DriveOptions(settle=0).as_json()).id
    with kit.catalog.database.writing() as connection:
        connection.executemany(
            """INSERT INTO documents (space_id, drive_id, path, size, mtime_ns, content_hash, etag,
               identity, uri, title, media_type, indexed, version)
               VALUES (1, ?, ?, ?, ?, '', ?, ?, '', '', '', '', 1)""",
            ((drive_id, e.path, e.size, e.mtime_ns, e.etag, e.identity) for e in drive.list({})),
        )
    return drive_id


@contextmanager
def little_memory():
    """What is done here takes no more than a bound that holding all files would break.

    It was done before, so that what is imported on the way is not counted.
    """
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


def test_a_look_at_many_unchanged_files_holds_few_of_them(kit):
    drive = Made(range(MANY))
    known(kit, drive)
    Watcher(kit).look(drive=drive)
    with little_memory():
        report = Watcher(kit).look(drive=drive)
    assert (report.unchanged, report.added, report.removed, report.embedded) == (MANY, 0, 0, 0)


def test_a_first_look_at_many_files_holds_few_of_them(kit):
    with pytest.raises(Planned):
        kit.sync(Made(range(10)), embedder=stop)
    with little_memory(), pytest.raises(Planned):
        kit.sync(Made(range(MANY)), embedder=stop)


def test_many_files_that_moved_are_known_again_in_little_memory(kit):
    drive_id = known(kit, Made(range(MANY)))
    ledger = kit.catalog.ledger(drive_id)
    with Spool(kit.folder) as spool, little_memory():
        listing = Made(range(MANY), "renamed").list({})
        todo = plan(compare(listing, ledger, spool), ledger, lambda entry: None)
        assert (spool.count_moved(), spool.gone_files(), spool.amount_to_read().files) == (MANY, 0, 0)
        assert sum(move.same_content for move in todo.moves()) == MANY


def test_many_files_that_are_gone_are_counted_and_held_in_little_memory(kit):
    drive_id = known(kit, Made(range(MANY)))
    drive_sync = drive_sync_of(kit, lambda url, options: Made(range(100)))
    drive_sync.sync(drive_id)
    with little_memory():
        report = drive_sync.sync(drive_id)
    assert (report.held, report.removed) == (MANY - 100, 0)
    assert kit.catalog.followed.of(drive_id).state is DriveState.SUSPENDED
    assert len(kit.catalog.ledger(drive_id)) == MANY


def test_many_files_that_settle_are_remembered_in_little_memory(tmp_path):
    drive = Made(range(MANY))
    drive.whole = False
    settling = Settling(3600, tmp_path)
    with little_memory():
        settling.begin_look()
        assert not any(settling.is_quiet(drive, entry) for entry in drive.list({}))
    assert len(settling) == MANY
    assert len(settling.waiting(10)) == 10
    assert settling.due_in() > 3000
    settling.begin_look()
    settling.forget_others()
    assert (len(settling), settling.due_in()) == (0, None)


def test_removals_that_a_person_confirmed_are_carried_out_however_many(kit):
    for number in range(30):
        kit.write(f"{number}.md", f"Rule {number} says so.")
    watcher = Watcher(kit)
    watcher.look()
    for number in range(29):
        (kit.root / f"{number}.md").unlink()
    assert watcher.look().held == 29
    assert watcher.look(allowed=29).removed == 29
    kit.assert_in_step()


def test_a_folder_of_very_many_names_is_listed_in_pieces(tmp_path):
    count = AT_ONCE + 50
    for number in range(count):
        (tmp_path / f"{number:06}.md").touch()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "x.md").touch()
    pieces = list(pieces_of(os.fspath(tmp_path)))
    assert [len(piece) for piece in pieces] == [AT_ONCE, 51]
    assert all([child.name for child in piece] == sorted(child.name for child in piece) for piece in pieces)
    listed = [item.path for item in LocalFolder(tmp_path, {".md"}).list({})]
    assert sorted(listed) == [*(f"{number:06}.md" for number in range(count)), "below/x.md"]


def test_a_listing_that_broke_off_never_seems_to_be_complete():
    def infos():
        yield from ({"name": str(number)} for number in range(PIECE))
        raise ConnectionError

    rest = Rest(infos())
    piece = rest.take()
    assert (len(piece.infos), piece.rest) == (PIECE, rest)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            rest.take()


KILLED = """
import sys
from pathlib import Path
from ingest.drives import Entry
from ingest.reconciling.spool import Spool, Verdict
spool = Spool(Path(sys.argv[1]))
for n in range(60_000):
    spool.add(Entry(f"folder/a note with a rather long name {n}.md", 1, 1, "e" * 60), Verdict.NEW)
print("filled", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux tells what a process has open")
def test_a_look_that_is_killed_leaves_nothing_of_its_spool(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, os.fspath(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout.readline() == b"filled\n"
    descriptors = [os.readlink(link.path) for link in os.scandir(f"/proc/{child.pid}/fd")]
    assert any(os.fspath(folder) in path for path in descriptors), "it lies there, not in memory"
    assert list(folder.iterdir()) == []
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert list(folder.iterdir()) == []


def test_what_a_kill_left_before_it_was_unlinked_is_cleared_away(tmp_path):
    (tmp_path / ".citewise-look-7-1").touch()
    with Spool(tmp_path) as spool:
        assert spool.add(Entry("a.md", 1, 1), Verdict.NEW)
        assert not spool.add(Entry("a.md", 2, 2), Verdict.NEW)
        assert list(tmp_path.iterdir()) == []


def test_a_place_that_takes_no_spool_is_a_sentence(tmp_path):
    with pytest.raises(StorageFailed, match="can't be written"):
        Scratch(tmp_path / "nowhere", ())
