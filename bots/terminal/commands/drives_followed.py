"""`citewise drives add`, `sync`, `confirm` and `retry`: drives that are kept in step."""

import time
from typing import TYPE_CHECKING

import click

from bots.terminal.durations import seconds
from bots.terminal.invocation import Invocation, complete_path, home_option, invocation, json_option

if TYPE_CHECKING:
    from pathlib import Path

    from bots.wiring import Citewise
    from brain.catalog.rows import DriveRow, FollowedDrive

_REFRESH_SECONDS = 0.5
_STOP_SECONDS = 30.0


@click.command()
@click.argument("place", metavar="PATH_OR_URL", shell_complete=complete_path)
@click.option("--space", default="general", show_default=True, metavar="S", help="Whose documents these are.")
@click.option(
    "--every",
    type=seconds,
    metavar="TIME",
    default="5m",
    show_default=True,
    help="Between two looks at the whole.",
)
@click.option(
    "--settle",
    type=seconds,
    metavar="TIME",
    default="5s",
    show_default=True,
    help="A file is read after so long at rest.",
)
@click.option("--include", multiple=True, metavar="GLOB", help="Read only what fits (as in .gitignore).")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave out what fits (as in .gitignore).")
@click.option(
    "--readers", multiple=True, metavar="P", help="Read only files that P may read, e.g. posix:other."
)
@click.option("--poll", is_flag=True, help="Look at intervals even where the system tells of changes.")
@click.option("--marker", default="", metavar="FILE", help="A file that is there while the drive is mounted.")
@home_option
@json_option
@invocation
def add(
    call: Invocation,
    place: str,
    space: str,
    every: float,
    settle: float,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    readers: tuple[str, ...],
    poll: bool,
    marker: str,
) -> None:
    """Follow a folder, share or address from now on.

    Adding it again changes its settings.
    """
    from bots.drives.names import listed
    from bots.terminal.commands.drives_shown import drive_json
    from bots.terminal.console import in_line, print_json
    from ingest.options import DriveOptions

    options = DriveOptions(every, settle, include, exclude, readers, poll, marker)
    place = place if "://" in place else str(call.place(place))
    with call.citewise(create=True) as citewise:
        known = citewise.drives.add(place, space, options, by=call.actor)
        running = citewise.keeper.running
        status = next(row for row in citewise.keeper.status() if row.known.drive.id == known.id)
    if call.as_json:
        print_json(drive_json(status))
        return
    next_step = (
        "It is taken in now: `citewise drives` shows how far it is."
        if running
        else f"`citewise drives sync {known.id}` takes it in now; `citewise serve` does so, and follows it."
    )
    click.echo(f"Added {in_line(listed(known))} to {known.space} as drive {known.id}. {next_step}")


@click.command(short_help="Bring the index in step with the drives now.")
@click.argument("drives", nargs=-1, metavar="[URL_OR_PATH_OR_ID]...")
@click.option("--watch", is_flag=True, help="Go on following, and show how it goes, until Ctrl-C.")
@click.option("--check", is_flag=True, help="Compare contents too, where size and time are as before.")
@click.option("--reread", is_flag=True, help="Read all files anew, those too that have not changed.")
@home_option
@json_option
@invocation
@click.pass_context
def sync(
    context: click.Context,
    call: Invocation,
    drives: tuple[str, ...],
    watch: bool,
    check: bool,
    reread: bool,
) -> None:
    """Bring the index in step with the drives now: those named, or all that are followed.

    The exit code is 1 where one of them could not be looked at.
    """
    from bots.terminal.commands.drives_shown import show_synced, synced_json
    from bots.terminal.commands.ingest import stages
    from bots.terminal.console import out, print_json, progress
    from brain.errors import UsageError

    with call.citewise() as citewise:
        known = citewise.catalog.drives()
        chosen = [_staying(citewise, named, call.directory).id for named in drives] or None
        if chosen is None and not any(drive.watched for drive in known):
            raise UsageError("No drive is followed yet: `citewise drives add FOLDER` adds one.")
        if watch:
            _follow(citewise)
            return
        with progress() as citewise.report:
            done = citewise.drives.sync(chosen, stages(citewise.report), check=check, reread=reread)
    if call.as_json:
        print_json([synced_json(synced) for synced in done])
    else:
        show_synced(out(), done)
    if any(synced.problem for synced in done):
        context.exit(1)


