"""An embedder by its name in the settings."""

from pathlib import Path

from brain.embedding.embedder import Embedder
from brain.embedding.weights import HUB, MINILM, Progress, default_cache, ensure_files
from brain.errors import UsageError

DEFAULT = "minilm"


def open_embedder(
    name: str = DEFAULT,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    offline: bool = False,
    hub: str = HUB,
    threads: int | None = None,
) -> Embedder:
    """The embedder called `name`, ready for use; its files are fetched into `cache` at first use."""
    if name == DEFAULT:
        return _open_minilm(cache or default_cache(), progress, offline, hub, threads)
    raise UsageError(f"There are no embeddings called {name!r}. Known: {DEFAULT}.")


def _open_minilm(
    cache: Path, progress: Progress | None, offline: bool, hub: str, threads: int | None
) -> Embedder:
    from brain.embedding.minilm import DIMENSIONS, MAX_TOKENS, MiniLM
    from brain.embedding.prepared import VARIANT, prepared_graph

    folder = ensure_files(MINILM, cache, progress=progress, offline=offline, hub=hub)
    weights, tokenizer = MINILM.files
    model = MiniLM(prepared_graph(folder, folder / weights.name), folder / tokenizer.name, threads=threads)
    return Embedder(
        identity=f"{MINILM.folder}/{VARIANT}@{weights.sha256[:8]}",
        dimensions=DIMENSIONS,
        max_tokens=MAX_TOKENS,
        embeddings=model,
        count_tokens=model.count_tokens,
    )
