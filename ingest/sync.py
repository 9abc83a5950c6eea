"""Bring catalog and index in step with a drive; every step can be killed and run again."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from functools import partial
from typing import Protocol

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DocumentState, LedgerEntry
from brain.embedding.embedder import Embedder
from brain.errors import UsageError
from ingest.drives import Drive, DriveUnavailable
from ingest.hashing import hash_entry
from ingest.pipeline import Destination, Pipeline, Tally
from ingest.readers.naming import title_from_name
from ingest.reading import Parser
from ingest.reconcile import Comparison, Move, Plan, Touch, compare, plan
from ingest.registration import find, place, swallowed
from ingest.report import Progress, Stage, SyncReport, silent
from ingest.stopwatch import Stopwatch

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
) -> SyncReport:
    """One run over one drive, into one space.

    `index`, `embedder` and `parser` are called only when there is work for them. `retry` takes up files
    that failed before; `check_contents` hashes all files, also those of unchanged size and time.

    Raises UsageError (unknown space, indexed elsewhere, nothing to read), DriveUnavailable (can't be
    listed, or suddenly empty: nothing is removed then), EmbedderMismatch before anything is written, and
    StorageFailed; what was stored before such an end stays, and the next run goes on from there.
    """
    stopwatch = Stopwatch()
    registration = find(catalog, drive.url, space)
    ledger = catalog.ledger(registration.drive.id) if registration.drive else {}
    comparison = compare(
        drive.list(ledger),
        ledger,
        retry=retry,
        check_contents=check_contents,
        found=lambda count: progress(Stage.FOUND, count, None),
    )
    _refuse_empty(drive.url, comparison, ledger)
    stopwatch.lap("list")
    todo = plan(comparison, partial(hash_entry, drive))
    stopwatch.lap("hash")

    ready = embedder() if todo.to_read else None
    if ready is not None:
        catalog.set_embedder(ready.identity, ready.dimensions)
    known = registration.drive or catalog.add_drive(drive.url, space)
    _settle(drive, Destination(catalog, known.id, space, ledger), todo)
    stopwatch.lap("store")
    tally = Tally()
    if ready is not None:
        pipeline = Pipeline(drive, Destination(catalog, known.id, space, ledger), ready, progress, stopwatch)
        tally = pipeline.tally
        unindexed = 0
        with parser() as open_parser, closing(pipeline.run(todo.to_read, open_parser, threads)) as batches:
            for stored in batches:
                unindexed += stored
                if unindexed >= INDEX_PASSAGES:
                    _apply(catalog, index, progress, stopwatch)
                    unindexed = 0
    unread = [note.path for note in tally.failures] + comparison.remembered
    unread += [part.path for part in comparison.unlisted]
    for inner in swallowed(registration, drive.url, unread):
        catalog.remove_drive(inner.id)
    _apply(catalog, index, progress, stopwatch)
    return _report(drive.url, space, ledger, comparison, todo, tally, stopwatch)


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


def _settle(drive: Drive, to: Destination, todo: Plan) -> None:
    """Everything that needs no reading: moves before removals, so that no moved document is taken out."""
    for move in todo.moves:
        to.catalog.move_document(
            move.document_id,
            move.entry.path,
            drive.uri(move.entry),
            mtime_ns=move.entry.mtime_ns,
            title=_title_after(move, to.catalog),
        )
    same_content: tuple[Move | Touch, ...] = (*todo.moves, *todo.touches)
    for same in same_content:
        entry = same.entry
        to.catalog.touch_document(same.document_id, entry.size, entry.mtime_ns, entry.etag)
    for path, gone in todo.gone.items():
        if gone.document_id is not None:
            to.catalog.remove_document(gone.document_id)
        if gone.state is DocumentState.FAILED:
            to.catalog.clear_failure(to.drive_id, path)


def _title_after(move: Move, catalog: Catalog) -> str | None:
    """A new title for a document that only had its file name for one."""
    old, new = title_from_name(move.old_path), title_from_name(move.entry.path)
    return new if old != new and catalog.document(move.document_id).title == old else None


def _apply(catalog: Catalog, index: Callable[[], Index], progress: Progress, stopwatch: Stopwatch) -> None:
    if catalog.feed.pending_operations(1):
        index().apply_pending(lambda what, done, total: progress(Stage.INDEXED, done, total))
    stopwatch.lap("index")


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
        removed=sum(known.document_id is not None for known in todo.gone.values()),
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
