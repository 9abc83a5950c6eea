"""Files that are there whole or not at all, whatever stops the process."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brain.errors import StorageFailed


def write_whole(path: Path, text: str) -> None:
    """Put a file in the place of another, in one step; raises StorageFailed, and the other stays."""
    beside = path.with_name(f".{path.name}.part")
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync(path.parent)


@contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """A folder to write files into, which becomes `folder` at the end; raises StorageFailed.

    What an earlier try left behind is taken away first.
    """
    beside = folder.with_name(f".{folder.name}.part")
    with _told(folder):
        if beside.exists():
            shutil.rmtree(beside)
        beside.mkdir(parents=True)
        try:
            yield beside
            for path in beside.iterdir():
                _sync(path)
            _sync(beside)
            beside.rename(folder)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        _sync(folder.parent)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(
            f"{path} can't be written ({(error.strerror or 'it failed').lower()}): free some disk space, or "
            "see to its permissions. Nothing was changed.",
            detail=repr(error),
        ) from error


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
