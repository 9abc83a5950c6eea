"""An answer outlives its documents: what was taken out, or put where fewer read it, is not told on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_kit import LEAVE, WORD_GATE, DeskHome, desk_home, person

from bots.desk import Press

QUESTION = "How many days of annual leave do employees get?"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, WORD_GATE) as found:
        found.home.fill({"leave.md": LEAVE})
        found.catalog.places.set_support("general", "slack:channel:CHELP", by="slack:user:UBOSS")
        yield found


def move_to_hr(here: DeskHome) -> None:
    """Take the document out of general, and put the same into a space that nobody here may read."""
    (document,) = here.catalog.documents()
    here.library.take_out(document.id)
    here.home.fill({"leave.md": LEAVE}, "hr")


async def test_a_private_answer_is_shared_only_while_its_document_stands(here: DeskHome) -> None:
    ana = person("UANA", place="CGEN")
    given = await here.ask(ana, QUESTION, private=True)
    assert "27 days" in given.answer.text
    share = Press("share", given.answer.trace.id, ana)
    move_to_hr(here)
    refused = await here.desk.press(share)
    assert refused.elsewhere == ()
    assert refused.card is not None
    assert refused.card.title == "This can't be shared any more"
    quotes = await here.desk.press(Press("quotes", given.answer.trace.id, ana))
    assert "27 days" not in repr(quotes)


async def test_people_who_are_asked_are_not_told_what_was_taken_out(here: DeskHome) -> None:
    ana = person("UANA", place="CGEN")
    given = await here.ask(ana, QUESTION)
    move_to_hr(here)
    (delivery,) = (await here.desk.press(Press("person", given.answer.trace.id, ana))).elsewhere
    assert delivery.to == "slack:channel:CHELP"
    assert QUESTION in delivery.card.title
    assert "27 days" not in repr(delivery.card)


async def test_while_it_stands_it_is_shared_and_told(here: DeskHome) -> None:
    ana = person("UANA", place="CGEN")
    given = await here.ask(ana, QUESTION, private=True)
    (asked,) = (await here.desk.press(Press("person", given.answer.trace.id, ana))).elsewhere
    (shared,) = (await here.desk.press(Press("share", given.answer.trace.id, ana))).elsewhere
    assert "27 days" in asked.card.text
    assert "27 days" in shared.card.text
