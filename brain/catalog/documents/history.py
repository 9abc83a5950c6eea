"""What is kept beside documents as they are now: earlier versions, removed documents."""

from brain.catalog.documents import documents, versions
from brain.catalog.rows import VersionRow
from brain.catalog.storage import Database


class DocumentHistory:
    """What one catalog remembers of documents that changed or left."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(self, document_id: int) -> list[VersionRow]:
        """All versions of a document, oldest first."""
        with self._database.reading() as connection:
            return versions.history(connection, document_id)

    def revive(self, document_id: int) -> bool:
        """Put a removed document back as it last was; False where it isn't removed, kept, or on a drive."""
        with self._database.writing() as connection:
            return documents.revive(connection, document_id)
