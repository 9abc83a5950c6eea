"""A process that stores documents and applies them to the indexes without end, to be killed."""

import random
from multiprocessing.connection import Connection
from pathlib import Path

from stored_documents import document, new_catalog

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
