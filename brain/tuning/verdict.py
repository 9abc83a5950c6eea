"""A trained run held against the rule of promotion: its report must be about this very adapter."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brain.tuning.judging.report import Report, read_own_report, read_report
from brain.tuning.promotion import Ground, Rule, grounds
from brain.tuning.trained import TrainedRun
from brain.tuning.versions import hash_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """A run's report, every condition of its promotion, and a sentence that says which report it is."""

    report: Report
    grounds: tuple[Ground, ...]
    by: str = ""

    @property
    def may_answer(self) -> bool:
        """Whether every condition holds."""
        return all(ground.holds for ground in self.grounds)

    def about(self, run: TrainedRun, when: str) -> Mapping[str, Any]:
        """What is kept of it with the version."""
        ours = self.report.given.figures.get(self.report.given.ours, {})
        return {
            "when": when,
            "run": run.name,
            "base_model": run.record.base.model,
            "base": run.record.base.fingerprint,
            "data": run.record.data.hash,
            "code": self.report.code,
            "figures": {metric: figure.value for metric, figure in ours.items()},
        }


def judge(run: TrainedRun, tuning: Path) -> Judgement:
    """Judge a run by its report on own questions, where there is one about enough, or else on held-out ones.

    Raises UsageError where it was not evaluated or its citing set is gone or changed, and WeightsUnavailable
    where its adapter is not whole.
    """
    adapter = hash_of(run.folder.adapter)
    report, by = _report(run)
    run.data(tuning)
    same = [
        Ground(
            report.adapter == adapter,
            "the report is about this adapter" if report.adapter == adapter else _stale("adapter"),
        ),
        Ground(
            report.data == run.record.data.hash,
            "the report is about this citing set"
            if report.data == run.record.data.hash
            else _stale("citing set"),
        ),
    ]
    return Judgement(report, (*same, *grounds(report.given)), by)


def _report(run: TrainedRun) -> tuple[Report, str]:
    """The report that decides, and why it is that one."""
    rule, folder = Rule(), run.folder.evaluation
    own = read_own_report(folder, run.name)
    if own is not None and rule.enough(own.given):
        return own, f"Judged by {own.questions}, asked {own.when}: {own.note}"
    by = "Judged by the held-out questions of its citing set"
    report = read_report(folder, run.name)
    note = f" {report.note}" if report.note else ""
    if own is None:
        return report, f"{by}.{note}"
    asked = f"{own.given.answerable} answerable and {own.given.rows - own.given.answerable} unanswerable ones"
    return report, (
        f"{by}, since {own.questions} has {asked} that can judge it, and {rule.answerable} and "
        f"{rule.unanswerable} are needed.{note}"
    )


def _stale(what: str) -> str:
    return f"the report is about another {what}: run `citewise tune eval` again"
