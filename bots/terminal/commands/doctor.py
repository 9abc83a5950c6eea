"""`citewise doctor`: what is wrong with the set-up, and how to mend it."""

from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option
from brain.errors import CitewiseError, HomeLocked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from bots.checks import Check


@click.command()
@home_option
@json_option
@invocation
@click.pass_context
def doctor(context: click.Context, call: Invocation) -> None:
    """Check the set-up and say how to mend each fault.

    The exit code is 1 where there is any.
    """
    from bots.checks import Check, Verdict
    from bots.diagnosis import examine
    from bots.terminal.console import out, print_json

    try:
        settings = call.settings()
    except HomeLocked as error:
        checks = [Check("serve", Verdict.FAULT, error.sentence)]
    except CitewiseError as error:
        checks = [Check("settings", Verdict.FAULT, error.sentence, "correct it in .env or the environment")]
    else:
        running = call.running() if call.running else None
        checks = list(examine(settings, call.shared, running))
    faulty = any(check.verdict is Verdict.FAULT for check in checks)
    if call.as_json:
        rows = [
            {"check": check.name, "verdict": check.verdict.value, "found": check.found, "mend": check.mend}
            for check in checks
        ]
        print_json({"ok": not faulty, "checks": rows})
    else:
        _show(out(), checks)
    if faulty:
        context.exit(1)


def _show(console: "Console", checks: "Iterable[Check]") -> None:
    from rich.text import Text

    from bots.terminal.console import inert, plain_table, print_table

    marks = {"good": Text("✓", "green"), "note": Text("·", "yellow"), "fault": Text("✗", "bold red")}
    table = plain_table(header=False)
    for column in ("mark", "name", "found"):
        table.add_column(column, style="bold" if column == "name" else "", overflow="fold")
    for check in checks:
        table.add_row(marks[check.verdict.value], check.name, Text(inert(check.found)))
        if check.mend:
            table.add_row("", "", Text(f"→ {inert(check.mend)}", style="cyan"))
    print_table(console, table)
