"""From a file on a drive to passages that can be embedded, several files at a time, in bounded memory."""

import errno
import traceback
from collections.abc import Generator, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol

from brain.errors import CitewiseError, StorageFailed, UnreadableDocument
from ingest.drives import Answering, Drive, DriveUnavailable, Entry, FetchedFile
from ingest.indexing.cut_document import CutDocument, Cutting
from ingest.readers import DEFAULT_MAX_BYTES
from ingest.reconciling.hashing import settled, sha256_of, stamp_of

# How much is read ahead of the embedder: enough to fill a batch from small files, little enough to hold.
AHEAD_FILES = 64
FEW_AHEAD = 8  # where the rest may be left to a later run at any file
_AHEAD_BYTES = 64 * 1024 * 1024
_ATTEMPTS = 2  # at a file that changes while it is read, or is not handed out
_SIGN_OF_LIFE = 0.5  # seconds; a file may take minutes, and whoever waits for it may be told to stop
GONE = "gone while it was read"
CHANGED = "changed again before it was read"


class Parser(Protocol):
    """What turns a local file into passages; ParsePool does it in worker processes."""

    def parse(self, path: Path, cutting: Cutting) -> CutDocument:
        """The file cut; raises UnreadableDocument with a sentence. Called from several threads."""
        ...


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: its entry and hash at that moment, what it was cut into."""

    entry: Entry
    digest: str
    cut: CutDocument
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that can't be read; `retryable` where the cause may pass without the file changing.

    `withheld`: the drive failed to hand it out, so that nothing is known of the file itself.
    """

    entry: Entry
    digest: str
    sentence: str
    detail: str = ""
    retryable: bool = False
    withheld: bool = False


class NoReader(CitewiseError):
    """No process could be started that would read a file: no file is to blame for that."""

    retryable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class VanishedFile:
    """A file that was listed and is gone, or another one: the next listing tells what became of it."""

    entry: Entry
    reason: str = GONE


Outcome = ReadFile | FailedFile | VanishedFile


def read_file(
    drive: Drive, entry: Entry, parser: Parser, cutting: Cutting, *, as_listed: bool = False
) -> Outcome:
    """Read one file so that hash and text are of the same state of it; failures become outcomes.

    With `as_listed` a file that was changed since it was listed is left to the next look: it must settle.
    Raises DriveUnavailable where the drive as a whole is gone, NoReader where nothing can be read here: then
    each file would fail, and none of them for its own sake. A drive that answers is asked for the file again.
    """
    for _ in range(_ATTEMPTS):
        outcome = _read_once(drive, entry, parser, cutting, as_listed=as_listed)
        if not (isinstance(outcome, FailedFile) and outcome.withheld and isinstance(drive, Answering)):
            break
        drive.check_there()
    return outcome


def _read_once(drive: Drive, entry: Entry, parser: Parser, cutting: Cutting, *, as_listed: bool) -> Outcome:
    try:
        for _ in range(_ATTEMPTS):
            with drive.fetch(entry) as file:
                if as_listed and (file.entry.size, file.entry.mtime_ns) != (entry.size, entry.mtime_ns):
                    return VanishedFile(entry, CHANGED)
                outcome = _read_still(file, parser, cutting)
            if outcome is not None:
                return outcome
    except FileNotFoundError:
        return VanishedFile(entry)
    except PermissionError as error:
        sentence = "Permission denied: give the user that runs citewise read access to this file."
        return FailedFile(entry, "", sentence, repr(error), retryable=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFailed(
                "The disk for temporary files is full: free some space, then run the command again.",
                detail=repr(error),
            ) from error
        sentence = "The drive fails to hand out this file."
        return FailedFile(entry, "", sentence, repr(error), retryable=True, withheld=True)
    except DriveUnavailable as error:
        return FailedFile(entry, "", error.sentence, error.detail, error.retryable, withheld=True)
    except UnreadableDocument as error:
        return FailedFile(entry, "", error.sentence, error.detail, error.retryable)
    except CitewiseError:
        raise
    except Exception:
        # One file must never end a run, not even by a fault of ours: here it becomes a sentence.
        sentence = (
            "This file meets a fault in citewise: report it with the detail, then try `ingest --retry`."
        )
        return FailedFile(entry, "", sentence, traceback.format_exc())
    sentence = "This file is being written to: it will be read by a later run, when it is left alone."
    return FailedFile(entry, "", sentence, retryable=True)


def _read_still(file: FetchedFile, parser: Parser, cutting: Cutting) -> Outcome | None:
    """The outcome, or None where the file changed while it was read."""
    if file.entry.size > DEFAULT_MAX_BYTES:
        limit = DEFAULT_MAX_BYTES // 1024**2
        sentence = f"This file is larger than {limit} MB, the most that is read: split it into smaller ones."
        return FailedFile(file.entry, "", sentence)
    entry, before = settled(file.entry), stamp_of(file.path)
    digest = sha256_of(file.path)
    try:
        cut = parser.parse(file.path, cutting)
    except OSError as error:
        # Of the worker, not of the drive: a FileNotFoundError here must not pass for a file that is gone.
        raise NoReader(
            "No process to read files could be started: give this machine more free memory, or the user that "
            "runs citewise more processes. What is indexed stays, and the rest is tried again.",
            detail=repr(error),
        ) from error
    except UnreadableDocument as error:
        failed = FailedFile(entry, digest, error.sentence, error.detail, error.retryable)
        return failed if stamp_of(file.path) == before else None
    if stamp_of(file.path) != before:
        return None
    return ReadFile(entry, digest, cut, cut.modified or file.modified)


def read_all(
    drive: Drive,
    entries: Iterable[Entry],
    parser: Parser,
    cutting: Cutting,
    threads: int,
    *,
    ahead: int = AHEAD_FILES,
    as_listed: bool = False,
) -> Generator[Outcome | None, None, None]:
    """Outcomes as they come; None now and then while none is ready, so that the caller can use the time.

    So many files are read `ahead` of the caller at most.

    Closing the parser from outside lets the threads end at once; until then they finish their file.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="reading")
    left = _Peeked(entries)
    running: dict[Future[Outcome], int] = {}
    try:
        while left.first is not None or running:
            while left.first is not None and _has_room(running, left.first, ahead):
                entry = left.take()
                future = pool.submit(read_file, drive, entry, parser, cutting, as_listed=as_listed)
                running[future] = entry.size
            done, _ = wait(running, timeout=0, return_when=FIRST_COMPLETED)
            while not done:
                yield None
                done, _ = wait(running, timeout=_SIGN_OF_LIFE, return_when=FIRST_COMPLETED)
            for future in done:
                del running[future]
                yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class _Peeked:
    """Entries of which one is taken ahead, to see whether there is room for it."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._left = iter(entries)
        self.first = next(self._left, None)

    def take(self) -> Entry:
        """The first one, which makes the next the first."""
        assert self.first is not None
        entry, self.first = self.first, next(self._left, None)
        return entry


def _has_room(running: Mapping[Future[Outcome], int], entry: Entry, ahead: int) -> bool:
    held = sum(running.values()) + entry.size
    return not running or (len(running) < ahead and held <= _AHEAD_BYTES)
