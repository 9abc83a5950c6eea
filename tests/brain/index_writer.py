"""A process that stores documents and applies them to the indexes without end, to be killed."""

import os
import random
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from stored_documents import document, new_catalog

from brain.index.chroma_index import ChromaIndex, Vector
from brain.index.search_index import SearchIndex

PASSAGES = 120


def write_forever(folder: Path, seed: int, told: Connection) -> None:
    """Say each step that's begun or done; ("stored", path, content hash) is a promise to be kept."""
    choose = random.Random(seed)
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


def write_and_die_in_chroma(folder: Path, seed: int) -> None:
    """Store one more document and be killed between Chroma's write and whatever would follow it."""
    put = ChromaIndex.put

    def put_and_die(index: ChromaIndex, space_id: int, ids: Sequence[int], vectors: Sequence[Vector]) -> None:
        put(index, space_id, ids, vectors)
        os.kill(os.getpid(), signal.SIGKILL)

    with new_catalog(folder) as catalog, SearchIndex.open(folder / "index", catalog) as index:
        drive = catalog.add_drive("/drive", "general")
        words = [f"{seed} has {number}" for number in range(PASSAGES)]
        catalog.put_document(document(catalog, drive, f"chroma {seed}.txt", words))
        ChromaIndex.put = put_and_die  # type: ignore[method-assign]
        index.apply_pending()
