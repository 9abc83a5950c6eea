"""An embedder by its name in the settings."""

from pathlib import Path

from brain.embedding.embedder import Embedder
from brain.embedding.token_counting import TokenCounter
from brain.embedding.weights import MINILM, Progress, default_cache, ensure_files
from brain.errors import UsageError

DEFAULT = "minilm"


def open_embedder(
    name: str = DEFAULT,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    offline: bool = False,
    openai_api_key: str | None = None,
    jina_api_key: str | None = None,
    base_url: str | None = None,
    timeout_s: float = 30.0,
    retries: int = 3,
) -> Embedder:
    """The embedder called `name`, ready for use; UsageError lists the names where it is unknown.

    For `minilm`: `cache` is the folder for its files (default: the user's own), which are fetched there
    at first use unless `offline`. For endpoints: the key, `base_url` in place of the provider's own
    address, and how long and how often to try.
    """
    if name == DEFAULT:
        return _open_minilm(cache or default_cache(), progress, offline=offline)
    if name.startswith("text-embedding-3-"):
        from brain.embedding.openai_endpoint import open_openai

        return open_openai(name, openai_api_key, base_url, timeout_s, retries)
    if name.startswith("jina-embeddings-"):
        from brain.embedding.jina_endpoint import open_jina

        return open_jina(name, jina_api_key, base_url, timeout_s, retries)
    if name.startswith("langchain:"):
        from brain.embedding.langchain_provider import open_langchain

        return open_langchain(name.removeprefix("langchain:"))
    raise UsageError(
        f"There are no embeddings called {name!r}. CITEWISE_EMBEDDINGS can be {DEFAULT}, "
        "text-embedding-3-small, text-embedding-3-large, jina-embeddings-v3 or another of Jina's, "
        "or langchain:provider:model."
    )


def _open_minilm(cache: Path, progress: Progress | None, *, offline: bool) -> Embedder:
    from brain.embedding.minilm import DIMENSIONS, MAX_TOKENS, MiniLM
    from brain.embedding.minilm_tokens import OPENER
    from brain.embedding.prepared import VARIANT, prepared_graph

    folder = ensure_files(MINILM, cache, progress=progress, offline=offline)
    weights, tokenizer = MINILM.files
    model = MiniLM(prepared_graph(folder, folder / weights.name), folder / tokenizer.name)
    return Embedder(
        identity=f"{MINILM.folder}/{VARIANT}@{weights.sha256[:8]}",
        dimensions=DIMENSIONS,
        max_tokens=MAX_TOKENS,
        embeddings=model,
        count_tokens=TokenCounter(model.count_tokens, OPENER, str(folder / tokenizer.name)),
    )
