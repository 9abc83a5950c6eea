"""`citewise documents`: what is indexed, what a document holds, how it changed, and taking one out."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import click

from bots.terminal.durations import since
from bots.terminal.invocation import Invocation, home_option, invocation, json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from brain.catalog.rows import DocumentRow, Drive, Failure
    from brain.usage.stale import StaleDocument


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.pass_context
def documents(context: click.Context) -> None:
    """List, show and remove what is indexed."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@documents.command("list", short_help="List what is indexed.")
@click.argument("words", nargs=-1)
@click.option("--space", metavar="S", help="Only this space.")
@home_option
@json_option
@invocation
def list_(call: Invocation, words: tuple[str, ...] = (), space: str | None = None) -> None:
    """List what is indexed: title, space, age; narrowed down to titles and paths with WORDS."""
    from bots.drives import outdated
    from bots.terminal.answer_json import document_json
    from bots.terminal.console import in_line, out, print_json

    with call.citewise() as citewise:
        if space is not None:
            citewise.catalog.space(space)  # one that doesn't exist is a mistake, not an empty list
        rows = citewise.catalog.documents(space, " ".join(words))
        failures = [failure for failure in citewise.catalog.failures() if space in (None, failure.space)]
        waiting = outdated.waiting(citewise.catalog)
        wait = outdated.sentences(citewise.catalog)
    if call.as_json:
        print_json(
            {
                "documents": [document_json(row) for row in rows],
                "failures": [
                    {
                        "doc": failure.path,
                        "space": failure.space,
                        "reason": failure.sentence,
                        "tries": failure.tries,
                        "next_try": failure.next_try,
                    }
                    for failure in failures
                ],
                "outdated": sum(waiting.values()),
            }
        )
    else:
        show_documents(out(), rows)
        _show_left_out(out(), rows)
        _show_failures(out(), failures)
        for sentence in wait:
            out().print(in_line(sentence), style="dim", markup=False, highlight=False)


@documents.command("stale", short_help="List old documents, those first that answers rely on.")
@click.option(
    "--before",
    type=since,
    default="365d",
    show_default=True,
    metavar="DAY_OR_SPAN",
    help="Untouched since: 2026-01-01, or 365d.",
)
@click.option(
    "--cited-since",
    type=since,
    default="90d",
    show_default=True,
    metavar="DAY_OR_SPAN",
    help="From when on citations count: 2026-10-01, or 90d.",
)
@home_option
@json_option
@invocation
def stale_(call: Invocation, before: datetime, cited_since: datetime) -> None:
    """List documents that nobody has changed for long.

    First those whose answers people called outdated, then those that most answers cite, then the oldest. A
    document's age is what its source says, else since when it is indexed.
    """
    from bots.terminal.answer_json import document_json
    from bots.terminal.console import out, print_json
    from brain.usage.stale import stale

    with call.citewise() as citewise:
        found = stale(citewise.catalog, before, cited_since)
    if call.as_json:
        print_json(
            [{**document_json(old.row), "cited": old.cited, "called_outdated": old.outdated} for old in found]
        )
    else:
        _show_stale(out(), found)


@documents.command(short_help="Print a document as the bot reads it.")
@click.argument("document")
@home_option
@json_option
@invocation
def show(call: Invocation, document: str) -> None:
    """Print the text of DOCUMENT (its path, title or number) as the bot reads it."""
    from bots.terminal.answer_json import document_json
    from bots.terminal.console import inert, out, print_json

    with call.citewise() as citewise:
        row = citewise.catalog.find_document(document)
        text = citewise.catalog.document_text(row.id)
    if call.as_json:
        print_json({**document_json(row), "text": text})
    else:
        show_documents(out(), [row])
        _show_left_out(out(), [row])
        click.echo(inert(text))


