"""Files that are known by their SHA-256: written whole or not at all, trusted only when they match."""

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from brain.durable import sync
from brain.errors import StorageFailed

_STALE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file whose content is known before it is fetched; `size` is in bytes."""

    name: str
    sha256: str
    size: int


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_intact(path: Path, sha256: str) -> bool:
    """Whether `path` holds the content with this hash.

    A file is hashed once: a stamp beside it keeps size and mtime, and while those stay the same the
    file is taken as unchanged. Without a writable folder every call hashes.
    """
    try:
        found = path.stat()
    except OSError:
        return False
    stamp = {"sha256": sha256, "size": found.st_size, "mtime_ns": found.st_mtime_ns}
    if read_stamp(path) == stamp:
        return True
    if sha256_of(path) != sha256:
        return False
    write_stamp(path, stamp)
    return True


def read_stamp(path: Path) -> dict[str, object]:
    """What was recorded of `path` when it was last hashed; empty where nothing is readable."""
    try:
        stamp = json.loads(_stamp_path(path).read_bytes())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(path: Path, stamp: dict[str, object]) -> None:
    """Record what is known of `path`; a folder that can't be written only costs another hash later."""
    try:
        with staging(path.parent) as folder:
            fresh = folder / "stamp"
            fresh.write_text(json.dumps(stamp), encoding="utf-8")
            fresh.replace(_stamp_path(path))
    except StorageFailed:
        return


def put_in_place(fresh: Path, target: Path) -> None:
    """Move a finished file to where readers look for it, so that a crash leaves the old state or the new."""
    sync(fresh)
    fresh.replace(target)
    sync(target.parent)


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A private folder inside `folder` for unfinished files; StorageFailed where nothing can be written.

    What killed processes left behind is swept after a day, when no download can still be using it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-", ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        raise StorageFailed(
            f"Model files can't be kept in {folder}: {error.strerror or error}. "
            "Make room there, make it writable, or set CITEWISE_CACHE to another folder.",
            detail=repr(error),
        ) from error


def _stamp_path(path: Path) -> Path:
    return path.with_name(path.name + ".stamp.json")


def _sweep(folder: Path) -> None:
    for left in folder.glob(".fetch-*"):
        try:
            age = time.time() - left.stat().st_mtime
        except OSError:
            continue
        if age > _STALE_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
