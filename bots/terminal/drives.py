"""`citewise drives`: where documents come from, and taking out all that came from one place."""

import click

from bots.terminal import drives_followed
from bots.terminal.invocation import Invocation, home_option, invocation, json_option


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
    from bots.terminal.console import out, print_json
    from bots.terminal.drives_shown import drive_json, show_drives

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
    """Take a drive and all its documents out of the index; the files stay where they are."""
    from bots.drive_names import find_drive, listed
    from bots.terminal.confirm import confirm
    from bots.terminal.console import inert, print_json, progress
    from bots.terminal.drives_shown import drive_json

    with call.citewise() as citewise:
        found = find_drive(citewise.catalog.drives(), drive, call.directory)
        row = next(row for row in citewise.keeper.status() if row.known.drive.id == found.id)
        place = inert(listed(found))
        if not yes:
            documents = _documents(row.known.documents)
            confirm(f"Take {place} with {documents} out of the index?", f"removing {place}")
        with citewise.changing():
            removed = citewise.catalog.remove_drive(found.id)
        if removed:
            with progress() as citewise.report:
                citewise.index.apply_pending()
    if call.as_json:
        print_json({"removed": drive_json(row)})
    else:
        click.echo(f"Removed {place} from {found.space}: {_documents(removed)}.")


def _documents(count: int) -> str:
    return f"{count:,} document{'' if count == 1 else 's'}"
