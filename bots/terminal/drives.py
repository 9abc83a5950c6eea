"""`citewise drives`: where documents came from, and taking out all that came from one place."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from brain.catalog.catalog import Catalog
    from brain.catalog.rows import Drive


@dataclass(frozen=True, slots=True)
class _Holding:
    """A drive and how many of its files are indexed and can't be read."""

    drive: "Drive"
    documents: int
    failures: int


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.pass_context
def drives(context: click.Context) -> None:
    """List and remove what was ingested: folders, files and web pages."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@drives.command("list")
@home_option
@json_option
@invocation
def list_(call: Invocation) -> None:
    """List what was ingested, with its space and how many documents it holds."""
    from bots.terminal.console import out, print_json

    with call.citewise() as citewise:
        rows = [_holding(citewise.catalog, drive) for drive in citewise.catalog.drives()]
    if call.as_json:
        print_json([_drive_json(row) for row in rows])
    else:
        _show(out(), rows)


@drives.command()
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

    with call.citewise() as citewise:
        catalog = citewise.catalog
        row = _holding(catalog, find_drive(catalog.drives(), drive, call.directory))
        place = inert(listed(row.drive))
        if not yes:
            confirm(f"Take {place} with {_documents(row.documents)} out of the index?", f"removing {place}")
        with citewise.changing():
            removed = catalog.remove_drive(row.drive.id)
        if removed:
            with progress() as citewise.report:
                citewise.index.apply_pending()
    if call.as_json:
        print_json({"removed": _drive_json(row)})
    else:
        click.echo(f"Removed {place} from {row.drive.space}: {_documents(removed)}.")


def _holding(catalog: "Catalog", drive: "Drive") -> _Holding:
    from brain.catalog.rows import DocumentState

    files = catalog.ledger(drive.id).values()
    documents = sum(file.document_id is not None for file in files)
    return _Holding(drive, documents, sum(file.state is DocumentState.FAILED for file in files))


def _drive_json(row: _Holding) -> dict[str, Any]:
    return {
        "id": row.drive.id,
        "url": row.drive.url,
        "space": row.drive.space,
        "documents": row.documents,
        "failures": row.failures,
        "added": row.drive.added.isoformat(),
    }


def _documents(count: int) -> str:
    return f"{count:,} document{'' if count == 1 else 's'}"


def _show(console: "Console", rows: "Sequence[_Holding]") -> None:
    from rich.table import Table
    from rich.text import Text

    from bots.drive_names import listed
    from bots.terminal.console import inert, print_table

    if not rows:
        console.print("No drive is known yet. `citewise ingest FOLDER` adds one.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("no.", justify="right", style="cyan", no_wrap=True)
    table.add_column("place", style="bold", overflow="fold", ratio=1)
    table.add_column("space", no_wrap=True)
    table.add_column("documents", justify="right")
    table.add_column("failures", justify="right")
    table.add_column("added", no_wrap=True)
    for row in rows:
        table.add_row(
            str(row.drive.id),
            Text(inert(listed(row.drive))),
            Text(row.drive.space),
            f"{row.documents:,}",
            Text(f"{row.failures:,}", style="yellow" if row.failures else ""),
            f"{row.drive.added:%Y-%m-%d}",
        )
    print_table(console, table)
