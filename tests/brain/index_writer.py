"""A process that stores documents and applies them to the indexes without end, to be killed."""

import os
import random
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from stored_documents import document, new_catalog

from brain.index import search_index
from brain.index.chroma_index import ChromaIndex, Vector
from brain.index.search_index import SearchIndex

PASSAGES = 120
SPARE_AFTER = 300


def write_forever(folder: Path, seed: int, told: Connection) -> None:
    """Say each step that's begun or done; ("stored", path, content hash) is a promise to be kept."""
    choose = random.Random(seed)
    search_index.SPARE_AFTER = SPARE_AFTER
    with new_catalog(folder) as catalog, SearchIndex.open(folder / "index", catalog) as index:
        drive = catalog.add_drive("/drive", "general")
        told.send(("opened", "", ""))
        while True:
            for _ in range(choose.randint(1, 3)):
                path = f"{choose.randrange(12)}.txt"
                known = catalog.ledger(drive.id).get(path)
                if known and known.document_id and choose.random() < 0.2:
                    told.send(("removing", path, ""))
                    catalog.remove_document(known.document_id)
                    told.send(("removed", path, ""))
                    continue
                words = [f"{choose.randrange(400)} of {path}" for _ in range(PASSAGES)]
                new = document(catalog, drive, path, words)
                told.send(("storing", path, new.content_hash))
                catalog.put_document(new)
                told.send(("stored", path, new.content_hash))
            told.send(("applying", "", ""))
            index.apply_pending()


def add_and_die(folder: Path, name: str, passages: int) -> None:
    """Store a document of so many passages, and be killed between Chroma's write and what would follow it."""
    with new_catalog(folder) as catalog, SearchIndex.open(folder / "index", catalog) as index:
        drive = catalog.add_drive("/drive", "general")
        words = [f"{name} has {number}" for number in range(passages)]
        catalog.put_document(document(catalog, drive, f"{name}.txt", words))
        _die_after_put(1)
        index.apply_pending()


def rebuild_and_die(folder: Path, puts: int) -> None:
    """Make the index of a catalog anew, a thousand passages at a time, and be killed after so many puts."""
    search_index.SPARE_AFTER = search_index._FILL = 1000
    _die_after_put(puts)
    with new_catalog(folder) as catalog:
        SearchIndex.open(folder / "index", catalog)


def _die_after_put(count: int) -> None:
    put, left = ChromaIndex.put, [count]

    def put_and_die(index: ChromaIndex, space_id: int, ids: Sequence[int], vectors: Sequence[Vector]) -> None:
        put(index, space_id, ids, vectors)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    ChromaIndex.put = put_and_die  # type: ignore[method-assign]
