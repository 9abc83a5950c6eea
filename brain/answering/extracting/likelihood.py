"""How likely the sentence that was chosen is to answer: by its score, and by how far it leads."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from brain.answering.extracting.selection import ScoredSentence
from brain.languages.english import ENGLISH
from brain.retrieval.hybrid import Retrieved

MOST = 1.0  # a lead that is as good as any longer one, or that of a sentence without a rival


@dataclass(frozen=True, slots=True)
class LikelihoodWeights:
    """A logistic regression over the best sentence's score and its lead over the other passages' best.

    Where several passages have a sentence that fares as well, none of them says quite what was asked. Fitted
    to the answers to six sets of everyday questions; `python -m benchmarks.fit_likelihood` gives -3.13, 1.08
    and 1.93 since then, whose border is nearly the same. docs/quality.md says how it does on sets that it
    was not fitted to.
    """

    bias: float = -3.4
    score: float = 1.2
    lead: float = 1.85


def likelihood(ranked: Sequence[ScoredSentence], retrieved: Retrieved) -> float | None:
    """The chance that the first of `ranked` answers, from 0 to 1; None where that can't be told.

    The scores mean something only where sentences were compared token by token, by an embedder that knows
    the question's language.
    """
    signals = likelihood_signals(ranked, retrieved)
    if signals is None:
        return None
    worth = LikelihoodWeights()
    score, lead = signals
    return 1 / (1 + math.exp(-worth.bias - worth.score * score - worth.lead * lead))


def likelihood_signals(ranked: Sequence[ScoredSentence], retrieved: Retrieved) -> tuple[float, float] | None:
    """The score and the lead, as the weights weigh them."""
    if not ranked or not retrieved.likeness or retrieved.query.language is not ENGLISH:
        return None
    best = ranked[0]
    rivals = (one.score for one in ranked if one.passage.id != best.passage.id)
    return best.score, min(MOST, best.score - max(rivals, default=-math.inf))
