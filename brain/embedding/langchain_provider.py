"""Any other embeddings that LangChain can open by `provider:model`, such as `ollama:nomic-embed-text`."""

from collections.abc import Callable
from typing import TypeVar

from langchain_core.embeddings import Embeddings

from brain.embedding.embedder import Embedder
from brain.embedding.remote import remote_embedder, unavailable
from brain.errors import UsageError

Answered = TypeVar("Answered")


class ProviderEmbeddings(Embeddings):
    """What a provider's package computes; whatever goes wrong in it is a ModelUnavailable."""

    def __init__(self, name: str, inner: Embeddings) -> None:
        self._name = name
        self._inner = inner

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """The provider's vectors, one a text."""
        return self._asked(lambda: self._inner.embed_documents(texts))

    def embed_query(self, text: str) -> list[float]:
        """The provider's vector for a question."""
        return self._asked(lambda: self._inner.embed_query(text))

    def _asked(self, ask: Callable[[], Answered]) -> Answered:
        try:
            return ask()
        except Exception as error:  # nobody can know what a provider's package raises
            raise unavailable(self._name, error) from error


def open_langchain(address: str) -> Embedder:
    """The embeddings at `provider:model`, set up as LangChain's own documentation of them says.

    Raises UsageError where they can't be set up, ModelUnavailable where the provider does not answer.
    """
    from langchain.embeddings import init_embeddings

    name = f"langchain:{address}"
    try:
        inner = init_embeddings(address)
    except Exception as error:  # as above: a missing key is ImportError, ValueError or the package's own
        raise UsageError(
            f"{name} can't be opened. Install the provider's LangChain package, set its key, "
            "and write the name as langchain:provider:model.",
            detail=repr(error),
        ) from error
    return remote_embedder(name, ProviderEmbeddings(name, inner), failures=())
