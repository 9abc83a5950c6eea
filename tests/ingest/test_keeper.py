"""Drives that are followed by real threads, real events and a real index; deadlines are generous."""

import logging
import os
import shutil
import threading
import time
from contextlib import nullcontext

import pytest
from sync_kit import BROKEN, POOL
from watch_kit import PATIENCE, drive_sync_of, fill, follow, own_clock, until

from brain.catalog.rows import DriveState
from brain.errors import StorageFailed, UsageError
from ingest.drives import Changes, DriveUnavailable
from ingest.following.drive_sync import DriveSync
from ingest.following.keeper import Keeper
from ingest.local.folder import LocalFolder
from ingest.locate import readable_suffixes


@pytest.fixture
def keeping(kit):
    """Start a keeper over the kit's home; it is stopped when the test ends."""
    keepers = []

    def start(open_drive=None):
        keepers.append(Keeper(kit.catalog, drive_sync_of(kit, open_drive)))
        keepers[-1].start()
        return keepers[-1]

    yield start
    for keeper in keepers:
        assert keeper.stop(PATIENCE)


def state(kit, number=1):
    return kit.catalog.followed.of(number).state


def followed_by_events(keeper, drive_id):
    """Wait until the watches are set and the first look at the whole is done."""
    (row,) = [row for row in keeper.status() if row.known.drive.id == drive_id]
    return row.mode == "events" and bool(row.known.reconciled) and row.next_look > 1


def test_what_happens_to_files_reaches_the_index_by_events(kit, keeping):
    kit.write("a.md", "Staff get 25 days.")
    kit.write("stays.md", "Something else.")
    drive_id = follow(kit, every=3600.0, settle=0.3)
    keeper = keeping()
    until(lambda: followed_by_events(keeper, drive_id), "the first look")
    assert set(kit.documents()) == {"a.md", "stays.md"}
    whole = kit.catalog.followed.of(drive_id).reconciled

    (kit.root / "b.md").write_text("Zebras sleep at four.")
    until(lambda: kit.found("zebra") == {"b.md"}, "a new file")
    (kit.root / "b.md").write_text("Zebras sleep at five.")
    until(lambda: kit.found("five") == {"b.md"}, "a change")
    (kit.root / "hr").mkdir()
    (kit.root / "b.md").rename(kit.root / "hr" / "c.md")
    until(lambda: kit.found("zebra") == {"hr/c.md"}, "a move")
    (kit.root / "hr" / "c.md").unlink()
    until(lambda: kit.found("zebra") == set(), "a removal")
    assert kit.catalog.followed.of(drive_id).reconciled == whole, "all of it by hints"
    until(lambda: len(kit.catalog.followed.of(drive_id).lags) >= 4, "that each was timed")
    (status,) = keeper.status()
    assert (status.known.state, status.known.failed) == (DriveState.OK, 0)
    assert 0 <= status.lag_p50 <= status.lag_p95 < PATIENCE
    assert keeper.stop(PATIENCE)
    kit.assert_in_step()


def test_files_removed_one_by_one_suspend_the_drive_until_they_are_back(kit, keeping, caplog):
    caplog.set_level(logging.INFO, "citewise.drives")
    for number in range(10):
        kit.write(f"{number}.md", f"Rule {number}.")
    drive_id = follow(kit)
    keeper = keeping()
    until(lambda: followed_by_events(keeper, drive_id), "the first look")
    shutil.copytree(kit.root, kit.folder / "copy")
    for number in range(10):
        (kit.root / f"{number}.md").unlink()
        time.sleep(0.1)
    until(lambda: state(kit) is DriveState.SUSPENDED, "the brake")
    assert len(kit.documents()) >= 8
    assert any(record.message.startswith("suspended drive=1 url=") for record in caplog.records)
    shutil.copytree(kit.folder / "copy", kit.root, dirs_exist_ok=True)
    until(lambda: state(kit) is DriveState.OK and len(kit.documents()) == 10, "that it goes on")
    assert keeper.stop(PATIENCE)
    kit.assert_in_step()


def test_a_root_that_is_unmounted_is_waited_for(kit, keeping):
    for number in range(4):
        kit.write(f"{number}.md", f"Rule {number}.")
    drive_id = follow(kit)
    keeper = keeping()
    until(lambda: followed_by_events(keeper, drive_id), "the first look")
    kit.root.rename(kit.folder / "elsewhere")
    until(lambda: state(kit) is DriveState.SUSPENDED, "that the root is missed")
    assert "Nothing was removed" in kit.catalog.followed.of(drive_id).reason
    assert len(kit.documents()) == 4
    kit.root.mkdir()
    (kit.folder / "elsewhere" / "new.md").write_text("Written while it was away.")
    kit.root.rmdir()
    (kit.folder / "elsewhere").rename(kit.root)
    until(lambda: len(kit.documents()) == 5 and state(kit) is DriveState.OK, "that it goes on")


