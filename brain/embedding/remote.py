"""Embeddings that an endpoint computes: batched, cut to what it takes, its failures in sentences."""

from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings

from brain.embedding.embedder import Embedder
from brain.embedding.token_counting import ESTIMATED
from brain.errors import ModelUnavailable
from brain.http_status import http_status

PASSAGE_TOKENS = 512
"""Endpoints take 8,000 tokens a text; passages stay short all the same, so that a citation says where."""

Failures = tuple[type[Exception], ...]
"""What a provider raises when it does not answer as it should: each has its own tree of errors."""

_BATCH = 64  # texts a request
_LONGEST_CHARACTERS = 8000  # of a text


class RemoteEmbeddings(Embeddings):
    """LangChain embeddings behind a network, for texts of any number and length; vectors have length 1."""

    def __init__(self, name: str, inner: Embeddings, failures: Failures) -> None:
        self._name = name
        self._inner = inner
        self._failures = failures

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector a text; ModelUnavailable where the endpoint does not give them."""
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            batch = [_sendable(text) for text in texts[start : start + _BATCH]]
            try:
                answered = self._inner.embed_documents(batch)
            except self._failures as error:
                raise unavailable(self._name, error) from error
            vectors += self._checked(answered, len(batch))
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """A unit vector for a question; ModelUnavailable where the endpoint does not give it."""
        try:
            answered = self._inner.embed_query(_sendable(text))
        except self._failures as error:
            raise unavailable(self._name, error) from error
        return self._checked([answered], 1)[0]

    def _checked(self, vectors: Sequence[Sequence[float]], wanted: int) -> list[list[float]]:
        if len(vectors) != wanted:
            raise ModelUnavailable(
                f"The embeddings endpoint for {self._name} sent {len(vectors)} vectors for {wanted} texts."
            )
        array = np.asarray(vectors, np.float64)
        lengths = np.linalg.norm(array, axis=1, keepdims=True)
        units: list[list[float]] = (array / np.maximum(lengths, 1e-12)).tolist()
        return units


def remote_embedder(
    name: str, inner: Embeddings, *, failures: Failures, dimensions: int | None = None
) -> Embedder:
    """An Embedder over `inner`, whose own errors are `failures`: none where it tells of them itself.

    Without known `dimensions` one word is embedded to see how many there are.
    """
    embeddings = RemoteEmbeddings(name, inner, failures)
    return Embedder(
        identity=name,
        dimensions=dimensions or len(embeddings.embed_query("dimensions")),
        max_tokens=PASSAGE_TOKENS,
        embeddings=embeddings,
        count_tokens=ESTIMATED,
    )


def unavailable(name: str, error: Exception) -> ModelUnavailable:
    """What to tell of an endpoint's error, by the HTTP status that it carries, if any."""
    status = http_status(error)
    if status in (401, 403):
        reason = "refuses the API key. Set a valid one."
    elif status == 429:
        reason = "says that there were too many requests, or that the quota is used up. Try again later."
    elif status is not None:
        reason = f"answers with HTTP status {status}. Check the model's name and the address, or try again."
    else:
        reason = "does not answer. Check the network and the address, or try again."
    return ModelUnavailable(f"The embeddings endpoint for {name} {reason}", detail=repr(error))


def _sendable(text: str) -> str:
    clean = text[:_LONGEST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return clean if clean.strip() else "."
