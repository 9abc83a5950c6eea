"""`python -m benchmarks.fit_gate NAME=QUESTIONS@HOME …`: fit the evidence gate's weights to question sets.

Each set is a file of questions with known answers and a home in which their documents alone are indexed.
What can't be answered is made of them in three ways: other sets' questions; a set's own after their documents
were taken away; and near misses, a set's own with the most telling word exchanged for one of its kind that no
passage holds together with the rest. Weights are fitted by logistic regression, each set and each way
counting the same, none below 0. What is printed is for sets that had no part in the fit.
"""

import argparse
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bots.settings import load_settings
from bots.wiring import Citewise
from brain.evaluation.questions import EvalQuestion, read_questions
from brain.evidence import THRESHOLD, Signals, signals_of
from brain.retrieval.hybrid import HybridRetriever, Retrieved
from brain.retrieval.query import Query
from brain.text.analysis import analyse
from brain.text.terms import content_words

SPACES = ("general",)
OTHERS = 150  # of other sets' questions asked in each set
FEW = 10  # documents, of which others say much the same as the one that is taken away
SEED = 2
RIDGE = 3e-4
STEPS = 30

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one question in one set; `way` says how it came about."""

    set: str
    way: str
    answerable: bool
    signals: Signals
    question: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A name, questions and the home that they are asked in."""

    name: str
    questions: tuple[EvalQuestion, ...]
    home: Path


def cases(sets: Sequence[QuestionSet]) -> list[Case]:
    """Every question of every set as it is and in the three ways that can't be answered."""
    found: list[Case] = []
    chance = random.Random(SEED)
    for one in sets:
        others = [q.text for other in sets if other is not one for q in other.questions if q.answerable]
        strange = sorted({word for text in others for word in _names(text)})
        with Citewise(load_settings(one.home)) as citewise:
            retriever = citewise.retriever
            twins = citewise.catalog.document_count(SPACES) < FEW
            for question in one.questions:
                if question.answerable is None:
                    continue
                retrieved = retriever.find(Query.of(question.text), SPACES)
                way = "own" if question.answerable else "labelled"
                found.append(_case(one, way, bool(question.answerable), retrieved))
                if question.answerable and not twins:
                    gold = {reference.doc for reference in question.gold}
                    found.append(_case(one, "removed", False, retriever.compared(_without(retrieved, gold))))
                near = question.answerable and _near_miss(retriever, retrieved, strange, chance)
                if near:
                    found.append(_case(one, "near miss", False, near))
            for text in chance.sample(others, min(OTHERS, len(others))):
                found.append(_case(one, "other set", False, retriever.find(Query.of(text), SPACES)))
    return found


def _case(one: QuestionSet, way: str, answerable: bool, retrieved: Retrieved) -> Case:
    return Case(one.name, way, answerable, signals_of(retrieved), retrieved.query.text)


def _without(retrieved: Retrieved, documents: set[str]) -> Retrieved:
    left = tuple(c for c in retrieved.candidates if c.passage.source.document not in documents)
    return replace(retrieved, candidates=left)


def _names(text: str) -> list[str]:
    return [word for word in re.findall(r"[A-Za-z][\w-]{3,}", text) if content_words(word)]


def _near_miss(
    retriever: HybridRetriever, retrieved: Retrieved, strange: Sequence[str], chance: random.Random
) -> Retrieved | None:
    """The same question of something else: its most telling word, or its number, exchanged."""
    text, weights = retrieved.query.text, retrieved.rarity.weights
    number = re.search(r"\b\d{1,4}\b", text)
    if number and chance.random() < 0.5:
        changed = text[: number.start()] + str(int(number[0]) + chance.randint(3, 9)) + text[number.end() :]
    else:
        words = [word for word in _names(text) if Query.of(word).stems]
        words = [word for word in words if Query.of(word).stems[0] in weights]
        if len(words) < 2:
            return None
        telling = max(words, key=lambda word: weights[Query.of(word).stems[0]])
        same = [w for w in strange if w[0].isupper() == telling[0].isupper()]
        changed = re.sub(rf"\b{re.escape(telling)}\b", chance.choice(same or list(strange)), text)
    if changed == text:
        return None
    near = retriever.find(Query.of(changed), SPACES)
    new = set(near.query.stems) - set(retrieved.query.stems)
    # Where one passage holds the new word and most of the rest, it may well be answered.
    for candidate in near.candidates[:10]:
        stems = analyse(candidate.passage).stems
        if new & stems and near.rarity.share(stems) > 0.6:
            return None
    return near


