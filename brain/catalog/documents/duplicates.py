"""Documents that are there already: word for word, or in much of what they say."""

from collections.abc import Iterable

from brain.catalog.documents import listing, passages
from brain.catalog.rows import DocumentRow
from brain.catalog.storage import Database


class Duplicates:
    """What is known twice in one catalog."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def same_content(self, content_hash: str) -> list[DocumentRow]:
        """Present documents with exactly this content."""
        with self._database.reading() as connection:
            return listing.same_content(connection, content_hash)

    def shared_passages(self, vector_keys: Iterable[str]) -> dict[int, int]:
        """How many of these embedded strings each present document holds, by its id."""
        with self._database.reading() as connection:
            return passages.shared(connection, vector_keys)
