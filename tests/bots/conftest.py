"""The command line as people run it: a process of its own, in a folder of its own, on a home of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots import cli as command_line
from bots.settings import Settings

DRIVE = {
    "leave.md": """\
# Leave

## Annual leave

Full-time employees get 27 days of paid annual leave in a calendar year. Up to five unused days can be
carried over until 31 March of the next year.

## Part-time staff

Part-time employees get annual leave in proportion to their contracted hours: someone who works three days
a week gets 16.2 days.

## Parental leave

Parents get 16 weeks of fully paid parental leave after six months of service.
""",
    "it/vpn.md": """\
# Causeway, our VPN

## Connecting from outside

Open Causeway, choose "Harbour" and confirm with your second factor. The connection ends after twelve hours.

## When it does not connect

Restart Causeway first. If error 809 appears, the hotel or café blocks UDP port 500: use a hotspot instead.
""",
    "products/petrel.txt": """\
Petrel 2 weather station

The Petrel 2 has a warranty of three years. The ultrasonic head of the Pro has five years.

The battery lasts 14 months at one measurement a minute.
""",
    "holidays.csv": "date,holiday\n2026-01-01,New Year's Day\n2026-12-25,Christmas Day\n",
}


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


def bare_environment(**extra: str) -> dict[str, str]:
    """This environment without settings of citewise."""
    names = setting_names()
    return {name: value for name, value in os.environ.items() if name not in names} | extra


def setting_names() -> set[str]:
    return {str(field.validation_alias) for field in Settings.model_fields.values()}


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

    def run(*arguments: str | Path, **environment: str) -> Done:
        with monkeypatch.context() as patch:
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


def write_drive(folder: Path) -> Path:
    for name, text in DRIVE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


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
