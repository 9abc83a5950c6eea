"""`citewise documents`: what is indexed, what a document holds, how it changed, and taking one out."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import click

from bots.terminal.durations import since
from bots.terminal.invocation import Invocation, home_option, invocation, json_option

if TYPE_CHECKING:
    from brain.catalog.rows import DocumentRow, DriveRow


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
    from bots.terminal.commands.documents_shown import show_documents, show_failures, show_left_out
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
        show_left_out(out(), rows)
        show_failures(out(), failures)
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
    from bots.terminal.commands.documents_shown import show_stale
    from bots.terminal.console import out, print_json
    from brain.usage.stale import stale

    with call.citewise() as citewise:
        found = stale(citewise.catalog, before, cited_since)
    if call.as_json:
        print_json(
            [{**document_json(old.row), "cited": old.cited, "called_outdated": old.outdated} for old in found]
        )
    else:
        show_stale(out(), found)


@documents.command(short_help="Print a document as the bot reads it.")
@click.argument("document")
@home_option
@json_option
@invocation
def show(call: Invocation, document: str) -> None:
    """Print the text of DOCUMENT (its path, title or number) as the bot reads it."""
    from bots.terminal.answer_json import document_json
    from bots.terminal.commands.documents_shown import show_documents, show_left_out
    from bots.terminal.console import inert, out, print_json

    with call.citewise() as citewise:
        row = citewise.catalog.find_document(document)
        text = citewise.catalog.document_text(row.id)
    if call.as_json:
        print_json({**document_json(row), "text": text})
    else:
        show_documents(out(), [row])
        show_left_out(out(), [row])
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
    from bots.terminal.commands.documents_shown import show_versions
    from bots.terminal.console import out, print_json

    with call.citewise() as citewise:
        row = citewise.catalog.find_document(document)
        versions = citewise.catalog.history.versions(row.id)
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
    show_versions(out(), row, versions)


def _comes_back(drive: "DriveRow", row: "DocumentRow") -> str:
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
