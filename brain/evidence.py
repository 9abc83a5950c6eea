"""The evidence gate: is there an answer in these passages at all?"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from brain.domain import Passage
from brain.retrieval.hybrid import Retrieved
from brain.text.analysis import analyse

LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of the evidence, each from 0 to 1.

    `coverage`: the best sentence's share of the question's weight, with what stands around it.
    `held`: the share of the question's weight that some single passage holds anywhere.
    `rarest_missing`: how much of the question's weight is its most telling word, where no passage has it.
    `similarity`: the cosine of the nearest passage. `agreement`: the share of the best by vectors that are
    among the best by words. `lead`: how far the best passage stands above the fifth.
    """

    coverage: float
    held: float
    rarest_missing: float
    similarity: float
    agreement: float
    phrase: float
    lead: float


@dataclass(frozen=True, slots=True)
class GateWeights:
    """A logistic regression over the signals."""

    bias: float = -9.0
    coverage: float = 4.0
    held: float = 3.0
    rarest_missing: float = -4.0
    similarity: float = 8.0
    agreement: float = 0.5
    phrase: float = 1.0
    lead: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found and how far it is to be trusted: `confidence` is the chance that it answers."""

    retrieved: Retrieved
    signals: Signals
    confidence: float
    threshold: float

    @property
    def suffices(self) -> bool:
        """Whether an answer may be attempted."""
        return self.confidence >= self.threshold

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages, best first."""
        return self.retrieved.passages

    def as_step(self) -> Mapping[str, object]:
        """For the trace."""
        signals = {name: round(value, 3) for name, value in asdict(self.signals).items()}
        return {"confidence": round(self.confidence, 4), "threshold": self.threshold, **signals}


DEFAULT_WEIGHTS = GateWeights()


def weigh(retrieved: Retrieved, threshold: float, weights: GateWeights = DEFAULT_WEIGHTS) -> Evidence:
    """Judge what was retrieved."""
    signals = signals_of(retrieved)
    total = weights.bias + sum(getattr(weights, name) * value for name, value in asdict(signals).items())
    confidence = 1 / (1 + math.exp(-total)) if retrieved.candidates and retrieved.query.terms else 0.0
    return Evidence(retrieved, signals, confidence, threshold)


def signals_of(retrieved: Retrieved) -> Signals:
    """The signals of what was retrieved; all 0 where nothing was."""
    candidates = retrieved.candidates[:LOOKED_AT]
    rarity = retrieved.rarity
    if not candidates:
        return Signals(0, 0, 1, 0, 0, 0, 0)
    analysed = [analyse(candidate.passage) for candidate in candidates]
    held = max(rarity.share(found.stems) for found in analysed)
    anywhere = frozenset().union(*(found.stems for found in analysed))
    missing = [weight for stem, weight in rarity.weights.items() if stem not in anywhere]
    by_words = sorted(retrieved.candidates, key=lambda c: -c.keyword)[:LOOKED_AT]
    by_vectors = sorted(retrieved.candidates, key=lambda c: -c.dense)[:LOOKED_AT]
    both = {c.passage.id for c in by_words} & {c.passage.id for c in by_vectors}
    return Signals(
        coverage=max(candidate.window for candidate in candidates),
        held=held,
        rarest_missing=max(missing, default=0.0) / rarity.total if rarity.total else 1.0,
        similarity=max(candidate.dense for candidate in retrieved.candidates),
        agreement=len(both) / len(by_words),
        phrase=max(candidate.phrase for candidate in candidates),
        lead=min(1.0, candidates[0].score - candidates[-1].score),
    )
