"""The candidates in another's order: a reranker's, for the best of them."""

from collections.abc import Sequence

from brain.retrieval.fusion import Candidate, FusionWeights


def reordered(
    candidates: Sequence[Candidate], order: Sequence[int], weights: FusionWeights
) -> list[Candidate]:
    """The candidates (best first) with those of these passage ids before all others, in this order.

    Scores stay with the places, not with the passages: how far a passage lies behind the best one was fitted
    in fusion's measure, and the numbers of rerankers are in as many measures as there are rerankers. What no
    longer holds steps back from its new place as far as from any: a cross-encoder can't know of that.
    """
    by_id = {candidate.passage.id: candidate for candidate in candidates}
    first = [by_id.pop(number) for number in order if number in by_id]
    places = [candidate.score for candidate in candidates]
    placed = [
        candidate.scored(score) for candidate, score in zip([*first, *by_id.values()], places, strict=True)
    ]
    stepped = [
        candidate.scored(candidate.score + weights.outdated * candidate.outdated)
        for candidate in placed[: len(first)]
    ]
    return sorted([*stepped, *placed[len(first) :]], key=lambda candidate: -candidate.score)
