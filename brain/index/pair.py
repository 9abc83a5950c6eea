"""The vector and the keyword index of one generation, written together and closed when nobody reads them."""

import threading
from collections.abc import Sequence

from brain.catalog.documents.feed import IndexFeed
from brain.catalog.rows import IndexedPassage, IndexedPlace, Operation, OperationKind, SpaceCounts
from brain.index.chroma_index import ChromaIndex
from brain.index.generation import GenerationFolder, Seal
from brain.index.keyword_index import KeywordIndex, Unit

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
        self.unspared = 0
        """How many vectors were put since the spare of the folder was made; read by whoever writes."""

    def acquire(self) -> None:
        """Keep both open until release()."""
        with self._idle:
            self._readers += 1

    def release(self) -> None:
        """One reader is done."""
        with self._idle:
            self._readers -= 1
            self._idle.notify_all()

    def complete(self, places: Sequence[IndexedPlace], feed: IndexFeed) -> int:
        """Add what is not held of these passages; of how many something was missing."""
        vectors, words = set[int](), set[int]()
        for space_id in {place.space_id for place in places}:
            here = [place for place in places if place.space_id == space_id]
            keys = self.vectors.held(space_id, sorted({place.key_id for place in here}))
            rows = self.keywords.held(Unit.PASSAGE, space_id, [place.id for place in here])
            vectors |= {place.id for place in here if place.key_id not in keys}
            words |= {place.id for place in here if place.id not in rows}
        missing = feed.passages(sorted(vectors | words))
        self._put_vectors([row for row in missing if row.id in vectors])
        self.keywords.apply(passages=[row for row in missing if row.id in words])
        return len(missing)

    def complete_documents(self, ids: Sequence[int], space_id: int, feed: IndexFeed) -> None:
        """Add the words of documents, where they are not held."""
        held = self.keywords.held(Unit.DOCUMENT, space_id, ids)
        if missing := [number for number in ids if number not in held]:
            self.keywords.apply(documents=feed.documents(missing))

    def drop_surplus(self, feed: IndexFeed) -> None:
        """Take out what the catalog holds no more, where there are more of something than there."""
        wanted = feed.counts()
        for space_id in wanted.keys() | self.vectors.spaces():  # of a space all may be gone
            counts = wanted.get(space_id, SpaceCounts(0, 0, 0))
            if self.vectors.count(space_id) > counts.vectors:
                gone = self.vectors.ids(space_id) - feed.key_ids().get(space_id, set())
                self.vectors.drop(space_id, sorted(gone))
            if self.keywords.count(Unit.PASSAGE, space_id) > counts.passages:
                gone = self.keywords.ids(Unit.PASSAGE, space_id) - feed.passage_ids().get(space_id, set())
                self.keywords.apply(dropped_passages=[(space_id, number) for number in sorted(gone)])
            if self.keywords.count(Unit.DOCUMENT, space_id) > counts.documents:
                gone = self.keywords.ids(Unit.DOCUMENT, space_id) - feed.document_ids().get(space_id, set())
                self.keywords.apply(dropped_documents=[(space_id, number) for number in sorted(gone)])

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

    def seal(self, feed: IndexFeed, *, whole: bool = True) -> None:
        """Note that both are at rest and what they were made from; `whole` where nothing is missing."""
        embedder = feed.embedder()
        made_from = embedder.identity if embedder else ""
        held = 0 if self.on_server else self.vectors.count_all()
        seal = Seal(made_from, self._server, operation=feed.newest_operation(), vectors=held)
        self.folder.seal(seal, whole=whole)

    def spare(self, feed: IndexFeed, *, whole: bool = True) -> None:
        """Seal, and keep a spare of what Chroma holds: after a kill only what came later is missing."""
        self.seal(feed, whole=whole)
        self.folder.keep_spare()
        self.unspared = 0

    def count_unspared(self) -> None:
        """Find out how far the spare is behind, once both are opened."""
        self.unspared = 0 if self.on_server else max(0, self.vectors.count_all() - self.folder.spared)

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
            self.unspared += len(new)
