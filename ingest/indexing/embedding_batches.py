"""Passages of several documents embedded together: full batches of like length keep the embedder busy."""

from collections.abc import Callable, Sequence

import numpy as np

from brain.catalog.rows import Vector
from brain.embedding.embedder import Embedder
from ingest.indexing.cut_document import Chunk

# How many texts are handed over at once. The embedder cuts its own batches; sorting a few of them by
# length at a time is what saves padding.
SLICE = 64
KEPT = 1024
"""So many vectors are held in memory. Where there are more, as in a file of megabytes, they are stored as
they come, since embedding them takes minutes or hours."""


def embed_missing(
    embedder: Embedder,
    chunks: Sequence[Chunk],
    missing: Callable[[list[str]], set[str]],
    keep: Callable[[dict[str, Vector]], None],
    done: Callable[[int, int], None],
) -> dict[str, Vector]:
    """Vectors by key for those chunks that have none yet; each different text is embedded once.

    Where they are many, `keep` is given them as they come, and the last ones are returned. `done` is told how
    many texts each step embedded, and how many are left.
    """
    texts = {chunk.vector_key: chunk.embedded_text for chunk in chunks}
    wanted = missing(list(texts)) if texts else ()
    keys = sorted(wanted, key=lambda key: (len(texts[key]), key), reverse=True)
    vectors: dict[str, Vector] = {}
    for start in range(0, len(keys), SLICE):
        part = keys[start : start + SLICE]
        rows = np.asarray(embedder.embeddings.embed_documents([texts[key] for key in part]), dtype=np.float32)
        vectors.update(zip(part, rows, strict=True))
        done(len(part), len(keys) - start - len(part))
        if len(vectors) >= KEPT and len(keys) > start + SLICE:
            keep(vectors)
            vectors = {}
    return vectors
