"""Held-out questions put to the whole brain, with one answerer after another: what people would see."""

from collections.abc import Iterable, Sequence

from brain.answering.draft import Answerer
from brain.brain import Brain
from brain.catalog.catalog import Catalog
from brain.evaluation.documents import Documents
from brain.evaluation.metrics import score
from brain.evaluation.questions import EvalQuestion
from brain.evaluation.runner import predict
from brain.evidence import EvidenceGate
from brain.reranking.reranker import Reranker
from brain.retrieval.hybrid import HybridRetriever
from brain.tuning.judging.comparison import Comparison, compare
from brain.tuning.judging.evaluation import Progress
from brain.tuning.judging.writers import ADAPTER


def evaluate_in_use(
    questions: Sequence[EvalQuestion],
    answerers: Iterable[tuple[str, Answerer]],
    catalog: Catalog,
    retriever: HybridRetriever,
    gate: EvidenceGate,
    audience: frozenset[str],
    documents: Documents,
    progress: Progress | None = None,
    reranker: Reranker | None = None,
) -> Comparison:
    """Ask every question of each and compare the adapter with the others; raises what an answerer raises."""
    scores = {}
    for name, answerer in answerers:
        brain = Brain(catalog, retriever, answerer, gate, reranker)

        def tell(done: int, of: int, name: str = name) -> None:
            if progress:
                progress(f"{name}, in use", done, of)

        tell(0, len(questions))
        said = list(predict(brain, questions, audience, tell))
        scores[name] = [score(q, answer, documents) for q, answer in zip(questions, said, strict=True)]
    return compare(scores, ADAPTER)
