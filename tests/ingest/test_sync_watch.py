"""Looks at a followed drive: what is kept out, what is known by its identity, what is tried again."""

import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sync_kit import BROKEN
from watch_kit import Watcher, fill

from brain.errors import UsageError
from ingest.drives import NOT_FOR_AUDIENCE, Entry
from ingest.local.folder import LocalFolder
from ingest.local.posix_access import PosixReader
from ingest.locate import readable_suffixes
from ingest.reconciling.retries import DEAD_AFTER, next_try
from ingest.reconciling.sifting import LEFT_OUT


def test_patterns_say_what_is_read_and_a_new_pattern_takes_out_at_once(kit):
    fill(kit, 3)
    kit.write("old/a.md", "Old.")
    kit.write("b.txt", "Text.")
    report = Watcher(kit, include=("*.md",), exclude=("old/",)).look()
    assert (report.added, report.skipped_by_reason) == (3, {LEFT_OUT: 2})
    report = Watcher(kit, exclude=("*.md",)).look()  # no brake for what is there and unwanted
    assert (report.added, report.withdrawn, report.removed, report.held) == (1, 3, 0, 0)
    assert set(kit.documents()) == {"b.txt"}
    assert kit.found("rule") == set()


def test_a_file_that_others_may_not_read_leaves_at_once_and_is_counted(kit):
    fill(kit, 4)
    for file in kit.root.iterdir():
        file.chmod(0o644)
    kit.root.chmod(0o755)
    reader = PosixReader("posix:other")
    drive = LocalFolder(kit.root, readable_suffixes(), readers=[reader])
    watcher = Watcher(kit)
    assert watcher.look(drive=drive).added == 4
    for name in ("0.md", "1.md", "2.md"):
        (kit.root / name).chmod(0o600)
    report = watcher.look("0.md", drive=drive)
    assert (report.withdrawn, report.held) == (1, 0)
    report = watcher.look(drive=drive)
    assert (report.withdrawn, report.held, report.skipped_by_reason[NOT_FOR_AUDIENCE]) == (2, 0, 3)
    assert set(kit.documents()) == {"3.md"}
    (kit.root / "0.md").chmod(0o644)
    report = watcher.look(drive=drive)
    assert (report.added, report.embedded) == (1, 0)


def test_an_empty_folder_can_be_followed(kit):
    kit.catalog.followed.follow(kit.root.as_uri(), "general", {})
    assert Watcher(kit).look().documents == 0
    kit.write("a.md", "The first.")
    assert Watcher(kit).look().added == 1


class Cloud(LocalFolder):
    """A real folder that tells of each file's identity and version, as cloud drives do; counts fetches."""

    def __init__(self, kit):
        super().__init__(kit.root, readable_suffixes())
        self.fetched = []

    def list(self, ledger):
        for item in super().list(ledger):
            yield self.marked(item) if isinstance(item, Entry) else item

    @contextmanager
    def fetch(self, entry):
        self.fetched.append(entry.path)
        with super().fetch(entry) as file:
            yield replace(file, entry=self.marked(file.entry))

    def marked(self, entry):
        status = self.place(entry).stat()
        return replace(entry, identity=str(status.st_ino), etag=f"v{status.st_mtime_ns}")


def test_a_move_is_known_by_identity_and_fetches_nothing(kit):
    kit.write("a.md", "Known.")
    kit.write("b.md", "Known too.")
    drive = Cloud(kit)
    Watcher(kit).look(drive=drive)
    number = kit.catalog.find_document("b.md").id
    drive.fetched.clear()
    (kit.root / "a.md").rename(kit.root / "c.md")
    (kit.root / "b.md").rename(kit.root / "d.md")
    kit.write("d.md", "Moved and changed.")
    report = Watcher(kit).look(drive=drive)
    assert (report.moved, report.removed, drive.fetched) == (2, 0, ["d.md"])
    assert kit.catalog.find_document("d.md").id == number
    assert kit.found("chang") == {"d.md"}
    assert Watcher(kit).look(drive=drive).unchanged == 2


def test_equal_files_are_embedded_once_whatever_their_names(kit):
    kit.catalog.places.create_space("hr", by="admin")
    kit.write("a.md", "The same words in both.")
    kit.write("b.md", "The same words in both.")
    report = kit.sync()
    assert (report.added, report.embedded) == (2, 1)
    other = kit.folder / "other"
    other.mkdir()
    (other / "c.md").write_text("The same words in both.")
    assert kit.sync(LocalFolder(other, readable_suffixes()), space="hr").embedded == 0
    titles = {row.path: row.title for row in kit.catalog.documents()}
    assert titles == {"a.md": "a", "b.md": "b", "c.md": "c"}


def test_a_broken_file_is_tried_three_times_and_then_only_when_it_changes_or_is_asked_for(kit):
    kit.write("bad.pdf", BROKEN)
    kit.write("good.md", "Good.")
    watcher = Watcher(kit)
    assert watcher.look().failed == 1
    for tries in range(1, DEAD_AFTER):
        known = kit.catalog.followed.retry(1, "bad.pdf")
        assert known.tries == tries
        assert known.next_try > time.time()
        assert watcher.look().remembered == 1, "not due yet"
        with kit.catalog.database.writing() as connection:
            connection.execute("UPDATE failures SET next_try = 1")
        assert watcher.look("bad.pdf").remembered == 0
    assert kit.catalog.followed.retry(1, "bad.pdf")[:2] == (DEAD_AFTER, None)
    assert watcher.look().remembered == 1
    assert kit.catalog.followed.retry_now(1, "bad.pdf") == 1
    assert watcher.look().remembered == 0
    assert kit.catalog.followed.retry(1, "bad.pdf").tries == 1
    kit.write("bad.pdf", BROKEN + b"!")
    assert watcher.look().remembered == 0


def test_a_file_that_something_happened_to_is_tried_again_at_once(kit):
    class Closed(LocalFolder):
        def fetch(self, entry):
            raise PermissionError(13, "Permission denied")

    kit.write("a.md", "For others.")
    watcher = Watcher(kit)
    assert watcher.look(drive=Closed(kit.root, readable_suffixes())).failed == 1
    assert watcher.look().added == 0, "its time has not come"
    assert watcher.look("a.md").added == 1, "a permission that is given shows in nothing but the event"
    kit.assert_in_step()


def test_what_may_pass_is_tried_for_ever_and_at_least_hourly():
    waits = [next_try(tries, retryable=True, now=0.0) for tries in range(1, 60)]
    assert all(15 <= wait <= 1.5 * 3600 for wait in waits)
    assert waits[0] <= 45
    assert max(waits) > 1800
    assert next_try(DEAD_AFTER, retryable=False, now=0.0) is None


def test_a_watched_place_keeps_its_settings(kit):
    kit.write("hr/a.md", "Inside.")
    kit.write("b.md", "Beside.")
    kit.catalog.followed.follow((kit.root / "hr").as_uri(), "general", {})
    with pytest.raises(UsageError, match="followed with its own settings"):
        kit.sync()
    with pytest.raises(UsageError, match="citewise drives sync"):
        kit.sync(LocalFolder(kit.root / "hr" / "deeper", readable_suffixes()))
