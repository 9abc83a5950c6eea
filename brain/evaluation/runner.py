"""Asking the brain every question, one after another, with the clock running."""

import time
from collections.abc import Callable, Iterator, Sequence

from langchain_core.runnables import Runnable

from brain.domain import Answer, Question
from brain.evaluation.bootstrap import Bootstrap
from brain.evaluation.documents import Documents
from brain.evaluation.predictions import Prediction, prediction
from brain.evaluation.questions import EvalQuestion, group_by
from brain.evaluation.report import EvaluationReport, build_report

# Told how many questions are done, and how many there are.
Progress = Callable[[int, int], None]


def predict(
    brain: Runnable[Question, Answer],
    questions: Sequence[EvalQuestion],
    audience: frozenset[str],
    progress: Progress | None = None,
) -> Iterator[Prediction]:
    """One prediction for each question, in order; each question stands alone, without a thread."""
    for done, question in enumerate(questions, 1):
        started = time.perf_counter()
        answer = brain.invoke(Question(question.text, asker="evaluation", audience=audience))
        yield prediction(question.id, answer, (time.perf_counter() - started) * 1000)
        if progress:
            progress(done, len(questions))


def evaluate(
    brain: Runnable[Question, Answer],
    questions: Sequence[EvalQuestion],
    audience: frozenset[str],
    progress: Progress | None = None,
    *,
    documents: Documents | None = None,
    against: Sequence[Prediction] | None = None,
    by: str | None = None,
    bootstrap: Bootstrap | None = None,
) -> EvaluationReport:
    """Ask every question and score the answers; the options are those of `build_report`."""
    if by:
        group_by(questions, by)  # a wrong field is told before the first question is asked
    said = tuple(predict(brain, questions, audience, progress))
    return build_report(questions, said, documents=documents, against=against, by=by, bootstrap=bootstrap)
