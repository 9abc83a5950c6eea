"""`citewise cases`: the tickets that were triaged in a chat, looked at and closed from a terminal."""

import json
from typing import TYPE_CHECKING, Any

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option
from brain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from brain.catalog.catalog import Catalog
    from brain.catalog.tickets.cases import Case


@click.group(invoke_without_command=True)
@home_option
@json_option
@click.pass_context
def cases(context: click.Context) -> None:
    """List, show, close and delete tickets that were triaged."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@cases.command("list", short_help="List the open cases, the most urgent first.")
@click.option("--all", "everything", is_flag=True, help="Closed ones too.")
@click.option("--place", metavar="PRINCIPAL", help="Only those of this channel, e.g. slack:channel:C123.")
@home_option
@json_option
@invocation
def list_(call: Invocation, everything: bool = False, place: str | None = None) -> None:
    """List the open cases: the most urgent first, then the oldest."""
    from bots.terminal.console import out, print_json
    from brain.catalog.tickets.cases import CaseState

    with call.citewise() as citewise:
        found = [
            case
            for case in citewise.catalog.cases.listed(None if place is None else [place])
            if everything or case.state is not CaseState.RESOLVED
        ]
    if call.as_json:
        print_json([case_json(case) for case in found])
    else:
        _show(out(), found)


@cases.command(short_help="Show a case with what is known of it.")
@click.argument("number", type=click.IntRange(1, 2**53))
@home_option
@json_option
@invocation
def show(call: Invocation, number: int) -> None:
    """Show the case NUMBER: what it is about, who has it, what was suggested and replied."""
    from bots.desk import OWNER
    from bots.desk.audience import Audience
    from bots.desk.cases.case_card import CaseCards
    from bots.terminal.cards import show_card
    from bots.terminal.console import out, print_json

    with call.citewise() as citewise:
        case = _found(citewise.catalog, number)
        if call.as_json:
            print_json(case_json(case))
        else:
            show_card(out(), CaseCards(citewise.catalog, Audience(citewise.catalog)).card(case, [OWNER]))


@cases.command(short_help="Close a case.")
@click.argument("number", type=click.IntRange(1, 2**53))
@click.argument("words", default="")
@home_option
@json_option
@invocation
def resolve(call: Invocation, number: int, words: str) -> None:
    """Close the case NUMBER; WORDS say what solved it, and are shown with later tickets that are like it."""
    from brain.catalog.tickets.cases import CaseState

    with call.citewise() as citewise:
        before = _found(citewise.catalog, number)
        if before.state is CaseState.RESOLVED:
            raise UsageError(f"Case {number} is closed already, by {before.resolved_by}.")
        case = citewise.catalog.cases.resolve(number, words.strip(), by=call.actor)
    if call.as_json and case:
        from bots.terminal.console import print_json

        print_json(case_json(case))
    else:
        click.echo(f"Case {number} is closed.")


@cases.command(short_help="Delete a case.")
@click.argument("number", type=click.IntRange(1, 2**53))
@click.option("--yes", is_flag=True, help="Do not ask first.")
@home_option
@json_option
@invocation
def remove(call: Invocation, number: int, yes: bool) -> None:
    """Delete the case NUMBER: its words, what was found out, and what people did with it.

    The audit log keeps who did what with it, and a reply that was sent stays where it is.
    """
    from bots.desk.cases.case_card import first_words
    from bots.terminal.confirm import confirm
    from bots.terminal.console import in_line

    with call.citewise() as citewise:
        case = _found(citewise.catalog, number)
        if not yes:
            confirm(f"Delete case {number}, “{in_line(first_words(case.text))}”?", f"deleting case {number}")
        citewise.catalog.cases.remove(number, by=call.actor)
    call.say(f"Deleted case {number}.", {"removed": number})


def case_json(case: "Case") -> dict[str, Any]:
    """A case as `--json` prints it; empty words are null."""
    from brain.triage.domain import Urgency

    return {
        "case": case.id,
        "state": case.state.value,
        "place": case.place or None,
        "link": case.link or None,
        "text": case.text,
        "question": case.question,
        "summary": list(case.summary),
        "category": case.category or None,
        "category_by": case.category_by or None,
        "urgency": Urgency(case.urgency).word,
        "urgency_by": case.urgency_by or None,
        "owner": case.owner or None,
        "owner_by": case.owner_by or None,
        "reply": case.reply or None,
        "reply_by": case.reply_by or None,
        "reply_delivered": bool(case.reply_at),
        "resolution": case.resolution or None,
        "resolved_by": case.resolved_by or None,
        "opened_by": case.opened_by,
        "opened": case.opened.isoformat(),
        "changed": case.changed.isoformat(),
        "trace_id": case.trace_id,
        "reasons": json.loads(case.reasons) if case.reasons else None,
    }


def _found(catalog: "Catalog", number: int) -> "Case":
    case = catalog.cases.find(number)
    if case is None:
        raise UsageError(f"There is no case {number}: `citewise cases list --all` names them.")
    return case


def _show(console: "Console", found: "Sequence[Case]") -> None:
    from rich.text import Text

    from bots.desk.cases.case_card import first_words
    from bots.desk.wording import age
    from bots.terminal.console import in_line, plain_table, print_table
    from brain.triage.domain import Urgency

    if not found:
        console.print("No open cases: `triage`, written in the thread of a ticket in a chat, makes one.")
        return
    table = plain_table()
    table.add_column("no.", justify="right")
    for column in ("urgency", "category", "owner", "opened", "state", "where", "first words"):
        table.add_column(column)
    for case in found:
        words = (
            *(Urgency(case.urgency).word, case.category or "–", case.owner or "–", age(case.opened)),
            *(case.state.value, case.place or "in private", first_words(case.text)),
        )
        table.add_row(str(case.id), *(Text(in_line(word)) for word in words))
    print_table(console, table)
