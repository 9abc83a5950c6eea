"""The vector and the keyword index of one generation, written together and closed when nobody reads them."""

import threading
from collections.abc import Sequence

from brain.catalog.documents.feed import IndexFeed
from brain.catalog.rows import IndexedPassage, Operation, OperationKind
from brain.index.chroma_index import ChromaIndex
from brain.index.generation import GenerationFolder
from brain.index.keyword_index import KeywordIndex

_PUTS = (OperationKind.PUT_PASSAGE, OperationKind.PUT_DOCUMENT)
_OF_PASSAGES = (OperationKind.PUT_PASSAGE, OperationKind.DROP_PASSAGE)


class IndexPair:
    """Chroma and FTS5 over the same passages.

    Chroma holds the vector of each different string once a space, under its key: thousands of equal vectors
    fill up each other's neighbour lists, and what lies behind them is no longer found.
    """

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
        of_rows = [operation for operation in operations if operation.kind is not OperationKind.DROP_VECTOR]
        last = {(operation.kind in _OF_PASSAGES, operation.target): operation for operation in of_rows}
        put = {key: operation.space_id for key, operation in last.items() if operation.kind in _PUTS}
        passages = feed.passages(target for of_passages, target in put if of_passages)
        documents = feed.documents(target for of_passages, target in put if not of_passages)
        held = {(True, row.id) for row in passages} | {(False, row.id) for row in documents}
        gone = [(key, operation.space_id) for key, operation in last.items() if key not in held]
        dropped = [(space_id, target) for (of_passages, target), space_id in gone if of_passages]
        self._drop_vectors(operations, feed)
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

    def _drop_vectors(self, operations: Sequence[Operation], feed: IndexFeed) -> None:
        unused = [
            (operation.space_id, operation.target)
            for operation in operations
            if operation.kind is OperationKind.DROP_VECTOR
        ]
        for space_id in {space_id for space_id, _ in unused}:
            keys = {key_id for owner, key_id in unused if owner == space_id}
            # A passage may have come back to one since; one that comes back from now on puts it again.
            self.vectors.drop(space_id, sorted(keys - feed.keys_in_use(space_id, keys)))

    def _put_vectors(self, passages: Sequence[IndexedPassage]) -> None:
        for space_id in {row.space_id for row in passages}:
            vectors = {row.key_id: row.vector for row in passages if row.space_id == space_id}
            # A key has one vector for good; to put it again would only make Chroma link it anew.
            new = sorted(vectors.keys() - self.vectors.held(space_id, list(vectors)))
            self.vectors.put(space_id, new, [vectors[key_id] for key_id in new])
