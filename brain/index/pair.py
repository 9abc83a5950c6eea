"""The vector and the keyword index of one generation, written together and closed when nobody reads them."""

import threading
from collections.abc import Sequence

from brain.catalog.feed import IndexFeed
from brain.catalog.rows import IndexedPassage, Operation, OperationKind
from brain.index.chroma_index import ChromaIndex
from brain.index.generation import GenerationFolder
from brain.index.keyword_index import KeywordIndex

_PUTS = (OperationKind.PUT_PASSAGE, OperationKind.PUT_DOCUMENT)
_OF_PASSAGES = (OperationKind.PUT_PASSAGE, OperationKind.DROP_PASSAGE)


class IndexPair:
    """Chroma and FTS5 over the same passages."""

    def __init__(self, folder: GenerationFolder, *, family: str, server: str) -> None:
        """Open or create both. `server` is a Chroma server's address, or empty for Chroma in this process.

        `family` opens the names of this catalog's collections on a server that others may use as well.
        """
        self.folder = folder
        self._server = server
        self.on_server = bool(server)
        prefix = f"{family}{folder.path.name}-"
        if server:
            self.vectors = ChromaIndex.on_server(server, prefix)
        else:
            self.vectors = ChromaIndex.in_folder(folder.chroma, prefix)
        try:
            self.keywords = KeywordIndex(folder.keywords)
        except BaseException:
            self.vectors.close()
            raise
        self._readers = 0
        self._idle = threading.Condition()

    def acquire(self) -> None:
        """Keep both open until release()."""
        with self._idle:
            self._readers += 1

    def release(self) -> None:
        """One reader is done."""
        with self._idle:
            self._readers -= 1
            self._idle.notify_all()

    def fill(self, passages: Sequence[IndexedPassage]) -> None:
        """Add passages that are new here."""
        self._put_vectors(passages)
        self.keywords.apply(passages=passages)

    def apply(self, operations: Sequence[Operation], feed: IndexFeed) -> None:
        """Bring what the operations name in step with the catalog as it is now: order doesn't matter."""
        last = {(operation.kind in _OF_PASSAGES, operation.target): operation for operation in operations}
        put = {key: operation.space_id for key, operation in last.items() if operation.kind in _PUTS}
        passages = feed.passages(target for of_passages, target in put if of_passages)
        documents = feed.documents(target for of_passages, target in put if not of_passages)
        held = {(True, row.id) for row in passages} | {(False, row.id) for row in documents}
        gone = [(key, operation.space_id) for key, operation in last.items() if key not in held]
        dropped = [(space_id, target) for (of_passages, target), space_id in gone if of_passages]
        for space_id in {space_id for space_id, _ in dropped}:
            self.vectors.drop(space_id, [target for owner, target in dropped if owner == space_id])
        self._put_vectors(passages)
        self.keywords.apply(
            passages=passages,
            documents=documents,
            dropped_passages=dropped,
            dropped_documents=[
                (space_id, target) for (of_passages, target), space_id in gone if not of_passages
            ],
        )

    def seal(self, feed: IndexFeed) -> None:
        """Note that both are at rest and what they were made from."""
        embedder = feed.embedder()
        self.folder.seal(embedder.identity if embedder else "", self._server)

    def close(self) -> None:
        """Close both once the last reader is done."""
        with self._idle:
            self._idle.wait_for(lambda: self._readers == 0)
        self.keywords.close()
        self.vectors.close()

    def _put_vectors(self, passages: Sequence[IndexedPassage]) -> None:
        for space_id in {row.space_id for row in passages}:
            rows = [row for row in passages if row.space_id == space_id]
            self.vectors.put(space_id, [row.id for row in rows], [row.vector for row in rows])
