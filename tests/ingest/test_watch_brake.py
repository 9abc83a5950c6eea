"""Removals that wait: many at once, in pieces, or of a root that is not what it was."""

import shutil

import pytest
from watch_kit import Watcher, fill

from ingest.reconciling.brake import Brake
from ingest.reconciling.watch import RootUnsound


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


def test_the_brake_counts_single_files_and_confirmed_ones():
    assert not Brake().holds(1, 1, braked=False, allowed=0)
    assert not Brake().holds(0, 0, braked=True, allowed=0)
    assert Brake().holds(2, 4, braked=False, allowed=0)
    assert not Brake().holds(20, 100, braked=False, allowed=0)
    assert Brake().holds(21, 100, braked=False, allowed=0)
    assert Brake().holds(3, 100, braked=True, allowed=0)
    assert not Brake().holds(100, 100, braked=True, allowed=100)
