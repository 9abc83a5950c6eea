"""`python -m benchmarks.fit_triage DATA`: how categories are told apart best, on training messages alone.

DATA holds folders with a `train.csv` (text,label) each. By five-fold cross-validation it prints the accuracy
of ways to compare a message with labelled ones, with all of them and with five or two a label: neighbours
that vote, regularised least squares, linear discriminants with a shrunk covariance, the means of labels, and
what citewise does for several of its constants. Then it fits how sure a score is: a fifth of the labels is
taken away from each fold, messages of which (and those labelled `oos`) are like nothing that was labelled.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.recording import Row, show
from benchmarks.triage import OUTSIDE, read
from brain.embedding.factory import open_embedder
from brain.triage import categorising
from brain.triage.categorising import LEFT_OPEN_BELOW, Categoriser, Labelled

FOLDS = 5
SEED = 0
UNSEEN = 0.2
RIDGE = 1e-3
STEPS = 30

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
Way = Callable[[Floats, NDArray[np.int64], Floats], Floats]


@dataclass(frozen=True, slots=True)
class Messages:
    """The vectors [n, dimensions] and labels [n] of one set, and the vectors of what fits no label."""

    name: str
    vectors: Floats
    labels: NDArray[np.str_]
    outside: Floats


def neighbours(known: Floats, own: NDArray[np.int64], asked: Floats, *, count: int, sharp: float) -> Floats:
    """The votes of the nearest, weighted by their cosines."""
    cosines = asked @ known.T
    nearest = np.argsort(-cosines, axis=1)[:, :count]
    top = np.take_along_axis(cosines, nearest, 1)
    votes = np.exp((top - top[:, :1]) / sharp)
    found = np.zeros((len(asked), own.max() + 1), np.float32)
    for place in range(nearest.shape[1]):
        np.add.at(found, (np.arange(len(asked)), own[nearest[:, place]]), votes[:, place])
    return found


def least_squares(known: Floats, own: NDArray[np.int64], asked: Floats, *, ridge: float) -> Floats:
    """Regularised least squares on the labels."""
    mean = known.mean(0)
    wanted = np.eye(own.max() + 1, dtype=np.float32)[own]
    rows = known - mean
    weights = np.linalg.solve(
        rows.T @ rows + ridge * np.eye(rows.shape[1]), rows.T @ (wanted - wanted.mean(0))
    )
    return np.asarray((asked - mean) @ weights, np.float32)


def discriminants(known: Floats, own: NDArray[np.int64], asked: Floats, *, shrink: float) -> Floats:
    """Linear discriminants, the covariance within labels shrunk towards a sphere."""
    means = _means(known, own)
    rest = known - means[own]
    covariance = rest.T @ rest / len(known)
    scale = np.trace(covariance) / len(covariance)
    inverse = np.linalg.solve((1 - shrink) * covariance + shrink * scale * np.eye(len(covariance)), means.T)
    return np.asarray(asked @ inverse - 0.5 * (means.T * inverse).sum(0), np.float32)


def label_means(known: Floats, own: NDArray[np.int64], asked: Floats) -> Floats:
    """Cosines to the mean of each label."""
    means = _means(known, own)
    return np.asarray(asked @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T, np.float32)


def citewise(known: Floats, own: NDArray[np.int64], asked: Floats, *, nearest: int, of_mean: float) -> Floats:
    """As citewise does it, with these constants."""
    before = categorising.NEAREST, categorising.OF_MEAN
    categorising.NEAREST, categorising.OF_MEAN = nearest, of_mean
    try:
        return Categoriser(_labelled(known, [f"{label:04}" for label in own])).scores(asked)[0]
    finally:
        categorising.NEAREST, categorising.OF_MEAN = before


def _means(known: Floats, own: NDArray[np.int64]) -> Floats:
    return np.stack([known[own == label].mean(0) for label in range(own.max() + 1)])


def _labelled(vectors: Floats, labels: Sequence[str]) -> Labelled:
    return Labelled(tuple(range(1, len(labels) + 1)), tuple(labels), vectors)


WAYS: dict[str, Way] = {
    "nearest one": partial(neighbours, count=1, sharp=1.0),
    **{
        f"{k} neighbours, e to {t}": partial(neighbours, count=k, sharp=t)
        for k in (10, 40)
        for t in (0.05, 0.1)
    },
    **{f"least squares, {ridge}": partial(least_squares, ridge=ridge) for ridge in (0.3, 3.0)},
    **{f"discriminants, {shrink}": partial(discriminants, shrink=shrink) for shrink in (0.1, 0.5, 0.9)},
    "means of labels": label_means,
    **{
        f"citewise, {k} nearest, {share} mean": partial(citewise, nearest=k, of_mean=share)
        for k in (3, 10)
        for share in (0.0, 0.2, 0.4, 0.6)
    },
}


def fold_of(labels: NDArray[np.str_]) -> NDArray[np.int64]:
    """A fold for each message, every label spread evenly."""
    chance, folds = np.random.default_rng(SEED), np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        own = np.flatnonzero(labels == label)
        folds[chance.permutation(own)] = np.arange(len(own)) % FOLDS
    return folds


def few(labels: NDArray[np.str_], among: NDArray[np.int64], count: int | None) -> NDArray[np.int64]:
    """At most so many of each label, of those `among`."""
    if count is None:
        return among
    chance = np.random.default_rng(SEED)
    mixed = chance.permutation(among)
    return np.concatenate([mixed[labels[mixed] == label][:count] for label in np.unique(labels[among])])


def accuracy(way: Way, messages: Messages, count: int | None) -> float:
    """The share that is told rightly, each fold by the others."""
    _, own = np.unique(messages.labels, return_inverse=True)
    folds, right = fold_of(messages.labels), 0
    for fold in range(FOLDS):
        known = few(messages.labels, np.flatnonzero(folds != fold), count)
        asked = np.flatnonzero(folds == fold)
        found = way(messages.vectors[known], own[known], messages.vectors[asked]).argmax(1)
        right += int((found == own[asked]).sum())
    return right / len(own)


def evidence(messages: Messages, count: int | None, labels: int | None) -> tuple[Numbers, NDArray[np.bool_]]:
    """Score and lead [n, 2] of messages, and whether the best label was right; of so many labels in all."""
    chance, folds = np.random.default_rng(SEED), fold_of(messages.labels)
    signals, right = [], []
    for fold in range(FOLDS):
        names = np.unique(messages.labels)
        names = chance.choice(names, labels, replace=False) if labels else names
        unseen = chance.choice(names, max(1, int(len(names) * UNSEEN)), replace=False)
        there = np.isin(messages.labels, names)
        seen = there & ~np.isin(messages.labels, unseen)
        known = few(messages.labels, np.flatnonzero((folds != fold) & seen), count)
        asked = np.flatnonzero((folds == fold) & there)
        categoriser = Categoriser(_labelled(messages.vectors[known], list(messages.labels[known])))
        scores, _ = categoriser.scores(np.concatenate([messages.vectors[asked], messages.outside]))
        ordered = np.sort(scores, axis=1)
        signals.append(np.stack([ordered[:, -1], ordered[:, -1] - ordered[:, -2]], axis=1))
        wanted = np.concatenate([messages.labels[asked], np.full(len(messages.outside), OUTSIDE)])
        right.append(categoriser.names[scores.argmax(1)] == wanted)
    return np.concatenate(signals).astype(np.float64), np.concatenate(right)


def fitted(signals: Numbers, right: NDArray[np.bool_], weights: Numbers) -> Numbers:
    """Constant and weights of the logistic function, by Newton's method."""
    rows = np.concatenate([np.ones((len(signals), 1)), signals], axis=1)
    found = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (weights * (chance - right)) + RIDGE * np.array([0.0, *found[1:]]) / 100
        bend = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + RIDGE / 100 * np.eye(len(found))
        found = found - np.linalg.solve(bend, slope)
    return found


