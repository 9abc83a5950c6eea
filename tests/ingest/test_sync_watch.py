"""Looks at a followed drive: what settles, what waits, what is kept out, what a hint costs."""

import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sync_kit import BROKEN, kit_in
from watch_kit import Watcher, own_clock

from brain.errors import UsageError
from ingest.brake import Brake
from ingest.drives import NOT_FOR_AUDIENCE, DriveUnavailable, Entry, Skipped, Unlisted
from ingest.local_folder import LocalFolder
from ingest.locate import readable_suffixes
from ingest.posix_access import PosixReader
from ingest.retries import DEAD_AFTER, next_try
from ingest.settling import Settling
from ingest.sifting import LEFT_OUT
from ingest.watch import RootUnsound


@pytest.fixture
def kit(tmp_path):
    with kit_in(tmp_path) as kit:
        yield kit


def fill(kit, count, folder=""):
    for number in range(count):
        kit.write(f"{folder}{number}.md", f"Rule {number} of {folder or 'all'}.")


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


def test_by_the_machines_own_clock_a_file_at_rest_is_read_at_once_and_a_new_one_later(kit):
    kit.write("a.md", "Written just now, with a time of years ago.")
    watcher = Watcher(kit, settle=3600.0)
    report = watcher.look(drive=own_clock(kit))
    assert (report.added, report.unsettled) == (0, ("a.md",))
    assert kit.documents() == {}
    assert 3500 < watcher.watch.settling.due_in() <= 3600
    watcher = Watcher(kit, settle=0.01)
    while time.time() - (kit.root / "a.md").stat().st_ctime < 0.05:
        time.sleep(0.01)
    assert watcher.look(drive=own_clock(kit)).added == 1
    assert watcher.watch.settling.waiting() == []


def test_without_a_clock_to_rely_on_a_file_must_be_seen_twice_unchanged(kit):
    file = kit.write("a.md", "Half a c")  # its time is years ago, as after `cp -p`
    watcher = Watcher(kit, settle=0.2)
    assert watcher.look().unsettled == ("a.md",)
    time.sleep(0.25)
    stamp = file.stat().st_mtime_ns
    file.write_text("Half a copy.")
    os.utime(file, ns=(stamp, stamp))
    assert watcher.look().unsettled == ("a.md",), "it has another size than before"
    assert watcher.look().unsettled == ("a.md",), "too soon"
    time.sleep(0.25)
    assert watcher.look("a.md").added == 1
    assert kit.found("copi") == {"a.md"}
    kit.assert_in_step()


def test_a_file_that_is_overwritten_after_it_was_listed_must_settle_anew(kit):
    kit.write("a.md", "The first words.")
    kit.write("b.md", "Left alone.")

    class Late(LocalFolder):
        def list(self, ledger):
            yield from list(super().list(ledger))
            (kit.root / "a.md").write_text("Half of ano")  # another copy begins before this one is read

    report = Watcher(kit).look(drive=Late(kit.root, readable_suffixes()))
    assert (report.added, report.failed) == (1, 0)
    assert report.skipped_by_reason == {"changed again before it was read": 1}
    assert set(kit.documents()) == {"b.md"}
    assert Watcher(kit).look().added == 1


def test_a_moved_file_needs_no_settling_since_its_content_is_known(kit):
    kit.write("a.md", "Long known.")
    Watcher(kit).look()
    (kit.root / "a.md").rename(kit.root / "b.md")
    report = Watcher(kit, settle=3600.0).look()
    assert (report.moved, report.unsettled, report.held) == (1, (), 0)
    kit.assert_in_step()


def test_a_changed_file_that_is_not_settled_keeps_its_version(kit):
    kit.write("a.md", "Costs ten euros.")
    Watcher(kit).look()
    kit.write("a.md", "Costs twenty euros.")
    report = Watcher(kit, settle=3600.0).look("a.md")
    assert (report.changed, report.unsettled) == (0, ("a.md",))
    assert kit.found("ten") == {"a.md"}


