"""Held-out questions put to the whole brain, with one answerer after another: what people would see."""

from collections.abc import Iterable, Sequence

from brain.brain import Brain
from brain.evaluation.documents import Documents
from brain.evaluation.metrics import score
from brain.evaluation.questions import EvalQuestion
from brain.evaluation.runner import predict
from brain.tuning.judging.comparison import Comparison, compare
from brain.tuning.judging.evaluation import Progress
from brain.tuning.judging.writers import ADAPTER


def evaluate_in_use(
    questions: Sequence[EvalQuestion],
    brains: Iterable[tuple[str, Brain]],
    audience: frozenset[str],
    documents: Documents,
    progress: Progress | None = None,
) -> Comparison:
    """Ask every question of each and compare the adapter with the others; raises what an answerer raises.

    The next brain is asked for when the one before is done: its answerer may take over the same model.
    """
    scores = {}
    for name, brain in brains:

        def tell(done: int, of: int, name: str = name) -> None:
            if progress:
                progress(f"{name}, in use", done, of)

        tell(0, len(questions))
        said = list(predict(brain, questions, audience, tell))
        scores[name] = [score(q, answer, documents) for q, answer in zip(questions, said, strict=True)]
    return compare(scores, ADAPTER)
