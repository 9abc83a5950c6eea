"""People at the Desk, what they order and press, and the card that comes of it."""

from desk_kit import DeskHome, person

from bots.desk.cards import Card, Reply
from bots.desk.domain import Attachment, Caller, Command, Press

ANA = person("UANA", place="CGEN")
BOSS = person("UADMIN", place="CGEN")


def card(reply: Reply | None) -> Card:
    assert reply is not None
    assert reply.card is not None
    return reply.card


async def run(here: DeskHome, caller: Caller, line: str, *files: Attachment) -> Card:
    verb, _, words = line.partition(" ")
    return card(await here.desk.run(Command(verb, words, caller, files)))


async def press(here: DeskHome, caller: Caller, action: str, ref: str, **fields: str) -> Reply:
    return await here.desk.press(Press(action, ref, caller, fields))
