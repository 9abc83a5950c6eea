"""Vectors in Chroma, a collection for each space; the only module that knows chromadb."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from brain.catalog.rows import Vector
from brain.errors import StorageFailed
from brain.index.faults import IndexDamaged, disk_full

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

# M (max_neighbors) = 16 and ef_construction = 100 are Chroma's defaults; hnswlib's ALGO_PARAMS.md finds
# M of 12-48 right for most data and asks for ef_construction such that recall at ef = ef_construction
# exceeds .9. ef_search = 200: recall@20 against exact search in benchmarks/index_scale.py.
_HNSW: "CreateHNSWConfiguration" = {
    "space": "cosine",
    "max_neighbors": 16,
    "ef_construction": 100,
    "ef_search": 200,
}
# A graph is searched as widely as results are asked for, and built anew of the same vectors it is another:
# over two of 1,504 passages, 8 of the 16,000 that were due among the nearest 80 were missed where 80 were
# asked for, one where 240 were, and none where 320.
_LOOKED_AT = 320
# While another thread takes vectors out, Chroma may look for one of them and fail ("Error finding id"): so
# did 4 of 3,281 searches beside steady writing, with 1.5.9. A damaged index fails each time.
_TRIES = 5
_BATCH = 5000  # below Chroma's max_batch_size of 5,461
# A search waits until Chroma has taken a batch in: on two busy cores up to 11 s where it was 4,000 vectors,
# and 3 s where it was 500, which take up to a third more of the processor.
BESIDE_SEARCHES = 500


class ChromaIndex:
    """Nearest vectors by cosine. Any fault of the store becomes IndexDamaged or StorageFailed.

    Embedded Chroma is not crash-safe: whoever calls put() or drop() must be able to fill it again.
    Searches filter by nothing, since a metadata filter costs 10 to 70 times the search itself; access
    is decided by which collection is asked.
    """

    def __init__(self, client: "ClientAPI", prefix: str, *, place: str) -> None:
        """`prefix` opens the names of all collections that belong to this index."""
        self._client = client
        self._prefix = prefix
        self._place = place
        self._collections: dict[int, Collection] = {}
        self.at_once = _BATCH
        """How many vectors are written before a search gets its turn."""

    @classmethod
    def in_folder(cls, folder: Path, prefix: str) -> "ChromaIndex":
        """Chroma inside this process, its files in `folder`."""
        import chromadb
        from chromadb.config import Settings

        folder.mkdir(parents=True, exist_ok=True)
        with _faults(str(folder)):
            client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
            return cls(client, prefix, place=str(folder))

    @classmethod
    def on_server(cls, url: str, prefix: str) -> "ChromaIndex":
        """A Chroma server; StorageFailed where it doesn't answer. It has no password: keep it private."""
        import chromadb
        from chromadb.config import Settings

        parts = urlsplit(url)
        secure = parts.scheme == "https"
        try:
            client = chromadb.HttpClient(
                host=parts.hostname or "localhost",
                port=parts.port or (443 if secure else 8000),
                ssl=secure,
                settings=Settings(anonymized_telemetry=False),
            )
        except ValueError as error:
            raise StorageFailed(
                f"The Chroma server at {url} doesn't answer: start it, or take CITEWISE_CHROMA_URL out.",
                detail=str(error),
            ) from error
        return cls(client, prefix, place=url)

    def put(self, space_id: int, ids: Sequence[int], vectors: Sequence[Vector]) -> None:
        """Store or replace vectors of shape (dimensions,) under their keys' ids."""
        with _faults(self._place):
            collection = self._collection(space_id) or self._create(space_id)
            for start in range(0, len(ids), self.at_once):
                chosen = slice(start, start + self.at_once)
                names = [str(number) for number in ids[chosen]]
                collection.upsert(ids=names, embeddings=np.stack(vectors[chosen]))

    def drop(self, space_id: int, ids: Sequence[int]) -> None:
        """Take vectors out; ids that aren't there are no fault."""
        with _faults(self._place):
            collection = self._collection(space_id)
            if collection is None:
                return
            for start in range(0, len(ids), self.at_once):
                collection.delete(ids=[str(number) for number in ids[start : start + self.at_once]])

    def nearest(self, space_id: int, vector: Sequence[float], limit: int) -> list[tuple[int, float]]:
        """The ids of the nearest vectors and their cosine similarity, best first."""
        for _ in range(_TRIES - 1):
            with suppress(IndexDamaged):
                return self._nearest(space_id, vector, limit)
        return self._nearest(space_id, vector, limit)

    def _nearest(self, space_id: int, vector: Sequence[float], limit: int) -> list[tuple[int, float]]:
        with _faults(self._place):
            collection = self._collection(space_id)
            if collection is None or limit < 1:
                return []
            query: list[Sequence[float] | Sequence[int]] = [vector]
            wide = max(limit, _LOOKED_AT)
            found = collection.query(query_embeddings=query, n_results=wide, include=["distances"])
            distances = found["distances"] or [[]]
            hits = [
                (int(name), 1.0 - float(distance))
                for name, distance in zip(found["ids"][0], distances[0], strict=True)
            ]
            return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:limit]

    def count(self, space_id: int) -> int:
        """How many vectors of a space are held."""
        with _faults(self._place):
            collection = self._collection(space_id)
            return collection.count() if collection else 0

    def count_all(self) -> int:
        """How many vectors are held in all."""
        with _faults(self._place):
            found = (self._client.get_collection(name, embedding_function=None) for name in self._names())
            return sum(collection.count() for collection in found)

    def spaces(self) -> set[int]:
        """The spaces that vectors were ever put of."""
        with _faults(self._place):
            return {int(name.removeprefix(self._prefix)) for name in self._names()}

    def ids(self, space_id: int) -> set[int]:
        """All vectors of a space that are held."""
        with _faults(self._place):
            collection = self._collection(space_id)
            return {int(name) for name in collection.get(include=[])["ids"]} if collection else set()

    def held(self, space_id: int, ids: Sequence[int]) -> set[int]:
        """Those of these vectors, each named once, that are held."""
        with _faults(self._place):
            collection = self._collection(space_id)
            if collection is None or not ids:
                return set()
            names = [str(number) for number in ids]
            return {int(name) for name in collection.get(ids=names, include=[])["ids"]}

    def vectors(self, space_id: int, ids: Sequence[int]) -> dict[int, Vector]:
        """What is held under these ids, each named once."""
        with _faults(self._place):
            collection = self._collection(space_id)
            if collection is None or not ids:
                return {}
            found = collection.get(ids=[str(number) for number in ids], include=["embeddings"])
            held = found["embeddings"]
            rows = np.asarray(held if held is not None else [], dtype=np.float32)
            return {int(name): row for name, row in zip(found["ids"], rows, strict=True)}

    def discard(self) -> None:
        """Delete all collections of this index."""
        with _faults(self._place):
            for name in self._names():
                self._client.delete_collection(name)
            self._collections.clear()

    def discard_others(self, family: str) -> None:
        """Delete collections whose names open with `family`, except those of this index."""
        with _faults(self._place):
            for collection in self._client.list_collections():
                if collection.name.startswith(family) and not collection.name.startswith(self._prefix):
                    self._client.delete_collection(collection.name)

    def close(self) -> None:
        """Let go of the files."""
        closing: Any = self._client  # its declared type leaves close() out
        closing.close()

    def _names(self) -> list[str]:
        return [
            found.name for found in self._client.list_collections() if found.name.startswith(self._prefix)
        ]

    def _collection(self, space_id: int) -> "Collection | None":
        name = f"{self._prefix}{space_id}"
        if space_id not in self._collections and name in self._names():
            self._collections[space_id] = self._client.get_collection(name, embedding_function=None)
        return self._collections.get(space_id)

    def _create(self, space_id: int) -> "Collection":
        # No embedding function, ever: Chroma's default one would fetch a model from the network.
        created = self._client.create_collection(
            f"{self._prefix}{space_id}", embedding_function=None, configuration={"hnsw": _HNSW}
        )
        self._collections[space_id] = created
        return created


@contextmanager
def _faults(place: str) -> Iterator[None]:
    """The one place where Chroma's failures, of many unrelated classes, become ours."""
    try:
        yield
    except StorageFailed:
        raise
    except BaseException as error:
        said = str(error)
        # A panic in Chroma's native code is a BaseException of a class that can't be imported.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if "disk is full" in said or "No space left" in said or "os error 28" in said:
            raise disk_full(place, said) from error
        raise IndexDamaged(f"Chroma in {place}: {said}") from error
