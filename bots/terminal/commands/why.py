"""`citewise why`: how an answer came about, step by step."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option
from brain.domain import Trace
from brain.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.argument("trace_id", default="")
@home_option
@json_option
@invocation
def why(call: Invocation, trace_id: str) -> None:
    """Show how the last answer came about.

    TRACE_ID, as `ask --json` prints it, names an earlier one.
    """
    from bots.terminal.console import out, print_json

    with call.citewise() as citewise:
        trace = asyncio.run(citewise.desk.why(trace_id=trace_id))
        case = citewise.catalog.cases.of_answer(trace.id) if trace else None
    if trace is None:
        raise UsageError(
            f"There is no trace {trace_id!r}: `citewise ask --json` prints the id of each answer."
            if trace_id
            else "Nothing was asked yet, so there is nothing to explain: ask something first."
        )
    if call.as_json:
        print_json(trace_json(trace))
    else:
        show_trace(out(), trace)
        if case:
            click.echo(
                f"Suggested for a ticket: `citewise cases show {case.id}` tells what its triage rests on."
            )


def trace_json(trace: Trace) -> dict[str, object]:
    """A trace as `why --json` prints it."""
    return {
        "trace_id": trace.id,
        "question": trace.question,
        "standalone": trace.standalone,
        "steps": dict(trace.steps),
        "timings_ms": dict(trace.timings_ms),
    }


def show_trace(console: "Console", trace: Trace) -> None:
    """Print a trace for people: what was asked, every step, where the time went."""
    from rich.text import Text

    from bots.terminal.console import inert

    console.print()
    console.print(Text("Asked  ", style="bold cyan") + Text(inert(trace.question)))
    if trace.standalone and trace.standalone != trace.question:
        console.print(Text("Read as  ", style="bold cyan") + Text(inert(trace.standalone)))
    for name, step in trace.steps.items():
        console.print()
        console.print(Text(inert(name.replace("_", " ").capitalize()), style="bold"))
        _show_step(console, step)
    if trace.timings_ms:
        times = " · ".join(f"{name} {spent:.1f} ms" for name, spent in trace.timings_ms.items())
        console.print()
        console.print(Text(times, style="dim"))
    console.print(Text(f"trace {trace.id}", style="dim"))
    console.print()


def _show_step(console: "Console", step: object) -> None:
    from rich.text import Text

    from bots.terminal.answers import print_indented

    if isinstance(step, Mapping):
        for key, value in step.items():
            if _is_rows(value):
                console.print(Text(f"  {key}", style="dim"))
                _show_rows(console, value)
            else:
                line = Text.assemble((f"{key.replace('_', ' '):<16} ", "dim"), _words(value))
                print_indented(console, line, "  ")
    elif _is_rows(step):
        _show_rows(console, step)
    else:
        print_indented(console, Text(_words(step)), "  ")


def _is_rows(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _show_rows(console: "Console", rows: object) -> None:
    from rich.table import Table
    from rich.text import Text

    from bots.terminal.console import print_table

    assert isinstance(rows, Sequence)
    columns = list(dict.fromkeys(str(key) for row in rows for key in row))
    table = Table(box=None, padding=(0, 0, 0, 2), pad_edge=True, header_style="dim")
    for column in columns:
        numeric = all(isinstance(row.get(column), int | float | None) for row in rows)
        table.add_column(column.replace("_", " "), justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(Text(_words(row.get(column), 70)) for column in columns))
    print_table(console, table)


def _words(value: object, longest: int = 400) -> str:
    from bots.terminal.console import in_line

    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list | tuple):
        text = ", ".join(_words(item, longest) for item in value) or "–"
    elif isinstance(value, Mapping):
        text = ", ".join(f"{key} {_words(item, longest)}" for key, item in value.items()) or "–"
    else:
        text = in_line(str(value))
    return text if len(text) <= longest else text[: longest - 1] + "…"
