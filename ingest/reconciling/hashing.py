"""What a file's content is, told by its SHA-256, and whether its time can be relied on afterwards."""

import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path

from brain.errors import UnreadableDocument
from ingest.drives import Drive, DriveUnavailable, Entry

# A write within one tick of the clock leaves no trace in the time: file systems count in jiffies (4 ms),
# FAT and old shares in 2 s. Git meets the same with "racily clean" entries.
_FINE_TICK_NS = 50_000_000
_COARSE_TICK_NS = 2_500_000_000


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A file's entry at the moment of hashing, and its SHA-256 in hex."""

    entry: Entry
    digest: str


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_of(path: Path) -> tuple[int, int, int]:
    """What changes when somebody writes to the file or puts another one in its place."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def settled(entry: Entry) -> Entry:
    """The entry as the ledger should keep it: without time or mark, which asks for a hash, if just written.

    To be called before the file is read.
    """
    coarse = entry.mtime_ns % 1_000_000_000 == 0
    age = abs(time.time_ns() - entry.mtime_ns)
    return (
        replace(entry, mtime_ns=0, etag="") if age < (_COARSE_TICK_NS if coarse else _FINE_TICK_NS) else entry
    )


def hash_entry(drive: Drive, entry: Entry) -> HashedFile | None:
    """The file's hash, or None where it can't be read or changes meanwhile: reading it will tell why."""
    try:
        with drive.fetch(entry) as file:
            entry, before = settled(file.entry), stamp_of(file.path)
            digest = sha256_of(file.path)
            return HashedFile(entry, digest) if stamp_of(file.path) == before else None
    except (OSError, UnreadableDocument, DriveUnavailable):
        return None
