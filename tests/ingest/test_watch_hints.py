"""Looks at hinted places of a followed drive: they cost little, and bring what a full look would."""

import os

import pytest
from watch_kit import Watcher, fill

from ingest.drives import DriveUnavailable, Skipped, Unlisted
from ingest.local.folder import LocalFolder
from ingest.locate import readable_suffixes


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
    assert watcher.look(path).unchanged == 1
    (kit.root / "link").symlink_to(kit.root)
    (kit.root / ".git").mkdir()
    kit.write(".git/x.md", "Hidden.")
    report = watcher.look("link/0.md", ".git/x.md", "link")
    assert (report.added, report.removed) == (0, 0)
    assert watcher.look().unchanged == 4


def test_a_hint_finds_a_name_that_is_no_text_and_concludes_nothing_where_two_read_alike(kit):
    fill(kit, 3)
    strange = os.fsencode(kit.root) + b"/d\xff"
    os.mkdir(strange)
    watcher = Watcher(kit)
    watcher.look()
    with open(strange + b"/\xfe.md", "w") as file:
        file.write("A strange name.")
    path = "d\\xff/\\xfe.md"
    assert (watcher.look(path).added, kit.documents().keys() & {path}) == (1, {path})
    alike = kit.root / "d\\xff"
    alike.mkdir()
    report = watcher.look(path)
    assert (report.removed, [part.path for part in report.unlisted]) == (0, ["d\\xff"])
    alike.rmdir()
    os.unlink(strange + b"/\xfe.md")
    assert watcher.look(path).removed == 1
    assert len(kit.documents()) == 3


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


def test_what_is_skipped_or_unlisted_at_a_hint_is_told(kit):
    fill(kit, 2)
    Watcher(kit).look()
    os.mkfifo(kit.root / "pipe.md")
    folder = LocalFolder(kit.root, readable_suffixes())
    assert list(folder.list_only(["pipe.md", "~$0.docx"], {})) == [Skipped("pipe.md", "not a regular file")]
    (kit.root / "loop").symlink_to(kit.root / "loop")
    assert [type(item) for item in folder.list_only(["loop/x.md", "x" * 300 + "/y.md"], {})] == [Unlisted]
