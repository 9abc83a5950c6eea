"""Hand-offs that nobody answers: who has them is reminded once, and whoever asked is told."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import LEAVE, WORD_GATE, DeskHome, desk_home, person
from desk_orders import ANA, card, press

from bots.desk.cards import Delivery
from bots.working_days import WorkingDays
from brain.catalog.chats.handoffs import Handoff

HELP = "slack:channel:CHELP"
KIM = person("UKIM", place="CHELP")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, WORD_GATE) as found:
        found.home.fill({"leave.md": LEAVE})
        found.catalog.places.set_support("general", HELP, by="test")
        yield found


async def handed_over(here: DeskHome) -> Handoff:
    final = await here.ask(ANA, "Where is the zqcanteen?")
    (sent,) = (await press(here, ANA, "person", final.answer.trace.id)).elsewhere
    await here.desk.placed(sent.ref, "slack:CHELP:1")
    (found,) = here.catalog.handoffs.unanswered()
    return found


def in_two_weeks() -> datetime:
    """A working hour then."""
    moment = datetime.now().astimezone().replace(hour=10) + timedelta(days=14)
    return moment + timedelta(days=2) if moment.weekday() >= 5 else moment


async def said(here: DeskHome, *, reached: bool = True) -> list[Delivery]:
    """What is delivered of all that is due in two weeks."""
    found: list[Delivery] = []

    async def deliver(delivery: Delivery) -> bool:
        found.append(delivery)
        return reached or delivery.to != HELP

    for notice in here.desk.notices.due(in_two_weeks()):
        assert notice.platform == "slack"
        assert await here.desk.notices.say(notice.key, in_two_weeks(), deliver)
    return found


async def test_those_who_were_asked_are_reminded_once_and_the_asker_is_told(here: DeskHome) -> None:
    handoff = await handed_over(here)
    helpers, asker = await said(here)
    assert helpers.to == HELP
    assert helpers.card.title == "Still waiting for a person: “Where is the zqcanteen?”"
    assert [button.action for button in helpers.card.buttons] == ["claim", "reply"]
    assert (asker.to, asker.whom) == (handoff.origin, ("slack:user:UANA",))
    assert asker.card.title == "No answer yet to “Where is the zqcanteen?”"
    assert "I have reminded those who are asked for that" in asker.card.text
    assert await said(here) == []
    # Below the reminder it goes on as below the request.
    await here.desk.placed(helpers.ref, "slack:CHELP:2")
    kim = person("UKIM", place="CHELP", thread="2")
    assert card(await press(here, kim, "claim", str(handoff.id))).title == "Yours"
    for thread in ("1", "2"):
        reply = await here.desk.heard(person("UKIM", place="CHELP", thread=thread), f"House {thread}.")
        assert card(reply).title == "The asker has your answer"
    assert here.catalog.handoffs.unanswered() == []


async def test_who_took_it_is_reminded_alone(here: DeskHome) -> None:
    handoff = await handed_over(here)
    await press(here, KIM, "claim", str(handoff.id))
    helper, asker = await said(here)
    assert helper.to == "slack:user:UKIM"
    assert helper.card.title == "Still waiting for your answer: “Where is the zqcanteen?”"
    assert [button.action for button in helper.card.buttons] == ["reply"]
    assert "Somebody took your question" in asker.card.text


async def test_where_nobody_can_be_reached_whoever_asked_is_told_so(here: DeskHome) -> None:
    await handed_over(here)
    _, asker = await said(here, reached=False)
    assert "I can't reach those who are asked for that" in asker.card.text


async def test_what_was_answered_meanwhile_is_let_be(here: DeskHome) -> None:
    handoff = await handed_over(here)
    (due,) = here.desk.notices.due(in_two_weeks())
    await press(here, KIM, "reply", str(handoff.id), words="In house B.")
    assert here.desk.notices.due(in_two_weeks()) == []

    async def deliver(delivery: Delivery) -> bool:
        raise AssertionError(delivery)

    assert await here.desk.notices.say(due.key, in_two_weeks(), deliver)


async def test_nothing_is_due_before_a_working_day_is_over_nor_out_of_hours(here: DeskHome) -> None:
    await handed_over(here)
    assert here.desk.notices.due(datetime.now().astimezone()) == []
    assert here.desk.notices.due(in_two_weeks().replace(hour=3)) == []


async def test_on_a_day_off_nobody_is_reminded_and_it_is_no_working_day(tmp_path: Path) -> None:
    moment = in_two_weeks()
    here_off = WorkingDays(frozenset(range(7)), ((moment.date(), moment.date()),))
    with desk_home(tmp_path, WORD_GATE, calendar=here_off) as here:
        here.home.fill({"leave.md": LEAVE})
        here.catalog.places.set_support("general", HELP, by="test")
        await handed_over(here)
        assert here.desk.notices.due(moment) == []
        assert len(here.desk.notices.due(moment + timedelta(days=1))) == 1


async def test_where_somebody_from_outside_took_it_those_who_were_asked_are_reminded(here: DeskHome) -> None:
    """An older citewise let them take it; they may not answer any more."""
    handoff, outsider = await handed_over(here), "slack:outsider:UEXT"
    here.catalog.handoffs.claim(handoff.id, outsider)
    here.catalog.places.set_outside(outsider, outside=True)
    helpers, asker = await said(here)
    assert helpers.to == HELP
    assert [button.action for button in helpers.card.buttons] == ["claim", "reply"]
    assert "I have reminded those who are asked for that" in asker.card.text
