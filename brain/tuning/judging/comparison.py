"""The figures of several writers on the same rows, and how far one of them is from each of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from brain.errors import UsageError
from brain.evaluation.bootstrap import Bootstrap, Interval, RatioTable, intervals
from brain.evaluation.metrics import LOWER_IS_BETTER, Score

METRICS = (
    *("f1", "accuracy", "crag_credit", "cite_p", "cite_r", "cite_f1"),
    *("refuse_p", "refuse_r", "refuse_f1", "false_refusal", "answered_wrongly"),
    *("fabricated", "quote_valid", "dropped", "silenced"),
)
LOW_IS_GOOD = LOWER_IS_BETTER | {"dropped", "silenced"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its 95 % interval; `n` rows have a part in it. None where it applies to none."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0

    @property
    def leaves_out_zero(self) -> bool:
        """Whether a difference with this interval is more than chance."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def as_json(self) -> dict[str, object]:
        """As plain JSON."""
        return {"value": self.value, "lo": self.low, "hi": self.high, "n": self.n}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Figure":
        """As it was written."""
        return cls(_number(values["value"]), _number(values["lo"]), _number(values["hi"]), int(values["n"]))


@dataclass(frozen=True, slots=True)
class Comparison:
    """`figures` by writer and metric; `differences` by rival and metric: `ours` less the rival.

    Differences are paired: both are resampled on the same rows. `answerable` of the `rows` have an answer.
    """

    ours: str
    rows: int
    answerable: int
    figures: Mapping[str, Mapping[str, Figure]]
    differences: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """As plain JSON, null where a metric has no value."""
        return {
            "ours": self.ours,
            "rows": self.rows,
            "answerable": self.answerable,
            "figures": _tables(self.figures),
            "differences": _tables(self.differences),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Comparison":
        """As it was written; LookupError, ValueError, AttributeError or TypeError for anything else."""

        def tables(named: Mapping[str, Any]) -> dict[str, dict[str, Figure]]:
            return {
                name: {metric: Figure.from_json(figure) for metric, figure in table.items()}
                for name, table in named.items()
            }

        return cls(
            str(values["ours"]),
            int(values["rows"]),
            int(values["answerable"]),
            tables(values["figures"]),
            tables(values["differences"]),
        )


def compare(
    scores: Mapping[str, Sequence[Score]], ours: str, bootstrap: Bootstrap | None = None
) -> Comparison:
    """Compare writers by their scores on the same rows in the same order.

    Raises UsageError where there is no row.
    """
    bootstrap = bootstrap or Bootstrap()
    if not scores or not all(scores.values()):
        raise UsageError("There is no held-out question to compare on: make a larger citing set.")
    tables = {name: RatioTable.of(found, METRICS) for name, found in scores.items()}
    resampled = {name: bootstrap.ratios(table) for name, table in tables.items()}

    def row(values: Any, ranges: Sequence[Interval], sizes: Sequence[int]) -> dict[str, Figure]:
        columns = zip(METRICS, values, ranges, sizes, strict=True)
        return {m: Figure(_number(value), i.low, i.high, n) for m, value, i, n in columns if n}

    figures = {
        name: row(table.values(), intervals(resampled[name]), table.sizes()) for name, table in tables.items()
    }
    mine = tables.get(ours)
    differences = {
        name: row(
            mine.values() - table.values(),
            intervals(resampled[ours] - resampled[name]),
            [min(sizes) for sizes in zip(mine.sizes(), table.sizes(), strict=True)],
        )
        for name, table in tables.items()
        if mine is not None and name != ours
    }
    first = next(iter(scores.values()))
    answerable = sum("f1" in score.counts for score in first)
    return Comparison(ours, len(first), answerable, figures, differences)


def _tables(named: Mapping[str, Mapping[str, Figure]]) -> dict[str, object]:
    return {
        name: {metric: figure.as_json() for metric, figure in table.items()} for name, table in named.items()
    }


def _number(value: Any) -> float | None:
    """A number, or None where it is none at all."""
    return None if value is None or value != value else float(value)
