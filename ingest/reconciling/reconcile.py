"""What differs between a drive and the catalog, and what follows from it. Nothing is carried out here.

Size and time say which files can't have changed; only the rest is hashed. A file that is gone and a new
one of the same content, or of the same identity on the source, are one file that moved. What could not be
listed is neither gone nor changed.

A drive may hold a million files, so neither the listing nor the ledger is ever held as a whole: listed files
are looked up in the ledger some at a time, those that are as they were leave a bit, the others go to a spool.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeVar

from brain.catalog.rows import DocumentState, LedgerEntry
from ingest.drives import NOT_FOR_AUDIENCE, Entry, Skipped, Unlisted
from ingest.reconciling.hashing import HashedFile
from ingest.reconciling.sifting import LEFT_OUT
from ingest.reconciling.skipping import UNKNOWN_FORMAT
from ingest.reconciling.spool import Listed, Spool, Verdict

SHOWN = 1000  # a tree may hold a million files of no use; the counts go on
TWIN = "a second file of the same name"
_AT_ONCE = 1000  # files that are looked up in the ledger together, and told to who follows the progress

# Skipped for one of these reasons, a file that was read before is there all the same. An unknown format then
# means that a reader is missing now; the others, that it must leave the index.
_THERE = frozenset({UNKNOWN_FORMAT, NOT_FOR_AUDIENCE, LEFT_OUT})

HashOf = Callable[[Entry], HashedFile | None]
Check = bool | Callable[[LedgerEntry], bool]
Item = Entry | Skipped | Unlisted
T = TypeVar("T")


class Ledger(Protocol):
    """What is known of a drive's files: `KnownFiles` of the catalog."""

    def at(self, paths: Collection[str]) -> Mapping[str, LedgerEntry]:
        """What is known of the files at these paths."""
        ...

    def below(self, places: Iterable[str] | None) -> Iterator[tuple[str, int | None]]:
        """All known paths at and below these places (None: all) with their documents, in a steady order."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """What is looked at again though it seems to be as it was.

    `retry` takes up files that failed before; otherwise `due` tells which of them are tried again, by default
    those whose failure may pass. `check_contents` says which files are suspected of having changed behind an
    unchanged size and time. `current` are the marks of how files are read today: with `reread` what was read
    in another way is read anew, and what could not be is tried again.
    """

    retry: bool = False
    check_contents: Check = False
    due: Callable[[str], bool] | None = None
    current: Collection[str] | None = None
    reread: bool = False

    def tries_again(self, path: str, known: LedgerEntry) -> bool:
        """Whether a file that could not be read is read again."""
        return self.retry or (known.retryable if self.due is None else self.due(path))

    def reads_anew(self, known: LedgerEntry) -> bool:
        """Whether a file is read again as it is, since it was or could not be read in another way."""
        return self.reread and self.current is not None and known.reading not in self.current

    def suspects(self, known: LedgerEntry) -> bool:
        """Whether a file's content is compared."""
        return self.check_contents if isinstance(self.check_contents, bool) else self.check_contents(known)


@dataclass(slots=True)
class Comparison:
    """A listing held against the ledger, in numbers; what differs is in the spool.

    `remembered` files failed before and are left at that, unless there is time to try them anew; `stale` of
    them have an older version that is searched. `withdrawn` documents are known and still there, and must not
    be read any more: the audience or a pattern says so. Of what is skipped or unlisted the first ones are
    kept to be shown.
    """

    spool: Spool
    found: int = 0
    unchanged: int = 0
    remembered: int = 0
    stale: int = 0
    withdrawn: int = 0
    withdrawn_files: int = 0
    unlisted: int = 0
    unlisted_parts: list[Unlisted] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    skipped_by_reason: Counter[str] = field(default_factory=Counter)

    def skip(self, item: Skipped) -> None:
        """Count it, and keep the first ones to show."""
        self.skipped_by_reason[item.reason] += 1
        if len(self.skipped) < SHOWN:
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


def compare(
    listing: Iterable[Item],
    ledger: Ledger,
    spool: Spool,
    rules: Rules | None = None,
    *,
    unread: Callable[[str], None] = lambda path: None,
    found: Callable[[int], None] = lambda count: None,
) -> Comparison:
    """Sort what is listed by size and time alone, as it comes.

    `unread` is told of each file or part that is there and not read, `found` every so often how far it is.
    """
    result, rules = Comparison(spool), rules or Rules()
    for items in some_at_a_time(listing, _AT_ONCE):
        known = ledger.at([item.path for item in items if _may_be_known(item)])
        for item in items:
            if isinstance(item, Skipped):
                _pass_over(result, item, known.get(item.path))
            elif isinstance(item, Unlisted):
                _leave_open(result, item)
                unread(item.path)
            elif _sort_in(result, item, known.get(item.path), rules):
                unread(item.path)
        found(result.found)
    found(result.found)
    return result


def some_at_a_time(items: Iterable[T], count: int) -> Iterator[list[T]]:
    """The items in lists of that length, the last one excepted."""
    left = iter(items)
    while some := list(islice(left, count)):
        yield some


def _may_be_known(item: Item) -> bool:
    return isinstance(item, Entry) or (isinstance(item, Skipped) and item.reason in _THERE)


