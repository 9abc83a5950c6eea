"""What a door makes of `triage`, caught before anything is done with it."""

from desk_kit import ADMIN, DeskHome

from bots.desk.cards import Card, Reply
from bots.desk.domain import Command


def caught(here: DeskHome, support: str) -> list[Command]:
    """The triage orders that reach the Desk from now on; `support` is who may give them."""
    here.catalog.places.set_support("general", support, by=ADMIN)
    orders: list[Command] = []

    def catch(command: Command) -> Reply:
        orders.append(command)
        return Reply(Card("Caught", f"{len(command.messages)} messages"))

    here.desk._commands["triage"] = catch
    return orders


def words(order: Command) -> list[tuple[str, str]]:
    """Who wrote what."""
    return [(message.author.rpartition(":")[2], message.text) for message in order.messages]
