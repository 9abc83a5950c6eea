"""Taking out drives of any size: hidden in one step, then removed some documents at a time."""

from collections.abc import Callable
from itertools import accumulate
from sqlite3 import Connection

from brain.catalog import audit, spaces
from brain.catalog.documents import documents
from brain.catalog.rows import DriveBeingRemoved
from brain.catalog.storage import Database

DOCUMENTS_AT_ONCE = 500
PASSAGES_AT_ONCE = 5000  # fewer documents are taken at once where they are long
_INDEXED_AT_ONCE = 2000  # documents after which the indexes follow, so that little is queued for them


class Removals:
    """The drives of one catalog that are being removed.

    A drive is out of lists, counts and answers from begin() on, in one transaction; its documents then go
    some at a time, whoever does it and however often that is cut short. It can't be added again before the
    last one has gone. Nothing marks it but that it is removed and has documents.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, drive_id: int, *, by: str = "") -> None:
        """Hide a drive for good, to be followed by carry_out(). UsageError where there is no such drive.

        Whoever is named as `by` stands in the audit log.
        """
        with self._database.writing() as connection:
            drive = spaces.drive(connection, drive_id)
            spaces.forget_drive(connection, drive_id)
            if by:
                audit.append(connection, by, "remove drive", drive.url, {"space": drive.space})

    def under_way(self) -> list[DriveBeingRemoved]:
        """The drives that were begun and still hold documents."""
        with self._database.reading() as connection:
            return spaces.being_removed(connection)

    def carry_out(
        self,
        drive_id: int,
        follow: Callable[[], object],
        told: Callable[[int, int], object] = lambda done, of: None,
    ) -> int:
        """Remove the documents of a drive that was begun; how many that were. Several may do so at once.

        `follow` brings the indexes in step with the catalog, `told` hears how many of how many documents are
        removed. What either raises leaves the rest for another time.
        """
        total = next((row.documents for row in self.under_way() if row.drive.id == drive_id), 0)
        done = waiting = 0
        while some := self._take_some(drive_id):
            done, waiting = done + some, waiting + some
            if waiting >= _INDEXED_AT_ONCE:
                follow()
                waiting = 0
            told(done, max(done, total))
        if waiting:
            follow()
        return done

    def _take_some(self, drive_id: int) -> int:
        with self._database.writing(overwrite=True) as connection:  # forgetting finds no text again
            return documents.remove(connection, _next(connection, drive_id))


def _next(connection: Connection, drive_id: int) -> list[int]:
    """The next documents of a removed drive, as many as one transaction takes."""
    rows = connection.execute(
        """SELECT id, (SELECT count(*) FROM passages WHERE document_id = documents.id)
           FROM documents INDEXED BY documents_living WHERE removed IS NULL
           AND drive_id = (SELECT id FROM drives WHERE id = ? AND removed NOTNULL) LIMIT ?""",
        (drive_id, DOCUMENTS_AT_ONCE),
    ).fetchall()
    before = accumulate((count for _, count in rows), initial=0)
    chosen = zip(rows, before, strict=False)
    return [number for (number, _), passages in chosen if passages < PASSAGES_AT_ONCE]
