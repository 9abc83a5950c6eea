"""`citewise triage`: one ticket from words or a file; nothing of it is kept."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import (
    Invocation,
    asker_option,
    home_option,
    invocation,
    json_option,
    principals_of,
    spaces_option,
)
from brain.errors import UsageError

if TYPE_CHECKING:
    from typing import Any

    from brain.catalog.catalog import Catalog
    from brain.triage.domain import Triage

LONGEST_TICKET = 100_000  # characters


@click.command(short_help="Triage one ticket, of which nothing is kept.")
@click.argument("text", default="")
@spaces_option
@asker_option
@home_option
@json_option
@invocation
def triage(call: Invocation, text: str, spaces: tuple[str, ...], asker: str | None) -> None:
    """Say what a ticket is about, how urgent it is, and what could be replied.

    TEXT is what the person wrote; - reads it from a file: citewise triage - < ticket.txt

    Nothing is kept, and it is held only against messages that were learnt (`citewise categories learn`):
    cases are made in a chat, where each belongs to a thread.
    """
    from bots.desk import OWNER
    from bots.desk.audience import Audience
    from bots.desk.cases.case_card import CaseCards
    from bots.terminal.cards import show_card
    from bots.terminal.console import out, print_json, progress
    from brain.triage.domain import Message, Request, Ticket

    with call.citewise() as citewise:
        words = _ticket(text)  # here, since a running server reads what is typed at its client
        audience = citewise.desk.audience(principals_of(asker), spaces)
        ticket = Ticket((Message(asker or "", words, datetime.now(UTC)),))
        with progress() as citewise.report:
            citewise.warm_up()
            found = citewise.triager.invoke(Request(ticket, asker or OWNER, audience, frozenset()))
        if call.as_json:
            print_json(triage_json(found, citewise.catalog))
        else:
            show_card(out(), CaseCards(citewise.catalog, Audience(citewise.catalog)).unkept(found))


def triage_json(found: "Triage", catalog: "Catalog") -> "dict[str, Any]":
    """What `triage --json` prints; `because` holds numbers of cases, and learnt messages as they were."""
    from bots.terminal.answer_json import answer_json

    learnt = catalog.cases.examples(found.category.because)
    return {
        "question": found.question,
        "category": {
            "name": found.category.name or None,
            "sure": round(found.category.sure, 4) if found.category.sure_means_something else None,
            "or_else": found.category.or_else or None,
            "because": [
                {"message": learnt[number].text} if number in learnt else {"case": number}
                for number in found.category.because
            ],
        },
        "urgency": {
            "level": found.urgency.level.word,
            "because": [said.text for said in found.urgency.because],
        },
        "summary": [said.text for said in found.summary],
        "similar": [{"case": similar.case_id, "score": round(similar.score, 4)} for similar in found.similar],
        "owner": {"principal": found.owner.principal, "why": found.owner.why} if found.owner else None,
        "reply": answer_json(found.answer),
    }


def _ticket(text: str) -> str:
    """The ticket's words; UsageError where there are none, or more than a ticket has."""
    if text == "-":
        text = sys.stdin.read()
    if not text.strip():
        raise UsageError(
            'There is no ticket: citewise triage "The VPN shows error 809", or - to read a file.'
        )
    if len(text) > LONGEST_TICKET:
        raise UsageError(
            f"The ticket has {len(text):,} characters, and {LONGEST_TICKET:,} can be read: keep what the "
            "person wrote, and ingest logs and attachments as documents."
        )
    return text