def test_a_person_confirms_adds_and_removes_while_it_runs(kit, keeping):
    for number in range(6):
        kit.write(f"{number}.md", f"Rule {number}.")
    drive_id = follow(kit)
    keeper = keeping()
    until(lambda: followed_by_events(keeper, drive_id), "the first look")
    for file in kit.root.iterdir():
        file.unlink()
    until(lambda: kit.catalog.followed.of(drive_id).held == 6, "the brake")
    kit.catalog.followed.allow(drive_id)
    until(lambda: kit.documents() == {} and state(kit) is DriveState.OK, "what was confirmed")
    assert kit.catalog.followed.of(drive_id).allowed == 0

    other = kit.folder / "other"
    other.mkdir()
    (other / "x.md").write_text("Another drive.")
    added = kit.catalog.followed.follow(other.as_uri(), "general", {"settle": 0})
    until(lambda: keeper.follows(added.id), "the added drive")
    with pytest.raises(UsageError, match="not followed"):
        keeper.sync_now(99)
    kit.catalog.removals.begin(added.id)
    until(lambda: not keeper.follows(added.id), "the removed drive")


def test_a_drive_that_fails_holds_up_no_other_and_tells_why(kit, keeping):
    kit.write("a.md", "Readable.")
    kit.write("bad.pdf", BROKEN)
    good = follow(kit)
    bad = kit.catalog.followed.follow("smb://nowhere/share", "general", {}).id
    broken = kit.catalog.followed.follow("smb://fault/share", "general", {}).id

    def open_drive(url, options):
        if url.startswith("smb://nowhere"):
            raise DriveUnavailable("nowhere does not answer.")
        if url.startswith("smb://fault"):
            raise ZeroDivisionError
        return own_clock(kit)

    keeper = keeping(open_drive)
    until(lambda: "a.md" in kit.documents(), "the good drive")
    until(lambda: state(kit, bad) is DriveState.UNREACHABLE, "the bad drive's state")
    rows = {row.known.drive.id: row for row in keeper.status()}
    assert rows[bad].known.reason == "nowhere does not answer."
    assert rows[bad].next_look > 0
    assert rows[good].known.failed == 1
    with pytest.raises(DriveUnavailable):
        keeper.sync_now(bad, timeout=PATIENCE)
    with pytest.raises(ZeroDivisionError):
        keeper.sync_now(broken, timeout=PATIENCE)
    assert keeper.follows(broken), "a fault of ours ends no thread"
    assert keeper.sync_now(good, retry=True, timeout=PATIENCE).failed == 1


def test_a_drive_with_a_feed_is_listed_only_when_it_says_so(kit, keeping):
    kit.write("a.md", "First.")
    listed, asked = [], []

    class Feed(LocalFolder):
        news = True

        def list(self, ledger):
            listed.append(time.monotonic())
            return super().list(ledger)

        def changes(self, cursor):
            asked.append(cursor)
            return Changes(Feed.news or not cursor, f"cursor {len(asked)}")

    drive_id = follow(kit, every=1.0, poll=True)
    keeping(lambda url, options: Feed(kit.root, readable_suffixes()))
    until(lambda: "a.md" in kit.documents(), "the first listing")
    Feed.news = False
    kit.write("b.md", "Second.")
    before, questions = len(listed), len(asked)
    until(lambda: len(asked) >= questions + 2, "that the feed is asked")
    assert len(listed) - before <= 1, "at most one listing was under way"
    Feed.news = True
    until(lambda: "b.md" in kit.documents(), "the listing after a yes")
    assert kit.catalog.followed.of(drive_id).cursor.startswith("cursor")
    assert asked[1] == "cursor 1"


def test_a_drive_with_a_feed_is_listed_at_the_start_whatever_the_feed_says(kit, keeping):
    kit.write("a.md", "Missed by an earlier process.")
    drive_id = follow(kit, every=3600.0, poll=True)
    kit.catalog.followed.set_cursor(drive_id, "all seen")

    class Silent(LocalFolder):
        def changes(self, cursor):
            return Changes(False, cursor)

    keeping(lambda url, options: Silent(kit.root, readable_suffixes()))
    until(lambda: "a.md" in kit.documents(), "the listing at the start")


def test_polling_finds_what_no_event_tells(kit, keeping):
    kit.write("a.md", "First.")
    follow(kit, every=1.0, settle=0.2, poll=True)
    keeper = keeping(lambda url, options: LocalFolder(kit.root, readable_suffixes()))
    until(lambda: "a.md" in kit.documents(), "the first look")
    kit.write("b.md", "Second.")
    until(lambda: "b.md" in kit.documents(), "the second look")
    (row,) = keeper.status()
    assert row.mode == "polling"
    assert not any(thread.name.startswith("events of") for thread in threading.enumerate())


