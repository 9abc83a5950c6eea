"""Files that were handed over in a chat, as a drive: one for each space, kept in the catalog itself."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from brain.catalog.catalog import Catalog
from brain.catalog.documents.added_files import SCHEME, AddedFile
from brain.catalog.rows import LedgerEntry
from ingest.drives import Entry, FetchedFile, Skipped, Unlisted
from ingest.loans import loan


class AddedDrive:
    """The added files of one space; with `only`, that file alone, whether it is listed yet or not."""

    def __init__(self, catalog: Catalog, space: str, only: int | None = None) -> None:
        self._files = catalog.added_files
        self._space = space
        self._only = only

    @property
    def url(self) -> str:
        """What names this drive: `added://hr`."""
        return f"{SCHEME}{self._space}"

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """The files as the catalog holds them."""
        files = self._files.listed(self._space) if self._only is None else [self._files.file(self._only)]
        for file in files:
            yield Entry(file.name, file.size, _nanoseconds(file), file.sha256, str(file.id))

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """The file as a temporary one of its own name's ending."""
        file = self._files.file(int(entry.address))
        with loan() as folder:
            path = folder / Path(file.name).name  # a document without a heading is called by its name
            path.write_bytes(self._files.content(file.id))
            yield FetchedFile(path, entry, file.added)

    def uri(self, entry: Entry) -> str:
        """Where the file was handed over, where that has an address."""
        return self._files.file(int(entry.address)).uri or f"{self.url}/{entry.path}"


def _nanoseconds(file: AddedFile) -> int:
    return int(file.added.timestamp()) * 10**9
