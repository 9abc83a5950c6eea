"""The parts of the brain that the settings choose; what writes answers is chosen in `answerer`."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bots.settings import Settings, revealed

if TYPE_CHECKING:
    from brain.answering.writing.entailment import Entailment
    from brain.embedding.embedder import Embedder
    from brain.evidence import EvidenceGate
    from brain.reranking.factory import RerankerChoice
    from brain.reranking.reranker import Reranker


def chosen_embedder(settings: Settings, progress: Callable[[str, int, int], None]) -> "Embedder":
    """The embedder that is set, with its keys; `progress` is told (what, done, total) while files come.

    Raises UsageError where it can't be opened.
    """
    from brain.embedding.factory import open_embedder

    return open_embedder(
        settings.embeddings,
        cache=settings.cache,
        progress=progress,
        openai_api_key=revealed(settings.openai_api_key),
        jina_api_key=revealed(settings.jina_api_key),
    )


def chosen_gate(settings: Settings) -> "EvidenceGate":
    """What decides whether there is an answer; only the default embedder's cosines are known to it."""
    from brain.embedding.factory import DEFAULT
    from brain.evidence import FOR_ANY, FOR_MINILM, THRESHOLD, EvidenceGate

    weights = FOR_MINILM if settings.embeddings == DEFAULT else FOR_ANY
    threshold = settings.threshold
    return EvidenceGate(weights, THRESHOLD if threshold is None else threshold)


def reranker_choice(settings: Settings) -> "RerankerChoice | None":
    """The reranker that is set, if one is."""
    if settings.reranker is None:
        return None
    from brain.reranking.factory import RerankerChoice

    return RerankerChoice(settings.reranker, settings.reranker_model, revealed(settings.reranker_key))


def chosen_reranker(
    settings: Settings,
    closing: ExitStack,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    offline: bool = False,
) -> "Reranker | None":
    """The reranker that is set, if one is; `progress` as above, and what must be closed goes to `closing`.

    Raises UsageError or WeightsUnavailable where it can't be opened.
    """
    choice = reranker_choice(settings)
    if choice is None:
        return None
    from brain.reranking.factory import open_reranker

    return open_reranker(choice, closing, cache=settings.cache, progress=progress, offline=offline)


def chosen_entailment(
    settings: Settings,
    closing: ExitStack,
    progress: Callable[[str, int, int], None] | None = None,
    *,
    offline: bool = False,
) -> "Entailment | None":
    """What judges the sentences of a language model, where both are set; as `chosen_reranker`."""
    if settings.entailment is None or settings.answerer == "extractive":
        return None
    from brain.answering.writing.entailment import open_entailment

    return open_entailment(
        settings.entailment, closing, cache=settings.cache, progress=progress, offline=offline
    )