def test_questions_are_answered_while_a_look_changes_the_index(kit, keeping):
    for number in range(20):
        kit.write(f"{number}.md", f"Rule {number} of the steady lighthouse.")
    drive_id = follow(kit)
    keeper = keeping()
    until(lambda: followed_by_events(keeper, drive_id), "the first look")
    vector = kit.embeddings.embed_query("any")
    stop, faults, asked = threading.Event(), [], []

    def ask():
        while not stop.is_set():
            hits = kit.open_index().keyword("general", ["lighthouse"], 50)
            near = kit.open_index().dense("general", vector, 10)
            held = kit.catalog.passages([number for number, _ in [*hits, *near]])
            steady = {passage.source.document for passage in held.values()} & {f"{n}.md" for n in range(10)}
            asked.append(len(near))
            if len(steady) < 10 or len(near) < 10:
                faults.append((len(steady), len(near)))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for turn in range(6):
        for number in range(10, 20):
            (kit.root / f"{number}.md").write_text(f"Rule {number}.{turn} of the steady lighthouse.")
        before = len(asked)
        keeper.sync_now(drive_id, timeout=PATIENCE)
        until(lambda before=before: len(asked) > before or faults, "a question meanwhile")
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert not faults
    assert keeper.stop(PATIENCE)
    kit.assert_in_step()


def test_a_full_disk_is_waited_out(kit, keeping, caplog):
    caplog.set_level(logging.INFO, "citewise.drives")
    kit.write("a.md", "Small.")
    drive_id = follow(kit)
    keeper = keeping()
    until(lambda: followed_by_events(keeper, drive_id), "the first look")
    with kit.catalog.database.writing() as connection:  # the disk, as SQLite sees it
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    kit.write("b.md", "\n\n".join(f"Rule {n} " + os.urandom(300).hex() for n in range(40)))
    until(lambda: any(record.message.startswith("put_off") for record in caplog.records), "the fault")
    assert any("full: free some space" in record.message for record in caplog.records)
    assert kit.found("small") == {"a.md"}
    (status,) = keeper.status()
    assert status.known.state is DriveState.FAILING  # though that may not have been written down
    assert "full: free some space" in status.known.reason
    with kit.catalog.database.writing() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    until(lambda: "b.md" in kit.documents() and state(kit) is DriveState.OK, "that it goes on")


def test_a_fault_is_over_as_soon_as_something_is_stored_again(kit):
    kit.write("a.md", "\n\n".join(f"# Part {n}\n\nRule {n} of the lighthouse." for n in range(80)))
    kit.write("b.md", "The last.")
    drive_id = follow(kit)
    kit.catalog.followed.set_state(drive_id, DriveState.FAILING, "The disk was full.")
    go_on = threading.Event()

    class Slow:
        def parse(self, path, cutting):
            assert path.name == "a.md" or go_on.wait(PATIENCE)
            return POOL.parse(path, cutting)

    kit.embedder()
    drive_sync = DriveSync(
        kit.catalog, kit.open_index, kit.embedder, lambda *_: own_clock(kit), lambda _: nullcontext(Slow())
    )
    look = threading.Thread(target=drive_sync.sync, args=[drive_id])
    look.start()
    try:
        until(lambda: state(kit) is DriveState.OK, "that it is seen to work")
        assert kit.documents().keys() == {"a.md"}
    finally:
        go_on.set()
        look.join(PATIENCE)
    kit.assert_in_step()


def test_a_failure_in_between_does_not_loosen_the_brake(kit):
    fill(kit, 20)
    drive_id = follow(kit)
    drives = [own_clock(kit)]

    class Down:
        url = kit.root.as_uri()

        def list(self, ledger):
            raise StorageFailed("The disk is full.")

    drive_sync = drive_sync_of(kit, lambda *_: drives[-1])
    drive_sync.sync(drive_id)
    for number in range(6):
        (kit.root / f"{number}.md").unlink()
    drive_sync.sync(drive_id)
    drive_sync.memory(drive_id).drive = None
    drives.append(Down())
    with pytest.raises(StorageFailed):
        drive_sync.sync(drive_id)
    assert state(kit) is DriveState.FAILING
    drives.pop()
    fill(kit, 3)
    report = drive_sync.sync(drive_id)
    assert (report.held, report.removed, state(kit)) == (3, 0, DriveState.SUSPENDED)
    fill(kit, 6)
    assert drive_sync.sync(drive_id).held == 0
    assert (state(kit), kit.catalog.followed.of(drive_id).held) == (DriveState.OK, 0)
    kit.assert_in_step()


def test_events_outlive_names_that_are_no_text(kit, keeping):
    kit.write("a.md", "Small.")
    drive_id = follow(kit, every=3600.0)
    keeper = keeping()
    until(lambda: followed_by_events(keeper, drive_id), "the first look")
    odd = os.fsencode(kit.root) + b"/caf\xe9.md"
    for number in range(60):
        with open(odd, "a") as file:  # a Path can't be made of bytes
            file.write(f"Soup {number}.\n")
        time.sleep(0.05)
    until(lambda: "caf\\xe9.md" in kit.documents() and kit.found("59"), "the file itself")
    for number in range(3):
        kit.write(f"{number}.md", f"Lighthouse {number}.")
        until(lambda name=f"{number}.md": name in kit.documents(), "a change after it")
    assert keeper.status()[0].mode == "events"
