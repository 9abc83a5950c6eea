"""What the Desk may do to the documents: look at one, bring it in, take it out, put it back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from brain.errors import UsageError

if TYPE_CHECKING:
    from brain.catalog.catalog import Catalog
    from brain.catalog.rows import DocumentRow, DriveRow
    from brain.embedding.embedder import Embedder
    from brain.index.search_index import SearchIndex
    from ingest import drives
    from ingest.preview import Preview
    from ingest.report import SyncReport


PATIENCE_SECONDS = 60.0  # for whoever changes documents at the moment


@dataclass(frozen=True, slots=True)
class Library:
    """The documents of one catalog, changed by one person at a time.

    All methods block and raise CitewiseErrors with the sentence for the person.
    """

    catalog: "Catalog"
    index: "Callable[[], SearchIndex]"
    embedder: "Callable[[], Embedder]"
    open_drive: "Callable[[str], drives.Drive]"
    changing: Lock

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Change documents while nobody else does; UsageError where that does not come to an end.

        Nothing is begun that would have to wait for the index.
        """
        self.index()
        if not self.changing.acquire(timeout=PATIENCE_SECONDS):
            raise UsageError("Documents are being read in at the moment: try again in a few minutes.")
        try:
            yield
        finally:
            self.changing.release()

    def preview_page(self, url: str, space: str) -> "Preview":
        """Read a page without keeping it."""
        return self._preview(self.open_drive(url), space)

    def preview_file(self, file_id: int, space: str) -> "Preview":
        """Read an added file that is not listed yet."""
        from ingest.added import AddedDrive

        return self._preview(AddedDrive(self.catalog, space, only=file_id), space)

    def bring_in(self, place: str, space: str, gives_way: "Callable[[], bool] | None" = None) -> "SyncReport":
        """Bring catalog and index in step with a page, or with the added files of a space.

        What was read in another way than today is read anew, until it `gives_way`; without that added files
        are not, since somebody waits for the one that is new.
        """
        from brain.catalog.documents.added_files import SCHEME
        from ingest.parsing.pool import ParsePool
        from ingest.sync import Effort, Parts, sync

        drive = self.open_drive(place)
        return sync(
            drive,
            space,
            Parts(self.catalog, self.index, self.embedder, ParsePool),
            effort=Effort(
                retry=gives_way is None,
                reread=gives_way is not None or not place.startswith(SCHEME),
                gives_way=gives_way or (lambda: False),
            ),
        )

    def take_out(self, document_id: int) -> bool:
        """Take a document out of reading and searching; False where it was out already."""
        removed = self.catalog.remove_document(document_id)
        self._follow()
        return removed

    def take_out_drive(self, drive_id: int) -> None:
        """Take a page out as a whole, so that it isn't fetched again; goes on where that was cut short."""
        if any(drive.id == drive_id for drive in self.catalog.drives()):
            self.catalog.removals.begin(drive_id)
        self.catalog.removals.carry_out(drive_id, self._follow)

    def put_back(self, document_id: int) -> bool:
        """Put a document back that was taken out; False where that is not possible any more."""
        revived = self.catalog.history.revive(document_id)
        self._follow()
        return revived

    def drive_of(self, document: "DocumentRow") -> "DriveRow | None":
        """The drive that a document came from, while it is there."""
        known = {drive.id: drive for drive in self.catalog.drives()}
        return known.get(document.drive_id)

    def _preview(self, drive: "drives.Drive", space: str) -> "Preview":
        from ingest.parsing.pool import ParsePool
        from ingest.preview import preview

        return preview(drive, space, self.catalog, self.embedder(), ParsePool)

    def _follow(self) -> None:
        if self.catalog.feed.pending_operations(1):
            self.index().apply_pending()
