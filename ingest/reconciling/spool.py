"""What one look at a drive found and has to do, kept on disk: a drive may hold a million files.

Files that are as they were are not kept at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from brain.catalog.rows import DocumentState, LedgerEntry
from ingest.drives import Entry, Unlisted
from ingest.reconciling.scratch import Scratch

_TABLES = (
    # `known`: the ledger's state of the file, NULL for a new one. What else the ledger says is there only
    # where the file could be read: a failed one is not known by its size and content.
    """CREATE TABLE listed (
           number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,
           mtime_ns INTEGER NOT NULL, etag TEXT NOT NULL, address BLOB NOT NULL, identity TEXT NOT NULL,
           verdict INTEGER NOT NULL, known TEXT, document_id INTEGER, known_size INTEGER, known_hash TEXT,
           moved_from TEXT, outdated INTEGER NOT NULL)""",
    """CREATE TABLE gone (
           number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, failed INTEGER NOT NULL,
           document_id INTEGER, size INTEGER, content_hash TEXT, etag TEXT, identity TEXT, lowered TEXT,
           name TEXT, folder TEXT)""",
    """CREATE TABLE withdrawn (
           number INTEGER PRIMARY KEY, path TEXT NOT NULL, failed INTEGER NOT NULL, document_id INTEGER)""",
    "CREATE TABLE unlisted (number INTEGER PRIMARY KEY, path TEXT NOT NULL, reason TEXT NOT NULL)",
    "CREATE TABLE ticked (path TEXT PRIMARY KEY) WITHOUT ROWID",
)
# Made only when there is something to look for among what is gone.
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS gone_size ON gone (size) WHERE size NOTNULL",
    "CREATE INDEX IF NOT EXISTS gone_identity ON gone (identity) WHERE identity NOTNULL",
    *(
        f"CREATE INDEX IF NOT EXISTS gone_{part} ON gone (content_hash, {part}) WHERE content_hash NOTNULL"
        for part in ("lowered", "name", "folder", "number")
    ),
)


class Verdict(IntEnum):
    """What is to be done about a listed file. NEW and CHANGED ones are read; `plan` decides what DIFFERS."""

    NEW = 1
    DIFFERS = 2
    CHANGED = 3
    TOUCHED = 4  # a new time, the old content
    MOVED = 5  # with its content as it was
    UNSETTLED = 6  # to be read when it is left alone
    OUTDATED = 7  # with the old content, which is read in another way now
    TRIED_ANEW = 8  # could not be read, and may be in the way of now


_TO_READ = f"verdict IN ({Verdict.NEW}, {Verdict.CHANGED})"
_ANEW = f"verdict IN ({Verdict.OUTDATED}, {Verdict.TRIED_ANEW})"


class Amount(NamedTuple):
    """So many files, of so many bytes together."""

    files: int
    bytes: int


class Listed(NamedTuple):
    """A listed file with what the ledger says of it, where that is known to be its last readable state."""

    number: int
    verdict: Verdict
    entry: Entry
    document_id: int | None
    known_size: int | None
    known_hash: str | None
    moved_from: str | None
    outdated: bool


class Gone(NamedTuple):
    """A file of the ledger that is not there any more, or must not be read any more."""

    number: int
    path: str
    failed: bool
    document_id: int | None
    etag: str = ""


class Ticks:
    """Which of the ledger's files were met in a listing: a bit for each document, a row for other files."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._bits = bytearray()

    def tick(self, path: str, document_id: int | None) -> bool:
        """Note that the file was met; False where it was before."""
        if document_id is None:
            return self._scratch.run("INSERT OR IGNORE INTO ticked VALUES (?)", (path,)) == 1
        place, bit = document_id >> 3, 1 << (document_id & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(max(place + 1 - len(self._bits), len(self._bits))))
        if self._bits[place] & bit:
            return False
        self._bits[place] |= bit
        return True

    def has(self, path: str, document_id: int | None) -> bool:
        """Whether the file was met."""
        if document_id is None:
            return self._scratch.row("SELECT 1 FROM ticked WHERE path = ?", (path,)) is not None
        place = document_id >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (document_id & 7))


