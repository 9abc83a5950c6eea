"""What the tests of the ingest share: a home with real parts, a cheap embedder, a folder to change."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import fields
from pathlib import Path

from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

from benchmarks.word_counting import WORDS
from brain.catalog.catalog import Catalog
from brain.embedding.embedder import Embedder
from brain.index.search_index import SearchIndex
from ingest.drives import Drive
from ingest.local.folder import LocalFolder
from ingest.locate import readable_suffixes
from ingest.parsing.pool import ParsePool
from ingest.report import SyncReport, silent
from ingest.sync import Effort, Parts, sync

POOL = ParsePool(workers=1, seconds=20)  # shared by all tests of a run: a worker takes .3 s to start
BROKEN = b"%PDF-1.7 and then nothing that a PDF holds"


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


class Kit:
    """One home and the drive that fills it; `opened` tells what a run asked for."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.root = folder / "drive"
        self.root.mkdir(exist_ok=True)
        self.catalog = Catalog(folder / "catalog.db")
        self.index: SearchIndex | None = None
        self.embeddings = CountingEmbeddings()
        self.opened: list[str] = []
        self._clock = 1_600_000_000

    def embedder(self) -> Embedder:
        self.opened.append("embedder")
        return Embedder("fake/32", 32, 64, self.embeddings, WORDS)

    def open_index(self) -> SearchIndex:
        self.opened.append("index")
        self.index = self.index or SearchIndex.open(self.folder / "index", self.catalog)
        return self.index

    def open_parser(self):
        self.opened.append("parser")
        return nullcontext(POOL)

    def sync(self, drive: Drive | None = None, space="general", progress=silent, **options) -> SyncReport:
        """One run; what it opened and embedded is counted anew."""
        self.opened.clear()
        self.embeddings.embedded.clear()
        parts = {"index": self.open_index, "embedder": self.embedder, "parser": self.open_parser}
        parts |= {name: options.pop(name) for name in tuple(parts) if name in options}
        effort = {field.name: options.pop(field.name) for field in fields(Effort) if field.name in options}
        given = Parts(self.catalog, **parts)
        return sync(drive or self.drive(), space, given, progress, Effort(**effort), **options)

    def drive(self) -> LocalFolder:
        return LocalFolder(self.root, readable_suffixes())

    def write(self, path: str, content: str | bytes, mtime: int | None = None) -> Path:
        """A file with a time well in the past, later for each file, so that it is never racily new."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        self._clock += 10
        stamp = self._clock if mtime is None else mtime
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

    def found(self, *terms: str) -> set[str]:
        """The documents that a keyword search brings."""
        hits = self.open_index().keyword("general", terms, 10)
        return {passage.source.document for passage in self.catalog.passages(i for i, _ in hits).values()}

    def assert_in_step(self) -> None:
        """Index = catalog = drive."""
        assert self.documents() == self.files()
        assert self.catalog.feed.pending_operations(1) == []
        assert self.open_index().verify(deep=True).differences == ()

    def close(self) -> None:
        if self.index is not None:
            self.index.close()
        self.catalog.close()


@contextmanager
def kit_in(folder: Path) -> Iterator[Kit]:
    """A kit that is closed when its test ends."""
    kit = Kit(folder)
    try:
        yield kit
    finally:
        kit.close()
