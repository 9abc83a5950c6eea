"""95 % intervals by the percentile bootstrap over questions (Efron 1979; Efron & Tibshirani 1993, ch. 13)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from brain.evaluation.metrics import Score

Floats = npt.NDArray[np.float64]
_BLOCK = 4_000_000  # weights held at once: bounds memory for sets of many thousand questions
_TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 95 % of the resampled values; None where no resample had a value."""

    low: float | None = None
    high: float | None = None

    @property
    def leaves_out_zero(self) -> bool:
        """Whether a difference with this interval is more than chance."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How often questions are drawn again, with replacement, and the seed that makes it repeatable."""

    times: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.times < 1:
            raise ValueError(f"times must be at least 1, not {self.times}")

    def ratios(self, counts: "RatioTable") -> Floats:
        """The metrics' values in every resample, shape (times, metrics); NaN where undefined.

        Two tables of equal length are resampled alike, so that their difference is a paired one.
        """
        return np.concatenate(
            [divide(weights @ counts.above, weights @ counts.below) for weights in self._weights(len(counts))]
        )

    def _weights(self, n: int) -> Iterator[Floats]:
        random, left = np.random.default_rng(self.seed), self.times
        while left:
            block = min(left, max(1, _BLOCK // n))
            # How often each question is drawn is all that a sum needs to know about a resample.
            yield random.multinomial(n, np.full(n, 1 / n), size=block).astype(np.float64)
            left -= block


@dataclass(frozen=True, slots=True)
class RatioTable:
    """Numerators and denominators, both of shape (questions, metrics)."""

    above: Floats
    below: Floats

    def __len__(self) -> int:
        return len(self.above)

    @classmethod
    def of(cls, scores: Sequence[Score], names: Sequence[str]) -> "RatioTable":
        """The counts of some metrics; a question where one doesn't apply weighs nothing in it."""
        pairs = [[score.counts.get(name, (0, 0)) for name in names] for score in scores]
        table = np.array(pairs, dtype=np.float64).reshape(len(scores), len(names), 2)
        return cls(table[:, :, 0], table[:, :, 1])

    def values(self) -> Floats:
        """Each metric over all questions; NaN where it applies to none."""
        return divide(self.above.sum(axis=0), self.below.sum(axis=0))

    def sizes(self) -> list[int]:
        """On how many questions each metric stands."""
        return [int(n) for n in np.count_nonzero(self.below, axis=0)]


def divide(above: Floats, below: Floats) -> Floats:
    """Element by element; NaN where the denominator is 0."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def intervals(resampled: Floats) -> list[Interval]:
    """The interval of each column, over the resamples in which it has a value."""
    columns = [column[~np.isnan(column)] for column in resampled.T]
    return [Interval(*map(float, np.quantile(c, _TAILS))) if len(c) else Interval() for c in columns]
