"""Held-out questions put to the whole brain, with one answerer after another: what people would see."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from brain.answering.draft import Answerer
from brain.brain import Brain
from brain.catalog.catalog import Catalog
from brain.evaluation.documents import Documents
from brain.evaluation.metrics import score
from brain.evaluation.predictions import Prediction, prediction_of, to_row
from brain.evaluation.questions import EvalQuestion
from brain.evaluation.runner import predict
from brain.evidence import EvidenceGate
from brain.retrieval.hybrid import HybridRetriever
from brain.tuning.comparison import Comparison, compare
from brain.tuning.evaluation import Progress
from brain.tuning.kept import kept_lines
from brain.tuning.writers import ADAPTER


def evaluate_in_use(
    questions: Sequence[EvalQuestion],
    answerers: Iterable[tuple[str, Answerer]],
    catalog: Catalog,
    retriever: HybridRetriever,
    gate: EvidenceGate,
    audience: frozenset[str],
    documents: Documents,
    *,
    identity: str,
    kept: Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Ask every question of each and compare the adapter with the others.

    What was answered is kept in the folder `kept`; `identity` changes with whatever changes answers.
    """
    scores = {}
    for name, answerer in answerers:
        brain = Brain(catalog, retriever, answerer, gate)
        said = _answers(name, brain, questions, audience, f"{name} {identity}", kept, progress)
        scores[name] = [score(q, answer, documents) for q, answer in zip(questions, said, strict=True)]
    return compare(scores, ADAPTER)


def _answers(
    name: str,
    brain: Brain,
    questions: Sequence[EvalQuestion],
    audience: frozenset[str],
    identity: str,
    kept: Path | None,
    progress: Progress | None,
) -> list[Prediction]:
    path = kept / f"{name}.jsonl" if kept else None
    marks = [f"{question.id} {question.text}" for question in questions]
    with kept_lines(path, identity, marks) as lines:
        known = {mark: prediction_of(values) for mark, values in lines.known.items()}
        missing = [q for q, mark in zip(questions, marks, strict=True) if mark not in known]
        before = len(known)

        def tell(done: int, _: int) -> None:
            if progress:
                progress(f"{name}, in use", before + done, len(questions))

        tell(0, 0)
        for question, answer in zip(missing, predict(brain, missing, audience, tell), strict=True):
            mark = f"{question.id} {question.text}"
            known[mark] = answer
            lines.add(mark, to_row(answer))
    return [known[mark] for mark in marks]
