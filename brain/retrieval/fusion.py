"""One score from several signals.

A convex combination of normalised scores, which learns from how far apart scores are where reciprocal rank
fusion sees only their order (Bruch et al. 2023, arXiv 2210.11934). In an early prototype the right document
came first in .945 / .960 / .803 of northwind, claude-docs and covid-papers, against .940 / .920 / .743 with
equally weighted reciprocal ranks (k 60). The weights below are the best of some thirty tried on those sets.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from brain.domain import Passage
from brain.retrieval.outdated import asks_of_the_past, is_outdated


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """How much each signal counts; BM25, divided by the best passage's, counts 1."""

    dense: float = 2.5
    window: float = 0.9
    phrase: float = 0.4
    neighbours: float = 0.3
    codes: float = 2.0  # it has the question's codes, and few others do
    outdated: float = -0.5  # says that it no longer holds, and the question isn't about the past


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with its signals: BM25 over the best one's, cosine, window and phrase coverage; all ≤ 1."""

    passage: Passage
    keyword: float
    dense: float
    window: float = 0.0
    phrase: float = 0.0
    score: float = 0.0
    outdated: bool = False  # no longer holds, and the question isn't about the past

    def scored(self, score: float) -> "Candidate":
        """The same with this score; dataclasses.replace() takes five times as long, often a question."""
        return Candidate(
            self.passage, self.keyword, self.dense, self.window, self.phrase, score, self.outdated
        )


def current(
    weights: FusionWeights, candidate: Candidate, question: str, superseded: Collection[int]
) -> Candidate:
    """The candidate, further back where its document no longer holds; `superseded` are documents' ids."""
    source = candidate.passage.source
    if (is_outdated(source) or source.document_id in superseded) and not asks_of_the_past(question):
        return replace(candidate, score=candidate.score + weights.outdated, outdated=True)
    return candidate


def fused(weights: FusionWeights, candidate: Candidate) -> float:
    """The candidate's score; only its order within one question means anything."""
    return (
        candidate.keyword
        + weights.dense * candidate.dense
        + weights.window * candidate.window
        + weights.phrase * candidate.phrase
    )


def neighbour_support(candidates: Sequence[Candidate], floor: float) -> list[float]:
    """How far the passages before and after each candidate stand above `floor`, on average.

    An answer that runs over two passages lifts both; a stray word in the middle of nowhere lifts none.
    """
    scores = {(_document(c), c.passage.ordinal): c.score - floor for c in candidates}
    return [
        sum(max(0.0, scores.get((_document(c), c.passage.ordinal + step), 0.0)) for step in (-1, 1)) / 2
        for c in candidates
    ]


def _document(candidate: Candidate) -> int:
    return candidate.passage.source.document_id
