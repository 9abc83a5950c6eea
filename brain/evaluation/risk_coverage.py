"""Risk over coverage: how often answers are wrong if only the surest ones are given.

Geifman & El-Yaniv 2017 (selective classification); the best possible curve as in Geifman, Uziel &
El-Yaniv 2019. What was refused has no answer to judge, so the curve ends where the gate refused; beyond,
only bounds are known: an unanswerable question would be answered wrongly, an answerable one might not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from brain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the curve needs to know about one question; without confidence it counts as least sure."""

    confidence: float | None
    answered: bool
    correct: bool
    answerable: bool

    @property
    def sureness(self) -> float:
        """The confidence, below all others where there is none."""
        return -1.0 if self.confidence is None else self.confidence


@dataclass(frozen=True, slots=True)
class Point:
    """At this share of the questions answered, `risk` of the answers are wrong; `confidence` is the bar."""

    coverage: float
    risk: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the greatest risk if the gate had let through more questions."""

    coverage: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The curve, surest answer first; its last point is the operating point.

    `points` has one for each distinct confidence. `aurc` is the mean risk over the answers (the area
    under the curve): `best_aurc` is what a perfect order of the same answers gets, and their overall
    risk is what a random order gets.
    """

    questions: int
    points: tuple[Point, ...]
    beyond: tuple[Bound, ...]
    aurc: float
    best_aurc: float

    @property
    def operating_point(self) -> Point:
        """What the gate, as it is set, answers, and how much of that is wrong."""
        return self.points[-1]


def risk_coverage(verdicts: Sequence[Verdict]) -> RiskCoverage:
    """The curve over a set of questions; UsageError where no answer has a confidence."""
    if not any(verdict.answered and verdict.confidence is not None for verdict in verdicts):
        raise UsageError(
            "The risk–coverage curve needs answers with a confidence; evaluate with an answerer that has "
            "an evidence gate, and at least one question that it answers."
        )
    ranked = sorted(verdicts, key=lambda verdict: -verdict.sureness)
    given = [verdict for verdict in ranked if verdict.answered]
    points, total = _curve(given, len(ranked))
    right = sum(verdict.correct for verdict in given)
    return RiskCoverage(
        questions=len(ranked),
        points=points,
        beyond=_bounds(ranked, len(given) - right, len(given)),
        aurc=total / len(given),
        best_aurc=sum(max(0, k - right) / k for k in range(1, len(given) + 1)) / len(given),
    )


def _curve(given: Sequence[Verdict], questions: int) -> tuple[tuple[Point, ...], float]:
    """Points at the distinct confidences, and the sum of the risk after each answer."""
    points, total, count, wrong = [], 0.0, 0, 0
    for sureness, group in groupby(given, key=lambda verdict: verdict.sureness):
        ties = [not verdict.correct for verdict in group]
        # Answers of equal confidence have no order: each carries the same share of their errors.
        share = sum(ties) / len(ties)
        total += sum((wrong + share * k) / (count + k) for k in range(1, len(ties) + 1))
        count, wrong = count + len(ties), wrong + sum(ties)
        points.append(Point(count / questions, wrong / count, sureness))
    return tuple(points), total


def _bounds(ranked: Sequence[Verdict], wrong: int, answered: int) -> tuple[Bound, ...]:
    refused = [verdict for verdict in ranked if not verdict.answered]
    if not refused:
        return ()
    bounds = [Bound(answered / len(ranked), wrong / answered, wrong / answered)]
    low = high = wrong
    for count, verdict in enumerate(refused, answered + 1):
        low, high = low + (not verdict.answerable), high + 1
        bounds.append(Bound(count / len(ranked), low / count, high / count))
    return tuple(bounds)
