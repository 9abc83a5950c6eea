"""Folders for copies of files that are read: gone afterwards, or after a kill with the next process."""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

_PREFIX = "citewise-loan-"
_LOCK = ".lock"
_swept = False
_sweeping = Lock()


@contextmanager
def loan() -> Iterator[Path]:
    """An empty folder of the system's for temporary files, for this process and user alone."""
    _sweep_once()
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        made = Path(name, f"{_LOCK}-made")
        held = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with suppress(OSError):  # where no file can be locked, it is not swept after a kill
                fcntl.flock(held, fcntl.LOCK_EX)  # the kernel lets go of it, however this process ends
                made.rename(Path(name, _LOCK))  # under its own name it is never seen unlocked
            yield Path(name)
        finally:
            os.close(held)


def sweep() -> int:
    """Take away what killed processes left of documents; how many folders.

    Whose process still lives is told by its lock. A folder without one is just being made, or nobody's loan.
    """
    swept = 0
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as found:
        for entry in found:
            if entry.name.startswith(_PREFIX) and _is_ours(entry) and _is_left(Path(entry.path)):
                shutil.rmtree(entry.path, ignore_errors=True)
                swept += 1
    return swept


def _sweep_once() -> None:
    global _swept
    with _sweeping:
        if not _swept:
            _swept = True
            sweep()


def _is_ours(entry: os.DirEntry[str]) -> bool:
    """A folder, no link to one, of this user."""
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid()


def _is_left(folder: Path) -> bool:
    try:
        held = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(held)
