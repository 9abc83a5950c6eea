"""When a file of a followed drive is at rest: by the machine's clock, or seen twice unchanged."""

import os
import time

from watch_kit import Watcher, own_clock

from ingest.drives import Entry
from ingest.local.folder import LocalFolder
from ingest.locate import readable_suffixes
from ingest.reconciling.settling import Settling


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
