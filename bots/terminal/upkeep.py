"""`citewise verify`, `rebuild`, `backup` and `restore`: the index is what the catalog says, and safe copies."""

from pathlib import Path

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option


@click.command()
@home_option
@json_option
@invocation
@click.pass_context
def verify(context: click.Context, call: Invocation) -> None:
    """Compare the indexes with the catalog, passage by passage; exit code 1 where they differ."""
    from bots.terminal.console import print_json, progress

    with progress() as report, call.citewise() as citewise:
        found = citewise.index.verify(deep=True)
    if call.as_json:
        print_json({"ok": found.healthy})
    if not found.healthy:
        context.exit(1)


@click.command()
@click.option("--embed-again", is_flag=True, help="Compute every vector anew, with the embedder now set.")
@home_option
@json_option
@invocation
def rebuild(call: Invocation, embed_again: bool) -> None:
    """Build the indexes anew from the catalog; nothing is read from the drives."""
