"""Following drives at the command line: adding, syncing, the brake and its two ways on, retrying."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from command_kit import DRIVE, Run, bare_environment

pytestmark = pytest.mark.weights


def data(here: Run, *words: str | Path, code: int = 0) -> Any:
    done = here(*words, "--json")
    assert done.code == code, done.err
    return json.loads(done.out)


def test_a_drive_is_added_taken_in_and_listed(here: Run, drive: Path) -> None:
    added = here("drives", "add", drive, "--settle", "0s", "--every", "2m", "--exclude", "*.csv")
    assert added.code == 0, added.err
    assert "`citewise drives sync 1` takes it in now" in added.out
    (synced,) = data(here, "drives", "sync")
    assert (synced["problem"], synced["reports"][0]["added"]) == (None, len(DRIVE) - 1)
    (row,) = data(here, "drives")
    assert (row["state"], row["documents"], row["watched"]) == ("ok", len(DRIVE) - 1, True)
    assert (row["options"]["every"], row["options"]["exclude"]) == (120, ["*.csv"])
    assert row["reconciled"]["added"] == len(DRIVE) - 1
    assert "ago" in here("drives").out
    assert here("drives", "add", drive, "--settle", "0s").code == 0
    assert data(here, "drives", "sync", "1")[0]["reports"][0]["added"] == 1
    assert here("verify").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "There is no file or folder"),
        (["drive", "--space", "hr"], "There is no space “hr”"),
        (["drive", "--every", "soon"], "soon is no time: write 30s, 5m, 1h or 1d"),
        (["drive", "--every", "0s"], "once a second at most"),
        (["drive", "--readers", "everybody"], "everybody names no reader of a folder"),
        (["drive", "--marker", ".mounted"], "There is no marker file .mounted in"),
    ],
)
def test_what_can_not_be_followed_is_refused_when_it_is_added(
    here: Run, drive: Path, words: list[str], said: str
) -> None:
    refused = here("drives", "add", *words)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert here("drives", "sync").code in (2, 4)


def test_places_that_overlap_are_refused(here: Run, drive: Path) -> None:
    assert here("drives", "add", drive).code == 0
    assert "lies in" in here("drives", "add", drive / "it").err
    assert here("drives", "add", drive.parent).code == 2
    assert here("spaces", "create", "hr").code == 0
    assert "one space only" in here("drives", "add", drive, "--space", "hr").err


def test_removals_can_be_confirmed_before_anybody_saw_them(here: Run, drive: Path) -> None:
    assert here("drives", "add", drive, "--settle", "0s").code == 0
    assert here("drives", "sync").code == 0
    assert "looked at just now" in here("drives", "confirm", "1", "--yes").err
    for gone in sorted(DRIVE)[:2]:
        (drive / gone).unlink()
    confirmed = here("drives", "confirm", "1", "--yes")
    assert (confirmed.code, "2 removed" in confirmed.out) == (0, True), confirmed.err
    assert data(here, "drives")[0]["documents"] == len(DRIVE) - 2


def test_a_suspended_drive_waits_for_a_yes_or_for_its_files(here: Run, drive: Path, tmp_path: Path) -> None:
    assert here("drives", "add", drive, "--settle", "0s").code == 0
    assert here("drives", "sync").code == 0
    drive.rename(tmp_path / "away")
    missing = here("drives", "sync")
    assert missing.code == 1
    assert "mount it first" in missing.out
    assert data(here, "drives")[0]["state"] == "suspended"
    assert "Nothing waits to be confirmed" in here("drives", "confirm", "1", "--yes").err
    (tmp_path / "away").rename(drive)
    assert here("drives", "sync").code == 0
    assert data(here, "drives")[0]["state"] == "ok"

    shutil.copytree(drive, tmp_path / "copy")
    (drive / "leave.md").unlink()
    shutil.rmtree(drive / "it")
    held = here("ingest", drive)  # the brake of a followed drive holds for a single ingest too
    assert held.code == 0, held.err
    (row,) = data(here, "drives")
    assert (row["state"], row["held"], row["documents"]) == ("suspended", 2, len(DRIVE))
    assert f"citewise drives confirm {drive}" in here("drives").out
    assert "27 days" in here("ask", "How many days of annual leave do full-time employees get?").out
    shutil.copytree(tmp_path / "copy", drive, dirs_exist_ok=True)
    assert here("drives", "sync").code == 0
    assert data(here, "drives")[0]["state"] == "ok"

    (drive / "leave.md").unlink()
    shutil.rmtree(drive / "it")
    assert here("drives", "sync").code == 0
    assert here("drives", "confirm", "1").code == 2, "there is nobody to ask"
    confirmed = here("drives", "confirm", "1", "--yes")
    assert "2 removed" in confirmed.out
    assert (data(here, "drives")[0]["state"], data(here, "drives")[0]["documents"]) == ("ok", len(DRIVE) - 2)


def test_a_broken_file_is_shown_and_tried_again_when_asked(here: Run, drive: Path) -> None:
    (drive / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of use")
    assert here("drives", "add", drive, "--settle", "0s").code == 0
    assert here("drives", "sync").code == 0
    (failure,) = data(here, "documents")["failures"]
    assert (failure["doc"], failure["tries"]) == ("broken.pdf", 1)
    assert "Tried again in" in here("documents").out
    assert data(here, "drives", "retry", "1", "broken.pdf")[0]["reports"][0]["failures"]
    assert here("drives", "retry", "1", "leave.md").code == 2
    (drive / "broken.pdf").unlink()
    assert data(here, "drives", "retry")[0]["reports"][0]["failed"] == 0
    assert here("drives", "retry").code == 2


def test_files_for_fewer_people_are_kept_out_and_counted(here: Run, drive: Path) -> None:
    for path in [drive, *drive.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    (drive / "leave.md").chmod(0o640)
    assert here("drives", "add", drive, "--settle", "0s", "--readers", "posix:other").code == 0
    assert here("drives", "sync").code == 0
    (row,) = data(here, "drives")
    assert (row["documents"], row["not_for_audience"]) == (len(DRIVE) - 1, 1)
    assert "1 file is kept out: not open to this space's readers." in here("drives").out
    assert here("verify").code == 0


def test_following_goes_on_until_it_is_interrupted(here: Run, drive: Path, tmp_path: Path) -> None:
    assert here("drives", "add", drive, "--settle", "0s").code == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "bots.cli", "drives", "sync", "--watch"],
        cwd=tmp_path,
        env=bare_environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A gate that runs in the background hands on that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        assert any(f"synced drive=1 added={len(DRIVE)}" in line for line in lines)
        (drive / "new.md").write_text("# Zebras\n\nZebras sleep at 16:00.\n")
        assert any("synced drive=1 added=1" in line for line in lines)
        assert here("documents").code == 3, "the home is in use"
    finally:
        process.send_signal(signal.SIGINT)
        ended = threading.Timer(120, process.kill)
        ended.start()
        rest = process.communicate()[0]
        ended.cancel()
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert "Zebras sleep at 16:00" in here("ask", "When do zebras sleep?").out
    assert os.listdir(drive)


def test_what_to_type_is_quoted_where_a_path_holds_spaces(here: Run, drive: Path, tmp_path: Path) -> None:
    spaced = drive.rename(tmp_path / "our drive")
    assert here("drives", "add", spaced, "--settle", "0s").code == 0
    asked = here("ask", "How many days of annual leave do full-time employees get?")
    assert (asked.code, "`citewise drives` shows how far" in asked.err) == (4, True)
    assert here("drives", "sync").code == 0
    assert f"`citewise drives remove '{spaced}'`" in here("drives", "add", tmp_path).err
    shutil.rmtree(spaced)
    spaced.mkdir()
    assert here("drives", "sync").code == 1
    assert f"`citewise drives confirm '{spaced}'`" in here("drives").out
    (spaced / "vpn.md").write_text("# VPN", "utf-8")
    here("drives", "sync")
    assert f"`citewise drives confirm '{spaced}'`" in here("drives").out


def test_many_files_that_wait_are_counted_and_are_no_failure(here: Run, tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    for number in range(25):
        (tmp_path / "drive" / f"{number}.md").write_text(f"# Kiosk {number}\n\nIt sells maps.\n", "utf-8")
    assert here("drives", "add", "drive", "--settle", "1h").code == 0
    early = here("ingest", "drive")
    assert (early.code, early.out.count("changed just now; it is read")) == (0, 20)
    assert "… and 5 more that were changed just now" in early.out
    assert here("drives", "add", "drive", "--settle", "2s").code == 0
    synced = here("drives", "sync")  # which waits for them
    assert "25 added" in synced.out
    assert "changed just now" not in synced.out
