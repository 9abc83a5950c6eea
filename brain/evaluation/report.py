"""The report of an evaluation: the table, what it is made of, and the questions worth reading."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from brain.evaluation.bootstrap import Bootstrap, Interval, RatioTable, intervals
from brain.evaluation.documents import Documents
from brain.evaluation.metrics import NAMES, Score, score
from brain.evaluation.predictions import Prediction, to_row
from brain.evaluation.questions import EvalQuestion, Reference, group_by
from brain.evaluation.risk_coverage import RiskCoverage, Verdict, risk_coverage


class Outcome(StrEnum):
    """What came of one question."""

    RIGHT = "right"
    WRONG = "wrong"
    REFUSED_RIGHTLY = "refused rightly"
    REFUSED_FALSELY = "refused though answerable"
    ANSWERED_FALSELY = "answered though unanswerable"
    UNSCORED = "unscored"


@dataclass(frozen=True, slots=True)
class Result:
    """One question with what was said and how it was scored."""

    question: EvalQuestion
    said: Prediction
    score: Score

    @property
    def outcome(self) -> Outcome:
        """What came of it, in words."""
        if self.question.answerable is None:
            return Outcome.UNSCORED
        if self.said.refused:
            return Outcome.REFUSED_FALSELY if self.question.answerable else Outcome.REFUSED_RIGHTLY
        if not self.question.answerable:
            return Outcome.ANSWERED_FALSELY
        return Outcome.RIGHT if self.score.correct else Outcome.WRONG

    def to_json(self) -> dict[str, object]:
        """What a person needs to judge it, and its metrics."""
        return {
            **to_row(self.said),
            "question": self.question.text,
            "outcome": self.outcome.value,
            "expected": list(self.question.answers),
            "expected_sources": [_place_json(gold) for gold in self.question.gold],
            "metrics": {name: value for name in NAMES if (value := self.score.value(name)) is not None},
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same metric of other predictions for the same questions; `difference` is ours minus theirs."""

    value: float | None
    difference: float | None
    interval: Interval


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One line of the table; `n` is the number of questions that the metric stands on."""

    name: str
    value: float | None
    interval: Interval
    n: int
    against: Comparison | None = None

    def to_json(self) -> dict[str, object]:
        """The line as plain JSON, null where a metric has no value."""
        row: dict[str, object] = {
            "value": self.value,
            "lo": self.interval.low,
            "hi": self.interval.high,
            "n": self.n,
        }
        if self.against:
            row |= {"other": self.against.value, "diff": self.against.difference}
            row |= {"diff_lo": self.against.interval.low, "diff_hi": self.against.interval.high}
        return row


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from question to whole answer, by nearest rank."""

    n: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Reranking:
    """How often a reranker put the passages of an answer in order, and how often it failed."""

    name: str
    reranked: int
    failed: int

    def to_json(self) -> dict[str, object]:
        """As plain JSON."""
        return {"name": self.name, "reranked": self.reranked, "failed": self.failed}


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Everything that `citewise eval` shows; `groups` has a table for each value of the field asked for."""

    results: tuple[Result, ...]
    metrics: tuple[MetricRow, ...]
    groups: Mapping[str, tuple[MetricRow, ...]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many questions, refusals, citations and quotes the table stands on."""
        answerable = [result.question.answerable for result in self.results]
        read = [r for r in self.results if r.question.answerable is not None and not r.said.refused]
        return {
            "questions": len(self.results),
            "answerable": answerable.count(True),
            "unanswerable": answerable.count(False),
            "unlabelled": answerable.count(None),
            "refused": sum(result.said.refused for result in self.results),
            "citations": sum(len(result.said.citations) for result in read),
            "quotes": sum(result.score.quotes for result in read),
            "quotes_unchecked": sum(result.score.quotes_unchecked for result in read),
        }

    @property
    def latency(self) -> Latency | None:
        """Median and 95th percentile, None where no time was taken."""
        times = sorted(r.said.latency_ms for r in self.results if r.said.latency_ms is not None)
        if not times:
            return None
        return Latency(len(times), times[(len(times) - 1) // 2], times[math.ceil(0.95 * len(times)) - 1])

    @property
    def rerankings(self) -> tuple[Reranking, ...]:
        """By reranker; none where none was asked, as for questions that the gate refused."""
        asked = [result.said for result in self.results if result.said.reranker]
        return tuple(
            Reranking(
                name,
                sum(said.reranked for said in asked if said.reranker == name),
                sum(not said.reranked for said in asked if said.reranker == name),
            )
            for name in dict.fromkeys(said.reranker for said in asked)
        )

    def slowest(self, limit: int = 5) -> tuple[Result, ...]:
        """The questions that took longest, longest first."""
        timed = [result for result in self.results if result.said.latency_ms is not None]
        return tuple(sorted(timed, key=lambda result: -(result.said.latency_ms or 0.0))[:limit])

    def worst(self, limit: int = 10) -> tuple[Result, ...]:
        """The questions that went wrong: false answers, then false refusals; least like the gold first."""
        bad = [result for result in self.results if (result.score.value("crag_credit") or 0.0) < 1]
        scored = [result for result in bad if result.outcome is not Outcome.UNSCORED]
        return tuple(sorted(scored, key=_badness)[:limit])

    def risk_coverage(self) -> RiskCoverage:
        """The curve over the gate's confidence; UsageError where the predictions carry none."""
        scored = [result for result in self.results if result.question.answerable is not None]
        return risk_coverage(
            [
                Verdict(r.said.confidence, not r.said.refused, r.score.correct, bool(r.question.answerable))
                for r in scored
            ]
        )

    def to_json(self) -> dict[str, object]:
        """The report as plain JSON; null where a metric has no value."""
        latency = self.latency
        return {
            "counts": self.counts,
            "latency_ms": {"n": latency.n, "p50": latency.p50, "p95": latency.p95} if latency else None,
            "rerankers": [one.to_json() for one in self.rerankings],
            "metrics": _rows_json(self.metrics),
            "by": {group: _rows_json(rows) for group, rows in self.groups.items()},
            "slowest": [{"id": r.said.id, "latency_ms": r.said.latency_ms} for r in self.slowest()],
            "worst": [result.to_json() for result in self.worst()],
        }


def build_report(
    questions: Sequence[EvalQuestion],
    predictions: Sequence[Prediction],
    *,
    documents: Documents | None = None,
    against: Sequence[Prediction] | None = None,
    by: str | None = None,
    bootstrap: Bootstrap | None = None,
) -> EvaluationReport:
    """Score predictions given in the order of the questions.

    With `against` (other predictions, same order) each line also has a paired comparison; with `by`
    there is a table for each value of that field of the questions.
    """
    bootstrap = bootstrap or Bootstrap()
    ours = [score(q, said, documents) for q, said in zip(questions, predictions, strict=True)]
    theirs = (
        [score(q, said, documents) for q, said in zip(questions, against, strict=True)] if against else None
    )
    groups = group_by(questions, by) if by else {}
    return EvaluationReport(
        results=tuple(Result(*parts) for parts in zip(questions, predictions, ours, strict=True)),
        metrics=_rows(ours, theirs, bootstrap),
        groups={
            name: _rows(*_subset(ours, theirs, positions), bootstrap) for name, positions in groups.items()
        },
    )


def _rows(
    ours: Sequence[Score], theirs: Sequence[Score] | None, bootstrap: Bootstrap
) -> tuple[MetricRow, ...]:
    used = {name for score in (*ours, *(theirs or ())) for name in score.counts}
    names = [name for name in NAMES if name in used]
    if not names:
        return ()
    table = RatioTable.of(ours, names)
    resampled = bootstrap.ratios(table)
    comparisons: list[Comparison | None] = [None] * len(names)
    if theirs is not None:
        other = RatioTable.of(theirs, names)
        gaps = intervals(resampled - bootstrap.ratios(other))
        values = zip(other.values(), table.values() - other.values(), gaps, strict=True)
        comparisons = [Comparison(_number(value), _number(gap), range_) for value, gap, range_ in values]
    columns = zip(names, table.values(), intervals(resampled), table.sizes(), comparisons, strict=True)
    return tuple(
        MetricRow(name, _number(value), range_, n, beside) for name, value, range_, n, beside in columns
    )


def _subset(
    ours: Sequence[Score], theirs: Sequence[Score] | None, positions: Sequence[int]
) -> tuple[list[Score], list[Score] | None]:
    return [ours[i] for i in positions], None if theirs is None else [theirs[i] for i in positions]


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _badness(result: Result) -> tuple[float, float]:
    return result.score.value("crag_credit") or 0.0, result.score.value("f1") or 0.0


def _rows_json(rows: tuple[MetricRow, ...]) -> dict[str, object]:
    return {row.name: row.to_json() for row in rows}


def _place_json(place: Reference) -> dict[str, object]:
    return {"doc": place.doc, "page": place.page, "quote": place.quote}
