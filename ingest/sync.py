"""Bring catalog and index in step with a drive; every step can be killed and run again."""

import time
from collections.abc import Callable, Collection, Iterator, Sized
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from brain.catalog.catalog import Catalog
from brain.embedding.embedder import Embedder
from brain.errors import CitewiseError, UsageError
from ingest.drives import Drive, DriveUnavailable, Entry, PartlyListed
from ingest.indexing.pipeline import Destination, Pipeline, RunTally
from ingest.indexing.reading import AHEAD_FILES, FEW_AHEAD, Parser
from ingest.indexing.stopwatch import Stopwatch
from ingest.readers.versions import CURRENT
from ingest.reconciling.carrying_out import carry_out, remove
from ingest.reconciling.hashing import HashedFile, hash_entry
from ingest.reconciling.holding_back import HeldBack, hold_back
from ingest.reconciling.reconcile import Comparison, Plan, Rules, compare, plan
from ingest.reconciling.sifting import Sifted
from ingest.reconciling.spool import Amount, Spool, Verdict
from ingest.reconciling.watch import Watch
from ingest.registration import Swallowed, find, place
from ingest.report import Change, Progress, Stage, SyncReport, silent

INDEX_PASSAGES = 2000  # the indexes follow in steps of this size, so that a long run is searchable early
_NO_DRIVE = 0  # ids of drives begin at 1


