"""Hand-offs that nobody answers: whoever has one is reminded once, and whoever asked is told."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from bots.desk.cards import Button, Card, Delivery, Style
from bots.desk.handoffs.handoff_card import key_of, reminder_card, told_where
from bots.desk.notices import Deliver, Notice
from bots.desk.wording import shortened
from bots.working_days import WorkingDays

if TYPE_CHECKING:
    from brain.catalog.catalog import Catalog
    from brain.catalog.chats.handoffs import Handoff


class Reminders:
    """The reminders of one catalog's hand-offs."""

    name = "reminder"

    def __init__(self, catalog: "Catalog", calendar: WorkingDays) -> None:
        self._handoffs = catalog.handoffs
        self._places = catalog.places
        self._calendar = calendar

    def due(self, now: datetime) -> list[Notice]:
        """Of what has waited for a working day since it came, or since somebody took it."""
        if not self._calendar.at_work(now):
            return []
        return [
            Notice(f"{self.name}:{handoff.id}", handoff.support.partition(":")[0])
            for handoff in self._handoffs.unanswered()
            if not handoff.reminded
            and self._calendar.day_after(_since(handoff).astimezone(now.tzinfo)) <= now
        ]

    def place(self, rest: str) -> str:
        """None: it says nothing but what was said there before."""
        return ""

    async def say(self, rest: str, now: datetime, deliver: Deliver) -> bool:
        """Remind those who have the hand-off of that number, then tell whoever asked."""
        handoff = await asyncio.to_thread(self._found, int(rest))
        if handoff is None or not handoff.waits or handoff.reminded:
            return True
        reached = await deliver(_to_helpers(handoff))
        for delivery in _to_askers(handoff, reached=reached):
            await deliver(delivery)
        await asyncio.to_thread(self._handoffs.note_reminded, handoff.id)
        return True

    def _found(self, number: int) -> "Handoff | None":
        """The hand-off; open again where somebody from outside had taken it, who may not answer it."""
        handoff = self._handoffs.find(number)
        if handoff is not None and self._places.outside([handoff.helper]):
            return self._handoffs.let_go(number, handoff.helper)
        return handoff


def _since(handoff: "Handoff") -> datetime:
    return handoff.taken or handoff.opened


def _to_helpers(handoff: "Handoff") -> Delivery:
    """To whoever took it alone; where nobody did, to all that were asked."""
    if not handoff.helper:
        key = key_of(handoff, "helpers")
        return Delivery(handoff.support, reminder_card(handoff), f"reminder:{handoff.id}", key)
    card = Card(
        f"Still waiting for your answer: “{shortened(handoff.question, 200)}”",
        "You took this question, and whoever asked has heard nothing since. Press “Answer”, or "
        "ask somebody who knows.",
        buttons=(Button("reply", "Answer", str(handoff.id), Style.PRIMARY),),
    )
    return Delivery(handoff.helper, card, key=key_of(handoff, "helper"))


def _to_askers(handoff: "Handoff", *, reached: bool) -> list[Delivery]:
    """To all who wait for it, once in each place."""
    if not reached:
        said = "I can't reach those who are asked for that. Please ask them yourself, or tell an admin."
    elif handoff.helper:
        said = "Somebody took your question. I have reminded them, and tell you when there is an answer."
    else:
        said = "I have reminded those who are asked for that, and tell you when there is an answer."
    card = Card(f"No answer yet to “{shortened(handoff.question, 140)}”", said)
    return [
        # The first had a key without their place when no others could wait.
        Delivery(to, card, key=key_of(handoff, f"asker-{to}" if number else "asker"), whom=whom)
        for number, (to, whom) in enumerate(told_where(handoff).items())
    ]
