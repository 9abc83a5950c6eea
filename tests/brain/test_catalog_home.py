import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from brain.catalog.home import Home
from brain.errors import HomeLocked, StorageFailed

_HOLD = """
import sys
from pathlib import Path
from brain.catalog.home import Home
lock = Home(Path(sys.argv[1])).lock("citewise serve")
if "fork" in sys.argv:
    import os
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, b"!")  # what a fork registers is done by now
        sys.stdin.read()
        os._exit(0)
    os.read(reading, 1)
    print(child, flush=True)
print("held", flush=True)
sys.stdin.read()
"""


def hold(home: Path, *how: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, home, *how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    return process


def test_a_second_process_is_told_which_process_holds_the_home(tmp_path: Path):
    with hold(tmp_path / "home") as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HomeLocked) as refused:
            Home(tmp_path / "home").lock("citewise ask")
        assert f"`citewise serve` (process {holder.pid}, since 2" in refused.value.sentence
        assert str(tmp_path / "home") in refused.value.sentence
        holder.communicate()
    Home(tmp_path / "home").lock("citewise ask").release()


def test_the_lock_of_a_killed_process_is_no_obstacle(tmp_path: Path):
    with hold(tmp_path / "home") as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert f'"pid": {holder.pid}' in (tmp_path / "home" / "lock").read_text()
    with Home(tmp_path / "home").lock("citewise ask"):
        assert f'"pid": {os.getpid()}' in (tmp_path / "home" / "lock").read_text()


def test_a_forked_child_that_outlives_its_parent_does_not_keep_the_home(tmp_path: Path):
    holder = hold(tmp_path / "home", "fork")
    assert holder.stdout is not None
    child = int(holder.stdout.readline())
    try:
        assert holder.stdout.readline() == "held\n"
        holder.kill()
        holder.wait()
        os.kill(child, 0)
        Home(tmp_path / "home").lock("citewise ask").release()
    finally:
        os.kill(child, signal.SIGKILL)
        assert holder.stdin is not None
        holder.stdin.close()
        holder.stdout.close()


def test_one_process_cannot_hold_a_home_twice_at_a_time(tmp_path: Path):
    home = Home(tmp_path / "home")
    with home.lock("citewise ingest"), pytest.raises(HomeLocked, match="`citewise ingest`"):
        home.lock("citewise ask")
    with home.lock("citewise ask"):
        pass


def test_a_holder_that_has_not_said_who_it_is_is_still_respected(tmp_path: Path):
    home = Home(tmp_path / "home")
    with home.lock("citewise ingest"):
        (home.path / "lock").write_text("")
        with pytest.raises(HomeLocked, match="in use by another process"):
            home.lock("citewise ask")


def test_who_opens_a_home_is_seen_by_others_for_a_while(tmp_path: Path):
    home, holder = Home(tmp_path / "home"), hold(tmp_path / "home", "stay")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    command = json.loads((home.path / "lock").read_text())["command"]
    try:
        assert home.is_being_opened(command, within=60)
        assert not home.is_being_opened("citewise another", within=60)
        assert not home.is_being_opened(command, within=0)
        told = json.loads((home.path / "lock").read_text())
        (home.path / "lock").write_text(json.dumps({**told, "started": "2999-01-01T00:00:00+00:00"}))
        assert not home.is_being_opened(command, within=60)  # the clock was set back since
        (home.path / "lock").write_text(json.dumps(told))
    finally:
        holder.kill()
        holder.communicate()
    assert not home.is_being_opened(command, within=60)  # its name still stands there
    with home.lock(command):
        assert not home.is_being_opened(command, within=60)  # that is this process itself
    assert not home.is_being_opened(command, within=60)
    assert not Home(tmp_path / "none").is_being_opened(command, within=60)


def test_the_layout_is_made_private(tmp_path: Path):
    home = Home(tmp_path / "home")
    assert not home.exists
    home.prepare()
    assert home.path.stat().st_mode & 0o777 == 0o700
    assert home.run.is_dir()
    assert home.catalog.parent == home.index.parent == home.path


@pytest.mark.parametrize("place", ["missing/home", "file/home", "file"])
def test_a_home_that_cannot_be_made_is_named_with_the_remedy(tmp_path: Path, place: str):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match=r"file|missing") as refused:
        Home(tmp_path / place).lock("citewise ask")
    assert "--home" in refused.value.sentence


_AS_NOBODY = """
import os, sys
from pathlib import Path
from brain.catalog.home import Home
from brain.errors import CitewiseError
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    Home(Path(sys.argv[1])).lock("citewise ask")
except CitewiseError as error:
    print(error.sentence)
"""


@pytest.mark.parametrize("made", [True, False])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, made: bool):
    readonly = tmp_path / "readonly"
    readonly.mkdir()
    (readonly / "run").mkdir()
    readonly.chmod(0o555)
    for parent in (tmp_path, *tmp_path.parents):
        mode = parent.stat().st_mode
        if mode & 0o005 == 0o005:  # where all may write; pytest's own folders below are its user's
            break
        parent.chmod(mode | 0o055)
    home = readonly if made else readonly / "home"
    said = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, home],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    ).stdout
    assert said.startswith(f"The home {home} can't be written (permission denied)")


def test_a_full_disk_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StorageFailed, match=r"The disk that holds .* is full: free some space"):
        Home(tmp_path).lock("ask")
    monkeypatch.undo()
    Home(tmp_path).lock("ask").release()