def _pass_over(result: Comparison, item: Skipped, known: LedgerEntry | None) -> None:
    result.skip(item)
    if known is None or item.reason not in _THERE:
        return
    if not result.spool.ticks.tick(item.path, known.document_id):
        return
    if item.reason != UNKNOWN_FORMAT:
        result.spool.add_withdrawn(item.path, known)
        result.withdrawn_files += 1
        result.withdrawn += known.document_id is not None


def _leave_open(result: Comparison, part: Unlisted) -> None:
    result.spool.add_unlisted(part)
    result.unlisted += 1
    if len(result.unlisted_parts) < SHOWN:
        result.unlisted_parts.append(part)


def _sort_in(result: Comparison, entry: Entry, known: LedgerEntry | None, rules: Rules) -> bool:
    """Put a listed file where it belongs; True where it is one that failed and is left at that."""
    result.found += 1
    spool = result.spool
    if known is None:
        if not spool.add(entry, Verdict.NEW):
            result.skip(Skipped(entry.path, TWIN))
    elif not spool.ticks.tick(entry.path, known.document_id):
        result.skip(Skipped(entry.path, TWIN))
    elif known.state is DocumentState.FAILED:
        same = _looks_same(entry, known)
        anew = same and not rules.retry and rules.reads_anew(known)
        if anew:
            spool.add(entry, Verdict.TRIED_ANEW, known)
        if not anew and (not same or rules.tries_again(entry.path, known)):
            spool.add(entry, Verdict.DIFFERS, known)
        else:
            result.remembered += 1
            result.stale += known.document_id is not None
            return True
    elif rules.suspects(known) or not _looks_same(entry, known):
        spool.add(entry, Verdict.DIFFERS, known, outdated=rules.reads_anew(known))
    elif rules.reads_anew(known):
        spool.add(entry, Verdict.OUTDATED, known)
    else:
        result.unchanged += 1
    return False


def _looks_same(entry: Entry, known: LedgerEntry) -> bool:
    if entry.etag and known.etag:
        return entry.etag == known.etag
    # A time of 0 is one that can't be relied on: see hashing.settled
    return entry.size == known.size and entry.mtime_ns == known.mtime_ns != 0


class Plan:
    """What a run has to do, read from the spool page by page."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool

    def moves(self) -> Iterator[Move]:
        """Documents that lie elsewhere now."""
        for row in self.spool.moved():
            assert row.document_id is not None
            assert row.moved_from is not None
            yield Move(row.document_id, row.moved_from, row.entry, row.verdict == Verdict.MOVED)

    def touches(self) -> Iterator[Touch]:
        """Documents that have a new time only."""
        for row in self.spool.listed(Verdict.TOUCHED):
            assert row.document_id is not None
            yield Touch(row.document_id, row.entry)

    def to_read(self, gives_way: Callable[[], bool] = lambda: False) -> Iterator[Entry]:
        """New and changed files, then those that are read anew: at least one, then until it gives way."""
        yield from (row.entry for row in self.spool.to_read())
        for verdict in (Verdict.OUTDATED, Verdict.TRIED_ANEW):
            for row in self.spool.listed(verdict):
                yield row.entry
                if gives_way():
                    return


def plan(
    comparison: Comparison, ledger: Ledger, hash_of: HashOf, places: Collection[str] | None = None
) -> Plan:
    """Decide, hashing only files that may have kept their content: same size as before, or as a gone one.

    Only these `places` were listed (None: all), so that nothing else can be gone.
    """
    spool = comparison.spool
    _find_gone(spool, ledger, places)
    for row in spool.listed(Verdict.DIFFERS):
        hashed = hash_of(row.entry) if row.known_size == row.entry.size else None
        if hashed is not None and hashed.digest == row.known_hash:
            spool.decide(row.number, Verdict.OUTDATED if row.outdated else Verdict.TOUCHED, hashed.entry)
        else:
            spool.decide(row.number, Verdict.CHANGED)
    if spool.count(Verdict.NEW) and spool.index_gone():
        for row in spool.listed(Verdict.NEW):
            _match_identity(spool, row)
        for row in spool.listed(Verdict.NEW):
            _match_content(spool, row, hash_of)
    return Plan(spool)


def _find_gone(spool: Spool, ledger: Ledger, places: Collection[str] | None) -> None:
    """All that the ledger knows and the listing did not show, but for what could not be listed."""
    unmet = (path for path, document in ledger.below(places) if not spool.ticks.has(path, document))
    for paths in some_at_a_time(unmet, _AT_ONCE):
        known = ledger.at(paths)
        spool.add_gone((path, known[path]) for path in paths if path in known)
    spool.forget_unlisted()


def _match_identity(spool: Spool, row: Listed) -> None:
    gone = spool.gone_by_identity(row.entry.identity) if row.entry.identity else None
    if gone is not None:
        same = bool(row.entry.etag) and row.entry.etag == gone.etag
        spool.move(row.number, gone, Verdict.MOVED if same else Verdict.CHANGED, row.entry)


def _match_content(spool: Spool, row: Listed, hash_of: HashOf) -> None:
    hashed = hash_of(row.entry) if spool.any_gone_of_size(row.entry.size) else None
    gone = spool.likeliest_gone(hashed.digest, row.entry) if hashed is not None else None
    if hashed is not None and gone is not None:
        spool.move(row.number, gone, Verdict.MOVED, hashed.entry)
