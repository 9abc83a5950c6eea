"""Cards that stand are drawn anew one after the other, so that the newest is what stays."""

import asyncio
from dataclasses import dataclass, field
from typing import cast

from bots.desk import Desk
from bots.desk.cards import Card, Standing
from bots.slack.door import SlackDoor


class Requests:
    """What a request and its reminder are to show, which changes meanwhile."""

    shown = "open"

    async def standing(self, ref: str) -> tuple[Standing, ...]:
        return (Standing("CHELP/1", "request", Card(self.shown)),)


@dataclass
class Drawing(SlackDoor):
    """A door whose first edit takes until it is let go."""

    requests: Requests
    drawn: list[str] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        super(SlackDoor, self).__init__(cast(Desk, self.requests))

    async def _show_now(self, standing: Standing) -> None:
        if not self.begun.is_set():
            self.begun.set()
            await self.goes_on.wait()
        self.drawn.append(standing.card.title)


async def test_a_request_and_its_reminder_that_are_drawn_at_once_end_with_the_newest() -> None:
    requests = Requests()
    door = Drawing(requests)
    reminded = asyncio.create_task(door._redraw("reminder:7"))
    await door.begun.wait()
    requests.shown = "taken"
    taken = asyncio.create_task(door._redraw("handoff:7"))
    await asyncio.sleep(0)  # the second gets as far as it can
    door.goes_on.set()
    await asyncio.gather(reminded, taken)
    assert door.drawn == ["open", "taken"]
