"""The catalog: one door to catalog.db. Each writing method is one transaction, each reading one snapshot."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from brain.catalog import audit, spaces
from brain.catalog.audit import AuditLog
from brain.catalog.chats.changes import Changes
from brain.catalog.chats.handoffs import Handoffs
from brain.catalog.chats.inbox import InboxTable
from brain.catalog.documents import documents, listing, passages, vectors, versions
from brain.catalog.documents.added_files import AddedFiles
from brain.catalog.documents.duplicates import Duplicates
from brain.catalog.documents.feed import IndexFeed
from brain.catalog.documents.history import DocumentHistory
from brain.catalog.drives import ledger
from brain.catalog.drives.followed import FollowedDrives
from brain.catalog.drives.known_files import KnownFiles
from brain.catalog.drives.readings import Readings
from brain.catalog.drives.removals import Removals
from brain.catalog.places import Places
from brain.catalog.questions.answers import Answers
from brain.catalog.questions.asked import AskedQuestions
from brain.catalog.questions.conversations import Conversations
from brain.catalog.questions.forgetting import Forgetting
from brain.catalog.rows import (
    Counts,
    DocumentRow,
    DriveRow,
    Failure,
    NewDocument,
    NewFailure,
    PutResult,
    Space,
    UnembeddedText,
    Vector,
)
from brain.catalog.schema import migrate
from brain.catalog.storage import Database
from brain.catalog.tickets.cases import Cases
from brain.domain import Passage
from brain.errors import StorageFailed


class Catalog:
    """Everything that must not be lost. Safe in many threads; the home's lock keeps it to one process.

    Methods raise UsageError where a person named something that isn't there, StorageFailed where the
    disk or the file fails, ValueError where the calling code is wrong.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, made or brought to the newest layout where needed."""
        self.path = path
        self._database = Database(path, self._damaged)
        try:
            migrate(self._database)
        except BaseException:
            self._database.close()
            raise
        # What is a subject of its own stands behind a small door of its own.
        self.feed = IndexFeed(self._database)
        """What the indexes are made from and brought up to date by."""
        self.followed = FollowedDrives(self._database)
        """How the drives are followed: options, states, retries, lags."""
        self.removals = Removals(self._database)
        """Drives that are taken out, and what of them is left to be done."""
        self.readings = Readings(self._database)
        """Documents that other readings made than today's, and so wait to be read anew."""
        self.history = DocumentHistory(self._database)
        """Earlier versions, removed documents, vectors out of use."""
        self.duplicates = Duplicates(self._database)
        """Documents that are there already, as a whole or in much of what they say."""
        self.added_files = AddedFiles(self._database)
        """The bytes of files that came from a chat."""
        # What doors and the Desk keep.
        self.conversations = Conversations(self._database)
        """The turns and traces of threads."""
        self.places = Places(self._database)
        """What admins set: spaces and who reads them, who is asked for help, where to answer unasked."""
        self.answers = Answers(self._database)
        """Answers that were given, and what people thought of them."""
        self.asked = AskedQuestions(self._database)
        """What was asked since a moment, and what became of it."""
        self.handoffs = Handoffs(self._database)
        """Questions that people are to answer."""
        self.forgetting = Forgetting(self._database)
        """What is taken out for good when its time has come."""
        self.changes = Changes(self._database)
        """Changes of documents that were proposed, carried out or taken back in a chat."""
        self.cases = Cases(self._database)
        """Tickets that were triaged, and labelled examples to tell categories by."""
        self.audit = AuditLog(self._database)
        """Who changed what, in a chain of hashes."""
        self.inbox = InboxTable(self._database)
        """Events of the chats that are still to be worked off."""

    def _damaged(self, reason: str) -> StorageFailed:
        return StorageFailed(
            f"The catalog {self.path} is damaged: put a copy back with `citewise restore FILE`.",
            detail=reason,
        )

    def close(self) -> None:
        """Close the file; later calls raise StorageFailed."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def database(self) -> Database:
        """The file beneath, for copying it as a whole."""
        return self._database

    # The embedder and its vectors

    def identity(self) -> str:
        """A name that this catalog and its copies share with no other."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = 'identity'").fetchone()
        return str(row[0])

    def embedder_identity(self) -> str | None:
        """Which embedder made the vectors; None in a new catalog."""
        with self._database.reading() as connection:
            active = vectors.active_embedder(connection)
        return active.identity if active else None

    def set_embedder(self, identity: str, dimensions: int) -> None:
        """Name the embedder of a new catalog; EmbedderMismatch where the vectors are another's."""
        with self._database.writing() as connection:
            vectors.set_embedder(connection, identity, dimensions)

    def missing_vectors(self, keys: Iterable[str]) -> set[str]:
        """Which of these keys must be embedded: the others have a vector of the embedder in use."""
        with self._database.reading() as connection:
            return vectors.missing_vectors(connection, keys)

    def keep_vectors(self, found: Mapping[str, Vector]) -> None:
        """Store what was embedded of a document that takes long, so that a kill loses little of it."""
        with self._database.writing() as connection:
            vectors.keep(connection, found)

    def prepare_embedder(self, identity: str, dimensions: int) -> None:
        """Start embedding again with another embedder, beside the vectors in use."""
        with self._database.writing() as connection:
            vectors.prepare_embedder(connection, identity, dimensions)

    def unembedded(self, identity: str, limit: int) -> list[UnembeddedText]:
        """The next strings that a prepared embedder has no vector for."""
        with self._database.reading() as connection:
            return vectors.unembedded(connection, identity, limit)

    def add_vectors(self, identity: str, found: Mapping[str, Vector]) -> None:
        """Store what a prepared embedder made of unembedded() strings."""
        with self._database.writing() as connection:
            vectors.add_vectors(connection, identity, found)

    def switch_embedder(self, identity: str) -> None:
        """Use a prepared embedder's vectors and drop the others; the indexes must then be rebuilt."""
        with self._database.writing() as connection:
            vectors.switch_embedder(connection, identity)

    # Spaces and drives

    def spaces(self) -> list[Space]:
        """All spaces, oldest first."""
        with self._database.reading() as connection:
            return spaces.spaces(connection)

    def space(self, name: str) -> Space:
        """The space of that name; UsageError names the ones there are."""
        with self._database.reading() as connection:
            return spaces.space(connection, name)

    def principals(self, space: str) -> frozenset[str]:
        """Who may read a space."""
        with self._database.reading() as connection:
            return spaces.principals(connection, space)

    def readable_by(self, held: Iterable[str]) -> frozenset[str]:
        """The spaces that these principals were allowed to read."""
        with self._database.reading() as connection:
            return spaces.readable_by(connection, held)

    def add_drive(self, url: str, space: str, *, watched: bool = False) -> DriveRow:
        """The drive of that address and space, made where there is none; `watched` only ever switches on."""
        with self._database.writing() as connection:
            return spaces.add_drive(connection, url, space, watched=watched)

    def drives(self) -> list[DriveRow]:
        """All drives, oldest first."""
        with self._database.reading() as connection:
            return spaces.drives(connection)

    def drive(self, drive_id: int) -> DriveRow:
        """The drive of that id; UsageError where there is none."""
        with self._database.reading() as connection:
            return spaces.drive(connection, drive_id)

    # Files of a drive

    def ledger(self, drive_id: int) -> KnownFiles:
        """Every known file of a drive by its path, failed ones too; read as it is asked for."""
        return KnownFiles(self._database, drive_id)

    def record_failure(self, drive_id: int, new: NewFailure) -> None:
        """Remember that a file can't be read; what was last read of it stays searchable."""
        with self._database.writing() as connection:
            ledger.record_failure(connection, drive_id, new)

    def clear_failure(self, drive_id: int, path: str) -> None:
        """Forget a failure, such as when the file is gone."""
        with self._database.writing() as connection:
            ledger.clear_failure(connection, drive_id, path)

    def failures(self) -> list[Failure]:
        """All files that can't be read, by drive and path."""
        with self._database.reading() as connection:
            return ledger.failures(connection)

    # Documents

    def put_document(self, new: NewDocument) -> PutResult:
        """Store a document as it is now, for the indexes too; unchanged passages keep their ids."""
        with self._database.writing() as connection:
            return documents.put(connection, new)

    def touch_document(
        self, document_id: int, size: int, mtime_ns: int, etag: str = "", identity: str = ""
    ) -> None:
        """Note a file's new time stamp where its content is the same."""
        with self._database.writing() as connection:
            documents.touch(connection, document_id, size, mtime_ns, etag, identity)

    def move_document(
        self, document_id: int, path: str, uri: str, *, mtime_ns: int | None = None, title: str | None = None
    ) -> None:
        """Give a document another place on its drive; nothing is embedded again."""
        with self._database.writing() as connection:
            documents.move(connection, document_id, path, uri, mtime_ns=mtime_ns, title=title)

    def remove_document(self, document_id: int, *, by: str = "") -> bool:
        """Take a document out of reading and searching at once; False where it was out already.

        Whoever is named as `by` stands in the audit log.
        """
        with self._database.writing(overwrite=True) as connection:  # forgetting finds no text again
            removed = documents.remove(connection, [document_id]) > 0
            if by and removed:
                row = listing.document(connection, document_id)
                told = {"space": row.space, "path": row.path, "document": row.id}
                audit.append(connection, by, "remove document", row.title, told)
        return removed

    def documents(self, space: str | None = None, words: str = "") -> list[DocumentRow]:
        """Present documents whose title or path holds all the words, by space and path."""
        with self._database.reading() as connection:
            return listing.documents(connection, space, words)

    def document(self, document_id: int) -> DocumentRow:
        """The document of that id, removed ones too; UsageError where there is none."""
        with self._database.reading() as connection:
            return listing.document(connection, document_id)

    def find_document(self, text: str) -> DocumentRow:
        """The document that an id, path, title or words of them name; UsageError unless it's just one."""
        with self._database.reading() as connection:
            return listing.find_document(connection, text)

    def document_text(self, document_id: int, version: int | None = None) -> str:
        """The words of a version, by default the current one; UsageError where they aren't kept."""
        with self._database.reading() as connection:
            return versions.document_text(connection, document_id, version)

    def counts(self, spaces: Iterable[str] | None = None) -> Counts:
        """How many documents and passages these spaces hold, or all spaces."""
        with self._database.reading() as connection:
            return passages.counts(connection, spaces)

    def document_count(self, spaces: Iterable[str]) -> int:
        """How many documents these spaces hold; counting their passages too takes thirty times as long."""
        with self._database.reading() as connection:
            return passages.document_count(connection, spaces)

    def holds_passages(self, spaces: Iterable[str]) -> bool:
        """Whether there is anything to search in these spaces; asked before every question."""
        with self._database.reading() as connection:
            return passages.any_held(connection, spaces)

    # Passages

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        """Passages by id; ids of passages that are gone are simply absent."""
        with self._database.reading() as connection:
            return passages.passages(connection, ids)

    def keys_of_content(self, content_hash: str, reading: str) -> dict[tuple[int, int, str], str]:
        """The vector keys of a document so read from that content, by start, end and text of each passage."""
        with self._database.reading() as connection:
            return passages.keys_of_content(connection, content_hash, reading)

    def keys_at(self, drive_id: int, path: str) -> dict[tuple[str, str, str], str]:
        """The vector keys of the document there, by context, table header and text of each passage."""
        with self._database.reading() as connection:
            return passages.keys_at(connection, drive_id, path)

    def neighbours(self, document_id: int, first_ordinal: int, last_ordinal: int) -> list[Passage]:
        """The passages of a document from one ordinal to another, both included, in order."""
        with self._database.reading() as connection:
            return passages.neighbours(connection, document_id, first_ordinal, last_ordinal)

    def document_passages(self, document_id: int) -> list[Passage]:
        """All passages of a document in order."""
        with self._database.reading() as connection:
            return passages.document_passages(connection, document_id)
