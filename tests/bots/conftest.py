"""The command line as people run it: a process of its own, in a folder of its own, on a home of its own."""

import io
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from command_kit import Done, Run, bare_environment, setting_names, write_drive

from bots import cli as command_line


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    """Run `citewise ARGUMENTS…` in a new folder."""

    def run(*arguments: str | Path, stdin: str = "", **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "bots.cli", *map(str, arguments)],
            cwd=tmp_path,
            env=bare_environment(XDG_STATE_HOME=str(tmp_path / "state"), **environment),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """As `cli`, but in this process: the slow libraries are imported once for many commands."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def run(*arguments: str | Path, stdin: str | None = None, **environment: str) -> Done:
        with monkeypatch.context() as patch:
            if stdin is not None:
                patch.setattr("sys.stdin", io.StringIO(stdin))
            for name, value in environment.items():
                patch.setenv(name, value)
            code = command_line.run([*map(str, arguments)])
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return run


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A small drive of documents."""
    return write_drive(tmp_path / "drive")


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small drive and a home that it was ingested into; made once, to be copied."""
    folder = tmp_path_factory.mktemp("ingested")
    write_drive(folder / "drive")
    subprocess.run(
        [sys.executable, "-m", "bots.cli", "ingest", "drive"],
        cwd=folder,
        env=bare_environment(),
        check=True,
        capture_output=True,
        timeout=240,
    )
    return folder


@pytest.fixture
def home(ingested: Path, tmp_path: Path) -> Path:
    """A home of one's own that holds the small drive."""
    shutil.copytree(ingested / ".citewise", tmp_path / ".citewise")
    return tmp_path / ".citewise"


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[object]:
    """The real Slack service on a small home, connected to a fake Slack over real sockets."""
    from workspace import opened

    async with opened(tmp_path) as found:
        yield found
