"""A deterministic embedder of 32 dimensions, where it only matters what becomes of vectors."""

import hashlib
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from langchain_core.embeddings import Embeddings

from benchmarks.word_counting import WORDS
from brain.embedding.embedder import Embedder

DIMENSIONS = 32


def embedder() -> Embedder:
    """Vectors drawn from the text's hash: the same text has the same one in every process."""
    from langchain_core.embeddings import DeterministicFakeEmbedding

    fake = DeterministicFakeEmbedding(size=DIMENSIONS)
    return Embedder("fake/32", DIMENSIONS, 64, fake, WORDS)


def witnessed(catalog: Path, log: Path, again: Callable[[int], None]) -> Embedder:
    """The same, which writes the hash of each text down in `log` before it embeds it.

    `again` is told how many of a call's texts had a vector in the catalog by then: it should never be.
    """
    plain = embedder()
    return replace(plain, embeddings=_Witness(plain.embeddings, catalog, log, again))


def embedded(log: Path) -> list[str]:
    """The hashes of all texts that were embedded, in order."""
    return log.read_text().split() if log.exists() else []


class _Witness(Embeddings):
    def __init__(self, inner: Embeddings, catalog: Path, log: Path, again: Callable[[int], None]) -> None:
        self._inner = inner
        self._catalog = catalog
        self._log = log
        self._again = again

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed, after a look at whether that is needed."""
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        if stored := _stored(self._catalog, keys):
            self._again(stored)
        descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, "".join(f"{key}\n" for key in keys).encode())
        finally:
            os.close(descriptor)
        return self._inner.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """A question's vector is nobody's property."""
        return self._inner.embed_query(text)


def _stored(catalog: Path, keys: list[str]) -> int:
    """How many of these have a vector, by a connection of its own: the product's code is not asked."""
    connection = sqlite3.connect(f"file:{catalog}?mode=ro", uri=True, timeout=30)
    try:
        marks = ",".join("?" * len(keys))
        row = connection.execute(
            f"""SELECT count(*) FROM vector_keys JOIN vectors ON key_id = vector_keys.id
                WHERE key IN ({marks})""",
            keys,
        ).fetchone()
        return int(row[0])
    finally:
        connection.close()
