"""What Linux tells of a folder and all below it: nothing is missed, and nobody else is watched."""

import os
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from ingest.following.inotify import happenings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
PATIENCE = 30


@pytest.fixture
def told(tmp_path):
    """Begin to watch; afterwards, wait until it was told of a place, and give all that was told till then."""
    running = []

    def begin():
        told = happenings(str(tmp_path), threading.Event())
        running.append(told)
        next(told)

        def until(place):
            found, deadline = set(), time.monotonic() + PATIENCE
            while str(tmp_path / place) not in found:
                assert time.monotonic() < deadline, f"not told of {place}: {found}"
                found |= next(told)
            return {os.path.relpath(one, tmp_path) for one in found}

        return until

    yield begin
    for generator in running:
        generator.close()


def watches():
    """How many folders this process watches."""
    held = 0
    for file in Path("/proc/self/fdinfo").iterdir():
        try:
            held += file.read_text().count("inotify wd:")
        except OSError:
            continue  # the descriptor of this very listing
    return held


def test_files_and_folders_are_told_at_their_own_places(tmp_path, told):
    (tmp_path / "old").mkdir()
    until = told()
    (tmp_path / "new" / "er").mkdir(parents=True)
    until("new")
    (tmp_path / "new" / "er" / "a.md").write_text("Small.")
    until("new/er/a.md")
    (tmp_path / "new").rename(tmp_path / "old" / "moved")
    assert {"new", "old/moved"} <= until("old/moved")
    (tmp_path / "old" / "moved" / "er" / "a.md").write_text("Larger.")
    until("old/moved/er/a.md")
    (tmp_path / "old" / "moved" / "er" / "a.md").unlink()
    until("old/moved/er/a.md")
    odd = os.fsencode(tmp_path) + b"/old/caf\xe9.md"
    with open(odd, "w") as file:
        file.write("No text.")
    until("old/caf\udce9.md")


def test_a_folder_that_went_and_came_back_is_watched_as_it_is_now(tmp_path):
    drive, elsewhere = tmp_path / "drive", tmp_path / "elsewhere"
    (drive / "a").mkdir(parents=True)
    with closing(happenings(str(drive), threading.Event())) as told:
        next(told)
        (drive / "a").rename(elsewhere)
        (elsewhere / "new").mkdir()
        next(told)
        elsewhere.rename(drive / "a")
        while str(drive / "a") not in next(told):
            pass
        (drive / "a" / "new" / "b.md").write_text("Small.")
        assert str(drive / "a" / "new" / "b.md") in next(told) | next(told)


@pytest.mark.parametrize("instead", ["a link", "a folder", "nothing"])
def test_a_folder_that_was_moved_out_is_watched_no_more(tmp_path, instead):
    drive, elsewhere = tmp_path / "drive", tmp_path / "elsewhere"
    (drive / "a" / "b").mkdir(parents=True)
    with closing(happenings(str(drive), threading.Event())) as told:
        next(told)
        assert watches() == 3
        (drive / "a").rename(elsewhere)
        if instead == "a link":
            (drive / "a").symlink_to(elsewhere)
        elif instead == "a folder":
            (drive / "a" / "c").mkdir(parents=True)
        while str(drive / "a") not in next(told):
            pass
        (elsewhere / "new").mkdir()
        (elsewhere / "b" / "c.md").write_text("Small.")
        (drive / "end.md").write_text("Small.")
        found = set()
        while str(drive / "end.md") not in found:
            found |= next(told)
        assert found == {str(drive / "end.md")}
        assert watches() == (3 if instead == "a folder" else 1)


@pytest.mark.parametrize("before", [True, False])
def test_links_to_folders_change_nothing(tmp_path, told, before):
    (tmp_path / "v3").mkdir()
    (tmp_path / "links").mkdir()
    until = told() if not before else None
    for name, target in (("up", ".."), ("self", "."), ("latest", "../v3"), ("all", "/")):
        (tmp_path / "links" / name).symlink_to(target)
    if until is None:
        until = told()
    else:
        until("links/all")
    assert watches() == 3
    for place in ("a.md", "v3/b.md"):
        (tmp_path / place).write_text("Small.")
        assert not {one for one in until(place) if one.startswith("links/")}


def test_folders_that_are_left_alone_are_not_watched(tmp_path, told):
    (tmp_path / ".git" / "objects").mkdir(parents=True)
    until = told()
    (tmp_path / ".cache" / "a").mkdir(parents=True)
    (tmp_path / "b.md").write_text("Small.")
    until("b.md")
    assert watches() == 1


def test_more_than_the_system_keeps_is_told_to_be_missing(tmp_path):
    with closing(happenings(str(tmp_path), threading.Event())) as told:
        next(told)
        most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
        for number in range(most // 2 + 1):
            (tmp_path / f"{number % 100}.md").write_text("Small.")  # at least two events each
        (tmp_path / "late").mkdir()
        assert next(told) is None
        (tmp_path / "late" / "a.md").write_text("In a folder that nobody was told of.")
        found: set[str] = set()
        while str(tmp_path / "late" / "a.md") not in found:
            found |= next(told) or set()


def test_a_root_that_is_gone_can_not_be_watched(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        next(happenings(str(tmp_path / "gone"), threading.Event()))
