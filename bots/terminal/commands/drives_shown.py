"""How drives look: a table for people, JSON for programs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bots.drives.synced import Synced
    from ingest.following.keeper import DriveStatus

_COLOURS = {
    "ok": "green",
    "suspended": "bold yellow",
    "unreachable": "bold red",
    "failing": "bold red",
    "removing": "yellow",
}


def drive_json(status: "DriveStatus") -> dict[str, Any]:
    """One drive with its state, for programs."""
    known = status.known
    return {
        "id": known.drive.id,
        "url": known.drive.url,
        "space": known.drive.space,
        "watched": known.drive.watched,
        "state": known.state.value,
        "reason": known.reason or None,
        "since": known.since.isoformat() if known.since else None,
        "documents": known.documents,
        "pending": status.pending,
        "failures": known.failed,
        "held": known.held,
        "outdated": status.outdated,
        "not_for_audience": status.not_for_audience,
        "lag_p50_s": _rounded(status.lag_p50),
        "lag_p95_s": _rounded(status.lag_p95),
        "reconciled": dict(known.reconciled) or None,
        "mode": status.mode or None,
        "next_look_s": _rounded(status.next_look),
        "options": dict(known.options),
        "added": known.drive.added.isoformat(),
    }


def show_drives(console: "Console", rows: "Sequence[DriveStatus]") -> None:
    """Print the table, and below it what hinders a drive and who is kept out."""
    from bots.terminal.console import print_table

    if not rows:
        console.print(
            "No drive is known yet. `citewise drives add FOLDER` follows one, `citewise ingest FOLDER` reads "
            "it once."
        )
        return
    print_table(console, drives_table(rows))
    for sentence in remarks(rows):
        console.print(sentence)


def drives_table(rows: "Sequence[DriveStatus]") -> "Table":
    """A row for each drive."""
    from rich.text import Text

    from bots.drives.names import listed
    from bots.terminal.console import in_line, plain_table
    from bots.terminal.durations import in_words

    table = plain_table()
    table.add_column("no.", justify="right", style="cyan", no_wrap=True)
    table.add_column("place", style="bold", overflow="fold", ratio=1)
    table.add_column("space", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("documents", justify="right")
    table.add_column("pending", justify="right")
    table.add_column("failed", justify="right")
    table.add_column("lag p50/p95", no_wrap=True)
    table.add_column("reconciled", no_wrap=True)
    for row in rows:
        known = row.known
        table.add_row(
            str(known.drive.id),
            Text(in_line(listed(known.drive))),
            Text(known.drive.space),
            _state(row),
            f"{known.documents:,}",
            _doing(row) or f"{row.pending:,}",
            Text(f"{known.failed:,}", style="yellow" if known.failed else ""),
            f"{in_words(row.lag_p50)} / {in_words(row.lag_p95)}" if known.lags else "–",
            _ago(known.reconciled.get("when")),
        )
    return table


def remarks(rows: "Sequence[DriveStatus]") -> "list[Text]":
    """A sentence for each drive that is held up, or that keeps files from the space."""
    from rich.text import Text

    from bots.terminal.console import in_line
    from ingest.drives import NOT_FOR_AUDIENCE

    found = []
    for row in rows:
        number = f"  {row.known.drive.id}  "
        if row.known.reason:
            since = f" (since {row.known.since:%Y-%m-%d %H:%M} UTC)" if row.known.since else ""
            found.append(Text(number, style="cyan") + Text(in_line(row.known.reason) + since, style="yellow"))
        if unlisted := row.known.reconciled.get("unlisted"):
            parts = "1 folder or file" if unlisted == 1 else f"{unlisted:,} folders or files"
            parts += " could not be looked at: nothing is concluded about what is there."
            found.append(Text(number, style="cyan") + Text(parts, style="yellow"))
        if row.outdated:
            from bots.drives.outdated import remedy, wait_to_be_read_anew

            waits = f"{wait_to_be_read_anew(row.outdated)}: {remedy(row.known.drive)}."
            found.append(Text(number, style="cyan") + Text(waits))
        if row.not_for_audience:
            files = "1 file is" if row.not_for_audience == 1 else f"{row.not_for_audience:,} files are"
            kept = f"{files} kept out: {NOT_FOR_AUDIENCE}."
            found.append(Text(number, style="cyan") + Text(kept))
    return found


def show_synced(console: "Console", done: "Sequence[Synced]") -> None:
    """Print what came of each drive that was looked at."""
    from rich.text import Text

    from bots.drives.names import listed
    from bots.terminal.commands.ingest import show_report
    from bots.terminal.console import in_line

    for synced in done:
        for report in synced.reports:  # those before the last are of files that were waited for
            if report is synced.reports[-1] or report.any_change:
                show_report(console, report)
        if synced.problem:
            console.print(
                Text("✗ ", style="red")
                + Text(in_line(listed(synced.drive)), style="bold")
                + Text(f": {in_line(synced.problem)}")
            )


def synced_json(synced: "Synced") -> dict[str, Any]:
    """What came of one drive, for programs."""
    from bots.terminal.commands.ingest import report_json

    return {
        "id": synced.drive.id,
        "url": synced.drive.url,
        "problem": synced.problem or None,
        "held": synced.reports[-1].held if synced.reports else 0,
        "unsettled": list(synced.reports[-1].unsettled) if synced.reports else [],
        "reports": [report_json(report) for report in synced.reports],
    }


def _state(row: "DriveStatus") -> "Text":
    from rich.text import Text

    name = row.known.state.value
    if not row.known.drive.watched and name != "removing":
        return Text("read once", style="dim")
    mode = f" ({row.mode})" if row.mode and name == "ok" else ""
    return Text(name, style=_COLOURS[name]) + Text(mode, style="dim")


def _doing(row: "DriveStatus") -> str:
    if row.at_work is None:
        return ""
    stage, done, total = row.at_work
    return f"{stage} {done:,}" + (f" of {total:,}" if total else "")


def _ago(moment: object) -> str:
    from bots.terminal.durations import in_words

    if not isinstance(moment, str):
        return "–"
    return f"{in_words((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())} ago"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