def main() -> None:
    """Compare the ways, fit the chance, print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA")
    given = parser.parse_args()
    sets = []
    for folder in sorted(path.parent for path in given.data.glob("*/train.csv")):
        rows = read(folder / "train.csv")
        vectors = np.array(
            open_embedder("minilm").embeddings.embed_documents([row.text for row in rows]), np.float32
        )
        labels = np.array([row.category for row in rows])
        inside = labels != OUTSIDE
        sets.append(Messages(folder.name, vectors[inside], labels[inside], vectors[~inside]))
    table: list[Row] = [
        {
            "way": name,
            **{
                f"{one.name} {count or 'all'}": round(100 * accuracy(way, one, count), 1)
                for one in sets
                for count in (None, 5, 2)
            },
        }
        for name, way in WAYS.items()
    ]
    show("Labels told apart: % right, by messages a label", table)
    cases = [(one, count, of) for one in sets for count, of in ((None, None), (5, None), (10, 10))]
    found = [evidence(*case) for case in cases]
    weights = np.concatenate([np.full(len(right), 1 / len(right) / len(found)) for _, right in found])
    sure_of = fitted(np.concatenate([s for s, _ in found]), np.concatenate([r for _, r in found]), weights)
    told: list[Row] = []
    for (one, count, of), (signals, right) in zip(cases, found, strict=True):
        chance = 1 / (1 + np.exp(-(sure_of[0] + signals @ sure_of[1:])))
        kept = chance >= LEFT_OPEN_BELOW
        told.append(
            {
                "set": one.name,
                "a label": str(count or "all"),
                "labels": str(of or "all"),
                "left open %": round(100 * (1 - kept.mean()), 1),
                "right of the rest %": round(100 * right[kept].mean(), 1),
                "expected %": round(100 * chance[kept].mean(), 1),
            }
        )
    show("A fifth of the labels never seen", told)
    print("SURE_OF =", tuple(round(float(number), 2) for number in sure_of))


if __name__ == "__main__":
    main()
