"""`citewise forget`: what people asked, and what removed documents said, taken out for good."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from bots.terminal.durations import since as moment
from bots.terminal.invocation import Invocation, home_option, invocation, json_option
from brain.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from brain.catalog.catalog import Catalog
    from brain.catalog.questions.forgetting import Forgotten

_before = click.option(
    "--before",
    type=moment,
    required=True,
    metavar="DAY_OR_SPAN",
    help="Older than that: 2026-01-01, or 365d.",
)
_yes = click.option("--yes", is_flag=True, help="Do not ask first.")


@click.group(short_help="Take old questions and removed documents out for good.")
@home_option
@json_option
def forget() -> None:
    """Take words out of the catalog for good, which nothing brings back.

    They are overwritten in catalog.db. Backups, logs and what stands in the chats keep what they have.
    """


@forget.command(short_help="Forget old questions.")
@_before
@_yes
@home_option
@json_option
@invocation
def questions(call: Invocation, before: datetime, yes: bool) -> None:
    """Forget questions that were asked before then: answers, traces, marks, hand-offs, threads' memory.

    Questions that a person is still to answer stay, and those of open cases.
    """
    from bots.desk.wording import count
    from bots.terminal.confirm import confirm
    from bots.terminal.console import progress

    with call.citewise() as citewise:
        forgetting = citewise.catalog.forgetting
        number = forgetting.count_before(before)
        if not yes:
            confirm(f"Forget {count(number, 'question')} of before {_day(before)}?", "forgetting questions")
        with progress() as report:
            found = forgetting.before(before, lambda done: report("Forgetting", done, number))
        _audit(call, citewise.catalog, "questions", {"before": _day(before), "questions": found.questions})
    _tell(call, found)


@forget.command(short_help="Forget all that one person asked.")
@click.argument("principal")
@_yes
@home_option
@json_option
@invocation
def person(call: Invocation, principal: str, yes: bool) -> None:
    """Forget what PRINCIPAL asked, as slack:user:U123 or discord:user:456, and what they thought of answers.

    What they asked a moment ago and was not answered yet is answered first, and stays: forget again then.
    A question whose answer others wait for, from a person, stays for them, as asked by the next of them.
    """
    from bots.desk.wording import count
    from bots.terminal.confirm import confirm
    from bots.terminal.console import progress

    platform, _, rest = principal.partition(":")
    kind, _, name = rest.partition(":")
    if not platform or kind != "user" or not name or ":" in name:
        raise UsageError(f"{principal} names no person: write slack:user:U123 or discord:user:456.")
    with call.citewise() as citewise:
        forgetting = citewise.catalog.forgetting
        number = forgetting.count_of(principal)
        if not yes:
            confirm(f"Forget {count(number, 'question')} of {principal}?", f"forgetting {principal}")
        with progress() as report:
            found = forgetting.of_person(principal, lambda done: report("Forgetting", done, number))
        _audit(call, citewise.catalog, principal, {"questions": found.questions})
    _tell(call, found)


@forget.command(short_help="Forget documents that were removed.")
@_before
@_yes
@home_option
@json_option
@invocation
def documents(call: Invocation, before: datetime, yes: bool) -> None:
    """Forget what documents said that were removed before then, in all their versions.

    They can't be put back any more, and changes from before then can't be undone. Remains of their words
    leave the index's files with `citewise rebuild`.
    """
    from bots.desk.wording import count
    from bots.terminal.confirm import confirm
    from bots.terminal.console import progress

    with call.citewise() as citewise:
        forgetting = citewise.catalog.forgetting
        number = forgetting.count_removed(before)
        if not yes:
            what = count(number, "document")
            confirm(f"Forget {what} that went before {_day(before)}?", "forgetting documents")
        with progress() as report:
            gone = forgetting.removed_before(before, lambda done: report("Forgetting", done, number))
        _audit(call, citewise.catalog, "documents", {"before": _day(before), "documents": gone})
    call.say(f"Forgot {count(gone, 'removed document')}.", {"documents": gone})


def _audit(call: Invocation, catalog: "Catalog", what: str, detail: "Mapping[str, object]") -> None:
    catalog.audit.append(call.actor, "forget", what, detail)


def _tell(call: Invocation, found: "Forgotten") -> None:
    from dataclasses import asdict

    from bots.desk.wording import count
    from bots.terminal.console import print_json

    if call.as_json:
        print_json(asdict(found))
        return
    others = f"{count(found.marks, 'mark')} and {count(found.handoffs, 'hand-off')}"
    click.echo(f"Forgot {count(found.questions, 'question')}, {others}.")


def _day(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")
