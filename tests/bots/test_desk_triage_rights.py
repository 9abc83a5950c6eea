"""Tickets at the Desk: who may see a case, what of its reply, and that nothing goes where it may not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desk_kit import ADMIN, DeskHome, person
from desk_orders import BOSS, card
from triage_kit import (
    HELP,
    KIM,
    LEE,
    QUESTION,
    REVIEW,
    buttons,
    ordered,
    pressed,
    ref_of,
    rows,
    said,
    support_home,
)

from bots.desk import OWNER, Caller, Command, Desk
from brain.catalog.tickets.cases import CaseState


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with support_home(tmp_path) as found:
        yield found


async def test_a_reply_is_not_sent_where_the_place_may_not_read_it_any_more(here: DeskHome) -> None:
    here.catalog.places.allow("hr", [HELP], by="admin")
    shown = await ordered(here, KIM, "", REVIEW)
    ref = ref_of(shown)
    assert "October" in shown.text
    told = shown.text
    here.catalog.places.deny("hr", [HELP], by="admin")
    for action, words in (("case_send", ""), ("case_edit", told), ("case_edit", "See [1]: October")):
        refused = await pressed(here, KIM, action, ref, words=words)
        assert refused.elsewhere == ()
        assert "zqsecret" not in repr(refused)
    quote = here.catalog.answers.find(here.catalog.cases.listed()[0].trace_id).citations[0].quote  # type: ignore[union-attr]
    assert (await pressed(here, KIM, "case_edit", ref, words=f"So: {quote}")).elsewhere == ()
    again = await ordered(here, KIM, ref)
    assert "zqsecret" not in again.text
    assert "case_send" not in buttons(again)
    form = await here.desk.form("case_edit", ref, KIM)
    assert form is not None
    assert form.fields[0].value == ""
    sent = await pressed(here, KIM, "case_edit", ref, words="Please ask your manager.")
    assert sent.elsewhere[0].card.text == "Please ask your manager."
    assert sent.elsewhere[0].card.rows == ()


async def test_a_reply_for_a_place_knows_only_what_the_place_may_read(here: DeskHome) -> None:
    here.catalog.places.allow("hr", ["slack:user:UKIM"], by="admin")
    shown = await ordered(here, KIM, "", REVIEW)
    assert "October" not in repr(shown)
    assert "October" not in repr(await pressed(here, KIM, "case_send", ref_of(shown)))


async def test_whoever_is_given_a_case_reads_of_its_reply_only_what_they_may(here: DeskHome) -> None:
    here.catalog.places.allow("hr", [HELP], by="admin")
    shown = await ordered(here, KIM, "", REVIEW)
    ref, bob = ref_of(shown), person("UBOB")
    assert "October" in shown.text
    (told,) = (await pressed(here, KIM, "case_assign", ref, owner="slack:user:UBOB")).elsewhere
    form = await here.desk.form("case_edit", ref, bob)
    assert form is not None
    sent = await pressed(here, bob, "case_send", ref)
    assert sent.elsewhere == ()
    for seen in (told, form, sent, await ordered(here, bob, ref), await here.desk.home(bob)):
        assert "October" not in repr(seen)
    await pressed(here, KIM, "case_send", ref)
    assert "October" not in repr(await ordered(here, bob, ref))  # sent to a channel that they are not in
    here.catalog.places.allow("hr", ["slack:user:UBOB"], by="admin")
    assert "October" in (await ordered(here, bob, ref)).text


async def test_whoever_is_given_a_case_is_shown_no_others_of_its_channel(here: DeskHome) -> None:
    earlier = await ordered(here, KIM, "", said(f"zqearlier {QUESTION}", link="https://chat/zq"), "One more.")
    await pressed(here, KIM, "case_resolve", ref_of(earlier), words="zqsolved")
    second = replace(KIM, thread="slack:CHELP:t2", origin="slack:channel:CHELP/t2")
    shown = await ordered(here, second, "", f"zqearlier {QUESTION}", "One more.")
    ref = ref_of(shown)
    assert "zqsolved" in repr(shown)
    (told,) = (await pressed(here, second, "case_assign", ref, owner="slack:user:UBOB")).elsewhere
    for seen in (told, await ordered(here, person("UBOB"), ref), await ordered(here, person("UBOB"), "list")):
        assert "zqsolved" not in repr(seen)
        assert "https://chat/zq" not in repr(seen)
    for who in (person("UKIM"), person("UADMIN"), LEE):
        assert "zqsolved" in repr(await ordered(here, who, ref))
    # After a restart, from what is kept: the same to the same people.
    fresh = Desk(here.catalog, lambda: here.home.brain(), admins=[ADMIN], triage=lambda request: shown)  # type: ignore[arg-type,return-value]
    third = replace(KIM, thread="slack:CHELP:t3")
    await ordered(here, third, "", "Something quite different")  # gives the vectors that were missing
    for who, sees in ((person("UBOB"), False), (LEE, True), (person("UADMIN"), True)):
        again = card(await fresh.run(Command("triage", ref, who)))
        assert again.title.startswith("Triage")
        assert ("zqsolved" in repr(again)) is sees


async def test_who_opened_a_case_goes_on_with_it_in_private(here: DeskHome) -> None:
    here.catalog.places.allow("hr", [HELP], by="admin")
    ref = ref_of(await ordered(here, KIM, "", REVIEW))
    alone = person("UKIM")
    assert "October" in (await ordered(here, alone, ref)).text
    assert (await ordered(here, person("ULEE"), ref)).title == "That is for support"
    here.catalog.places.deny("hr", [HELP], by="admin")
    assert "October" not in repr(await ordered(here, alone, ref))
    here.catalog.places.allow("hr", [HELP], by="admin")
    (delivery,) = (await pressed(here, alone, "case_send", ref)).elsewhere
    assert delivery.to == "slack:channel:CHELP/t1"
    assert "October" in delivery.card.text


async def test_a_case_that_a_group_was_given_is_each_members(here: DeskHome) -> None:
    ref = ref_of(await ordered(here, KIM, "", QUESTION))
    member, other = person("UNIA", "slack:group:SNET"), person("UNIA", "slack:group:SWEB")
    (delivery,) = (await pressed(here, KIM, "case_assign", ref, owner="slack:group:SNET")).elsewhere
    assert delivery.to == "slack:group:SNET"
    assert (await ordered(here, other, ref)).title == "That is for support"
    assert (await ordered(here, member, ref)).title.startswith("Triage")
    assert [row.text for row in (await ordered(here, member)).rows] == [f"“{QUESTION}”"]
    (sent,) = (await pressed(here, member, "case_send", ref)).elsewhere
    assert sent.to == "slack:channel:CHELP/t1"


async def test_a_reply_is_not_sent_when_its_source_was_taken_out(here: DeskHome) -> None:
    ref = ref_of(await ordered(here, KIM, "", QUESTION))
    here.catalog.remove_document(here.catalog.find_document("Leave").id)
    refused = await pressed(here, KIM, "case_send", ref)
    assert refused.elsewhere == ()
    assert "changed or taken out since" in card(refused).text
    assert (await pressed(here, KIM, "case_edit", ref, words="27 days, says [1].")).elsewhere == ()
    assert (await pressed(here, KIM, "case_edit", ref, words="27 days, I think.")).elsewhere


async def test_a_case_is_shown_in_its_place_to_those_whose_it_is_and_to_admins(here: DeskHome) -> None:
    here.catalog.places.set_support("hr", "slack:channel:COTHER", by=ADMIN)
    ref = ref_of(await ordered(here, KIM, "", f"zqticket {QUESTION}"))
    stranger, outsider = person("UEVE", place="COTHER"), person("UEVE", place="CGEN")
    for who, title in ((stranger, "I don't know of this case here"), (outsider, "That is for support")):
        assert (await ordered(here, who, ref)).title == title
        for action in (
            "case_send", "case_edit", "case_assign", "case_resolve", "case_keep", "case_category",
        ):  # fmt: skip
            reply = await pressed(here, who, action, ref, words="zqown", value="x", owner="slack:user:UEVE")
            assert card(reply).title == title
            assert reply.elsewhere == ()
        for action in ("case_edit", "case_assign", "case_resolve"):
            assert await here.desk.form(action, ref, who) is None
    assert (await ordered(here, stranger, "list")).rows == ()
    for odd in ("0", "9" * 40, "-1", "²", "٣٣٣"):
        assert (await ordered(here, KIM, odd)).title in (
            "I don't know of this case here",
            "That did not work",
        )
    case = here.catalog.cases.find(int(ref))
    assert case is not None
    assert (case.state, case.owner_by, case.category_by) == (CaseState.OPEN, "", "")
    # Theirs: the opener in a direct message, admins anywhere, and whoever it is given to.
    here.catalog.places.set_support("hr", "slack:user:UKIM", by=ADMIN)
    assert "zqticket" in repr(await ordered(here, person("UKIM"), "list"))
    assert "zqticket" in repr(await ordered(here, BOSS, "list"))
    assert "zqticket" in repr(await ordered(here, BOSS, ref))
    bob = person("UBOB")
    assert (await ordered(here, bob, ref)).title == "That is for support"
    await pressed(here, KIM, "case_assign", ref, owner="slack:user:UBOB")
    assert "zqticket" in repr(await ordered(here, bob, ref))
    assert "zqticket" in repr((await here.desk.home(bob))[1])
    assert card(await pressed(here, bob, "case_resolve", ref)).title == f"Case {ref} is closed"
    # Once it is closed, they are no longer needed for it.
    assert (await ordered(here, bob, "list")).title == "That is for support"


async def test_what_one_person_alone_was_shown_is_nobody_elses(here: DeskHome) -> None:
    here.catalog.places.set_support("hr", "slack:group:SHELP", by=ADMIN)
    kim, lee = person("UKIM", "slack:group:SHELP"), person("ULEE", "slack:group:SHELP")
    here.catalog.places.allow("hr", ["slack:user:UKIM"], by="admin")
    shown = await ordered(here, kim, "", REVIEW)
    assert "October" in shown.text
    assert list(buttons(shown)) == ["case_assign", "case_resolve"]  # there is nobody to reply to
    ref = ref_of(shown)
    for other in (lee, BOSS, person("UADMIN")):
        assert (await ordered(here, other, ref)).title == "I don't know of this case here"
        assert "zqsecret" not in repr(await ordered(here, other, "list"))
    assert (await pressed(here, kim, "case_send", ref)).elsewhere == ()
    owner = Caller("terminal:ana", frozenset({OWNER}))
    assert "zqsecret" in repr(await ordered(here, owner, ref))
    # Given to somebody, it is theirs, but for what they may not read.
    (delivery,) = (await pressed(here, kim, "case_assign", ref, owner="slack:user:ULEE")).elsewhere
    assert "October" not in repr(delivery.card)
    assert "October" not in repr(await ordered(here, lee, ref))
    # No case of a place is like one that was told in private.
    again = await ordered(here, KIM, "", REVIEW)
    assert rows(again)["Similar"] == "no earlier case here is like it"


async def test_what_was_said_where_not_all_are_let_in_is_shown_there_and_to_nobody_else(
    here: DeskHome,
) -> None:
    """A private thread of the channel whose people are support: each of them sees its own cases."""
    inside = replace(KIM, thread="discord:77", closed=True)
    colleague = replace(LEE, thread="discord:77", closed=True)
    words = f"{QUESTION} Zqjane is ill and asks for that."
    ref = ref_of(await ordered(here, inside, "", words))
    for shown in (
        await ordered(here, LEE, "list"),
        await ordered(here, LEE, ref),
        await ordered(here, replace(LEE, thread="discord:78", closed=True), "list"),
        await ordered(here, LEE, "", QUESTION),
        (await pressed(here, LEE, "case_send", ref)).card,
    ):
        assert "Zqjane" not in repr(shown)
    assert (await pressed(here, LEE, "case_send", ref)).elsewhere == ()
    for caller in (inside, colleague, BOSS, replace(KIM, place="", thread="discord:dm", closed=False)):
        assert "Zqjane" in repr(await ordered(here, caller, ref))
    (sent,) = (await pressed(here, colleague, "case_edit", ref, words="Please come by.")).elsewhere
    assert sent.card.text == "Please come by."
