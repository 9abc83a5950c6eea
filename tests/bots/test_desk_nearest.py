"""What came nearest to a refused question: whoever is to answer it sees the sentence, if they may read it."""

import math
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from desk_kit import ADMIN, LEAVE, SALARIES, DeskHome, desk_home, person
from desk_orders import ANA, card, press
from triage_kit import KIM, ordered, rows

from bots.desk.cards import Card, Reply
from brain.evidence import FOR_ANY, EvidenceGate

HELP = "slack:channel:CHELP"
LEAVE_ASKED = "How many days of paid annual leave do full-time employees get?"
REVIEW_ASKED = "When does the pay review for zqsecret engineers happen?"
REVIEW = "“The pay review for zqsecret engineers happens in October.”"
LIKELY = 0.3
# Finds any evidence as likely as that, and lets none through.
_NONE = replace(FOR_ANY, **{field.name: 0.0 for field in fields(FOR_ANY)})
CLOSED = EvidenceGate(replace(_NONE, bias=math.log(LIKELY / (1 - LIKELY))), threshold=1.1)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, CLOSED) as found:
        found.home.fill({"leave.md": LEAVE})
        found.home.fill({"salaries.md": SALARIES}, "hr")
        found.catalog.places.set_support("general", HELP, by=ADMIN)
        yield found


async def handed(here: DeskHome, question: str) -> Reply:
    """A question that somebody of hr asked in private, and handed to people."""
    ana = replace(ANA, own=ANA.own | {"slack:group:SHR"})
    final = await here.ask(ana, question, private=True)
    assert final.answer.refused
    return await press(here, ana, "person", final.answer.trace.id)


def request(reply: Reply) -> Card:
    (sent,) = reply.elsewhere
    return sent.card


async def test_those_who_are_asked_see_the_nearest_sentence_with_its_source(here: DeskHome) -> None:
    shown = request(await handed(here, LEAVE_ASKED))
    assert shown.text == "I found no answer in the documents."
    first = shown.rows[0]
    assert first.text.startswith("Nearest: Leave › Annual leave")
    assert first.detail == "“Full-time employees get 27 days of paid annual leave in a calendar year.”"
    assert len({(row.text, row.detail) for row in shown.rows}) == len(shown.rows)


async def test_of_what_they_may_not_read_nothing_is_shown_but_to_who_takes_it_and_may(here: DeskHome) -> None:
    here.catalog.places.allow("hr", ["slack:group:SHR"], by="admin")
    sent = request(await handed(here, REVIEW_ASKED))
    assert "zqsecret engineers happens" not in str(sent)
    number = sent.buttons[0].ref
    hr = person("UHR", "slack:group:SHR", place="CHELP", thread="9")
    taken = card(await press(here, hr, "claim", number))
    assert [(row.text, row.detail) for row in taken.rows] == [
        ("Nearest, for you alone: Salaries › Pay review", REVIEW)
    ]
    here.catalog.handoffs.let_go(int(number), hr.person)
    assert card(await press(here, KIM, "claim", number)).rows == ()


async def test_what_was_changed_since_is_not_told_on(here: DeskHome) -> None:
    sent = request(await handed(here, LEAVE_ASKED))
    assert "27 days" in str(sent)
    here.home.fill({"leave.md": LEAVE.replace("27", "28")})
    (standing,) = await here_standing(here, sent)
    assert "27 days" not in str(standing)


async def here_standing(here: DeskHome, sent: Card) -> list[Card]:
    await here.desk.placed(f"handoff:{sent.buttons[0].ref}", "slack:CHELP:9", "CHELP/9")
    return [found.card for found in await here.desk.standing(f"handoff:{sent.buttons[0].ref}")]


async def test_a_ticket_that_the_documents_do_not_answer_shows_the_nearest_sentence(here: DeskHome) -> None:
    shown = rows(await ordered(here, KIM, "", LEAVE_ASKED))
    assert shown["Nearest: Leave › Annual leave"].startswith("“Full-time employees get 27 days")
    hidden = await ordered(here, replace(KIM, thread="slack:CHELP:2"), "", REVIEW_ASKED)
    assert "zqsecret engineers happens" not in str(hidden.rows[5:])
    here.catalog.places.allow("hr", [HELP], by="admin")
    open_now = rows(await ordered(here, replace(KIM, thread="slack:CHELP:3"), "", REVIEW_ASKED))
    assert open_now["Nearest: Salaries › Pay review"] == REVIEW
