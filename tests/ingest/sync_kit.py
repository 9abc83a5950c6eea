"""What the tests of the ingest share: a home with a real catalog, a cheap embedder, a folder to change."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from brain.catalog.catalog import Catalog
from brain.catalog.rows import OperationKind
from brain.embedding.embedder import Embedder
from brain.errors import UnreadableDocument
from ingest.drives import Drive
from ingest.local_folder import LocalFolder
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.report import SyncReport, silent
from ingest.sync import sync

SUFFIXES = frozenset({".md", ".txt", ".html"})


class CountingEmbeddings(Embeddings):
    """LangChain's own fake, which also remembers what it was asked to embed."""

    def __init__(self, size=32):
        self.inner = DeterministicFakeEmbedding(size=size)
        self.embedded: list[str] = []

    def embed_documents(self, texts):
        self.embedded += texts
        return self.inner.embed_documents(texts)

    def embed_query(self, text):
        return self.inner.embed_query(text)


class PlainParser:
    """Paragraphs of a text file; a file that says BROKEN can't be read. In process, to keep tests quick."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def parse(self, path: Path) -> ParsedDocument:
        text = path.read_text("utf-8", errors="replace")
        if text.startswith("BROKEN"):
            raise UnreadableDocument("This file is broken: save it again.")
        blocks = [
            Block(BlockKind.PARAGRAPH, " ".join(part.split())) for part in text.split("\n\n") if part.strip()
        ]
        return ParsedDocument(path.stem, tuple(blocks), "text/plain")


class MirrorIndex:
    """Applies the outbox to a set of passage ids: what a search index would hold."""

    def __init__(self, catalog: Catalog):
        self.catalog = catalog
        self.ids: set[int] = set()
        self.calls = 0

    def apply_pending(self) -> int:
        self.calls += 1
        operations = self.catalog.feed.pending_operations(10**6)
        for operation in operations:
            if operation.kind is OperationKind.PUT_PASSAGE:
                self.ids.add(operation.target)
            elif operation.kind is OperationKind.DROP_PASSAGE:
                self.ids.discard(operation.target)
        if operations:
            self.catalog.feed.mark_applied(operations[-1].sequence)
        return len(operations)


class Kit:
    """One home and the drive that fills it."""

    def __init__(self, folder: Path):
        self.root = folder / "drive"
        self.root.mkdir(exist_ok=True)
        self.catalog = Catalog(folder / "catalog.db")
        self.index = MirrorIndex(self.catalog)
        self.embeddings = CountingEmbeddings()
        self.parser = PlainParser()
        self.opened: list[str] = []

    def embedder(self) -> Embedder:
        self.opened.append("embedder")
        return Embedder("fake/32", 32, 64, self.embeddings, lambda text: len(text.split()))

    def open_index(self) -> MirrorIndex:
        self.opened.append("index")
        return self.index

    def open_parser(self) -> PlainParser:
        self.opened.append("parser")
        return self.parser

    def sync(self, drive: Drive | None = None, space="general", progress=silent, **options) -> SyncReport:
        """One run; what it opened and embedded is counted anew."""
        self.opened.clear()
        self.embeddings.embedded.clear()
        drive = drive or LocalFolder(self.root, SUFFIXES)
        return sync(
            drive, space, self.catalog, self.open_index, self.embedder, self.open_parser, progress, **options
        )

    def write(self, path: str, text: str, mtime: int | None = None) -> Path:
        """A file with a time well in the past, later for each file, so that it is never racily new."""
        import os

        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        self.clock = getattr(self, "clock", 1_600_000_000) + 10
        stamp = self.clock if mtime is None else mtime
        os.utime(file, (stamp, stamp))
        return file

    def documents(self) -> dict[str, str]:
        """Content hash by path, as the catalog has it."""
        return {row.path: row.content_hash for row in self.catalog.documents()}

    def files(self) -> dict[str, str]:
        """Content hash by path, as the drive has it."""
        return {
            file.relative_to(self.root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in self.root.rglob("*")
            if file.is_file()
        }

    def assert_in_step(self) -> None:
        """Index = catalog = drive."""
        assert self.documents() == self.files()
        ids = {passage_id for ids in self.catalog.feed.passage_ids().values() for passage_id in ids}
        assert self.index.ids == ids


@contextmanager
def kit_in(folder: Path) -> Iterator[Kit]:
    kit = Kit(folder)
    try:
        yield kit
    finally:
        kit.catalog.close()