class Index(Protocol):
    """The part of the search index that an ingest needs."""

    def apply_pending(self, progress: Callable[[str, int, int], None]) -> int:
        """Bring the index in step with the catalog; how many operations that took.

        `progress` is told what is being done, how much of it is done, and of how much.
        """
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run works with; all but the catalog are opened only when there is work for them."""

    catalog: Catalog
    index: Callable[[], Index]
    embedder: Callable[[], Embedder]
    parser: Callable[[], AbstractContextManager[Parser]]


@dataclass(frozen=True, slots=True)
class Effort:
    """Which files are read though they seem to be as they were.

    `retry` takes up files that failed before; `check_contents` hashes all files, also those of unchanged size
    and time. With `reread` files that were read in another way than today are read anew, after all others,
    until `gives_way` says to leave the rest to a later run.
    """

    retry: bool = False
    check_contents: bool = False
    reread: bool = True
    gives_way: Callable[[], bool] = lambda: False


USUAL = Effort()


def sync(
    drive: Drive,
    space: str,
    parts: Parts,
    progress: Progress = silent,
    effort: Effort = USUAL,
    *,
    threads: int = 2,
    watch: Watch | None = None,
) -> SyncReport:
    """One run over one drive, into one space.

    With `watch` it is a look at a followed drive: files must settle, and mass removals wait.

    Raises UsageError (unknown space, indexed elsewhere, nothing to read), DriveUnavailable (can't be
    listed, or suddenly empty: nothing is removed then), EmbedderMismatch before anything is written, and
    StorageFailed; what was stored before such an end stays, and the next run goes on from there.
    """
    with Spool(parts.catalog.path.parent) as spool:
        return _Run(drive, space, parts, progress, effort, threads, watch, spool).carry_through()


class _Run:
    """One run: what differs is found out, then carried out, and the indexes follow."""

    def __init__(
        self,
        drive: Drive,
        space: str,
        parts: Parts,
        progress: Progress,
        effort: Effort,
        threads: int,
        watch: Watch | None,
        spool: Spool,
    ) -> None:
        self._drive = drive
        self._space = space
        self._parts = parts
        self._catalog = parts.catalog
        self._progress = progress
        self._effort = effort
        self._threads = threads
        self._watch = watch
        self._spool = spool
        self._stopwatch = Stopwatch()
        self._registration = find(parts.catalog, drive.url, space)
        self._inner = Swallowed(self._registration, drive.url)
        known = self._registration.drive
        self._known_id = known.id if known else _NO_DRIVE
        self._ledger = self._catalog.ledger(self._known_id)

    def carry_through(self) -> SyncReport:
        """From the listing to the report."""
        comparison, documents = self._compare()
        todo = self._plan(comparison)
        held_back = HeldBack()
        if self._watch:
            held_back = hold_back(self._drive, self._spool, documents, self._watch, self._inner.unread)
        self._stopwatch.lap("hash")

        amount = self._spool.amount_to_read()
        embedder = self._parts.embedder() if amount.files else None
        if embedder is not None:  # one that does not fit is refused before anything is written
            self._catalog.set_embedder(embedder.identity, embedder.dimensions)
        destination = self._destination()
        tally = RunTally(on_vanished=comparison.skip)
        if self._watch:
            tally.on_failure = self._watch.unreadable
        indexes = _IndexFollower(self._parts, self._progress, self._stopwatch, tally, self._watch)
        removed = self._spool.gone_documents()
        self._carry_out(todo, destination, indexes, removed)
        if embedder is not None:
            pipeline = Pipeline(self._drive, destination, embedder, self._progress, self._stopwatch, tally)
            self._read(todo, amount, pipeline, indexes)
        indexes.apply()  # what takes the place of inner drives is found before these are hidden
        for swallowed in self._inner.drives():
            self._catalog.removals.begin(swallowed.id)
            self._catalog.removals.carry_out(swallowed.id, indexes.apply)
        return self._report(comparison, tally, held_back, removed)

    def _compare(self) -> tuple[Comparison, int]:
        """Hold the listing against the ledger; how many documents the drive has in the catalog."""
        watch, effort, ledger = self._watch, self._effort, self._ledger
        listing = watch.listing(self._drive, ledger) if watch else self._drive.list(ledger)
        hinted = frozenset(watch.paths or ()) if watch else frozenset[str]()
        due = partial(_due, self._catalog, self._known_id, time.time(), hinted) if watch else None
        check = effort.check_contents or (watch.check if watch else False)
        comparison = compare(
            listing,
            ledger,
            self._spool,
            Rules(effort.retry, check, due, CURRENT, effort.reread),
            unread=self._inner.unread,
            found=lambda count: self._progress(Stage.FOUND, count, None),
        )
        documents = self._catalog.followed.document_count(self._known_id)
        if isinstance(listing, Sifted) and watch:
            watch.check_root(self._drive.url, listing, comparison, documents)
        else:
            _refuse_empty(self._drive.url, comparison, ledger)
        self._stopwatch.lap("list")
        return comparison, documents

    def _plan(self, comparison: Comparison) -> Plan:
        def hashed(entry: Entry) -> HashedFile | None:
            # A sign of life, and where a run can be left.
            self._progress(Stage.FOUND, comparison.found, None)
            return hash_entry(self._drive, entry)

        places = self._watch.paths if self._watch and isinstance(self._drive, PartlyListed) else None
        return plan(comparison, self._ledger, hashed, places)

    def _destination(self) -> Destination:
        known = self._registration.drive or self._catalog.add_drive(self._drive.url, self._space)
        return Destination(
            self._catalog, known.id, self._space, self._spool.is_indexed, self._spool.read_anew
        )

    def _carry_out(self, todo: Plan, to: Destination, indexes: "_IndexFollower", removed: int) -> None:
        """What needs no reading: documents leave, move, or get a new time."""
        remove(to, self._spool.withdrawn())
        for change in carry_out(self._drive, to, todo):
            indexes.carried_out(change)
        if self._watch:
            self._watch.brake.removed(removed)
        self._stopwatch.lap("store")

    def _read(self, todo: Plan, amount: Amount, pipeline: Pipeline, indexes: "_IndexFollower") -> None:
        """Read what is new, changed or to be read anew, and have the indexes follow."""
        turn = self._watch.turn(amount) if self._watch else nullcontext()
        with turn, self._parts.parser() as parser:
            if pipeline.tally.changes:
                indexes.apply()
            reading = pipeline.run(
                *(todo.to_read(self._effort.gives_way), amount.files, parser, self._threads),
                ahead=FEW_AHEAD if amount.files == self._spool.count_anew() else AHEAD_FILES,
                # Of a drive that can be looked at in parts a change is hinted at, or seen by the next look.
                as_listed=self._watch is not None and isinstance(self._drive, PartlyListed),
            )
            with closing(reading) as batches, indexes.following():
                for passages in batches:
                    indexes.stored(passages)

    def _report(
        self, comparison: Comparison, tally: RunTally, held_back: HeldBack, removed: int
    ) -> SyncReport:
        spool = self._spool
        outdated_still = spool.count(Verdict.OUTDATED) - tally.done_anew
        return SyncReport(
            url=self._drive.url,
            space=self._space,
            added=tally.added,
            changed=tally.changed,
            moved=spool.count_moved(),
            removed=removed,
            unchanged=comparison.unchanged + spool.count(Verdict.TOUCHED) + outdated_still,
            reread=tally.reread,
            withdrawn=comparison.withdrawn,
            held=held_back.held,
            unsettled=held_back.unsettled,
            unsettled_count=spool.count(Verdict.UNSETTLED),
            failed=tally.failed + comparison.remembered - tally.tried_anew,
            remembered=comparison.remembered - tally.tried_anew,
            stale=tally.stale + comparison.stale,
            skipped=comparison.skipped_by_reason.total(),
            passages=tally.passages,
            embedded=tally.embedded,
            failures=tuple(tally.failures),
            warnings=tuple(tally.warnings),
            unlisted=tuple(comparison.unlisted_parts),
            unlisted_count=comparison.unlisted,
            skipped_files=tuple(comparison.skipped),
            skipped_by_reason=dict(comparison.skipped_by_reason),
            seconds=dict(self._stopwatch.seconds),
        )


def _due(catalog: Catalog, drive_id: int, now: float, hinted: Collection[str], path: str) -> bool:
    """Whether a file that could not be read is tried again: its time has come, or something happened to it.

    A permission that is given shows in neither size nor time.
    """
    if path in hinted:
        return True
    known = catalog.followed.retry(drive_id, path)
    return known is not None and known.next_try is not None and known.next_try <= now


def _refuse_empty(url: str, comparison: Comparison, ledger: Sized) -> None:
    if comparison.found or comparison.unlisted:
        return
    known = len(ledger)
    if known and not comparison.skipped:
        raise DriveUnavailable(
            f"{place(url)} is empty now, though {known} files of it are indexed. Nothing was removed: "
            "if it is a share, mount it again; if it is meant, take it out with `citewise drives remove`."
        )
    if not known:
        reasons = ", ".join(
            f"{count} × {reason}" for reason, count in comparison.skipped_by_reason.most_common(3)
        )
        raise UsageError(
            f"There is nothing to read in {place(url)}: "
            + (f"all of it was skipped ({reasons})." if reasons else "it holds no files.")
        )


@dataclass(slots=True)
class _IndexFollower:
    """The indexes' part of a run: they follow the catalog in steps, and whoever measures is told."""

    parts: Parts
    progress: Progress
    stopwatch: Stopwatch
    tally: RunTally
    watch: Watch | None
    unindexed: int = 0

    def carried_out(self, change: Change) -> None:
        """A document was moved or removed."""
        self.tally.changes.append(change)
        if len(self.tally.changes) >= INDEX_PASSAGES:
            self.apply()

    def stored(self, passages: int) -> None:
        """So many passages more are in the catalog."""
        if self.watch:
            self.watch.stored()
        self.unindexed += passages
        if self.unindexed >= INDEX_PASSAGES:
            self.apply()

    @contextmanager
    def following(self) -> Iterator[None]:
        """Bring the indexes in step with what was stored, also where a server or the drive is lost meanwhile.

        Until then the catalog no longer has what the indexes find of documents that were read anew.
        """
        try:
            yield
        except CitewiseError:
            with suppress(CitewiseError):
                self.apply()
            raise

    def apply(self) -> None:
        """Bring the indexes in step with the catalog."""
        if self.parts.catalog.feed.pending_operations(1):
            self.parts.index().apply_pending(
                lambda what, done, total: self.progress(Stage.INDEXED, done, total)
            )
        self.stopwatch.lap("index")
        self.unindexed = 0
        changes, self.tally.changes = self.tally.changes, []
        if self.watch and changes:
            self.watch.answerable(changes)
