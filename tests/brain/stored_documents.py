"""Small made-up documents with vectors, for tests of the catalog and the indexes."""

import hashlib
from pathlib import Path

import numpy as np

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DriveRow, NewDocument, NewPassage, Vector
from brain.domain import Locator

DIMENSIONS = 16
EMBEDDER = "test-embedder@1"


def new_catalog(folder: Path) -> Catalog:
    """A catalog whose embedder is set."""
    catalog = Catalog(folder / "catalog.db")
    catalog.set_embedder(EMBEDDER, DIMENSIONS)
    return catalog


def key_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def vector_of(text: str) -> Vector:
    """A direction of its own for each text, of length 1."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    vector = np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def document(
    catalog: Catalog,
    drive: DriveRow,
    path: str,
    paragraphs: list[str],
    *,
    title: str = "",
    headings: tuple[str, ...] = (),
    **changes: object,
) -> NewDocument:
    """A document with a passage for each paragraph; only vectors that the catalog lacks come with it."""
    text, passages = "", []
    for ordinal, paragraph in enumerate(paragraphs):
        heading = (headings[ordinal],) if ordinal < len(headings) else ()
        passages.append(
            NewPassage(
                ordinal=ordinal,
                start=len(text),
                end=len(text) + len(paragraph),
                text=paragraph,
                vector_key=key_of(paragraph),
                context=" › ".join((title or path, *heading)),
                locator=Locator(heading=heading),
            )
        )
        text += paragraph + "\n"
    missing = catalog.missing_vectors(passage.vector_key for passage in passages)
    fields: dict[str, object] = {
        "space": drive.space,
        "drive_id": drive.id,
        "path": path,
        "uri": f"file:///drive/{path}",
        "title": title or path,
        "media_type": "text/plain",
        "size": len(text),
        "mtime_ns": 1_700_000_000_000_000_000,
        "content_hash": key_of(text),
        "text": text,
        "passages": tuple(passages),
        "vectors": {key_of(item): vector_of(item) for item in paragraphs if key_of(item) in missing},
    }
    return NewDocument(**{**fields, **changes})  # type: ignore[arg-type]
