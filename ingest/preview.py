"""What a document would bring, read whole and stored nowhere: shown to people before they add it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DocumentRow
from brain.embedding.embedder import Embedder
from brain.errors import UnreadableDocument, UsageError
from ingest.drives import Drive, Entry
from ingest.indexing.cut_document import Chunk, Cutting
from ingest.indexing.reading import FailedFile, Parser, ReadFile, read_file
from ingest.registration import find

ALIKE = 0.5  # a document with this share of the same passages is worth a look before it is added again


@dataclass(frozen=True, slots=True)
class Preview:
    """One document as it would be indexed. `twins` have exactly its content, `alike` much of it."""

    title: str
    path: str
    passages: int
    characters: int
    beginning: str
    warnings: tuple[str, ...]
    twins: tuple[DocumentRow, ...]
    alike: tuple[DocumentRow, ...]


def preview(
    drive: Drive,
    space: str,
    catalog: Catalog,
    embedder: Embedder,
    parser: Callable[[], AbstractContextManager[Parser]],
) -> Preview:
    """Read the one document of a drive.

    Raises UsageError where it could not be added (no such space, indexed elsewhere, nothing there),
    UnreadableDocument where it can't be read, DriveUnavailable where it can't be reached.
    """
    find(catalog, drive.url, space)
    entries = [found for found in drive.list({}) if isinstance(found, Entry)]
    if len(entries) != 1:
        raise UsageError("There is no single document there: name one page or send one file.")

    with parser() as open_parser:
        read = read_file(drive, entries[0], open_parser, Cutting(embedder.max_tokens, embedder.count_tokens))
    if isinstance(read, FailedFile):
        raise UnreadableDocument(read.sentence, detail=read.detail)
    if not isinstance(read, ReadFile):
        raise UnreadableDocument("The document was gone before it could be read: try again.")
    twins = tuple(catalog.duplicates.same_content(read.digest))
    return Preview(
        title=read.cut.title,
        path=read.entry.path,
        passages=len(read.cut.chunks),
        characters=len(read.cut.text),
        beginning=" ".join(read.cut.text.removeprefix(read.cut.title)[:400].split()),
        warnings=tuple(read.cut.warnings),
        twins=twins,
        alike=_alike(catalog, read.cut.chunks, {row.id for row in twins}),
    )


def _alike(catalog: Catalog, chunks: tuple[Chunk, ...], known: set[int]) -> tuple[DocumentRow, ...]:
    keys = {chunk.vector_key for chunk in chunks}
    shared = catalog.duplicates.shared_passages(keys)
    best = sorted(shared, key=lambda number: -shared[number])
    return tuple(
        catalog.document(number)
        for number in best
        if number not in known and shared[number] >= ALIKE * len(keys)
    )
