"""What follows from a plan without reading a file: moves, new times, removals."""

from collections.abc import Mapping

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DocumentState, LedgerEntry
from ingest.drives import Drive
from ingest.pipeline import Destination
from ingest.readers.naming import title_from_name
from ingest.reconcile import Move, Plan, Touch
from ingest.report import Change, ChangeKind


def carry_out(drive: Drive, to: Destination, todo: Plan) -> list[Change]:
    """Moves before removals, so that no moved document is taken out."""
    for move in todo.moves:
        to.catalog.move_document(
            move.document_id,
            move.entry.path,
            drive.uri(move.entry),
            mtime_ns=move.entry.mtime_ns if move.same_content else None,
            title=_title_after(move, to.catalog),
        )
    moved = tuple(move for move in todo.moves if move.same_content)
    same_content: tuple[Move | Touch, ...] = (*moved, *todo.touches)
    for same in same_content:
        entry = same.entry
        to.catalog.touch_document(same.document_id, entry.size, entry.mtime_ns, entry.etag, entry.identity)
    remove(to, todo.gone)
    return [Change(ChangeKind.MOVED, move.entry.path, move.entry) for move in todo.moves] + [
        Change(ChangeKind.REMOVED, path) for path, known in todo.gone.items() if known.document_id is not None
    ]


def remove(to: Destination, gone: Mapping[str, LedgerEntry]) -> None:
    """Take documents out, and forget failures of files that are not there."""
    for path, known in gone.items():
        if known.document_id is not None:
            to.catalog.remove_document(known.document_id)
        if known.state is DocumentState.FAILED:
            to.catalog.clear_failure(to.drive_id, path)


def _title_after(move: Move, catalog: Catalog) -> str | None:
    """A new title for a document that only had its file name for one."""
    old, new = title_from_name(move.old_path), title_from_name(move.entry.path)
    return new if old != new and catalog.document(move.document_id).title == old else None
