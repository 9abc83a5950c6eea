"""`python -m benchmarks.fit_likelihood NAME=QUESTIONS@HOME …`: learn how likely an answer is to be right.

Each set is a file of `benchmarks/questions` and a home in which its documents alone are indexed. Every
question is asked as `benchmarks.everyday` asks it, but no answer tells a rival's sentence; of those that are
answered, the signals of `likelihood` are weighed by logistic regression, each company counting by the root of
its answers. Answers to near misses are wrong ones. Printed is what is told of sets whose company had no part
in the fit: how many are right of those that would be told as unsure and of the others, and the AUC, beside
what the gate's confidence tells.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.everyday import Verdict, asked
from benchmarks.fit_gate import RIDGE, STEPS, auc
from bots.settings import Settings
from bots.wiring import Citewise
from brain.answering.extracting.extractive import ExtractiveAnswerer, Lengths, sentences_by_words
from brain.answering.extracting.likelihood import likelihood_signals
from brain.answering.extracting.likeness import by_likeness
from brain.brain import Brain
from brain.evaluation.questions import read_questions
from brain.evidence import SURE
from brain.retrieval.query import Query

SPACES = ("general",)
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """An answer: its set and company, the signals, the gate's confidence, and whether it was right."""

    set: str
    company: str
    score: float
    lead: float
    confidence: float
    right: bool


def cases(name: str, questions: Path, home: Path) -> list[Case]:
    """The set's questions that are answered, but for those in threads."""
    found = []
    with Citewise(Settings(CITEWISE_HOME=home)) as citewise:  # type: ignore[call-arg]
        alone = [one for one in read_questions(questions) if not one.fields.get("before")]
        answerer = ExtractiveAnswerer(lengths=Lengths(rival=False))
        brain = Brain(citewise.catalog, citewise.retriever, answerer, citewise.gate)
        for outcome in asked(brain, [one for one in alone if one.answerable is not None]):
            if outcome.answer.refusal or outcome.verdict is Verdict.HALF:
                continue
            retrieved = citewise.retriever.find(Query.of(outcome.question.text), SPACES)
            ranked = by_likeness(sentences_by_words(retrieved), retrieved)
            signals = likelihood_signals(ranked, retrieved)
            if signals is not None:
                confidence = citewise.gate.weigh(retrieved).confidence
                right = outcome.verdict is Verdict.RIGHT
                found.append(Case(name, home.name, *signals, confidence, right))
    return found


def fitted(cases: Sequence[Case]) -> Numbers:
    """Bias, score's and lead's weight, by Newton's method; the ridge leaves the bias alone."""
    features = _features(cases)
    wanted = np.array([float(case.right) for case in cases])
    companies = [case.company for case in cases]
    importance = np.array([companies.count(company) ** -0.5 for company in companies])
    importance /= importance.sum()
    ridge = RIDGE * np.diag([0.0, 1.0, 1.0])
    weights = np.zeros(3)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (importance * (chance - wanted)) + ridge @ weights
        bend = (features.T * (importance * chance * (1 - chance))) @ features + ridge
        weights -= np.linalg.solve(bend, slope)
    return weights


def _features(cases: Sequence[Case]) -> Numbers:
    return np.array([[1.0, case.score, case.lead] for case in cases])


def report(cases: Sequence[Case], untaught: Sequence[str]) -> None:
    """What weights without a set's company tell of it; the weights of all sets but the `untaught`."""
    taught = [case for case in cases if case.set not in untaught]
    for name in dict.fromkeys(case.set for case in cases):
        own = [case for case in cases if case.set == name]
        weights = fitted([case for case in taught if case.company != own[0].company])
        right = np.array([case.right for case in own])
        confidence = np.array([case.confidence for case in own])
        told = []
        for chance in (confidence, 1 / (1 + np.exp(-_features(own) @ weights))):
            unsure = chance < SURE
            told.append(
                f"unsure {right[unsure].sum():3} right of {unsure.sum():3}, "
                f"others {right[~unsure].sum():3} of {(~unsure).sum():3}, "
                f"AUC {auc(chance[right], chance[~right]):.2f}"
            )
        print(f"{name:24} gate: {told[0]}   likelihood: {told[1]}")
    print("bias, score, lead:", np.round(fitted(taught), 2))


def main() -> None:
    """Read the arguments, ask, fit and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", metavar="NAME=QUESTIONS@HOME")
    parser.add_argument(
        "--untaught", nargs="*", default=[], metavar="NAME", help="sets that nothing is learnt from"
    )
    given = parser.parse_args()
    made: list[Case] = []
    for text in given.sets:
        name, _, places = text.partition("=")
        questions, _, home = places.rpartition("@")
        made += cases(name, Path(questions), Path(home))
    report(made, given.untaught)


if __name__ == "__main__":
    main()
