"""Any other embeddings that LangChain can open by `provider:model`, such as `ollama:nomic-embed-text`."""

from collections.abc import Callable
from typing import Any, TypeVar

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
    # OpenAI's class would first fetch a vocabulary from the network, and then send tokens where other servers
    # of the same protocol take text only. Texts are cut already, by `RemoteEmbeddings`.
    options: dict[str, Any] = {"check_embedding_ctx_length": False} if address.startswith("openai:") else {}
    try:
        inner = init_embeddings(address, **options)
    except Exception as error:  # as above: a missing key is ImportError, ValueError or the package's own
        raise UsageError(
            f"{name} can't be opened. Install the provider's LangChain package, set its key "
            "in the environment (.env is read by citewise alone), and write the name as "
            "langchain:provider:model.",
            detail=repr(error),
        ) from error
    return remote_embedder(name, ProviderEmbeddings(name, inner), failures=())
