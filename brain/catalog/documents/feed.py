"""What the indexes are made from: their outstanding operations, and the rows that they should hold."""

from collections.abc import Iterable

from brain.catalog import spaces
from brain.catalog.documents import indexed, outbox, vectors
from brain.catalog.rows import IndexedDocument, IndexedPassage, IndexedPlace, Operation, SpaceCounts
from brain.catalog.storage import Database


class IndexFeed:
    """The catalog as the indexes see it. Space ids stand for spaces, since an index outlives a name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def embedder(self) -> vectors.ActiveEmbedder | None:
        """Whose vectors these are, and their dimensions; None in a new catalog."""
        with self._database.reading() as connection:
            return vectors.active_embedder(connection)

    def pending_operations(self, limit: int) -> list[Operation]:
        """The oldest operations that the indexes haven't applied."""
        with self._database.reading() as connection:
            return outbox.pending(connection, limit)

    def operations(self, after: int, last: int) -> list[Operation]:
        """Those after one, up to another, that the indexes haven't applied."""
        with self._database.reading() as connection:
            return outbox.between(connection, after, last)

    def behind(self) -> int:
        """How many operations the indexes haven't applied."""
        with self._database.reading() as connection:
            return outbox.behind(connection)

    def newest_operation(self) -> int:
        """The sequence of the youngest operation ever queued, applied or not."""
        with self._database.reading() as connection:
            return outbox.newest(connection)

    def kept_since(self, sequence: int) -> bool:
        """Whether whoever has all up to that operation can still catch up with those that came after it."""
        with self._database.reading() as connection:
            return outbox.kept_since(connection, sequence)

    def mark_applied(self, up_to: int) -> None:
        """Forget the operations up to that sequence: the indexes hold them durably."""
        with self._database.writing() as connection:
            outbox.mark_applied(connection, up_to)

    def passages(self, ids: Iterable[int]) -> list[IndexedPassage]:
        """What the indexes should hold of these passages; those that are gone are left out."""
        with self._database.reading() as connection:
            return indexed.indexed_passages(connection, ids)

    def places_after(self, after: int, limit: int) -> list[IndexedPlace]:
        """Where the next passages by id belong, without what they say."""
        with self._database.reading() as connection:
            return indexed.places_after(connection, after, limit)

    def sample(self, space_id: int, limit: int) -> list[IndexedPassage]:
        """At most that many passages from all over a space, for a quick check."""
        with self._database.reading() as connection:
            return indexed.indexed_sample(connection, space_id, limit)

    def documents(self, ids: Iterable[int]) -> list[IndexedDocument]:
        """What the keyword index should hold of these documents; those that are gone are left out."""
        with self._database.reading() as connection:
            return indexed.indexed_documents(connection, ids)

    def counts(self) -> dict[int, SpaceCounts]:
        """How many documents, passages and different vectors each space holds, by space id."""
        with self._database.reading() as connection:
            return indexed.counts_by_space(connection)

    def passage_ids(self) -> dict[int, set[int]]:
        """All present passages' ids by space id."""
        with self._database.reading() as connection:
            return indexed.passage_ids(connection)

    def key_ids(self) -> dict[int, set[int]]:
        """The vector keys of all present passages by space id."""
        with self._database.reading() as connection:
            return indexed.key_ids(connection)

    def keys_in_use(self, space_id: int, keys: Iterable[int]) -> set[int]:
        """Those of these vector keys that a present passage of the space has."""
        with self._database.reading() as connection:
            return indexed.keys_in_use(connection, space_id, keys)

    def passages_of_keys(self, space_id: int, keys: Iterable[int], limit: int) -> dict[int, list[int]]:
        """The first passages of a space with each of these vector keys, at most `limit` of each."""
        with self._database.reading() as connection:
            return indexed.passages_of_keys(connection, space_id, keys, limit)

    def hides(self) -> bool:
        """Whether a drive is being removed, so that the indexes still hold what must not be found."""
        with self._database.reading() as connection:
            return bool(spaces.hidden(connection))

    def shown_passages(self, ids: Iterable[int]) -> set[int]:
        """Those of these passages that may be found: present, and of no drive that is being removed."""
        with self._database.reading() as connection:
            return indexed.shown(connection, ids)

    def shown_documents(self, ids: Iterable[int]) -> set[int]:
        """Those of these documents that may be found, as shown_passages()."""
        with self._database.reading() as connection:
            return indexed.shown_documents(connection, ids)

    def document_ids(self) -> dict[int, set[int]]:
        """All present documents' ids by space id."""
        with self._database.reading() as connection:
            return indexed.document_ids(connection)
