"""`citewise audit`: who changed what, and whether the log was touched since."""

from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from brain.catalog.audit import AuditEntry

_SHOWN = 50


@click.command()
@click.option("--verify", is_flag=True, help="Check the whole chain; exit 1 where it is broken.")
@click.option("--all", "everything", is_flag=True, help=f"All entries, not only the last {_SHOWN}.")
@home_option
@json_option
@invocation
@click.pass_context
def audit(context: click.Context, call: Invocation, verify: bool, everything: bool) -> None:
    """Show the changes that people made, the newest last.

    They are all that is changed from a chat, and from a terminal what spaces there are and who reads them,
    which places are read into them, which drives and documents are taken out, that a backup was put back,
    which model answers, what tickets can be about, what becomes of cases, and what is forgotten.

    Each entry is sealed with the hash of the one before it. Entries cut off at the end leave no trace in
    the chain: keep the hash that --verify prints somewhere else, and compare.
    """
    from dataclasses import asdict

    from bots.terminal.console import out, print_json

    with call.citewise() as citewise:
        log = citewise.catalog.audit
        found = log.verify() if verify else None
        entries = [] if verify else log.entries(None if everything else _SHOWN)
    if found is None:
        if call.as_json:
            print_json([asdict(entry) for entry in entries])
        else:
            _show(out(), entries)
        return
    if call.as_json:
        print_json(asdict(found))
    elif found.broken is None:
        entries_found = "1 entry" if found.entries == 1 else f"{found.entries:,} entries"
        click.echo(f"{entries_found}, none touched. Head: {found.head}")
    else:
        click.echo(f"Entry {found.broken} does not fit: it, or one before it, was changed or taken out.")
    if found.broken is not None:
        context.exit(1)


def _show(console: "Console", entries: "Sequence[AuditEntry]") -> None:
    from rich.text import Text

    from bots.terminal.console import in_line, plain_table, print_table

    if not entries:
        console.print("Nothing was changed yet, neither from a chat nor in the spaces.")
        return
    table = plain_table()
    for column in ("no.", "when", "who", "did", "what"):
        table.add_column(column)
    for entry in entries:
        when = entry.at[:16].replace("T", " ")
        words = (Text(in_line(word)) for word in (entry.actor, entry.action, entry.object))
        table.add_row(str(entry.sequence), when, *words)
    print_table(console, table)
