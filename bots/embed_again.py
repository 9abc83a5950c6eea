"""Every passage gets a vector of the embedder that is set now; until the end the old ones stay in use."""

from collections.abc import Callable

import numpy as np

from brain.catalog.catalog import Catalog
from brain.embedding.embedder import Embedder

BATCH = 256


def embed_again(catalog: Catalog, embedder: Embedder, report: Callable[[str, int, int], None]) -> int:
    """Embed what has no vector of this embedder yet, switch over, and return how many that were.

    Interrupted, it goes on next time where it stopped. The indexes must be rebuilt afterwards.
    """
    catalog.prepare_embedder(embedder.identity, embedder.dimensions)
    total, done = catalog.counts().passages, 0
    while batch := catalog.unembedded(embedder.identity, BATCH):
        vectors = embedder.embeddings.embed_documents([row.text for row in batch])
        keys = [row.vector_key for row in batch]
        catalog.add_vectors(
            embedder.identity,
            {key: np.asarray(vector, np.float32) for key, vector in zip(keys, vectors, strict=True)},
        )
        done += len(batch)
        report("Embedding again", done, max(total, done))
    catalog.switch_embedder(embedder.identity)
    return done
