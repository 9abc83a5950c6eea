"""`citewise drives`: where documents come from, and taking out all that came from one place."""

from typing import TYPE_CHECKING

import click

from bots.terminal.commands import drives_followed
from bots.terminal.invocation import Invocation, home_option, invocation, json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brain.catalog.rows import DriveBeingRemoved, DriveRow


@click.group(invoke_without_command=True, short_help="List, follow and look after the drives.")
@home_option
@json_option
@click.pass_context
def drives(context: click.Context) -> None:
    """Places that documents come from: list, follow, bring in step, remove."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


for command in (drives_followed.add, drives_followed.sync, drives_followed.confirm, drives_followed.retry):
    drives.add_command(command)


@drives.command("list", short_help="List the drives and how they are.")
@home_option
@json_option
@invocation
def list_(call: Invocation) -> None:
    """List the drives: state, documents, files that wait or fail, seconds from change to answerable."""
    from bots.terminal.commands.drives_shown import drive_json, show_drives
    from bots.terminal.console import out, print_json

    with call.citewise() as citewise:
        rows = citewise.keeper.status()
    if call.as_json:
        print_json([drive_json(row) for row in rows])
    else:
        show_drives(out(), rows)


@drives.command(short_help="Take a drive and its documents out of the index.")
@click.argument("drive", metavar="URL_OR_PATH_OR_ID")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@home_option
@json_option
@invocation
def remove(call: Invocation, drive: str, yes: bool) -> None:
    """Take a drive and all its documents out of the index; the files stay where they are.

    Nothing is answered from it from the start on. Cut short, it goes on when it is called again, and by
    itself with `citewise serve` or the next `citewise ingest`.
    """
    from bots.drives.names import find_drive, listed
    from bots.terminal.commands.drives_shown import drive_json
    from bots.terminal.confirm import confirm
    from bots.terminal.console import in_line, print_json, progress
    from brain.catalog.rows import DriveState

    with call.citewise() as citewise:
        rows = citewise.keeper.status()  # also those whose removal was cut short
        found = find_drive([row.known.drive for row in rows], drive, call.directory)
        row = next(row for row in rows if row.known.drive.id == found.id)
        place = in_line(listed(found))
        if not yes and row.known.state is not DriveState.REMOVING:
            documents = _documents(row.known.documents)
            confirm(f"Take {place} with {documents} out of the index?", f"removing {place}")
        try:
            with progress() as citewise.report:
                removed = citewise.drives.remove(found.id, call.actor)
        except KeyboardInterrupt:
            _say_what_is_left(citewise.catalog.removals.under_way(), found, place)
            raise
    if call.as_json:
        print_json({"removed": drive_json(row)})
    else:
        click.echo(f"Removed {place} from {found.space}: {_documents(removed)}.")


def _say_what_is_left(under_way: "Sequence[DriveBeingRemoved]", drive: "DriveRow", place: str) -> None:
    for leaving in under_way:
        if leaving.drive.id == drive.id:
            click.echo(
                f"Nothing is answered from {place} any more; {_documents(leaving.documents)} of it "
                f"are still stored. `citewise drives remove {drive.id}` goes on.",
                err=True,
            )


def _documents(number: int) -> str:
    from bots.desk.wording import count

    return count(number, "document")
