"""What the catalog knows of one drive's files: they may be millions, so they are read when asked for."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from sqlite3 import Connection

from brain.catalog.drives import ledger
from brain.catalog.rows import LedgerEntry
from brain.catalog.storage import Database

_Page = Callable[[Connection, int, str, str | None], list[tuple[str, int]] | list[tuple[str, None]]]


class KnownFiles(Mapping[str, LedgerEntry]):
    """The ledger of a drive by path, always as of now; it holds nothing in memory but a page of rows.

    All methods raise StorageFailed.
    """

    def __init__(self, database: Database, drive_id: int) -> None:
        self._database = database
        self._drive_id = drive_id

    def at(self, paths: Collection[str]) -> dict[str, LedgerEntry]:
        """What is known of the files at these paths; unknown ones are simply absent."""
        if not paths:
            return {}
        with self._database.reading() as connection:
            return ledger.at(connection, self._drive_id, paths)

    def below(self, places: Iterable[str] | None = None) -> Iterator[tuple[str, int | None]]:
        """Each known path at these places and in these folders (None: on the whole drive), and its document.

        None stands for a file that was never read. A path comes twice where one place lies in another.
        """
        for place in [None] if places is None else places:
            if place is None:
                yield from self._between("", None)
            else:
                yield from ((path, known.document_id) for path, known in self.at([place]).items())
                # "0" is the character after "/": between the two lies what is in the folder
                yield from self._between(f"{place}/", f"{place}0")

    def _between(self, after: str, before: str | None) -> Iterator[tuple[str, int | None]]:
        pages: tuple[_Page, ...] = (ledger.paths_and_documents, ledger.paths_without_document)
        for page in pages:
            last = after
            while True:
                # A snapshot a page: one for the whole drive would keep the write-ahead log from shrinking.
                with self._database.reading() as connection:
                    rows = page(connection, self._drive_id, last, before)
                yield from rows
                if len(rows) < ledger.PAGE:
                    break
                last = rows[-1][0]

    def __getitem__(self, path: str) -> LedgerEntry:
        return self.at([path])[path]

    def __iter__(self) -> Iterator[str]:
        return (path for path, _ in self.below())

    def __len__(self) -> int:
        with self._database.reading() as connection:
            return ledger.count(connection, self._drive_id)
