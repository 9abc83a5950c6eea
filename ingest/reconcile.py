"""What differs between a drive and the catalog, and what follows from it. Nothing is written here.

Size and time say which files can't have changed; only the rest is hashed. A file that is gone and a new
one of the same content are one file that moved. What could not be listed is neither gone nor changed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from brain.catalog.rows import DocumentState, LedgerEntry
from ingest.drives import Entry, Skipped, Unlisted
from ingest.hashing import HashedFile
from ingest.skipping import UNKNOWN_FORMAT

SHOWN_SKIPS = 1000  # a tree may hold a million files of no use; the counts go on
TWIN = "a second file of the same name"

HashOf = Callable[[Entry], HashedFile | None]


@dataclass(slots=True)
class Comparison:
    """A listing held against the ledger; `gone` is what the ledger knows and the listing did not show."""

    found: int = 0
    unchanged: int = 0
    new: dict[str, Entry] = field(default_factory=dict)
    differing: list[tuple[Entry, LedgerEntry]] = field(default_factory=list)
    remembered: list[str] = field(default_factory=list)
    gone: dict[str, LedgerEntry] = field(default_factory=dict)
    unlisted: list[Unlisted] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    skipped_by_reason: Counter[str] = field(default_factory=Counter)

    def skip(self, item: Skipped) -> None:
        """Count it, and keep the first ones to show."""
        self.skipped_by_reason[item.reason] += 1
        if len(self.skipped) < SHOWN_SKIPS:
            self.skipped.append(item)


@dataclass(frozen=True, slots=True)
class Move:
    """A document that lies elsewhere now."""

    document_id: int
    old_path: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Touch:
    """A document whose file has a new time and the old content."""

    document_id: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do: `to_read` are new or changed files, `gone` what is no longer there."""

    moves: tuple[Move, ...]
    touches: tuple[Touch, ...]
    to_read: tuple[Entry, ...]
    gone: Mapping[str, LedgerEntry]


def compare(
    listing: Iterable[Entry | Skipped | Unlisted],
    ledger: Mapping[str, LedgerEntry],
    *,
    retry: bool = False,
    check_contents: bool = False,
    found: Callable[[int], None] = lambda count: None,
) -> Comparison:
    """Sort what is listed by size and time alone.

    `retry` takes up files that failed before, `check_contents` suspects every file of having changed
    behind an unchanged size and time.
    """
    result = Comparison(gone=dict(ledger))
    for item in listing:
        if isinstance(item, Skipped):
            result.skip(item)
            if item.reason == UNKNOWN_FORMAT:
                result.gone.pop(item.path, None)  # it was read once, so a reader is missing, not the file
        elif isinstance(item, Unlisted):
            result.unlisted.append(item)
        else:
            _sort_in(result, item, ledger, retry, check_contents)
            result.found += 1
            if result.found % 1000 == 0:
                found(result.found)
    found(result.found)
    for part in result.unlisted:
        for path in [path for path in result.gone if _covers(part.path, path)]:
            del result.gone[path]
    return result


def _sort_in(
    result: Comparison, entry: Entry, ledger: Mapping[str, LedgerEntry], retry: bool, check_contents: bool
) -> None:
    known = result.gone.pop(entry.path, None)
    if known is None:
        if entry.path in ledger or entry.path in result.new:
            result.skip(Skipped(entry.path, TWIN))
        else:
            result.new[entry.path] = entry
    elif known.state is DocumentState.FAILED:
        if retry or known.retryable or not _looks_same(entry, known):
            result.differing.append((entry, known))
        else:
            result.remembered.append(entry.path)
    elif check_contents or not _looks_same(entry, known):
        result.differing.append((entry, known))
    else:
        result.unchanged += 1


def _looks_same(entry: Entry, known: LedgerEntry) -> bool:
    if entry.etag and known.etag:
        return entry.etag == known.etag
    # A time of 0 is one that can't be relied on: see hashing.settled
    return entry.size == known.size and entry.mtime_ns == known.mtime_ns != 0


def _covers(unlisted: str, path: str) -> bool:
    return not unlisted or path == unlisted or path.startswith(unlisted + "/")


def plan(comparison: Comparison, hash_of: HashOf) -> Plan:
    """Decide, hashing only files that may have kept their content: same size as before, or as a gone one."""
    gone = dict(comparison.gone)
    touches, to_read = [], []
    for entry, known in comparison.differing:
        hashed = _hashed_if(known.size == entry.size and _is_readable(known), entry, hash_of)
        if hashed and known.document_id is not None and hashed.digest == known.content_hash:
            touches.append(Touch(known.document_id, hashed.entry))
        else:
            to_read.append(entry)
    by_size = defaultdict[int, dict[str, LedgerEntry]](dict)
    for path, known in gone.items():
        if _is_readable(known):
            by_size[known.size][path] = known
    moves = []
    for entry in comparison.new.values():
        candidates = by_size.get(entry.size, {})
        hashed = _hashed_if(bool(candidates), entry, hash_of)
        same = [path for path, known in candidates.items() if hashed and known.content_hash == hashed.digest]
        if hashed is None or not same:
            to_read.append(entry)
            continue
        old_path = max(same, key=lambda path: _likeness(path, entry.path))
        document_id = candidates.pop(old_path).document_id
        assert document_id is not None
        del gone[old_path]
        moves.append(Move(document_id, old_path, hashed.entry))
    return Plan(tuple(moves), tuple(touches), tuple(to_read), gone)


def _is_readable(known: LedgerEntry) -> bool:
    return known.state is DocumentState.CURRENT and known.document_id is not None


def _hashed_if(worth_it: bool, entry: Entry, hash_of: HashOf) -> HashedFile | None:
    return hash_of(entry) if worth_it else None


def _likeness(old: str, new: str) -> tuple[bool, bool]:
    a, b = PurePosixPath(old), PurePosixPath(new)
    return (a.name == b.name, a.parent == b.parent)
