"""`citewise usage`: how much is asked, and what became of it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bots.terminal.durations import since as moment
from bots.terminal.invocation import Invocation, PathArgument, home_option, invocation, json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from brain.usage.domain import Period

COLUMNS = (
    "from", "questions", "people", "answered", "not sure", "not found", "helpful", "not helpful",
    "to a person", "median",
)  # fmt: skip


@click.command(short_help="Show how much is asked and how it was answered.")
@click.option(
    "--since",
    type=moment,
    default="84d",
    show_default=True,
    metavar="DAY_OR_SPAN",
    help="From when on: 2026-10-01, or 30d.",
)
@click.option(
    "--by",
    type=click.Choice(["day", "week", "month"]),
    default="week",
    show_default=True,
    help="How to sum up.",
)
@click.option("--plot", "picture", type=PathArgument(dir_okay=False), metavar="FILE", help="Draw it too.")
@home_option
@json_option
@invocation
def usage(call: Invocation, since: datetime, by: str, picture: Path | None) -> None:
    """Show how many questions were asked, by how many people, and what became of them.

    The median is the time that half of the answers took at most.

    No names are shown, and no words of questions. FILE ends in .png, .svg or .pdf.
    """
    from bots.desk.wording import count
    from bots.terminal.console import out, print_json
    from brain.pictures import check_picture
    from brain.usage.domain import Period
    from brain.usage.periods import Length, periods
    from brain.usage.plot import plot

    if picture is not None:
        check_picture(picture)
    with call.citewise() as citewise:
        askings = citewise.catalog.asked.since(since)
    first = askings[0].asked.astimezone() if askings else since
    found = periods(askings, Length(by), first.date(), datetime.now().astimezone().date())
    whole = Period(since.date(), tuple(askings))
    if picture is not None:
        people = "1 person" if whole.people == 1 else f"{whole.people:,} people"
        plot(found, picture, f"{count(len(askings), 'question')} of {people}")
    if call.as_json:
        print_json({"periods": [period_json(period) for period in found], "whole": period_json(whole)})
    else:
        _show(out(), found, whole)
        if picture is not None:
            click.echo(f"Drawn: {call.typed(picture)}")


def period_json(period: "Period") -> dict[str, Any]:
    """A period as `usage --json` prints it."""
    from brain.usage.domain import Outcome

    return {
        "from": period.start.isoformat(),
        "questions": len(period.askings),
        "people": period.people,
        **{outcome.value.replace(" ", "_"): period.given(outcome) for outcome in Outcome},
        "helpful": period.marked(helpful=True),
        "not_helpful": period.marked(helpful=False),
        "handed_to_a_person": period.handed_over,
        "median_ms": period.took_ms,
    }


def _show(console: "Console", found: "Sequence[Period]", whole: "Period") -> None:
    from bots.terminal.console import plain_table, print_table

    if not whole.askings:
        console.print("Nobody asked anything since then.")
        return
    table = plain_table()
    for place, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if place else "left")
    for period in found:
        table.add_row(*_cells(period))
    table.add_row(*("in all", *_cells(whole)[1:]), style="bold")
    print_table(console, table)


def _cells(period: "Period") -> tuple[str, ...]:
    from bots.terminal.durations import in_words
    from brain.usage.domain import Outcome

    took = None if period.took_ms is None else period.took_ms / 1_000
    numbers = (
        *(len(period.askings), period.people),
        *(period.given(outcome) for outcome in Outcome),
        *(period.marked(helpful=True), period.marked(helpful=False), period.handed_over),
    )
    return (period.start.isoformat(), *(f"{number:,}" for number in numbers), in_words(took))
