"""Files that are there whole or not at all, whatever stops the process: written beside, synced, renamed."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from brain.errors import StorageFailed


def write_whole(path: Path, text: str) -> None:
    """Put a file in the place of another, in one step; raises StorageFailed, and the other stays."""
    with written(path):
        put_text(path, text)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """As `write_whole`, an object as JSON that people can read."""
    write_whole(path, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def put_text(path: Path, text: str) -> None:
    """As `write_whole`, but raises OSError, for those who have a sentence of their own for it."""
    beside = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
    sync(path.parent)


@contextmanager
def made_whole(folder: Path) -> Iterator[Path]:
    """A folder to write files into, which becomes `folder` at the end; raises StorageFailed.

    What an earlier try left behind is taken away first.
    """
    beside = folder.with_name(f".{folder.name}.part")
    with written(folder):
        if beside.exists():
            shutil.rmtree(beside)
        beside.mkdir(parents=True)
        try:
            yield beside
            sync_folder(beside)
            rename(beside, folder)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise


def sync_folder(folder: Path) -> None:
    """Have a folder's files on disk, and their names; raises OSError."""
    for path in (*folder.iterdir(), folder):
        sync(path)


def rename(beside: Path, target: Path) -> None:
    """Give what is whole its name, for good; raises OSError."""
    beside.rename(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on disk; raises OSError."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def written(path: Path) -> AbstractContextManager[None]:
    """Within it, an OSError is told as StorageFailed of that path."""
    remedy = "free some disk space, or see to its permissions. Nothing was changed."
    return told(f"{path} can't be written", remedy)


@contextmanager
def told(failed: str, remedy: str) -> Iterator[None]:
    """Within it, an OSError becomes StorageFailed: what `failed`, the system's reason, and the `remedy`."""
    try:
        yield
    except OSError as error:
        raise StorageFailed(
            f"{failed} ({(error.strerror or 'it failed').lower()}): {remedy}", detail=repr(error)
        ) from error
