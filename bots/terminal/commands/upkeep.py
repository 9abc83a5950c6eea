"""`citewise verify`, `rebuild`, `backup`, `restore`: the index is what the catalog says, and safe copies."""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, PathArgument, home_option, invocation, json_option
from brain.errors import HomeLocked, UsageError

if TYPE_CHECKING:
    from bots.drives.drift import Drift
    from bots.wiring import Citewise


@click.command()
@home_option
@json_option
@invocation
@click.pass_context
def verify(context: click.Context, call: Invocation) -> None:
    """Compare the indexes with the catalog and the drives.

    The exit code is 1 where they differ.
    """
    from bots.desk.wording import held
    from bots.terminal.console import inert, print_json, progress

    with call.citewise() as citewise, progress() as citewise.report:
        rebuilt, completed = citewise.index.rebuilt, citewise.index.completed
        found = citewise.index.verify(deep=True)
        drifts = citewise.drives.drifts()
        leaving = sum(drive.documents for drive in citewise.catalog.removals.under_way())
    same = found.healthy and not any(drift.any for drift in drifts)
    if call.as_json:
        print_json(
            {
                "ok": same,
                "documents": found.documents,
                "passages": found.passages,
                "rebuilt": rebuilt,
                "completed": completed,
                "differences": list(found.differences),
                "drives": [asdict(drift) for drift in drifts],
            }
        )
    else:
        if rebuilt:
            click.echo(f"The index was rebuilt from the catalog, since {rebuilt}.")
        elif completed:
            click.echo(f"What the index lacked was added from the catalog, since {completed}.")
        if found.healthy:
            click.echo(
                f"Index and catalog agree: {held(found.documents, found.passages)}."
                + (f" {leaving:,} of the documents are being taken out and hidden." if leaving else "")
            )
        for difference in found.differences:
            click.echo(f"✗ {inert(difference)}")
        if not found.healthy:
            click.echo("`citewise rebuild` makes the index again from the catalog.")
        for drift in drifts:
            click.echo(inert(_drift_sentence(drift)))
    if not same:
        context.exit(1)


def _drift_sentence(drift: "Drift") -> str:
    from bots.drives.names import ingest_command
    from ingest.registration import place

    where = place(drift.url)
    if drift.problem:
        return f"✗ {where}: {drift.problem}"
    changes = [f"{count:,} {word}" for word in ("new", "changed", "gone") if (count := getattr(drift, word))]
    command = ingest_command(drift.url, drift.space)
    if drift.watched:
        command = f"citewise drives sync {shlex.quote(where)}"
    if not changes:
        return f"Catalog and drive agree: {where}."
    return f"✗ {where}: {', '.join(changes)} since it was ingested; `{command}` catches up."


@click.command()
@click.option(
    "--embed-again", is_flag=True, help="First give every passage a vector of the embedder that is set now."
)
@home_option
@json_option
@invocation
def rebuild(call: Invocation, embed_again: bool) -> None:
    """Make the indexes again from the catalog.

    No file is read, and nothing is embedded unless `--embed-again` asks for it.
    """
    from bots.desk.wording import count
    from bots.terminal.console import print_json, progress

    with call.citewise() as citewise, progress() as citewise.report:
        embedded = citewise.embed_again() if embed_again else 0
        citewise.rebuild()
        passages = citewise.catalog.counts().passages
    if call.as_json:
        print_json({"passages": passages, "embedded": embedded})
    else:
        again = f", {embedded:,} of them embedded again" if embed_again else ""
        click.echo(f"The index is made again: {count(passages, 'passage')}{again}.")


@click.command()
@click.argument("file", type=PathArgument())
@home_option
@json_option
@invocation
def backup(call: Invocation, file: Path) -> None:
    """Copy the catalog into one file.

    Everything else can be made again from it; `citewise restore FILE` does.
    """
    from bots.desk.wording import count
    from bots.terminal.console import print_json, progress

    with call.citewise() as citewise, progress() as citewise.report:
        citewise.backup(file)
        counts = citewise.catalog.counts()
    size = file.stat().st_size
    if call.as_json:
        print_json({"file": call.typed(file), "bytes": size, "documents": counts.documents})
    else:
        click.echo(
            f"Saved {count(counts.documents, 'document')} in {call.typed(file)} ({size / 1e6:.1f} MB)."
        )


def _head_of(citewise: "Citewise") -> str:
    """The last seal of the audit log that a restore takes away; empty where there is none to be read.

    With it in the log that takes its place, whoever kept it elsewhere sees what became of their entries.
    """
    if not citewise.home.exists:
        return ""
    from brain.catalog.catalog import Catalog
    from brain.errors import StorageFailed

    citewise.own_home()
    try:
        with Catalog(citewise.home.catalog) as before:
            return before.audit.verify().head
    except StorageFailed:
        return ""


@click.command()
@click.argument("file", type=PathArgument())
@click.option("--yes", is_flag=True, help="Do not ask first.")
@home_option
@json_option
@invocation
def restore(call: Invocation, file: Path, yes: bool) -> None:
    """Put a backup in the place of the catalog.

    FILE is checked before anything is touched, and the indexes are made again.
    """
    from bots.desk.wording import held
    from bots.terminal.confirm import confirm
    from bots.terminal.console import print_json, progress

    if call.running is not None:
        raise HomeLocked(
            f"The home {call.home} is served by `citewise serve` (process {call.running().pid}): stop that "
            "first, then restore."
        )
    typed = call.typed(file)
    if not file.exists():
        raise UsageError(f"There is no file {typed} to restore: check the spelling. Nothing was changed.")
    with call.citewise(create=True) as citewise:
        if citewise.home.exists and not yes:
            confirm(f"Replace all that {citewise.home.path} holds by {typed}?", f"restoring {typed}")
        with progress() as citewise.report:
            replaced = _head_of(citewise)
            citewise.restore(file)
            citewise.catalog.audit.append(call.actor, "restore", str(file), {"replaced": replaced})
            counts = citewise.catalog.counts()
            _ = citewise.index
    if call.as_json:
        print_json({"documents": counts.documents, "passages": counts.passages})
    else:
        click.echo(f"Restored {held(counts.documents, counts.passages)}.")
