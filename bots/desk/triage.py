"""Triage: a thread becomes a case with its category, urgency, summary, owner and a reply to send."""

from typing import TYPE_CHECKING

from bots.desk.cards import Card, Reply

if TYPE_CHECKING:
    from bots.desk.parts import Command


class Triage:
    """What support people do with tickets."""

    def triage(self, command: "Command") -> Reply:
        """Triage the thread, show a case of that number, or list the open ones."""
        return Reply(Card("Triage"))
