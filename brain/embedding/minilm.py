"""all-MiniLM-L6-v2 on this machine's CPU, through onnxruntime and tokenizers."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.resources import as_file, files
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from brain.embedding.minilm_tokens import MiniLMTokens
from brain.embedding.token_states import TokenStates
from brain.onnx_runtime import open_session

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 384
MAX_TOKENS = 254
"""What the model was made for, 256, less the markers at both ends."""

TELLING = "minilm_telling.npy"
_TOKENS_A_RUN = 512
_REMEMBERED_QUESTIONS = 8  # as many as are answered at once; of the longest each takes 400 KB


class MiniLM(Embeddings):
    """Unit vectors of texts: the mean over a text's token states, scaled to length 1.

    Texts of equal length run together and others alone, so that nothing is padded and a text's vector
    is the same whatever is embedded beside it. Runs are spread over `threads` (default: the cores that
    this process may use); several threads may share the object.
    """

    def __init__(self, graph: Path | bytes, tokenizer: Path, *, threads: int | None = None) -> None:
        self._tokens = MiniLMTokens(tokenizer)
        # The fused operator is several times slower on a CPU than the two that it replaces.
        self._session = open_session(graph, without=["SkipLayerNormFusion"])
        self._question = lru_cache(_REMEMBERED_QUESTIONS)(self._alone)
        self._workers = ThreadPoolExecutor(threads or available_cores(), thread_name_prefix="embed")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector of 384 numbers a text, in the order of `texts`."""
        vectors: list[list[float]] = self.embed_array(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The same as a document's vector: this model makes no difference."""
        states, _ = self._question(text)
        vector: list[float] = _unit(states.mean(axis=1))[0].tolist()
        return vector

    def embed_array(self, texts: Sequence[str]) -> Vectors:
        """As `embed_documents`, in float32 [texts, 384] without the detour over Python numbers."""
        ids = [self.token_ids(text) for text in texts]
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)

        def embed(group: list[int]) -> None:
            vectors[group] = _unit(self._states([ids[index] for index in group]).mean(axis=1))

        self._spread(embed, list(_runs(ids)))
        return vectors

    def token_states(self, texts: Sequence[str]) -> list[TokenStates]:
        """Of every token of each text its state, scaled to length 1, and the characters that it stands for.

        A state has seen the whole text, as far as that is read; the markers at both ends are left out.
        """
        encodings = [self._tokens.encode(text) for text in texts]
        ids = [_cut(encoding.ids) for encoding in encodings]
        found: list[TokenStates | None] = [None] * len(texts)

        def read(group: list[int]) -> None:
            states = self._states([ids[index] for index in group])
            for index, rows in zip(group, states, strict=True):
                found[index] = _between_markers(rows, encodings[index])

        self._spread(read, list(_runs(ids)))
        return [states for states in found if states is not None]

    def question_states(self, question: str) -> TokenStates:
        """As `token_states`, of one text; `embed_query` and this read it once between them."""
        states, encoding = self._question(question)
        return _between_markers(states[0], encoding)

    def telling(self, question: TokenStates) -> Vectors:
        """How much each token of a question counts, [tokens]; the sum is 1.

        A softmax over what `benchmarks/fit_sentences.py` learnt of these states.
        """
        worth = question.vectors @ _telling_direction()
        powers = np.exp(worth - worth.max(initial=-np.inf))
        shares: Vectors = powers / max(powers.sum(), np.float32(1e-12))
        return shares

    def count_tokens(self, text: str) -> int:
        """The text's tokens, without the markers at both ends."""
        return self._tokens.count(text)

    def knows(self, word: str) -> bool:
        """Whether it is one of some 20,000 English words that the model reads whole."""
        return self.count_tokens(word) == 1

    def token_ids(self, text: str) -> list[int]:
        """What the model reads of the text: its tokens between the markers, cut to the limit."""
        return _cut(self._tokens.encode(text).ids)

    def _alone(self, text: str) -> tuple[Vectors, Any]:
        """The states of one text [1, tokens, 384], markers included, and how it was cut into tokens."""
        encoding = self._tokens.encode(text)
        return self._states([_cut(encoding.ids)]), encoding

    def _states(self, ids: list[list[int]]) -> Vectors:
        states: Vectors = self._session.run(None, {"input_ids": np.array(ids, np.int64)})[0]
        return states

    def _spread(self, work: Callable[[list[int]], None], groups: list[list[int]]) -> None:
        if len(groups) == 1:
            work(groups[0])
            return
        for _ in self._workers.map(work, groups):
            pass


@lru_cache(maxsize=1)
def _telling_direction() -> Vectors:
    """The direction of token states that tell what a question asks for, [384]."""
    with as_file(files("brain.embedding") / TELLING) as path:
        direction: Vectors = np.load(path, allow_pickle=False)
    return direction


def available_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cut(ids: list[int]) -> list[int]:
    return ids if len(ids) <= MAX_TOKENS + 2 else [*ids[: MAX_TOKENS + 1], ids[-1]]


def _runs(ids: list[list[int]]) -> Iterator[list[int]]:
    """Indices of texts that go through the model together, the longest first."""
    order = sorted(range(len(ids)), key=lambda index: len(ids[index]), reverse=True)
    for length, equal in groupby(order, key=lambda index: len(ids[index])):
        group = list(equal)
        step = max(1, _TOKENS_A_RUN // length)
        yield from (group[start : start + step] for start in range(0, len(group), step))


def _between_markers(states: Vectors, encoding: Any) -> TokenStates:
    """What `token_states` tells of one text, by its states [tokens, 384] with the markers."""
    places = np.array(encoding.offsets[1 : len(states) - 1], np.int64).reshape(-1, 2)
    return TokenStates(_unit(states[1:-1]), places)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return scaled
