"""OpenAI's embeddings, or those of a server that speaks the same protocol."""

from collections.abc import Mapping

from brain.embedding.embedder import Embedder
from brain.embedding.remote import remote_embedder
from brain.errors import UsageError
from brain.extras import need_extra

ADDRESS = "https://api.openai.com/v1"
MODELS: Mapping[str, int] = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072}
"""Dimensions by model: https://platform.openai.com/docs/guides/embeddings"""


def open_openai(
    model: str, api_key: str | None, base_url: str | None, timeout_s: float, retries: int
) -> Embedder:
    """`model` over HTTP; UsageError says what is missing where it can't be set up."""
    if not api_key:
        raise UsageError(f"{model} needs a key: set OPENAI_API_KEY.")
    try:
        from langchain_openai import OpenAIEmbeddings
        from openai import OpenAIError
    except ImportError as error:
        raise UsageError(f"{model} needs {need_extra('openai')}.", detail=repr(error)) from error
    from pydantic import SecretStr

    inner = OpenAIEmbeddings(
        model=model,
        api_key=SecretStr(api_key),
        base_url=base_url or ADDRESS,
        timeout=timeout_s,
        max_retries=retries,
        # Token arrays would need a vocabulary from the network, and other servers don't take them.
        check_embedding_ctx_length=False,
    )
    malformed = (LookupError, TypeError, ValueError)
    return remote_embedder(model, inner, failures=(OpenAIError, *malformed), dimensions=MODELS.get(model))