NAMES = tuple(field.name for field in fields(Signals))


def fitted(cases: Sequence[Case], without: str, names: Sequence[str]) -> Numbers:
    """Bias and weights, in the order of `names`, fitted to all sets but `without`; no weight is below 0."""
    held = [case for case in cases if case.set != without]
    features, wanted = _matrix(held, names), np.array([float(case.answerable) for case in held])
    groups = [(case.set, case.way) for case in held]
    share = {group: groups.count(group) for group in set(groups)}
    ways = {case.set: len({c.way for c in held if c.set == case.set and not c.answerable}) for case in held}
    importance = np.array(
        [
            1 / share[group] if case.answerable else 1 / share[group] / ways[case.set]
            for case, group in zip(held, groups, strict=True)
        ]
    )
    importance /= importance.sum()
    weights = np.zeros(features.shape[1])
    free = list(range(len(weights)))
    while True:  # whatever comes out below 0 is left out, the worst first
        weights[:] = 0
        weights[free] = _regression(features[:, free], wanted, importance)
        worst = min(free[1:], key=lambda at: weights[at], default=0)
        if not worst or weights[worst] >= 0:
            return weights
        free.remove(worst)


def _regression(features: Numbers, wanted: Numbers, importance: Numbers) -> Numbers:
    """Newton's method; the first column is the bias, which the ridge leaves alone."""
    ridge = RIDGE * np.diag([0.0, *np.ones(features.shape[1] - 1)])
    weights = np.zeros(features.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (importance * (chance - wanted)) + ridge @ weights
        bend = (features.T * (importance * chance * (1 - chance))) @ features + ridge
        weights -= np.linalg.solve(bend, slope)
    return weights


def _matrix(cases: Iterable[Case], names: Sequence[str]) -> Numbers:
    rows = [[1.0, *(asdict(case.signals)[name] for name in names)] for case in cases]
    return np.array(rows)


def auc(answerable: Numbers, other: Numbers) -> float:
    """The chance that an answerable question stands above one that isn't."""
    return float(np.mean([(answerable > x).mean() + 0.5 * (answerable == x).mean() for x in other]))


def report(cases: Sequence[Case], names: Sequence[str], untaught: Sequence[str]) -> None:
    """AUC and refusals of each set under weights that were fitted without it, and the weights of all.

    Nothing is fitted to the `untaught` sets.
    """
    taught = [case for case in cases if case.set not in untaught]
    for one in sorted({case.set for case in cases}):
        weights = fitted(taught, one, names)
        held = [case for case in cases if case.set == one]
        chances = 1 / (1 + np.exp(-_matrix(held, names) @ weights))
        by_way = {
            way: np.array([x for x, case in zip(chances, held, strict=True) if case.way == way])
            for way in dict.fromkeys(case.way for case in held)
        }
        own = by_way.pop("own")
        told = "  ".join(
            f"{way} {auc(own, x):.3f} (answered {np.mean(x >= THRESHOLD):.2f})" for way, x in by_way.items()
        )
        print(f"{one:14} refused {np.mean(own < THRESHOLD):.3f}   AUC: {told}")
    weights = fitted(taught, "", names)
    print("all", " ".join(f"{n}={w:.2f}" for n, w in zip(("bias", *names), weights, strict=True)))


def main() -> None:
    """Read the arguments, make the cases, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="NAME=QUESTIONS@HOME")
    parser.add_argument("--without", nargs="*", default=[], help="signals to leave out")
    parser.add_argument("--untaught", nargs="*", default=[], help="names of sets that nothing is fitted to")
    given = parser.parse_args()
    sets = []
    for text in given.sets:
        name, _, places = text.partition("=")
        questions, _, home = places.rpartition("@")
        sets.append(QuestionSet(name, read_questions(Path(questions)), Path(home)))
    made = cases(sets)
    report(made, [name for name in NAMES if name not in given.without], given.untaught)
    print("for any embedder:")
    report(
        made, [name for name in NAMES if name not in {*given.without, "similarity", "alike"}], given.untaught
    )


if __name__ == "__main__":
    main()
