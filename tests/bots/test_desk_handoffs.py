"""Several people ask for a person under one answer: one request, which shows who has it, and one answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk_kit import LEAVE, WORD_GATE, DeskHome, desk_home, person
from desk_orders import ANA, card, press

from bots.desk.cards import Card, Delivery, Reply
from bots.desk.domain import PRIVATE, Caller
from brain.catalog.chats.handoffs import Asker, Handoff

HELP = "slack:channel:CHELP"
BEN = person("UBEN", place="CGEN")
KIM = person("UKIM", place="CHELP", thread="9")
LEE = person("ULEE", place="CHELP", thread="9")
IN_THE_THREAD = "slack:channel:CGEN/t1"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, WORD_GATE) as found:
        found.home.fill({"leave.md": LEAVE})
        found.catalog.places.set_support("general", HELP, by="test")
        yield found


async def asked_for(here: DeskHome, caller: Caller = ANA, *, private: bool = False) -> tuple[str, Delivery]:
    """The trace of an answer under which a person was asked for, and the request that stands for it."""
    final = await here.ask(caller, "Where is the zqcanteen?", private=private)
    (sent,) = (await press(here, caller, "person", final.answer.trace.id)).elsewhere
    assert not await here.desk.placed(sent.ref, "slack:CHELP:9", "CHELP/9")
    return final.answer.trace.id, sent


async def stands(here: DeskHome, ref: str) -> Card:
    (found,) = await here.desk.standing(ref)
    assert found.at == "CHELP/9"
    return found.card


def handoff(here: DeskHome) -> Handoff:
    (found,) = here.catalog.handoffs.unanswered()
    return found


def number_of(sent: Delivery) -> str:
    return sent.card.buttons[0].ref


def rows_of(shown: Card) -> list[tuple[str, str]]:
    return [(row.text, row.detail or row.person) for row in shown.rows]


async def test_who_asks_after_another_waits_for_the_same_and_is_told_so(here: DeskHome) -> None:
    trace, sent = await asked_for(here)
    joined = await press(here, BEN, "person", trace)
    assert joined.elsewhere == ()
    assert card(joined).title == "Somebody asked for a person here before you"
    assert "one request for this answer, and you wait for it too" in card(joined).text
    assert joined.redrawn == (sent.ref,)
    assert rows_of(await stands(here, sent.ref))[0] == ("Waiting for it", "2 people")
    again = await press(here, BEN, "person", trace)
    assert (again.elsewhere, card(again)) == ((), card(joined))
    assert card(await press(here, ANA, "person", trace)).title == "A person has this already"

    answered = await press(here, KIM, "reply", number_of(sent), words="In house B.")
    (told,) = answered.elsewhere  # once in the place where both asked, for both of them
    assert (told.to, told.whom) == (IN_THE_THREAD, ("slack:user:UANA", "slack:user:UBEN"))
    assert card(answered).title == "The 2 people who asked have your answer"


async def test_those_who_asked_in_other_places_are_each_told_where_they_asked(here: DeskHome) -> None:
    trace, sent = await asked_for(here)
    await press(here, person("UBEN", place="CGEN", thread="t2"), "person", trace)
    alone = Caller(
        "slack:user:UEVE", frozenset({"slack:user:UEVE"}), "slack:channel:CGEN", "", "slack:user:UEVE"
    )
    await press(here, alone, "person", trace)
    claimed = card(await press(here, KIM, "claim", number_of(sent)))
    assert "Your words go to the 2 places and the person that asked." in claimed.text
    answered = await press(here, KIM, "reply", number_of(sent), words="In house B.")
    assert [(told.to, told.whom) for told in answered.elsewhere] == [
        (IN_THE_THREAD, ("slack:user:UANA",)),
        ("slack:channel:CGEN/t2", ("slack:user:UBEN",)),
        ("slack:user:UEVE", ("slack:user:UEVE",)),
    ]


async def test_an_answer_that_was_cut_short_is_told_to_all_in_the_same_words(here: DeskHome) -> None:
    trace, sent = await asked_for(here)
    await press(here, person("UBEN", place="CGEN", thread="t2"), "person", trace)
    first = await press(here, KIM, "reply", number_of(sent), words="In house B.")
    again = await press(here, KIM, "reply", number_of(sent), words="In house B.")
    assert again.elsewhere == first.elsewhere
    other = await press(here, KIM, "reply", number_of(sent), words="In house C.")
    assert {told.card.title.partition(" about")[0] for told in other.elsewhere} == {"A person wrote again"}


async def test_whoever_took_it_learns_that_their_words_go_to_another_place_too(here: DeskHome) -> None:
    trace, sent = await asked_for(here)
    await press(here, KIM, "claim", number_of(sent))
    same_place = await press(here, BEN, "person", trace)
    assert same_place.elsewhere == ()
    assert "Somebody has taken it." in card(same_place).text
    (note,) = (await press(here, person("UEVE", place="CGEN", thread="t2"), "person", trace)).elsewhere
    assert note.to == "slack:user:UKIM"
    assert "Your words go to the 2 places that asked." in note.card.text


async def test_where_a_person_has_answered_their_words_are_told_at_once(here: DeskHome) -> None:
    trace, sent = await asked_for(here)
    await press(here, KIM, "reply", number_of(sent), words="In house B.")
    for caller in (ANA, BEN):
        late = await press(here, caller, "person", trace)
        assert (late.elsewhere, card(late).text) == ((), "In house B.")
    # Who came when all was said is called by no later word of it.
    assert handoff_askers(here, sent) == (Asker("slack:user:UANA", IN_THE_THREAD),)


async def test_what_a_person_wrote_to_somebody_in_private_is_told_to_nobody_else(here: DeskHome) -> None:
    trace, sent = await asked_for(here, private=True)
    assert here.catalog.answers.find(trace).thread.startswith(PRIVATE)  # type: ignore[union-attr]
    await press(here, ANA, "share", trace)  # from now on others may see what the bot said
    await press(here, KIM, "reply", number_of(sent), words="In house B, Ana.")
    late = await press(here, BEN, "person", trace)
    assert (late.elsewhere, card(late).title) == ((), "A person answered this already, to whoever asked")
    assert "house B" not in repr(late)
    assert card(await press(here, ANA, "person", trace)).text == "In house B, Ana."


def handoff_askers(here: DeskHome, sent: Delivery) -> tuple[Asker, ...]:
    found = here.catalog.handoffs.find(int(number_of(sent)))
    assert found is not None
    return found.askers


async def test_the_request_shows_who_took_it_and_who_answered(here: DeskHome) -> None:
    _, sent = await asked_for(here)
    assert rows_of(sent.card)[:1] != [("Taken by", "slack:user:UKIM")]
    taken = await press(here, KIM, "claim", number_of(sent))
    assert taken.redrawn == (sent.ref,)
    shown = await stands(here, sent.ref)
    assert rows_of(shown)[0] == ("Taken by", "slack:user:UKIM")
    assert [button.action for button in shown.buttons] == ["reply"]
    assert shown.title == sent.card.title
    late = card(await press(here, person("ULEE", place="CHELP", thread="9"), "claim", number_of(sent)))
    assert rows_of(late) == [("Taken by", "slack:user:UKIM")]
    answered: Reply = await press(here, KIM, "reply", number_of(sent), words="In house B.")
    assert answered.redrawn == (sent.ref,)
    assert rows_of(await stands(here, sent.ref))[0] == ("Answered by", "slack:user:UKIM")


async def test_a_request_that_was_taken_before_its_place_was_noted_is_to_be_drawn_again(
    here: DeskHome,
) -> None:
    final = await here.ask(ANA, "Where is the zqcanteen?")
    (sent,) = (await press(here, ANA, "person", final.answer.trace.id)).elsewhere
    assert await here.desk.standing(sent.ref) == ()  # nobody knows yet where it stands
    kim = Caller("slack:user:UKIM", frozenset({"slack:user:UKIM", HELP}), "", "", "slack:user:UKIM")
    await press(here, kim, "claim", number_of(sent))
    assert await here.desk.placed(sent.ref, "slack:CHELP:9", "CHELP/9")
    assert rows_of(await stands(here, sent.ref))[0] == ("Taken by", "slack:user:UKIM")


async def test_a_person_s_words_that_are_kept_again_after_a_crash_are_one_document_and_one_change(
    here: DeskHome,
) -> None:
    _, sent = await asked_for(here)
    number = number_of(sent)
    await press(here, KIM, "reply", number, words="On the ground floor of house B.")
    with pytest.MonkeyPatch.context() as patch:  # killed before the hand-off is noted as kept
        patch.setattr(here.catalog.handoffs, "keep", lambda handoff_id: True)
        await press(here, KIM, "keep", number)
    assert card(await press(here, KIM, "keep", number)).title.startswith("Added: ")
    assert card(await press(here, KIM, "keep", number)).title == "It is a document already"
    assert [change.state for change in here.catalog.changes.recent(9)] == ["done"]
    assert [entry.action for entry in here.catalog.audit.entries()][1:] == ["add confirmed", "add done"]


async def test_what_somebody_from_outside_had_taken_is_open_to_those_who_were_asked(here: DeskHome) -> None:
    """An older citewise let them; they may not answer any more, and whoever asked would wait for ever."""
    _, sent = await asked_for(here)
    outsider, number = "slack:outsider:UEXT", number_of(sent)
    here.catalog.handoffs.claim(handoff(here).id, outsider)
    here.catalog.places.set_outside(outsider, outside=True)
    assert card(await press(here, KIM, "claim", number)).title == "Yours"
    assert handoff(here).helper == KIM.person
    assert card(await press(here, LEE, "claim", number)).title == "Someone else has taken this one"
    await press(here, KIM, "reply", number, words="On floor 3.")
    assert (await stands(here, sent.ref)).rows
    assert here.catalog.handoffs.unanswered() == []


async def test_nobody_is_asked_for_somebody_from_outside(here: DeskHome) -> None:
    """What people write would go to them, and each of their presses would be a request to others."""
    outsider = Caller("slack:outsider:UEXT", frozenset({"slack:outsider:UEXT"}), ANA.place, ANA.thread)
    here.catalog.places.set_outside(outsider.person, outside=True)
    trace, sent = await asked_for(here)
    other = await here.ask(ANA, "Where is the zqgarage?")
    for asked in (trace, other.answer.trace.id):
        said = await press(here, outsider, "person", asked)
        assert (said.elsewhere, said.redrawn) == ((), ())
        assert card(said).title == "I can't ask a person for you"
    assert handoff_askers(here, sent) == (Asker(ANA.person, ANA.origin),)
    assert len(here.catalog.handoffs.unanswered()) == 1
    marked = card(await press(here, outsider, "not_helpful", trace, reason="wrong"))
    assert (marked.title, marked.buttons) == ("Thank you for telling me", ())


async def test_whoever_answers_is_told_first_that_others_read_it(here: DeskHome) -> None:
    here.catalog.places.set_outside(ANA.place, outside=True)
    here.catalog.places.allow("general", [ANA.place], by="admin")
    _, sent = await asked_for(here)
    warning = "People of another organisation may read your answer, too."
    assert warning in sent.card.text
    assert warning in card(await press(here, KIM, "claim", number_of(sent))).text
    await press(here, KIM, "reply", number_of(sent), words="In house B.")
    assert warning not in (await stands(here, sent.ref)).text
    here.catalog.places.set_outside(ANA.place, outside=False)
    _, other = await asked_for(here, BEN, private=True)
    assert warning not in other.card.text
