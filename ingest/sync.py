"""Bring catalog and index in step with a drive; every step can be killed and run again."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

from brain.catalog.catalog import Catalog
from brain.catalog.rows import LedgerEntry, Retry
from brain.embedding.embedder import Embedder
from brain.errors import UsageError
from ingest.carrying_out import carry_out, remove
from ingest.drives import Drive, DriveUnavailable, Entry, PartlyListed
from ingest.hashing import HashedFile, hash_entry
from ingest.pipeline import Destination, Pipeline, Tally
from ingest.reading import Parser
from ingest.reconcile import Comparison, Plan, compare, plan
from ingest.registration import find, place, swallowed
from ingest.report import Progress, Stage, SyncReport, silent
from ingest.sifting import Sifted
from ingest.stopwatch import Stopwatch
from ingest.watch import Watch

INDEX_PASSAGES = 2000  # the indexes follow in steps of this size, so that a long run is searchable early


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
    threads: int = 2,
    watch: Watch | None = None,
) -> SyncReport:
    """One run over one drive, into one space.

    `index`, `embedder` and `parser` are called only when there is work for them. `retry` takes up files
    that failed before; `check_contents` hashes all files, also those of unchanged size and time. With
    `watch` it is a look at a followed drive: files must settle, and mass removals wait.

    Raises UsageError (unknown space, indexed elsewhere, nothing to read), DriveUnavailable (can't be
    listed, or suddenly empty: nothing is removed then), EmbedderMismatch before anything is written, and
    StorageFailed; what was stored before such an end stays, and the next run goes on from there.
    """
    stopwatch = Stopwatch()
    registration = find(catalog, drive.url, space)
    known_drive = registration.drive.id if registration.drive else None
    ledger = _ledger(catalog, drive, known_drive, watch)
    retries = catalog.followed.retries(known_drive) if known_drive else {}
    listing = watch.listing(drive, ledger) if watch else drive.list(ledger)
    comparison = compare(
        listing,
        ledger,
        retry=retry,
        check_contents=check_contents or (watch.check if watch else False),
        due=_due(retries) if watch else None,
        found=lambda count: progress(Stage.FOUND, count, None),
    )
    documents = catalog.followed.document_count(known_drive) if known_drive else 0
    if isinstance(listing, Sifted) and watch:
        watch.check_root(drive.url, listing, comparison, documents)
    else:
        _refuse_empty(drive.url, comparison, ledger)
    stopwatch.lap("list")

    def hashed(entry: Entry) -> HashedFile | None:
        progress(Stage.FOUND, comparison.found, None)  # a sign of life, and where a run can be left
        return hash_entry(drive, entry)

    todo = plan(comparison, hashed)
    todo, held, unsettled = _held_back(drive, todo, documents, watch)
    stopwatch.lap("hash")

    ready = embedder() if todo.to_read else None
    if ready is not None:
        catalog.set_embedder(ready.identity, ready.dimensions)
    known = registration.drive or catalog.add_drive(drive.url, space)
    to = Destination(catalog, known.id, space, ledger, retries)
    remove(to, comparison.withdrawn)
    changes = carry_out(drive, to, todo)
    if watch:
        watch.brake.removed(_documents(todo.gone))
    stopwatch.lap("store")
    tally = Tally(changes=changes)
    run = _Run(catalog, index, progress, stopwatch, tally, watch)
    if ready is not None:
        pipeline = Pipeline(drive, to, ready, progress, stopwatch, tally)
        turn = watch.turn(todo.to_read) if watch else nullcontext()
        with turn, parser() as open_parser:
            if changes:
                run.apply()
            # Of a drive that can be looked at in parts a change is hinted at, or seen by the next look.
            as_listed = watch is not None and isinstance(drive, PartlyListed)
            reading = pipeline.run(todo.to_read, open_parser, threads, as_listed=as_listed)
            with closing(reading) as batches:
                for stored in batches:
                    run.stored(stored)
    if watch:
        watch.settling.forget(entry.path for entry in todo.to_read)
    unread = [note.path for note in tally.failures] + comparison.remembered
    unread += [part.path for part in comparison.unlisted] + unsettled
    for inner in swallowed(registration, drive.url, unread):
        catalog.remove_drive(inner.id)
    run.apply()
    report = _report(drive.url, space, ledger, comparison, todo, tally, stopwatch)
    return replace(report, held=held, unsettled=tuple(unsettled))


def _ledger(
    catalog: Catalog, drive: Drive, drive_id: int | None, watch: Watch | None
) -> dict[str, LedgerEntry]:
    if drive_id is None:
        return {}
    if watch is None or watch.paths is None or not isinstance(drive, PartlyListed):
        return catalog.ledger(drive_id)
    return catalog.ledger_below(drive_id, watch.paths)


def _due(retries: Mapping[str, Retry]) -> Callable[[str], bool]:
    now = time.time()

    def due(path: str) -> bool:
        known = retries.get(path)
        return known is not None and known.next_try is not None and known.next_try <= now

    return due


def _held_back(drive: Drive, todo: Plan, documents: int, watch: Watch | None) -> tuple[Plan, int, list[str]]:
    """The plan without what must wait: how many removals, and which files that are still written to."""
    if watch is None:
        return todo, 0, []
    gone = _documents(todo.gone)
    held = gone if watch.holds(gone, documents) else 0
    to_read, unsettled = watch.settling.sort(drive, todo.to_read)
    if watch.paths is None:
        watch.settling.keep_only(entry.path for entry in unsettled)
    else:
        watch.settling.forget(set(watch.paths) - {entry.path for entry in unsettled})
    return (
        replace(todo, to_read=tuple(to_read), gone={} if held else todo.gone),
        held,
        [entry.path for entry in unsettled],
    )


def _documents(gone: Mapping[str, LedgerEntry]) -> int:
    return sum(known.document_id is not None for known in gone.values())


def _refuse_empty(url: str, comparison: Comparison, ledger: Mapping[str, LedgerEntry]) -> None:
    if comparison.found or comparison.unlisted:
        return
    if ledger and not comparison.skipped:
        raise DriveUnavailable(
            f"{place(url)} is empty now, though {len(ledger)} files of it are indexed. Nothing was removed: "
            "if it is a share, mount it again; if it is meant, take it out with `citewise drives remove`."
        )
    if not ledger:
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
    told: int = 0

    def stored(self, passages: int) -> None:
        """So many passages more are in the catalog."""
        self.unindexed += passages
        if self.unindexed >= INDEX_PASSAGES:
            self.apply()

    def apply(self) -> None:
        """Bring the indexes in step with the catalog."""
        if self.catalog.feed.pending_operations(1):
            self.index().apply_pending(lambda what, done, total: self.progress(Stage.INDEXED, done, total))
        self.stopwatch.lap("index")
        self.unindexed = 0
        changes = self.tally.changes[self.told :]
        self.told += len(changes)
        if self.watch and changes:
            self.watch.answerable(changes)


def _report(
    url: str,
    space: str,
    ledger: Mapping[str, LedgerEntry],
    comparison: Comparison,
    todo: Plan,
    tally: Tally,
    stopwatch: Stopwatch,
) -> SyncReport:
    for item in tally.vanished:
        comparison.skip(item)
    remembered = comparison.remembered
    return SyncReport(
        url=url,
        space=space,
        added=tally.added,
        changed=tally.changed,
        moved=len(todo.moves),
        removed=_documents(todo.gone),
        withdrawn=_documents(comparison.withdrawn),
        unchanged=comparison.unchanged + len(todo.touches),
        failed=len(tally.failures) + len(remembered),
        remembered=len(remembered),
        stale=tally.stale + sum(ledger[path].document_id is not None for path in remembered),
        skipped=comparison.skipped_by_reason.total(),
        passages=tally.passages,
        embedded=tally.embedded,
        failures=tuple(tally.failures),
        warnings=tuple(tally.warnings),
        unlisted=tuple(comparison.unlisted),
        skipped_files=tuple(comparison.skipped),
        skipped_by_reason=dict(comparison.skipped_by_reason),
        seconds=dict(stopwatch.seconds),
    )
