"""Any other embeddings that LangChain can open by `provider:model`, such as `ollama:nomic-embed-text`."""

from brain.embedding.embedder import Embedder
from brain.embedding.remote import remote_embedder
from brain.errors import UsageError


def open_langchain(address: str) -> Embedder:
    """The embeddings at `provider:model`, set up as LangChain's own documentation of them says."""
    from langchain.embeddings import init_embeddings

    try:
        inner = init_embeddings(address)
    except (ImportError, ValueError) as error:
        raise UsageError(
            f"langchain:{address} can't be opened. Install the provider's LangChain package, set its key, "
            "and write the name as langchain:provider:model.",
            detail=repr(error),
        ) from error
    # Nobody can know what any provider raises.
    return remote_embedder(f"langchain:{address}", inner, failures=(Exception,))
