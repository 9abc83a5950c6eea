"""What the rest needs to know of an embedder, whichever model stands behind it."""

from dataclasses import dataclass

from langchain_core.embeddings import Embeddings

from brain.embedding.token_counting import TokenCounter


@dataclass(frozen=True, slots=True)
class Embedder:
    """An embedding model, ready for use.

    `identity` names model, variant and weights: vectors of different identities never mix.
    A text of which `count_tokens` says at most `max_tokens` is embedded whole; what goes beyond
    is cut off. Neither counts the markers that a model puts around a text.
    """

    identity: str
    dimensions: int
    max_tokens: int
    embeddings: Embeddings
    count_tokens: TokenCounter