@click.command(short_help="Let removals that wait go ahead.")
@click.argument("drive", metavar="URL_OR_PATH_OR_ID")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@home_option
@json_option
@invocation
def confirm(call: Invocation, drive: str, yes: bool) -> None:
    """Let the removals that wait on a suspended drive go ahead: its files are gone on purpose."""
    from bots.desk.wording import count
    from bots.drives.names import listed
    from bots.terminal.commands.drives_shown import show_synced, synced_json
    from bots.terminal.commands.ingest import stages
    from bots.terminal.confirm import confirm as ask
    from bots.terminal.console import in_line, out, print_json, progress
    from brain.errors import UsageError

    with call.citewise() as citewise:
        found = _staying(citewise, drive, call.directory)
        known, where = citewise.catalog.followed.of(found.id), in_line(listed(found))
        if not _waits(known):  # the files may have been deleted just now, and nobody has looked since
            with progress() as citewise.report:
                citewise.drives.sync([found.id], stages(citewise.report), patience_seconds=0)
            known = citewise.catalog.followed.of(found.id)
        if not _waits(known):
            raise UsageError(
                f"Nothing waits to be confirmed on {where}."
                + (f" {known.reason}" if known.reason else " It was looked at just now.")
            )
        if not yes:
            ask(
                f"Take {count(known.held, 'document')} of {where} out of the index?", f"removing from {where}"
            )
        citewise.catalog.followed.allow(found.id, by=call.actor)
        with progress() as citewise.report:
            done = citewise.drives.sync([found.id], stages(citewise.report), patience_seconds=0)
    if call.as_json:
        print_json([synced_json(synced) for synced in done])
    else:
        show_synced(out(), done)


@click.command(short_help="Try files again that could not be read.")
@click.argument("drive", required=False, metavar="[URL_OR_PATH_OR_ID]")
@click.argument("path", required=False)
@home_option
@json_option
@invocation
def retry(call: Invocation, drive: str | None, path: str | None) -> None:
    """Try files again that could not be read: all, those of one drive, or one by its PATH."""
    from bots.terminal.commands.drives_shown import show_synced, synced_json
    from bots.terminal.commands.ingest import stages
    from bots.terminal.console import out, print_json, progress
    from brain.errors import UsageError

    with call.citewise() as citewise:
        followed = citewise.catalog.followed
        number = None if drive is None else _staying(citewise, drive, call.directory).id
        failed = [
            failure.drive_id
            for failure in citewise.catalog.failures()
            if number in (None, failure.drive_id) and path in (None, failure.path)
        ]
        if not failed:
            raise UsageError("There is no such failure: `citewise documents` lists what can't be read.")
        followed.retry_now(number, path)
        with progress() as citewise.report:
            done = citewise.drives.sync(sorted(set(failed)), stages(citewise.report), patience_seconds=0)
    if call.as_json:
        print_json([synced_json(synced) for synced in done])
    else:
        show_synced(out(), done)


def _waits(known: "FollowedDrive") -> bool:
    """Whether removals wait on the drive as it is seen now: one that can't be seen has none to confirm."""
    from brain.catalog.rows import DriveState

    return known.state is DriveState.SUSPENDED and known.held > 0


def _staying(citewise: "Citewise", named: str, directory: "Path") -> "DriveRow":
    """The drive that is meant; UsageError where there is none, or it is being taken out."""
    from bots.drives.names import find_drive, listed
    from brain.errors import UsageError

    leaving = [one.drive for one in citewise.catalog.removals.under_way()]
    found = find_drive([*citewise.catalog.drives(), *leaving], named, directory)
    if found in leaving:
        raise UsageError(
            f"{listed(found)} is being taken out: `citewise drives remove {found.id}` goes on with that, and "
            "`citewise drives add` follows it again afterwards."
        )
    return found


def _follow(citewise: "Citewise") -> None:
    """Show how drives are followed, here or by serve: a table that moves, or lines through a pipe."""
    import logging

    from rich.console import Group
    from rich.live import Live

    from bots.terminal.commands.drives_shown import drives_table, remarks, show_drives
    from bots.terminal.console import checkpoint, out
    from ingest.following.journal import LOG

    console = out()
    keeper = citewise.keeper
    others = keeper.running  # `citewise serve` goes on following when nobody watches any more
    _ = citewise.index  # what takes long is done before the table stands
    keeper.start()
    lines = logging.StreamHandler(console.file)
    try:
        if not console.is_terminal:
            LOG.addHandler(lines)
            LOG.setLevel(logging.INFO)
            show_drives(console, keeper.status())
            console.file.flush()
            while True:
                checkpoint()
                time.sleep(_REFRESH_SECONDS)
        with Live(
            console=console, refresh_per_second=4, redirect_stdout=False, redirect_stderr=False
        ) as live:
            while True:
                checkpoint()
                rows = keeper.status()
                live.update(Group(drives_table(rows), *remarks(rows)))
                time.sleep(_REFRESH_SECONDS)
    finally:
        LOG.removeHandler(lines)
        if not others:
            keeper.stop(_STOP_SECONDS)