def test_a_hint_is_looked_at_alone_and_brings_what_a_full_look_would(kit):
    fill(kit, 3)
    fill(kit, 3, "hr/")
    fill(kit, 3, "it/")
    watcher = Watcher(kit)
    watcher.look()
    kit.write("0.md", "Changed and hinted at.")
    kit.write("1.md", "Changed, and nobody said so.")
    (kit.root / "hr").rename(kit.root / "people")
    (kit.root / "it" / "0.md").unlink()
    report = watcher.look("0.md", "hr", "people", "people/1.md", "it/0.md", "gone/never.md")
    assert (report.changed, report.moved, report.removed, report.added) == (1, 3, 1, 0)
    assert kit.found("nobodi") == set()
    assert watcher.look().changed == 1
    kit.assert_in_step()


def test_a_change_of_case_is_a_move_that_embeds_nothing(kit):
    kit.write("Leave.MD", "Staff get 25 days.")
    watcher = Watcher(kit)
    watcher.look()
    (kit.root / "Leave.MD").rename(kit.root / "leave.md")
    report = watcher.look("Leave.MD", "leave.md")
    assert (report.moved, report.added, report.removed, report.embedded) == (1, 0, 0, 0)
    assert kit.catalog.find_document("leave.md").uri.endswith("/leave.md")
    kit.assert_in_step()


def test_a_hint_below_a_link_a_hidden_folder_or_a_name_that_is_no_text_removes_nothing_wrongly(kit):
    fill(kit, 3)
    strange = os.fsencode(kit.root) + b"/d\xff"
    os.mkdir(strange)
    with open(strange + b"/a\n\xfe.md", "w") as file:
        file.write("A strange name.")
    watcher = Watcher(kit)
    watcher.look()
    (path,) = kit.catalog.ledger(1).keys() - {"0.md", "1.md", "2.md"}
    assert path == "d\\xff/a\n\\xfe.md"
    report = watcher.look(path)
    assert (report.removed, [part.path for part in report.unlisted]) == (0, [path])
    (kit.root / "link").symlink_to(kit.root)
    (kit.root / ".git").mkdir()
    kit.write(".git/x.md", "Hidden.")
    report = watcher.look("link/0.md", ".git/x.md", "link")
    assert (report.added, report.removed) == (0, 0)
    assert watcher.look().unchanged == 4


def test_the_brake_holds_mass_removals_and_still_takes_in_what_is_new(kit):
    fill(kit, 10)
    watcher = Watcher(kit)
    watcher.look()
    for number in range(3):
        (kit.root / f"{number}.md").unlink()
    kit.write("new.md", "Something new.")
    kit.write("9.md", "Changed.")
    report = watcher.look()
    assert (report.held, report.removed, report.added, report.changed) == (3, 0, 1, 1)
    assert len(kit.documents()) == 11
    kit.write("0.md", "Rule 0 of all.")
    kit.write("1.md", "Rule 1 of all.")
    report = watcher.look(braked=True)
    assert (report.held, report.removed) == (0, 1), "a single file may go, even while suspended"


def test_what_came_back_in_part_is_not_let_go(kit):
    fill(kit, 20)
    watcher = Watcher(kit)
    watcher.look()
    for number in range(6):
        (kit.root / f"{number}.md").unlink()
    assert watcher.look().held == 6
    fill(kit, 3)
    assert watcher.look(braked=True).held == 3, "15 % would do for a drive that was never suspended"
    fill(kit, 6)
    assert watcher.look(braked=True).held == 0
    kit.assert_in_step()


def test_a_removal_in_pieces_is_one(kit):
    fill(kit, 20)
    watcher = Watcher(kit)
    watcher.look()
    removed = held = 0
    for number in range(12):
        (kit.root / f"{number}.md").unlink()
        report = watcher.look(f"{number}.md")
        removed, held = removed + report.removed, held + report.held
    assert (removed, held) == (4, 8)
    watcher.watch.brake.recent.clear()  # a minute later
    assert watcher.look().held == 8


def test_a_confirmation_lets_go_what_was_shown_and_no_more(kit):
    fill(kit, 10)
    watcher = Watcher(kit)
    watcher.look()
    for number in range(5):
        (kit.root / f"{number}.md").unlink()
    assert watcher.look().held == 5
    (kit.root / "5.md").unlink()
    assert watcher.look(allowed=5, braked=True).held == 6
    assert watcher.look(allowed=6, braked=True).removed == 6
    kit.assert_in_step()


