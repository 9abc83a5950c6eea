"""What a crash brings to the Desk a second time: the same question, the same order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_kit import LEAVE, DeskHome, desk_home
from desk_orders import ANA, BOSS, card
from triage_kit import KIM, buttons, pressed, said, support_home
from triage_kit import QUESTION as ASKED

from bots.desk.cards import Card
from bots.desk.domain import Command
from brain.catalog.questions.answers import Feedback

QUESTION, FOLLOW_UP = "How long is parental leave?", "And how many days of annual leave do employees get?"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path) as found:
        found.home.fill({"leave.md": LEAVE})
        yield found


@pytest.fixture
def triaging(tmp_path: Path) -> Iterator[DeskHome]:
    with support_home(tmp_path) as found:
        yield found


async def test_a_question_that_was_cut_short_after_its_answer_was_kept_is_kept_once(here: DeskHome) -> None:
    first = await here.again(ANA, QUESTION, "slack-Ev1")
    here.catalog.answers.give_feedback(Feedback(first.trace.id, "slack:user:UANA", True))
    await here.again(ANA, FOLLOW_UP, "slack-Ev2")
    turns = here.catalog.conversations.turns(ANA.thread)
    for _ in range(2):  # and cut short once more
        again = await here.again(ANA, FOLLOW_UP, "slack-Ev2")
    assert len(here.catalog.answers.given()) == 2
    assert here.catalog.conversations.turns(ANA.thread) == turns
    last = here.catalog.answers.last(ANA.thread)
    assert last is not None
    assert last.trace_id == again.trace.id
    assert [told.helpful for told in here.catalog.answers.feedback()] == [True]


async def test_it_is_no_follow_up_of_itself(here: DeskHome) -> None:
    await here.again(ANA, QUESTION, "slack-Ev1")
    asked = ANA.asks(QUESTION, private=False, event="slack-Ev1")
    assert here.desk.question(asked).history == ()
    assert len(here.desk.question(ANA.asks(QUESTION, private=False, event="slack-Ev3")).history) == 1


async def test_the_same_question_asked_twice_is_two(here: DeskHome) -> None:
    for event in ("slack-Ev1", "slack-Ev2", "", ""):
        await here.again(ANA, QUESTION, event)
    assert len(here.catalog.answers.given()) == len(here.catalog.conversations.turns(ANA.thread)) == 4


async def test_an_answer_that_was_shown_to_all_meanwhile_stays_with_them(here: DeskHome) -> None:
    first = await here.again(ANA, QUESTION, "slack-Ev1")
    here.catalog.answers.publish(first.trace.id, "slack:CGEN:shown", "slack:channel:CGEN")
    await here.again(ANA, QUESTION, "slack-Ev1")
    (kept,) = here.catalog.answers.given()
    assert kept.thread == "slack:CGEN:shown"


async def test_an_order_for_a_space_that_comes_again_says_what_it_did(here: DeskHome) -> None:
    async def made(event: str, words: str = "create legal") -> str:
        reply = await here.desk.run(Command("spaces", words, BOSS, event=event))
        assert reply.card is not None
        return f"{reply.card.title}: {reply.card.text}"

    told = await made("slack-trig1")
    assert told.startswith("Made the space legal")
    assert await made("slack-trig1") == told
    assert "already a space" in await made("slack-trig2")
    assert "already a space" in await made("")
    assert [entry.action for entry in here.catalog.audit.entries()] == ["create space"]


async def test_a_triage_that_was_cut_short_is_kept_once(triaging: DeskHome) -> None:
    async def triaged(event: str, text: str = ASKED) -> Card:
        order = Command("triage", "", KIM, messages=(said(text),), event=event)
        return card(await triaging.desk.run(order))

    first, again = await triaged("slack-Ev1"), await triaged("slack-Ev1")
    assert buttons(again)["case_send"].ref == buttons(first)["case_send"].ref
    assert len(triaging.catalog.answers.given()) == 1
    await triaged("slack-Ev2")  # somebody's own order
    assert len(triaging.catalog.answers.given()) == 2
    await triaged("slack-Ev2", f"{QUESTION} It is urgent.")  # and what was said meanwhile is another matter
    assert len(triaging.catalog.answers.given()) == 3
    late = await pressed(triaging, KIM, "case_send", buttons(first)["case_send"].ref)
    assert "was triaged again since" in repr(late)
    assert late.elsewhere == ()
