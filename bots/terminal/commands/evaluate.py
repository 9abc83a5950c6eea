"""`citewise eval`: how good the answers to one's own questions are, and which to look at first."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import (
    Invocation,
    PathArgument,
    home_option,
    invocation,
    json_option,
    spaces_option,
)
from brain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from brain.evaluation.report import EvaluationReport, MetricRow

_SHOWN = 5
_LONGEST_LINE = 160


@click.command("eval")
@click.argument("questions", type=PathArgument(exists=True, dir_okay=False))
@spaces_option
@click.option("--by", metavar="FIELD", help="One more table for each value of this field of the questions.")
@click.option(
    "--against",
    type=PathArgument(exists=True, dir_okay=False),
    metavar="PREDICTIONS",
    help="Compare with these answers to the same questions.",
)
@click.option(
    "--plot",
    "picture",
    type=PathArgument(dir_okay=False),
    metavar="FILE",
    help="Draw the risk–coverage curve into a .png, .svg or .pdf file.",
)
@home_option
@json_option
@invocation
def evaluate(
    call: Invocation,
    questions: Path,
    spaces: tuple[str, ...],
    by: str | None,
    against: Path | None,
    picture: Path | None,
) -> None:
    """Score the answers to your own questions.

    QUESTIONS holds one JSON object a line: id, question, answers, gold; docs/evaluation.md explains each.
    """
    from bots.citable import citable_documents
    from bots.desk import OWNER
    from bots.terminal.console import out, print_json, progress
    from brain.evaluation.predictions import read_predictions
    from brain.evaluation.questions import read_questions
    from brain.evaluation.risk_plot import plot
    from brain.evaluation.runner import evaluate as score_all
    from brain.pictures import check_picture

    rows = read_questions(questions)
    if not rows:
        raise UsageError(f"{call.typed(questions)} holds no question: write one JSON object a line.")
    other = read_predictions(against, rows) if against else None
    if picture:
        check_picture(picture)
    with call.citewise() as citewise, progress() as citewise.report:
        audience = citewise.desk.readable({OWNER}, spaces)
        result = score_all(
            citewise.brain,
            rows,
            audience,
            lambda done, total: citewise.report("Answering", done, total),
            documents=citable_documents(citewise.catalog, audience),
            against=other,
            by=by,
        )
    if call.as_json:
        print_json(result.to_json())
    else:
        show_report(out(), result)
    if picture:
        plot(result.risk_coverage(), picture)
        if not call.as_json:
            out().print(f"Risk–coverage curve: {call.typed(picture)}")


def show_report(console: "Console", report: "EvaluationReport") -> None:
    """Print the table, the latencies, and the questions worth reading."""
    from rich.text import Text

    from bots.terminal.console import inert

    _show_table(console, "All questions", report.metrics)
    for group, rows in report.groups.items():
        _show_table(console, inert(group), rows)
    counts = report.counts
    console.print(
        f"{counts['questions']} questions: {counts['answerable']} answerable, "
        f"{counts['unanswerable']} unanswerable, {counts['refused']} refused"
    )
    if report.latency:
        console.print(
            f"Time to the whole answer: p50 {report.latency.p50:.0f} ms, p95 {report.latency.p95:.0f} ms"
        )
    for by in report.rerankings:
        failed = f"; it failed for {by.failed}" if by.failed else ""
        console.print(Text(f"Reranked by {inert(by.name)}: {by.reranked} questions{failed}"))
    console.print(Text("\nSlowest", style="bold"))
    for result in report.slowest(_SHOWN):
        console.print(
            Text(f"  {result.said.latency_ms or 0:6.0f} ms  ", style="cyan")
            + Text(inert(result.question.text))
        )
    worst = report.worst(_SHOWN)
    if worst:
        console.print(Text("\nWorst", style="bold"))
    for result in worst:
        console.print(Text(f"  {result.outcome.value}: ", style="yellow") + Text(inert(result.question.text)))
        said = "(refused)" if result.said.refused else inert(result.said.answer)
        console.print(Text(f"    said     {_one_line(said)}", style="dim"))
        if result.question.answers:
            console.print(Text(f"    expected {_one_line(inert(result.question.answers[0]))}", style="dim"))


def _show_table(console: "Console", title: str, rows: "Sequence[MetricRow]") -> None:
    from bots.terminal.console import plain_table, print_table

    compared = any(row.against for row in rows)
    table = plain_table(title)
    table.add_column("metric")
    for name in ("value", "95 % interval", "n", *(("other", "difference") if compared else ())):
        table.add_column(name, justify="right")
    for row in rows:
        cells = [
            row.name,
            _number(row.value),
            f"{_number(row.interval.low)} – {_number(row.interval.high)}",
            str(row.n),
        ]
        if row.against:
            apart = row.against.interval.leaves_out_zero
            cells += [_number(row.against.value), f"{_number(row.against.difference)}{' *' if apart else ''}"]
        table.add_row(*cells)
    print_table(console, table)
    console.print()


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
