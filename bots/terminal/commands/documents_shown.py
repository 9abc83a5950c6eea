"""How documents look: tables for people, and sentences for what could not be read."""

import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bots.desk.wording import age
from bots.terminal.console import in_line, plain_table, print_table
from bots.terminal.durations import in_words
from brain.catalog.rows import DocumentRow, Failure, VersionRow
from brain.usage.stale import StaleDocument


def show_documents(console: Console, rows: Sequence[DocumentRow]) -> None:
    """Print documents as a table for people."""
    if not rows:
        console.print(
            "No document fits: `citewise documents list` shows all, `citewise ingest FOLDER` adds some."
        )
        return
    table = plain_table()
    table.add_column("no.", justify="right", style="cyan", no_wrap=True)
    table.add_column("title", ratio=3)
    table.add_column("space", no_wrap=True)
    table.add_column("age", no_wrap=True)
    table.add_column("passages", justify="right")
    table.add_column("path", ratio=3, style="dim", overflow="fold")
    for row in rows:
        table.add_row(
            str(row.id),
            Text(in_line(row.title), style="bold"),
            Text(row.space),
            age(row.modified) if row.modified else "–",
            f"{row.passages:,}",
            Text(in_line(row.path)),
        )
    print_table(console, table)


def show_stale(console: Console, found: Sequence[StaleDocument]) -> None:
    """Print old documents as a table for people, with what answers make of them."""
    if not found:
        console.print("No document is that old.")
        return
    table = plain_table()
    table.add_column("no.", justify="right", style="cyan", no_wrap=True)
    table.add_column("title", ratio=3)
    table.add_column("space", no_wrap=True)
    table.add_column("age", no_wrap=True)
    table.add_column("cited", justify="right")
    table.add_column("called outdated", justify="right")
    table.add_column("path", ratio=3, style="dim", overflow="fold")
    for old in found:
        table.add_row(
            str(old.row.id),
            Text(in_line(old.row.title), style="bold"),
            Text(old.row.space),
            age(old.changed),
            f"{old.cited:,}",
            f"{old.outdated:,}",
            Text(in_line(old.row.path)),
        )
    print_table(console, table)


def show_left_out(console: Console, rows: Sequence[DocumentRow]) -> None:
    """Print what of the documents couldn't be read, so that nobody wonders why it isn't found."""
    partly = [row for row in rows if row.left_out]
    if partly:
        console.print(Text(f"\nRead in part: {len(partly)}", style="bold yellow"))
    for row in partly:
        for sentence in row.left_out:
            console.print(Text(f"  {in_line(row.path)}: ", style="bold") + Text(in_line(sentence)))


def show_versions(console: Console, row: DocumentRow, versions: Sequence[VersionRow]) -> None:
    """Print a document's versions, the oldest first."""
    table = Table(
        "version", "indexed", "characters", box=None, title=in_line(row.title), title_justify="left"
    )
    for version in versions:
        table.add_row(str(version.number), f"{version.created:%Y-%m-%d %H:%M}", f"{version.characters:,}")
    print_table(console, table)


def show_failures(console: Console, failures: Sequence[Failure]) -> None:
    """Print the files that could not be read, why, and when they are tried again."""
    if failures:
        console.print(Text(f"\nNot readable: {len(failures)}", style="bold yellow"))
    for failure in failures:
        console.print(
            Text(f"  {in_line(failure.path)}: ", style="bold")
            + Text(in_line(failure.sentence))
            + Text(_next_try(failure), style="dim")
        )
    if failures:
        console.print("`citewise drives retry` tries them again now.", style="dim")


def _next_try(failure: Failure) -> str:
    """When it's tried again, where the drive is followed, or that it was given up."""
    if failure.next_try is None:
        return f" Given up after {failure.tries} tries, until it changes." if failure.tries > 1 else ""
    wait = failure.next_try - time.time()
    return f" Tried again in {in_words(wait)} where it is followed." if wait > 0 else ""