class Spool:
    """The tables of one look. All methods raise StorageFailed."""

    def __init__(self, folder: Path) -> None:
        self.scratch = Scratch(folder, _TABLES)
        self.ticks = Ticks(self.scratch)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.scratch.close()

    # What is listed

    def add(
        self, entry: Entry, verdict: Verdict, known: LedgerEntry | None = None, *, outdated: bool = False
    ) -> bool:
        """Keep a listed file; False where one of that path is kept already.

        An `outdated` one is to be read anew, if its content is the old one.
        """
        told = (None, None, None, None)
        if known is not None:
            seen = (known.size, known.content_hash) if is_readable(known) else (None, None)
            told = (known.state, known.document_id, *seen)
        return (
            self.scratch.run(
                """INSERT OR IGNORE INTO listed (path, size, mtime_ns, etag, address, identity, verdict,
                   known, document_id, known_size, known_hash, outdated)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (*_values(entry), verdict, *told, outdated),
            )
            == 1
        )

    def listed(self, verdict: Verdict) -> Iterator[Listed]:
        """The files of that verdict as they were listed, page by page."""
        return self._listed("verdict = ?", verdict)

    def moved(self) -> Iterator[Listed]:
        """The files that lie elsewhere now, whether they are to be read as well or not."""
        return self._listed("moved_from NOTNULL")

    def _listed(self, condition: str, *values: Verdict) -> Iterator[Listed]:
        rows = self.scratch.paged(
            f"""SELECT number, verdict, document_id, known_size, known_hash, moved_from, outdated, path, size,
                mtime_ns, etag, address, identity FROM listed WHERE {condition} AND number > ?""",
            values,
        )
        for number, verdict, document_id, size, content_hash, moved_from, outdated, *entry in rows:
            known = document_id, size, content_hash
            yield Listed(number, verdict, _entry(entry), *known, moved_from, bool(outdated))

    def to_read(self) -> Iterator[Listed]:
        """The files whose content the catalog lacks."""
        return self._listed(_TO_READ)

    def amount_to_read(self) -> Amount:
        """How much that is as it was listed, with what is to be read anew."""
        row = self.scratch.row(
            f"SELECT count(*), coalesce(sum(size), 0) FROM listed WHERE {_TO_READ} OR {_ANEW}"
        )
        return Amount(*row)

    def count(self, verdict: Verdict) -> int:
        """How many files have that verdict."""
        return self._number("SELECT count(*) FROM listed WHERE verdict = ?", verdict)

    def known_to_read(self, state: DocumentState) -> int:
        """How many of the files to be read the ledger knows in that state."""
        return self._number(f"SELECT count(*) FROM listed WHERE {_TO_READ} AND known = ?", state)

    def count_moved(self) -> int:
        """How many files lie elsewhere now."""
        return self._number("SELECT count(*) FROM listed WHERE moved_from NOTNULL")

    def is_indexed(self, path: str) -> bool:
        """Whether a kept file had a document at this very path when it was listed."""
        row = self.scratch.row("SELECT document_id, known FROM listed WHERE path = ?", (path,))
        return row is not None and row[0] is not None and row[1] is not None

    def read_anew(self, path: str) -> str | None:
        """The known content of a file that is read anew, "" where that could not be read; None for others."""
        row = self.scratch.row(
            f"SELECT coalesce(known_hash, '') FROM listed WHERE path = ? AND {_ANEW}", (path,)
        )
        return row[0] if row else None

    def count_anew(self) -> int:
        """How many files are read, or tried to be read, in another way than before."""
        return self._number(f"SELECT count(*) FROM listed WHERE {_ANEW}")

    def decide(self, number: int, verdict: Verdict, entry: Entry | None = None) -> None:
        """Give a file another verdict, and its entry as of now where that is known."""
        if entry is None:
            self.scratch.run("UPDATE listed SET verdict = ? WHERE number = ?", (verdict, number))
        else:
            _, *now = _values(entry)
            self.scratch.run(
                """UPDATE listed SET verdict = ?, size = ?, mtime_ns = ?, etag = ?, address = ?, identity = ?
                   WHERE number = ?""",
                (verdict, *now, number),
            )

    def move(self, number: int, gone: Gone, verdict: Verdict, entry: Entry) -> None:
        """That file is the one that is gone elsewhere."""
        _, *now = _values(entry)
        self.scratch.run(
            """UPDATE listed SET verdict = ?, document_id = ?, moved_from = ?, size = ?, mtime_ns = ?,
               etag = ?, address = ?, identity = ? WHERE number = ?""",
            (verdict, gone.document_id, gone.path, *now, number),
        )
        self.scratch.run("DELETE FROM gone WHERE number = ?", (gone.number,))

    # What could not be listed, and what is gone

    def add_unlisted(self, part: Unlisted) -> None:
        """Keep a part of the drive that could not be looked at."""
        self.scratch.run("INSERT INTO unlisted (path, reason) VALUES (?, ?)", (part.path, part.reason))

    def add_withdrawn(self, path: str, known: LedgerEntry) -> None:
        """Keep a file that is there and must leave the index."""
        self.scratch.run(
            "INSERT INTO withdrawn (path, failed, document_id) VALUES (?, ?, ?)",
            (path, known.state is DocumentState.FAILED, known.document_id),
        )

    def add_gone(self, known: Iterable[tuple[str, LedgerEntry]]) -> None:
        """Keep files of the ledger that were not listed."""
        self.scratch.run_many(
            "INSERT OR IGNORE INTO gone VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_gone_row(path, entry) for path, entry in known],
        )

    def forget_unlisted(self) -> None:
        """What could not be looked at is not gone."""
        for _, path in self.scratch.paged("SELECT number, path FROM unlisted WHERE number > ?"):
            if not path:
                self.scratch.run("DELETE FROM gone")
                return
            # "0" is the character after "/": between the two lies what is in the folder
            self.scratch.run(
                "DELETE FROM gone WHERE path = ? OR path > ? AND path < ?", (path, f"{path}/", f"{path}0")
            )

    def index_gone(self) -> bool:
        """Make it quick to look for a file among those that are gone; False where there is none to find."""
        if self.scratch.row("SELECT 1 FROM gone WHERE size NOTNULL LIMIT 1") is None:
            return False
        for statement in _INDEXES:
            self.scratch.run(statement)
        return True

    def gone_by_identity(self, identity: str) -> Gone | None:
        """The last of the files of that identity that are gone; none of the others is found by it again."""
        found = self._gone("identity", "identity = ? ORDER BY number DESC", identity)
        if found is not None:
            self.scratch.run("UPDATE gone SET identity = NULL WHERE identity = ?", (identity,))
        return found

    def any_gone_of_size(self, size: int) -> bool:
        """Whether a readable file of that size is gone."""
        return self.scratch.row("SELECT 1 FROM gone WHERE size = ? LIMIT 1", (size,)) is not None

    def likeliest_gone(self, content_hash: str, entry: Entry) -> Gone | None:
        """Of the files of that content and size that are gone, the one whose path is most like the entry's.

        First by the path but for its case, then by the name, then by the folder: each has an index, since
        thousands of files may be equal.
        """
        name, folder = name_and_folder(entry.path)
        same, values = "content_hash = ? AND size = ?", (entry.path.lower(), content_hash, entry.size)
        return (
            self._gone("lowered", f"lowered = ? AND {same} ORDER BY name = ? DESC, folder = ? DESC, number",
                       *values, name, folder)
            or self._gone("name", f"name = ? AND {same} ORDER BY number", name, *values[1:])
            or self._gone("folder", f"folder = ? AND {same} ORDER BY number", folder, *values[1:])
            or self._gone("number", f"{same} ORDER BY number", *values[1:])
        )  # fmt: skip

    def _gone(self, index: str, condition: str, *values: str | int) -> Gone | None:
        # Left to itself SQLite may take the index of sizes, though a million files may be of one size.
        row = self.scratch.row(
            f"""SELECT number, path, failed, document_id, etag FROM gone INDEXED BY gone_{index}
                WHERE {condition} LIMIT 1""",
            values,
        )
        return Gone(row[0], row[1], bool(row[2]), row[3], row[4]) if row else None

    def gone(self) -> Iterator[Gone]:
        """What is gone, page by page."""
        return self._left("gone")

    def withdrawn(self) -> Iterator[Gone]:
        """What is there and must leave the index, page by page."""
        return self._left("withdrawn")

    def keep_gone(self) -> None:
        """Nothing is to be removed now."""
        self.scratch.run("DELETE FROM gone")

    def gone_documents(self) -> int:
        """How many documents are gone."""
        return self._number("SELECT count(document_id) FROM gone")

    def gone_files(self) -> int:
        """How many files are gone, those that were never read too."""
        return self._number("SELECT count(*) FROM gone")

    def _left(self, table: str) -> Iterator[Gone]:
        rows = self.scratch.paged(f"SELECT number, path, failed, document_id FROM {table} WHERE number > ?")
        return (Gone(number, path, bool(failed), document) for number, path, failed, document in rows)

    def _number(self, query: str, *values: int | str) -> int:
        return int(self.scratch.row(query, values)[0])


def is_readable(known: LedgerEntry) -> bool:
    """Whether the ledger knows the content that the file had."""
    return known.state is DocumentState.CURRENT and known.document_id is not None


def name_and_folder(path: str) -> tuple[str, str]:
    """Its last part and what is before it."""
    folder, _, name = path.rpartition("/")
    return name, folder


def _values(entry: Entry) -> tuple[str | int | bytes, ...]:
    # An address may be a name that is no Unicode, which Python writes with halves of surrogates.
    address = entry.address.encode(errors="surrogatepass")
    return entry.path, entry.size, entry.mtime_ns, entry.etag, address, entry.identity


def _entry(values: Sequence[Any]) -> Entry:
    path, size, mtime_ns, etag, address, identity = values
    return Entry(path, size, mtime_ns, etag, address.decode(errors="surrogatepass"), identity)


def _gone_row(path: str, known: LedgerEntry) -> tuple[str | int | None, ...]:
    failed = known.state is DocumentState.FAILED
    if not is_readable(known):
        return (path, failed, known.document_id, *[None] * 7)
    return (
        *(
            path,
            failed,
            known.document_id,
            known.size,
            known.content_hash,
            known.etag,
            known.identity or None,
        ),
        *(path.lower(), *name_and_folder(path)),
    )
