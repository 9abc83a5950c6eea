"""Bring catalog and index in step with a drive; every step can be killed and run again."""

import time
from collections.abc import Callable, Collection, Iterator, Sized
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from brain.catalog.catalog import Catalog
from brain.embedding.embedder import Embedder
from brain.errors import CitewiseError, UsageError
from ingest.drives import Drive, DriveUnavailable, Entry, PartlyListed
from ingest.indexing.pipeline import Destination, Pipeline, Tally
from ingest.indexing.reading import AHEAD_FILES, FEW_AHEAD, Parser
from ingest.indexing.stopwatch import Stopwatch
from ingest.readers.versions import CURRENT
from ingest.reconciling.carrying_out import carry_out, remove
from ingest.reconciling.hashing import HashedFile, hash_entry
from ingest.reconciling.holding_back import HeldBack, hold_back
from ingest.reconciling.reconcile import Comparison, Rules, compare, plan
from ingest.reconciling.sifting import Sifted
from ingest.reconciling.spool import Spool, Verdict
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


def sync(
    drive: Drive,
    space: str,
    catalog: Catalog,
    index: Callable[[], Index],
    embedder: Callable[[], Embedder],
    parser: Callable[[], AbstractContextManager[Parser]],
    progress: Progress = silent,
    *,
    retry: bool = False,
    check_contents: bool = False,
    reread: bool = True,
    gives_way: Callable[[], bool] = lambda: False,
    threads: int = 2,
    watch: Watch | None = None,
) -> SyncReport:
    """One run over one drive, into one space.

    `index`, `embedder` and `parser` are called only when there is work for them. `retry` takes up files
    that failed before; `check_contents` hashes all files, also those of unchanged size and time. With
    `reread` files that were read in another way than today are read anew, after all others, until `gives_way`
    says to leave the rest to a later run. With `watch` it is a look at a followed drive: files must settle,
    and mass removals wait.

    Raises UsageError (unknown space, indexed elsewhere, nothing to read), DriveUnavailable (can't be
    listed, or suddenly empty: nothing is removed then), EmbedderMismatch before anything is written, and
    StorageFailed; what was stored before such an end stays, and the next run goes on from there.
    """
    with Spool(catalog.path.parent) as spool:
        return _sync(
            *(drive, space, catalog, index, embedder, parser, progress, spool),
            retry=retry,
            check_contents=check_contents,
            reread=reread,
            gives_way=gives_way,
            threads=threads,
            watch=watch,
        )


def _sync(
    drive: Drive,
    space: str,
    catalog: Catalog,
    index: Callable[[], Index],
    embedder: Callable[[], Embedder],
    parser: Callable[[], AbstractContextManager[Parser]],
    progress: Progress,
    spool: Spool,
    *,
    retry: bool,
    check_contents: bool,
    reread: bool,
    gives_way: Callable[[], bool],
    threads: int,
    watch: Watch | None,
) -> SyncReport:
    stopwatch = Stopwatch()
    registration = find(catalog, drive.url, space)
    inner = Swallowed(registration, drive.url)
    known_drive = registration.drive.id if registration.drive else _NO_DRIVE
    ledger = catalog.ledger(known_drive)
    listing = watch.listing(drive, ledger) if watch else drive.list(ledger)
    comparison = compare(
        listing,
        ledger,
        spool,
        Rules(
            retry,
            check_contents or (watch.check if watch else False),
            partial(_due, catalog, known_drive, time.time(), frozenset(watch.paths or ())) if watch else None,
            CURRENT,
            reread,
        ),
        unread=inner.unread,
        found=lambda count: progress(Stage.FOUND, count, None),
    )
    documents = catalog.followed.document_count(known_drive)
    if isinstance(listing, Sifted) and watch:
        watch.check_root(drive.url, listing, comparison, documents)
    else:
        _refuse_empty(drive.url, comparison, ledger)
    stopwatch.lap("list")

    def hashed(entry: Entry) -> HashedFile | None:
        progress(Stage.FOUND, comparison.found, None)  # a sign of life, and where a run can be left
        return hash_entry(drive, entry)

    places = watch.paths if watch and isinstance(drive, PartlyListed) else None
    todo = plan(comparison, ledger, hashed, places)
    back = hold_back(drive, spool, documents, watch, inner.unread) if watch else HeldBack()
    stopwatch.lap("hash")

    amount = spool.amount_to_read()
    ready = embedder() if amount.files else None
    if ready is not None:
        catalog.set_embedder(ready.identity, ready.dimensions)
    known = registration.drive or catalog.add_drive(drive.url, space)
    to = Destination(catalog, known.id, space, spool.is_indexed, spool.read_anew)
    tally = Tally(on_vanished=comparison.skip)
    if watch:
        tally.on_failure = watch.unreadable
    run = _Run(catalog, index, progress, stopwatch, tally, watch)
    removed = spool.gone_documents()
    remove(to, spool.withdrawn())
    for change in carry_out(drive, to, todo):
        run.carried_out(change)
    if watch:
        watch.brake.removed(removed)
    stopwatch.lap("store")
    if ready is not None:
        pipeline = Pipeline(drive, to, ready, progress, stopwatch, tally)
        turn = watch.turn(amount) if watch else nullcontext()
        with turn, parser() as open_parser:
            if tally.changes:
                run.apply()
            # Of a drive that can be looked at in parts a change is hinted at, or seen by the next look.
            as_listed = watch is not None and isinstance(drive, PartlyListed)
            ahead = FEW_AHEAD if amount.files == spool.count_anew() else AHEAD_FILES
            reading = pipeline.run(
                *(todo.to_read(gives_way), amount.files, open_parser, threads),
                ahead=ahead,
                as_listed=as_listed,
            )
            with closing(reading) as batches, run.following():
                for stored in batches:
                    run.stored(stored)
    run.apply()  # what takes the place of inner drives is found before these are hidden
    for swallowed in inner.drives():
        catalog.removals.begin(swallowed.id)
        catalog.removals.carry_out(swallowed.id, run.apply)
    report = _report(drive.url, space, comparison, tally, stopwatch)
    return replace(
        report,
        moved=spool.count_moved(),
        unchanged=comparison.unchanged
        + spool.count(Verdict.TOUCHED)
        + (spool.count(Verdict.OUTDATED) - tally.done_anew),
        removed=removed,
        held=back.held,
        unsettled=back.unsettled,
        unsettled_count=spool.count(Verdict.UNSETTLED),
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
class _Run:
    """The indexes' part of a run: they follow the catalog in steps, and whoever measures is told."""

    catalog: Catalog
    index: Callable[[], Index]
    progress: Progress
    stopwatch: Stopwatch
    tally: Tally
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
        if self.catalog.feed.pending_operations(1):
            self.index().apply_pending(lambda what, done, total: self.progress(Stage.INDEXED, done, total))
        self.stopwatch.lap("index")
        self.unindexed = 0
        changes, self.tally.changes = self.tally.changes, []
        if self.watch and changes:
            self.watch.answerable(changes)


def _report(url: str, space: str, comparison: Comparison, tally: Tally, stopwatch: Stopwatch) -> SyncReport:
    return SyncReport(
        url=url,
        space=space,
        added=tally.added,
        changed=tally.changed,
        reread=tally.reread,
        withdrawn=comparison.withdrawn,
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
        seconds=dict(stopwatch.seconds),
    )
