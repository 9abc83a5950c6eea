"""Tickets at the Desk: people of a support channel, messages of a thread, what is pressed on a case."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from desk_kit import ADMIN, LEAVE, SALARIES, DeskHome, desk_home, person
from desk_orders import card

from bots.desk.cards import Button, Card, Reply
from bots.desk.domain import Caller, Command, Press
from brain.triage.domain import Message

HELP = "slack:channel:CHELP"
KIM, LEE = person("UKIM", place="CHELP"), person("ULEE", place="CHELP")
QUESTION = "How many days of paid annual leave do full-time employees get? It is urgent."
REVIEW = "When does the pay review for zqsecret engineers happen?"


@contextmanager
def support_home(folder: Path) -> Iterator[DeskHome]:
    """A Desk with something to read for all and for few, and a channel whose people are support."""
    with desk_home(folder) as found:
        found.home.fill({"leave.md": LEAVE})
        found.home.fill({"salaries.md": SALARIES}, "hr")
        found.catalog.places.set_support("general", HELP, by=ADMIN)
        yield found


def said(
    text: str, author: str = "slack:user:UANA", link: str = "https://chat/p1", *, ours: bool = False
) -> Message:
    return Message(author, text, datetime(2026, 11, 2, 9, 30, tzinfo=UTC), link, ours)


async def ordered(here: DeskHome, caller: Caller, words: str = "", *messages: Message | str) -> Card:
    thread = tuple(said(found) if isinstance(found, str) else found for found in messages)
    return card(await here.desk.run(Command("triage", words, caller, messages=thread)))


async def pressed(here: DeskHome, caller: Caller, action: str, ref: str, **fields: str) -> Reply:
    return await here.desk.press(Press(action, ref, caller, fields))


def buttons(shown: Card) -> dict[str, Button]:
    return {button.action: button for button in shown.buttons}


def ref_of(shown: Card) -> str:
    """The number of the case that a card shows."""
    return buttons(shown)["case_assign"].ref


def rows(shown: Card) -> dict[str, str]:
    return {row.text: row.detail for row in shown.rows}


def reply_on(shown: Card) -> str:
    """The reply that a card suggests, which stands under a word that says so."""
    assert shown.text.startswith("Suggested reply:\n")
    return shown.text.removeprefix("Suggested reply:\n")
