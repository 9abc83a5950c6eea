"""What `citewise eval` holds citations against: the catalog's documents by the names that answers use."""

from collections.abc import Collection

from brain.catalog.catalog import Catalog
from brain.evaluation.documents import Documents


def citable_documents(catalog: Catalog, spaces: Collection[str]) -> Documents:
    """The documents of these spaces.

    A citation names a path, and two drives may each hold a file of that path: a quote may then stand in
    either, and a page may be any that one of them has. The last page is the last that holds text.
    """
    ids_of: dict[str, list[int]] = {}
    for row in catalog.documents():
        if row.space in spaces:
            ids_of.setdefault(row.path, []).append(row.id)

    def text(doc: str) -> str | None:
        ids = ids_of.get(doc)
        return "\n\n".join(map(catalog.document_text, ids)) if ids else None

    def last_page(doc: str) -> int | None:
        pages = [
            passage.source.locator.page or 0
            for number in ids_of.get(doc, ())
            for passage in catalog.document_passages(number)
        ]
        return max(pages, default=0) or None

    return Documents(text, last_page)
