"""What follows from a plan without reading a file: moves, new times, removals."""

from collections.abc import Iterable, Iterator

from brain.catalog.catalog import Catalog
from ingest.drives import Drive
from ingest.indexing.pipeline import Destination
from ingest.readers.naming import title_from_name
from ingest.reconciling.reconcile import Move, Plan, Touch
from ingest.reconciling.spool import Gone
from ingest.report import Change, ChangeKind


def carry_out(drive: Drive, to: Destination, todo: Plan) -> Iterator[Change]:
    """Do it all, change by change: moves before removals, so that no moved document is taken out."""
    for move in todo.moves():
        to.catalog.move_document(
            move.document_id,
            move.entry.path,
            drive.uri(move.entry),
            mtime_ns=move.entry.mtime_ns if move.same_content else None,
            title=_title_after(move, to.catalog),
        )
        if move.same_content:
            _touch(to.catalog, move)
        yield Change(ChangeKind.MOVED, move.entry.path, move.entry)
    for touched in todo.touches():
        _touch(to.catalog, touched)
    for gone in todo.spool.gone():
        _remove(to, gone)
        if gone.document_id is not None:
            yield Change(ChangeKind.REMOVED, gone.path)


def remove(to: Destination, gone: Iterable[Gone]) -> None:
    """Take documents out, and forget failures of files that are not there."""
    for one in gone:
        _remove(to, one)


def _remove(to: Destination, gone: Gone) -> None:
    if gone.document_id is not None:
        to.catalog.remove_document(gone.document_id)
    if gone.failed:
        to.catalog.clear_failure(to.drive_id, gone.path)


def _touch(catalog: Catalog, same: Move | Touch) -> None:
    entry = same.entry
    catalog.touch_document(same.document_id, entry.size, entry.mtime_ns, entry.etag, entry.identity)


def _title_after(move: Move, catalog: Catalog) -> str | None:
    """A new title for a document that only had its file name for one."""
    old, new = title_from_name(move.old_path), title_from_name(move.entry.path)
    return new if old != new and catalog.document(move.document_id).title == old else None
