"""Citations are held against the catalog's own documents, as `citewise eval` does."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from bots.citable import citable_documents
from brain.catalog.catalog import Catalog
from brain.catalog.rows import NewDocument, NewPassage
from brain.domain import Locator


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with Catalog(tmp_path / "catalog.db") as catalog:
        catalog.set_embedder("test", 2)
        yield catalog


def put(catalog: Catalog, space: str, drive: str, path: str, pages: list[str | None], first: int = 1) -> None:
    """A document whose pages hold these texts; None stands for a document without pages."""
    paged = pages != [None]
    texts = [text or "Words without a page." for text in pages]
    text, passages = "\n\n".join(texts), []
    for ordinal, words in enumerate(texts):
        start = text.index(words)
        locator = Locator(page=first + ordinal) if paged else Locator()
        key = sha256(words.encode()).hexdigest()
        passages.append(NewPassage(ordinal, start, start + len(words), words, key, locator=locator))
    vectors = {passage.vector_key: np.ones(2, np.float32) for passage in passages}
    known = catalog.add_drive(drive, space)
    catalog.put_document(
        NewDocument(
            space, known.id, path, f"{drive}/{path}", path, "application/pdf", len(text), 1,
            sha256(text.encode()).hexdigest(), text, tuple(passages), vectors,
        )
    )  # fmt: skip


def test_quotes_and_pages_are_those_of_the_document(catalog: Catalog) -> None:
    put(catalog, "general", "file:///a", "guide.pdf", ["The first page.", "The second page."])
    put(catalog, "general", "file:///a", "note.md", [None])
    documents = citable_documents(catalog, {"general"})
    assert documents.holds("guide.pdf", "the second page")
    assert not documents.holds("guide.pdf", "a third page")
    assert [documents.has_page("guide.pdf", page) for page in (0, 1, 2, 3)] == [False, True, True, False]
    assert documents.has_page("note.md", 1) is None
    assert not documents.exists("invented.pdf")


def test_documents_of_other_spaces_can_not_be_cited(catalog: Catalog) -> None:
    catalog.places.create_space("hr", by="admin")
    put(catalog, "hr", "file:///hr", "pay.pdf", ["Salaries."])
    assert not citable_documents(catalog, {"general"}).exists("pay.pdf")
    assert citable_documents(catalog, {"general", "hr"}).exists("pay.pdf")


def test_one_path_on_two_drives_may_be_quoted_from_either(catalog: Catalog) -> None:
    put(catalog, "general", "file:///a", "readme.pdf", ["Of the first drive.", "With two pages."])
    put(catalog, "general", "file:///b", "readme.pdf", ["Of the second drive."])
    documents = citable_documents(catalog, {"general"})
    assert documents.holds("readme.pdf", "of the first drive")
    assert documents.holds("readme.pdf", "of the second drive")
    assert documents.has_page("readme.pdf", 2)
    assert documents.has_page("readme.pdf", 3) is False
