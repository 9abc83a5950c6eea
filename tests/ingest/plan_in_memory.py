"""Reconciling as it was when all of a drive was held in memory: what the real one is held against.

Size and time say which files can't have changed; only the rest is hashed. A file that is gone and a new
one of the same content, or of the same identity on the source, are one file that moved. What could not be
listed is neither gone nor changed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from brain.catalog.rows import DocumentState, LedgerEntry
from ingest.drives import NOT_FOR_AUDIENCE, Entry, Skipped, Unlisted
from ingest.reconciling.hashing import HashedFile
from ingest.reconciling.sifting import LEFT_OUT
from ingest.reconciling.skipping import UNKNOWN_FORMAT

SHOWN_SKIPS = 1000  # a tree may hold a million files of no use; the counts go on
TWIN = "a second file of the same name"

# Skipped for one of these reasons, a file that was read before is there all the same. An unknown format then
# means that a reader is missing now; the others, that it must leave the index.
_THERE = frozenset({UNKNOWN_FORMAT, NOT_FOR_AUDIENCE, LEFT_OUT})

HashOf = Callable[[Entry], HashedFile | None]
Check = bool | Callable[[LedgerEntry], bool]


@dataclass(slots=True)
class Comparison:
    """A listing held against the ledger; `gone` is what the ledger knows and the listing did not show.

    `withdrawn` is known and still there, and must not be read any more: the audience or a pattern says so.
    """

    found: int = 0
    unchanged: int = 0
    new: dict[str, Entry] = field(default_factory=dict)
    differing: list[tuple[Entry, LedgerEntry]] = field(default_factory=list)
    remembered: list[str] = field(default_factory=list)
    gone: dict[str, LedgerEntry] = field(default_factory=dict)
    withdrawn: dict[str, LedgerEntry] = field(default_factory=dict)
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
    """A document that lies elsewhere now; without `same_content` its file was changed besides."""

    document_id: int
    old_path: str
    entry: Entry
    same_content: bool = True


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
    check_contents: Check = False,
    due: Callable[[str], bool] | None = None,
    found: Callable[[int], None] = lambda count: None,
) -> Comparison:
    """Sort what is listed by size and time alone.

    `retry` takes up files that failed before; otherwise `due` tells which of them are tried again, by default
    those whose failure may pass. `check_contents` says which files are suspected of having changed behind an
    unchanged size and time.
    """
    result = Comparison(gone=dict(ledger))
    for item in listing:
        if isinstance(item, Skipped):
            result.skip(item)
            known = result.gone.pop(item.path, None) if item.reason in _THERE else None
            if known is not None and item.reason != UNKNOWN_FORMAT:
                result.withdrawn[item.path] = known
        elif isinstance(item, Unlisted):
            result.unlisted.append(item)
        else:
            _sort_in(result, item, ledger, retry, check_contents, due)
            result.found += 1
            if result.found % 1000 == 0:
                found(result.found)
    found(result.found)
    for part in result.unlisted:
        for path in [path for path in result.gone if _covers(part.path, path)]:
            del result.gone[path]
    return result


def _sort_in(
    result: Comparison,
    entry: Entry,
    ledger: Mapping[str, LedgerEntry],
    retry: bool,
    check_contents: Check,
    due: Callable[[str], bool] | None,
) -> None:
    known = result.gone.pop(entry.path, None)
    if known is None:
        if entry.path in ledger or entry.path in result.new:
            result.skip(Skipped(entry.path, TWIN))
        else:
            result.new[entry.path] = entry
    elif known.state is DocumentState.FAILED:
        again = retry or (known.retryable if due is None else due(entry.path))
        if again or not _looks_same(entry, known):
            result.differing.append((entry, known))
        else:
            result.remembered.append(entry.path)
    elif _checks(check_contents, known) or not _looks_same(entry, known):
        result.differing.append((entry, known))
    else:
        result.unchanged += 1


def _checks(check_contents: Check, known: LedgerEntry) -> bool:
    return check_contents if isinstance(check_contents, bool) else check_contents(known)


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
    by_identity: dict[str, str] = {}
    for path, known in gone.items():
        if _is_readable(known):
            by_size[known.size][path] = known
            if known.identity:
                by_identity[known.identity] = path
    moves: list[Move] = []
    unknown = []
    for entry in comparison.new.values():
        old_path = by_identity.pop(entry.identity, None) if entry.identity else None
        if old_path is None:
            unknown.append(entry)
            continue
        known = gone.pop(old_path)
        del by_size[known.size][old_path]
        same = bool(entry.etag) and entry.etag == known.etag
        moves.append(_move(known, old_path, entry, same))
        if not same:
            to_read.append(entry)
    for entry in unknown:
        candidates = by_size.get(entry.size, {})
        hashed = _hashed_if(bool(candidates), entry, hash_of)
        equal = [path for path, known in candidates.items() if hashed and known.content_hash == hashed.digest]
        if hashed is None or not equal:
            to_read.append(entry)
            continue
        old_path = max(equal, key=lambda path: _likeness(path, entry.path))
        del candidates[old_path]
        moves.append(_move(gone.pop(old_path), old_path, hashed.entry, True))
    return Plan(tuple(moves), tuple(touches), tuple(to_read), gone)


def _move(known: LedgerEntry, old_path: str, entry: Entry, same_content: bool) -> Move:
    assert known.document_id is not None
    return Move(known.document_id, old_path, entry, same_content)


def _is_readable(known: LedgerEntry) -> bool:
    return known.state is DocumentState.CURRENT and known.document_id is not None


def _hashed_if(worth_it: bool, entry: Entry, hash_of: HashOf) -> HashedFile | None:
    return hash_of(entry) if worth_it else None


def _likeness(old: str, new: str) -> tuple[bool, bool, bool]:
    a, b = PurePosixPath(old), PurePosixPath(new)
    return (old.lower() == new.lower(), a.name == b.name, a.parent == b.parent)
