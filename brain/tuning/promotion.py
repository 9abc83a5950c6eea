"""When an adapter may answer: a rule over the figures of an evaluation, and nothing but the rule.

It must be better at answering than each rival, beyond chance, and at citing and refusing no worse. "No worse"
can't mean "shown to be equal": with a few dozen unanswerable questions an interval is a fifth wide, and only
thousands would narrow it to a hundredth. So the value itself may not be lower by more than a margin, nor
may the whole interval of the difference lie below 0.
"""

from dataclasses import dataclass

from brain.tuning.judging.comparison import Comparison, Figure
from brain.tuning.judging.writers import BASE, EXTRACTIVE, FEW_SHOT


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of an adapter.

    Fewer than `answerable` and `unanswerable` unseen questions tell nothing. `better` must lie above each
    rival's with its whole interval; each of `no_worse` may lie up to `margin` below.
    """

    answerable: int = 30
    unanswerable: int = 10
    better: str = "f1"
    no_worse: tuple[str, ...] = ("accuracy", "cite_f1", "refuse_f1")
    margin: float = 0.02
    rivals: tuple[str, ...] = (EXTRACTIVE, BASE, FEW_SHOT)

    def enough(self, found: Comparison) -> bool:
        """Whether so many questions tell anything."""
        unanswerable = found.rows - found.answerable
        return found.answerable >= self.answerable and unanswerable >= self.unanswerable


@dataclass(frozen=True, slots=True)
class Ground:
    """One condition, whether it holds, and the figures that say so."""

    holds: bool
    sentence: str


WORDS = {
    "f1": "answers (f1)",
    "accuracy": "answers (accuracy)",
    "cite_f1": "citations (cite_f1)",
    "refuse_f1": "refusals (refuse_f1)",
}


def grounds(found: Comparison, rule: Rule | None = None) -> tuple[Ground, ...]:
    """Every condition of the rule in its order; the adapter may be promoted where all hold."""
    rule = rule or Rule()
    unanswerable = found.rows - found.answerable
    grounds = [
        Ground(
            rule.enough(found),
            f"unseen questions: {found.answerable} answerable and {unanswerable} unanswerable; at least "
            f"{rule.answerable} and {rule.unanswerable} are needed",
        )
    ]
    for rival in rule.rivals:
        if rival not in found.figures or found.ours not in found.figures:
            grounds.append(Ground(False, f"{rival}: it was not evaluated"))
            continue
        grounds.append(_better(found, rival, rule.better))
        grounds += [_no_worse(found, rival, metric, rule.margin) for metric in rule.no_worse]
    return tuple(grounds)


def _better(found: Comparison, rival: str, metric: str) -> Ground:
    gap = found.differences[rival].get(metric, Figure())
    holds = gap.low is not None and gap.low > 0
    return Ground(holds, f"{_said(metric, rival, gap)}: it must be better beyond chance")


def _no_worse(found: Comparison, rival: str, metric: str, margin: float) -> Ground:
    if metric not in found.figures[found.ours]:
        return Ground(False, f"{WORDS[metric]}: the adapter gave none to judge")
    gap = found.differences[rival].get(metric)
    if gap is None:
        return Ground(True, f"{WORDS[metric]} against {rival}: {rival} gave none to judge")
    shown_worse = gap.high is not None and gap.high < 0
    holds = gap.value is not None and gap.value >= -margin and not shown_worse
    return Ground(holds, f"{_said(metric, rival, gap)}: it may be lower by {margin:g} at most, within chance")


def _said(metric: str, rival: str, gap: Figure) -> str:
    return (
        f"{WORDS[metric]} against {rival}: {_signed(gap.value)} ({_signed(gap.low)} to {_signed(gap.high)})"
    )


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"