def test_an_empty_or_unmarked_root_takes_nothing_away(kit):
    fill(kit, 3)
    kit.write(".marker", "")
    watcher = Watcher(kit, marker=".marker")
    watcher.look()
    (kit.root / ".marker").unlink()
    (kit.root / "0.md").unlink()
    for paths in ((), ("0.md",)):
        with pytest.raises(RootUnsound, match=r"lacks its marker file \.marker"):
            watcher.look(*paths)
    shutil.rmtree(kit.root)
    kit.root.mkdir()
    with pytest.raises(RootUnsound, match="empty now, though 3 documents"):
        Watcher(kit).look()
    assert len(kit.documents()) == 3
    assert Watcher(kit).look(allowed=3).removed == 3


def test_a_root_that_is_swapped_during_a_look_at_hints_removes_nothing(kit):
    fill(kit, 3)
    Watcher(kit).look()

    class Unmounted(LocalFolder):
        def _list_in(self, parent, names):
            kit.root.rename(kit.folder / "elsewhere")
            kit.root.mkdir()
            return super()._list_in(parent, names)

    with pytest.raises(DriveUnavailable, match="not there now"):
        Watcher(kit).look("0.md", drive=Unmounted(kit.root, readable_suffixes()))
    assert len(kit.documents()) == 3


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
    kit.catalog.create_space("hr")
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


def test_what_may_pass_is_tried_for_ever_and_at_least_hourly():
    waits = [next_try(tries, retryable=True, now=0.0) for tries in range(1, 60)]
    assert all(15 <= wait <= 1.5 * 3600 for wait in waits)
    assert waits[0] <= 45
    assert max(waits) > 1800
    assert next_try(DEAD_AFTER, retryable=False, now=0.0) is None


def test_the_brake_counts_single_files_and_confirmed_ones():
    assert not Brake().holds(1, 1, braked=False, allowed=0)
    assert not Brake().holds(0, 0, braked=True, allowed=0)
    assert Brake().holds(2, 4, braked=False, allowed=0)
    assert not Brake().holds(20, 100, braked=False, allowed=0)
    assert Brake().holds(21, 100, braked=False, allowed=0)
    assert Brake().holds(3, 100, braked=True, allowed=0)
    assert not Brake().holds(100, 100, braked=True, allowed=100)


def test_a_watched_place_keeps_its_settings(kit):
    kit.write("hr/a.md", "Inside.")
    kit.write("b.md", "Beside.")
    kit.catalog.followed.follow((kit.root / "hr").as_uri(), "general", {})
    with pytest.raises(UsageError, match="followed with its own settings"):
        kit.sync()
    with pytest.raises(UsageError, match="citewise drives sync"):
        kit.sync(LocalFolder(kit.root / "hr" / "deeper", readable_suffixes()))


def test_what_is_skipped_or_unlisted_at_a_hint_is_told(kit):
    fill(kit, 2)
    Watcher(kit).look()
    os.mkfifo(kit.root / "pipe.md")
    folder = LocalFolder(kit.root, readable_suffixes())
    assert list(folder.list_only(["pipe.md", "~$0.docx"], {})) == [Skipped("pipe.md", "not a regular file")]
    (kit.root / "loop").symlink_to(kit.root / "loop")
    assert [type(item) for item in folder.list_only(["loop/x.md", "x" * 300 + "/y.md"], {})] == [Unlisted]


def test_settling_forgets_what_is_gone(tmp_path):
    settling = Settling(60, tmp_path)
    kept = Entry("a.md", 1, 1)

    class Nothing:
        pass

    settling.begin_look()
    assert not settling.is_quiet(Nothing(), kept)
    assert not settling.is_quiet(Nothing(), Entry("b.md", 1, 1))
    assert (len(settling), settling.waiting()) == (2, ["a.md", "b.md"])
    settling.begin_look()
    assert not settling.is_quiet(Nothing(), kept)
    settling.forget_others()
    assert settling.waiting() == ["a.md"]
    settling.forget(["a.md"])
    assert settling.due_in() is None