@documents.command(short_help="Take a document out of the index.")
@click.argument("document")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@home_option
@json_option
@invocation
def remove(call: Invocation, document: str, yes: bool) -> None:
    """Take DOCUMENT out of the index; the file itself stays where it is."""
    from bots.desk.wording import count
    from bots.terminal.answer_json import document_json
    from bots.terminal.confirm import confirm
    from bots.terminal.console import in_line, inert, print_json, progress
    from brain.catalog.rows import DocumentState
    from brain.errors import UsageError

    with call.citewise() as citewise:
        row = citewise.catalog.find_document(document)
        if row.state is DocumentState.REMOVED:
            raise UsageError(f"{row.path} was removed already.")
        title, path, passages = in_line(row.title), in_line(row.path), count(row.passages, "passage")
        if not yes:
            confirm(f"Take {title} ({path}, {passages}) out of the index?", f"removing {path}")
        citewise.catalog.remove_document(row.id, by=call.actor)
        with progress() as citewise.report:
            citewise.index.apply_pending()
        returns = _comes_back(citewise.catalog.drive(row.drive_id), row)
    if call.as_json:
        print_json({"removed": document_json(row), "returns": bool(returns)})
    else:
        click.echo(f"Removed {title} ({path}): {passages}.{inert(returns)}")


@documents.command()
@click.argument("document")
@home_option
@json_option
@invocation
def history(call: Invocation, document: str) -> None:
    """List the versions of DOCUMENT that were indexed."""
    from rich.table import Table

    from bots.terminal.console import in_line, out, print_json, print_table

    with call.citewise() as citewise:
        row = citewise.catalog.find_document(document)
        versions = citewise.catalog.past.versions(row.id)
    if call.as_json:
        print_json(
            [
                {
                    "version": version.number,
                    "created": version.created.isoformat(),
                    "characters": version.characters,
                    "content_hash": version.content_hash,
                    "text_kept": version.text_kept,
                }
                for version in versions
            ]
        )
        return
    table = Table(
        "version", "indexed", "characters", box=None, title=in_line(row.title), title_justify="left"
    )
    for version in versions:
        table.add_row(str(version.number), f"{version.created:%Y-%m-%d %H:%M}", f"{version.characters:,}")
    print_table(out(), table)


def _comes_back(drive: "Drive", row: "DocumentRow") -> str:
    """A sentence where the next ingest would index the document again; nothing where its file is gone."""
    from bots.drives.names import ingest_command

    parts = urlsplit(row.uri)
    if parts.scheme == "file" and not Path(unquote(parts.path)).exists():
        return ""
    if drive.watched:
        what = "Its drive is followed, and the next look"
    else:
        what = f"The next `{ingest_command(drive.url, drive.space)}`"
    return (
        f" {what} brings it back, unless it is taken away from there, or the whole drive with"
        f" `citewise drives remove {drive.id}`."
    )


def show_documents(console: "Console", rows: "Sequence[DocumentRow]") -> None:
    """Print documents as a table for people."""
    from rich.table import Table
    from rich.text import Text

    from bots.desk.wording import age
    from bots.terminal.console import in_line, print_table

    if not rows:
        console.print(
            "No document fits: `citewise documents list` shows all, `citewise ingest FOLDER` adds some."
        )
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
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


def _show_stale(console: "Console", found: "Sequence[StaleDocument]") -> None:
    from rich.table import Table
    from rich.text import Text

    from bots.desk.wording import age
    from bots.terminal.console import in_line, print_table

    if not found:
        console.print("No document is that old.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
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


def _show_left_out(console: "Console", rows: "Sequence[DocumentRow]") -> None:
    """What of the documents couldn't be read, so that nobody wonders why it isn't found."""
    from rich.text import Text

    from bots.terminal.console import in_line

    partly = [row for row in rows if row.left_out]
    if partly:
        console.print(Text(f"\nRead in part: {len(partly)}", style="bold yellow"))
    for row in partly:
        for sentence in row.left_out:
            console.print(Text(f"  {in_line(row.path)}: ", style="bold") + Text(in_line(sentence)))


def _show_failures(console: "Console", failures: "Sequence[Failure]") -> None:
    from rich.text import Text

    from bots.terminal.console import in_line

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


def _next_try(failure: "Failure") -> str:
    """When it's tried again, where the drive is followed, or that it was given up."""
    import time

    from bots.terminal.durations import in_words

    if failure.next_try is None:
        return f" Given up after {failure.tries} tries, until it changes." if failure.tries > 1 else ""
    wait = failure.next_try - time.time()
    return f" Tried again in {in_words(wait)} where it is followed." if wait > 0 else ""
