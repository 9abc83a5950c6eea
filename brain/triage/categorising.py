"""What a ticket is about: the category whose labelled tickets are most like it, or none."""

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brain.catalog.rows import Vector
from brain.catalog.tickets.cases import CategoryRow
from brain.triage.domain import Category

Floats = NDArray[np.float32]

# All chosen by `python -m benchmarks.fit_triage` on the training parts of banking77 and clinc150, with
# cosines of the default embedder. What another embedder's cosines are worth is not known here.
NEAREST = 3
"""Labelled tickets of a category that speak for it."""
SHARPNESS = 0.05
"""How much nearer (in cosine) a labelled ticket must be to count e times as much as another."""
OF_MEAN = 0.4
"""What share of a category's score is its likeness to the mean of all its tickets."""
SURE_OF = (-5.18, 6.92, 12.31)
"""The chance that the best category is right, as a logistic function: constant, by its score, by its lead."""
LEFT_OPEN_BELOW = 0.5
"""Rather no category than one that is more likely wrong than right."""
CLOSE = 0.05
"""The next best is told where the best has no greater lead than this."""
BECAUSE = 3
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labelled tickets: ids [n], their categories [n] and unit vectors [n, dimensions].

    An id of 0 stands for a category's name and description, which no ticket is behind.
    """

    ids: tuple[int, ...]
    categories: tuple[str, ...]
    vectors: Floats


def described(row: CategoryRow) -> str:
    """What stands for a category that has no labelled tickets: its name in words, and what it is for."""
    name = re.sub(r"[_\-/]+", " ", row.name).strip()
    return f"{name}: {row.description}" if row.description else name


class Categoriser:
    """Holds tickets against labelled ones. Scores are means of cosines: what speaks for one can be told."""

    def __init__(self, labelled: Labelled) -> None:
        self.names, own = np.unique(np.asarray(labelled.categories, dtype=np.str_), return_inverse=True)
        order = np.argsort(own, kind="stable")
        self._own = own[order]
        self._ids = np.asarray(labelled.ids, dtype=np.int64)[order]
        self._vectors = labelled.vectors[order] if len(order) else labelled.vectors
        self._starts = np.searchsorted(self._own, np.arange(len(self.names) + 1))
        sums = np.add.reduceat(self._vectors, self._starts[:-1]) if len(order) else self._vectors
        self._means = sums / np.maximum(np.linalg.norm(sums, axis=-1, keepdims=True), _TINY)

    def scores(self, vectors: Floats) -> tuple[Floats, Floats]:
        """How like tickets [n, dimensions] are to categories [n, categories] and to labelled tickets."""
        cosines = vectors @ self._vectors.T
        nearest = np.stack([self._nearest(row) for row in cosines])
        return (1 - OF_MEAN) * nearest + OF_MEAN * (vectors @ self._means.T), cosines

    def _nearest(self, cosines: Floats) -> Floats:
        """How like a ticket is to the nearest few of each category; the nearest of them weigh most."""
        order = np.lexsort((-cosines, self._own))  # by category, the nearest first
        places = self._starts[:-1, None] + np.arange(NEAREST)
        there = places < self._starts[1:, None]
        best = np.where(there, cosines[order[np.where(there, places, 0)]], -np.inf)
        top = best[:, 0]
        sums = np.exp((best - top[:, None]) / SHARPNESS).sum(axis=1)
        return np.asarray(top + SHARPNESS * np.log(sums / there.sum(axis=1)), np.float32)

    def categories(self, vectors: Floats) -> list[Category]:
        """The category of each ticket [n, dimensions]; an empty name where nothing is like it enough."""
        if not len(self.names) or not vectors.size:
            return [Category() for _ in vectors]
        scores, cosines = self.scores(vectors)
        return [self._category(row, held) for row, held in zip(scores, cosines, strict=True)]

    def category(self, vector: Vector) -> Category:
        """The category of one ticket; none where it has no words."""
        return self.categories(vector[None, :])[0] if vector.size else Category()

    def _category(self, scores: Floats, cosines: Floats) -> Category:
        best, *others = (int(place) for place in np.argsort(-scores, kind="stable")[:2])
        lead = float(scores[best] - scores[others[0]]) if others else 0.0
        constant, by_score, by_lead = SURE_OF
        sure = 1 / (1 + math.exp(-(constant + by_score * float(scores[best]) + by_lead * lead)))
        a, b = self._starts[best], self._starts[best + 1]
        labelled, among = int(np.count_nonzero(self._ids[a:b])), len(self.names)
        if sure < LEFT_OPEN_BELOW:
            return Category("", sure, (), str(self.names[best]), labelled, among)
        nearest = a + np.argsort(-cosines[a:b], kind="stable")[:BECAUSE]
        because = tuple(int(self._ids[i]) for i in nearest if self._ids[i])
        or_else = str(self.names[others[0]]) if others and lead <= CLOSE else ""
        return Category(str(self.names[best]), sure, because, or_else, labelled, among)
