"""A home with real parts and few documents: files are written, read, split, stored and indexed."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from langchain_core.embeddings import DeterministicFakeEmbedding
from letter_counting import LETTERS

from brain.brain import Brain
from brain.catalog import spaces
from brain.catalog.catalog import Catalog
from brain.catalog.rows import NewDocument, NewPassage
from brain.domain import Answer, Passage, Question, Turn
from brain.embedding.embedder import Embedder
from brain.evidence import FOR_ANY, EvidenceGate
from brain.index.search_index import SearchIndex
from brain.reranking.reranker import Reranker
from brain.retrieval.hybrid import HybridRetriever, Retrieved
from brain.retrieval.query import Query
from ingest.indexing.splitting import split
from ingest.readers import read

OPEN_GATE = EvidenceGate(FOR_ANY, threshold=0.0)


def fake_embedder() -> Embedder:
    """Vectors that mean nothing: what is found is found by words."""
    return Embedder("fake/32", 32, 200, DeterministicFakeEmbedding(size=32), LETTERS)


class SmallHome:
    """A catalog, an index and an embedder in a folder."""

    def __init__(self, folder: Path, embedder: Embedder | None = None) -> None:
        self.embedder = embedder or fake_embedder()
        self._files = folder / "drive"
        self.catalog = Catalog(folder / "catalog.db")
        self.catalog.set_embedder(self.embedder.identity, self.embedder.dimensions)
        self.index = SearchIndex.open(folder / "index", self.catalog)

    def close(self) -> None:
        self.index.close()
        self.catalog.close()

    def add(self, path: str, content: str, space: str = "general", *, index: bool = True) -> int:
        """Write a file and take it in; its document's id."""
        if all(known.name != space for known in self.catalog.spaces()):
            with self.catalog.database.writing() as connection:  # nobody's doing: the audit log begins empty
                spaces.create_space(connection, space)
        file = self._files / space / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
        parsed = read(file)
        chunks = tuple(split(parsed, self.embedder.max_tokens, self.embedder.count_tokens))
        texts = {chunk.vector_key: chunk.embedded_text for chunk in chunks}
        missing = sorted(self.catalog.missing_vectors(texts))
        vectors = self.embedder.embeddings.embed_documents([texts[key] for key in missing])
        put = self.catalog.put_document(
            NewDocument(
                space=space,
                drive_id=self.catalog.add_drive(f"/drive/{space}", space).id,
                path=path,
                uri=f"file:///drive/{space}/{path}",
                title=parsed.title,
                media_type=parsed.media_type,
                size=len(content),
                mtime_ns=1_700_000_000_000_000_000,
                content_hash=hashlib.sha256(content.encode()).hexdigest(),
                text=parsed.text,
                modified=parsed.modified,
                passages=tuple(
                    NewPassage(
                        ordinal=chunk.ordinal,
                        start=chunk.start,
                        end=chunk.end,
                        text=chunk.text,
                        vector_key=chunk.vector_key,
                        context=chunk.context,
                        table_header=chunk.table_header,
                        locator=chunk.locator,
                    )
                    for chunk in chunks
                ),
                vectors={
                    key: np.asarray(vector, dtype=np.float32)
                    for key, vector in zip(missing, vectors, strict=True)
                },
            )
        )
        if index:
            self.index.apply_pending()
        return put.document_id

    def fill(self, documents: Mapping[str, str], space: str = "general") -> "SmallHome":
        """Add several files."""
        for path, content in documents.items():
            self.add(path, content, space, index=False)
        self.index.apply_pending()
        return self

    @property
    def retriever(self) -> HybridRetriever:
        return HybridRetriever(catalog=self.catalog, index=self.index, embeddings=self.embedder.embeddings)

    def find(self, text: str, *spaces: str) -> Retrieved:
        return self.retriever.find(Query.of(text), spaces or ("general",))

    def brain(
        self, answerer: object = None, gate: EvidenceGate = OPEN_GATE, reranker: Reranker | None = None
    ) -> Brain:
        return Brain(self.catalog, self.retriever, answerer, gate, reranker)  # type: ignore[arg-type]

    def ask(self, text: str, *spaces: str, history: tuple[Turn, ...] = (), **parts: object) -> Answer:
        question = Question(text, audience=frozenset(spaces or ("general",)), history=history)
        return self.brain(**parts).invoke(question)  # type: ignore[arg-type]


def assert_backed(answer: Answer) -> None:
    """Promise 1: every sentence has a citation, every citation's quote stands in its passage as it is."""
    numbers = [citation.number for citation in answer.citations]
    assert sorted(set(numbers)) == list(range(1, len(set(numbers)) + 1))
    for citation in answer.citations:
        assert citation.quote.strip()
        assert citation.quote in citation.passage.text
    for sentence in answer.sentences:
        assert sentence.citations
        assert set(sentence.citations) <= set(numbers)


def passages_of(found: Retrieved) -> list[Passage]:
    return [candidate.passage for candidate in found.candidates]
