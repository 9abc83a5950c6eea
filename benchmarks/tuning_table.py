"""The table of benchmarks/tuning.py: the evaluation's figures, and three that tell more of what was learnt.

- `cite_f1_all`: citation F1 where a refusal of what could be answered counts 0, so that refusing often can't
  flatter.
- `said_f1`, `said_cite_f1`: words and numbers as they were written, before the check takes out what isn't
  backed. All that an uncited answer says is taken out, so that only these tell form from substance.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from brain.answering.writing.claims import claims
from brain.evaluation.bootstrap import Bootstrap, RatioTable, intervals
from brain.evaluation.matching import token_f1
from brain.tuning.citing_set import plain_answer
from brain.tuning.judging.comparison import Figure
from brain.tuning.judging.evaluation import Evaluated
from brain.tuning.judging.reply import Reply, scored
from brain.tuning.judging.writers import ADAPTER, EXTRACTIVE, FEW_SHOT
from brain.tuning.rows import Row

Table = dict[str, Figure]
Value = Callable[[Row, Reply], float]
_MARKS = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
SHOWN = (
    *("f1", "accuracy", "cite_f1", "cite_f1_all", "said_f1", "said_cite_f1"),
    *("refuse_p", "refuse_r", "refuse_f1", "false_refusal", "dropped", "silenced"),
)


def with_more(evaluated: Evaluated) -> tuple[dict[str, Table], dict[str, Table]]:
    """The figures by writer, and ours less each rival's, with the three more beside the others."""
    found = evaluated.comparison
    figures = {name: dict(table) for name, table in found.figures.items()}
    differences = {name: dict(table) for name, table in found.differences.items()}
    for metric, value in _MORE.items():
        whole, gaps = _over_answerable(evaluated, value)
        for tables, more in ((figures, whole), (differences, gaps)):
            for name, figure in more.items():
                # What is extracted is checked before it is written, and its numbers are its own.
                if name != EXTRACTIVE or not metric.startswith("said"):
                    tables[name][metric] = figure
    return figures, differences


def lines(trainings: Mapping[int, tuple[dict[str, Table], dict[str, Table]]]) -> list[dict[str, object]]:
    """A line for each metric that is shown: the rivals, and each seed's adapter, from with_more()."""
    return [_line(metric, trainings) for metric in SHOWN]


def _cited(row: Row, reply: Reply) -> float:
    return scored(row, reply).counts.get("cite_f1", (0.0, 1))[0]


def _said(row: Row, reply: Reply) -> float:
    return 0.0 if reply.refused else token_f1(_MARKS.sub("", reply.written), plain_answer(row))


def _said_cited(row: Row, reply: Reply) -> float:
    named = {number for claim in claims(reply.written, complete=True) for number in claim.cited}
    return 2 * len(named & set(row.gold)) / (len(named) + len(row.gold))


_MORE: dict[str, Value] = {"cite_f1_all": _cited, "said_f1": _said, "said_cite_f1": _said_cited}


def _over_answerable(evaluated: Evaluated, value: Value) -> tuple[Table, Table]:
    """The mean over the answerable rows by writer, and ours less each rival's."""
    tables = {}
    for name, replies in evaluated.replies.items():
        pairs = list(zip(evaluated.rows, replies, strict=True))
        above = [[float(value(row, reply)) if row.answerable else 0.0] for row, reply in pairs]
        below = [[float(row.answerable)] for row, _ in pairs]
        tables[name] = RatioTable(np.array(above), np.array(below))
    drawn = {name: Bootstrap().ratios(table) for name, table in tables.items()}

    def figure(value: float, ratios: Any) -> Figure:
        (found,) = intervals(ratios)
        return Figure(value, found.low, found.high, evaluated.comparison.answerable)

    ours = evaluated.comparison.ours
    values = {name: float(table.values()[0]) for name, table in tables.items()}
    whole = {name: figure(values[name], drawn[name]) for name in tables}
    gaps = {
        name: figure(values[ours] - values[name], drawn[ours] - drawn[name])
        for name in tables
        if name != ours
    }
    return whole, gaps


def _line(
    metric: str, trainings: Mapping[int, tuple[dict[str, Table], dict[str, Table]]]
) -> dict[str, object]:
    figures, _ = next(iter(trainings.values()))
    line: dict[str, object] = {"metric": metric}
    for name in figures:
        if name != ADAPTER:
            line[name] = _told(figures[name].get(metric))
    for seed, (found, _) in trainings.items():
        line[f"seed {seed}"] = _told(found[ADAPTER].get(metric))
    for seed, (_, differences) in trainings.items():
        line[f"seed {seed} − few-shot"] = _told(differences[FEW_SHOT].get(metric), "+.3f")
    return line


def _told(figure: Figure | None, form: str = ".3f") -> str:
    if figure is None or figure.value is None:
        return "–"
    reach = "" if "+" not in form or figure.low is None else f" ({figure.low:{form}} to {figure.high:{form}})"
    return f"{figure.value:{form}}{reach}"
