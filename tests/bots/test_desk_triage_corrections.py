"""Tickets at the Desk: corrected by people, triaged again, and how sure it is said to be."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desk_kit import ADMIN, DeskHome, person
from desk_orders import card
from triage_kit import (
    KIM,
    LEE,
    QUESTION,
    buttons,
    ordered,
    pressed,
    ref_of,
    reply_on,
    rows,
    support_home,
)

from brain.catalog.tickets.cases import CategoryRow, Example


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with support_home(tmp_path) as found:
        yield found


async def test_a_category_is_corrected_by_one_choice_and_counts_at_once(here: DeskHome) -> None:
    for name in ("billing", "leave"):
        here.catalog.cases.set_category(CategoryRow(name), by=ADMIN)
    shown = await ordered(here, KIM, "", QUESTION)
    menu, _ = shown.menus
    assert (menu.action, menu.options) == ("case_category", ("no category", "billing", "leave"))
    assert menu.chosen in menu.options
    ref = menu.ref
    told = await pressed(here, KIM, "case_category", ref, value="leave")
    assert told.replaces
    assert card(told).title == "Triage: leave"
    assert rows(card(told))["Category"] == "leave, as slack:user:UKIM decided"
    second = await ordered(here, replace(LEE, thread="slack:CHELP:t2"), "", QUESTION)
    assert second.title == "Triage: leave"
    assert f"like case {ref}" in rows(second)["Category"]
    # Found out anew, it stays what a person said.
    assert (await ordered(here, LEE, "", QUESTION)).title == "Triage: leave"
    assert card(await pressed(here, KIM, "case_category", ref, value="nonsense")).title == "That did not work"
    none = card(await pressed(here, KIM, "case_category", ref, value="no category"))
    assert none.title == "Triage: no category fits"


async def test_a_menu_holds_no_more_than_the_platforms_take(here: DeskHome) -> None:
    for number in range(120):
        here.catalog.cases.set_category(CategoryRow(f"kind {number:03}"), by=ADMIN)
    here.catalog.cases.learn([Example(QUESTION, "kind 119")], by=ADMIN)
    menu, _ = (await ordered(here, KIM, "", QUESTION)).menus
    assert len(menu.options) == 100
    assert menu.chosen == "kind 119"
    assert menu.chosen in menu.options


async def test_a_closed_case_that_is_triaged_again_stays_as_it_was_closed(here: DeskHome) -> None:
    ref = ref_of(await ordered(here, KIM, "", QUESTION))
    await pressed(here, KIM, "case_resolve", ref, words="It is 27 days.")
    later = "No hurry, when you have time."
    here.catalog.cases.learn([Example(f"{QUESTION}\n\n{later}", "leave")], by=ADMIN)
    again = await ordered(here, KIM, "", QUESTION, later)
    assert again.title == "Triage: no category fits"
    assert rows(again)["Category"] == "no category fits"
    assert rows(again)["Urgency"] == "high: “It is urgent.”"
    assert rows(again)["Closed"] == "by slack:user:UKIM: “It is 27 days.”"
    assert "a thread of its own" in rows(again)["Closed before"]
    assert "Closed before" not in rows(await ordered(here, KIM, ref))
    assert again.buttons == ()


async def test_the_urgency_is_corrected_by_one_choice_and_stays(here: DeskHome) -> None:
    shown = await ordered(here, KIM, "", QUESTION)
    (menu,) = shown.menus
    assert (menu.action, menu.chosen) == ("case_urgency", "high")
    assert menu.options == ("low", "normal", "high", "critical")
    told = await pressed(here, KIM, "case_urgency", menu.ref, value="low")
    assert told.replaces
    assert rows(card(told))["Urgency"] == "low, as slack:user:UKIM decided"
    assert [menu.chosen for menu in card(told).menus] == ["low"]
    # Found out anew, it stays what a person said; nonsense changes nothing.
    assert rows(await ordered(here, LEE, "", QUESTION))["Urgency"].startswith("low, as ")
    assert card(await pressed(here, KIM, "case_urgency", menu.ref, value="soon")).title == "That did not work"
    outsider = person("UANA", place="COTHER")
    assert "support" in card(await pressed(here, outsider, "case_urgency", menu.ref, value="high")).title
    case = here.catalog.cases.find(int(menu.ref))
    assert case is not None
    assert (case.urgency, case.urgency_by) == (1, "slack:user:UKIM")
    assert here.catalog.audit.entries()[-1].action == "set urgency of"
    await pressed(here, KIM, "case_resolve", menu.ref, words="")
    assert (await ordered(here, KIM, menu.ref)).menus == ()


async def test_a_press_sends_what_the_card_shows_or_says_that_it_changed(here: DeskHome) -> None:
    old = await ordered(here, KIM, "", QUESTION)
    same = await ordered(here, LEE, "", QUESTION)
    assert buttons(old)["case_send"].ref != buttons(same)["case_send"].ref
    form = await here.desk.form("case_edit", buttons(old)["case_edit"].ref, KIM)
    assert form is not None
    here.home.fill({"meals.md": "# Travel\n\nMeals on a trip are paid up to 75 euros a day.\n"})
    newer = await ordered(here, LEE, "", "How much are meals on a trip paid up to?")
    assert newer.text != old.text

    told = await pressed(here, KIM, "case_send", buttons(old)["case_send"].ref)
    assert (told.elsewhere, told.replaces) == ((), True)
    assert "nothing was sent" in rows(card(told))["Changed"]
    assert card(told).text == newer.text
    # What was written over the older reply isn't sent with the newer one's sources, nor lost.
    told = await pressed(here, KIM, "case_edit", form.ref, words="27 days, as it says there [1].")
    assert told.elsewhere == ()
    assert "27 days, as it says there [1]." in card(told).text
    assert [shown.text for shown in told.more] == [newer.text]
    # Words without a source are a person's own, whatever was suggested; the newer card sends its own.
    (delivery,) = (await pressed(here, KIM, "case_send", buttons(newer)["case_send"].ref)).elsewhere
    assert delivery.card.text == reply_on(newer)


async def test_triaged_again_with_the_same_reply_the_first_card_still_sends_it(
    here: DeskHome,
) -> None:
    old = await ordered(here, KIM, "", QUESTION)
    await ordered(here, LEE, "", QUESTION)
    (delivery,) = (await pressed(here, KIM, "case_send", buttons(old)["case_send"].ref)).elsewhere
    assert delivery.card.text == reply_on(old)


async def test_who_owns_another_category_is_not_suggested_once_that_is_corrected(here: DeskHome) -> None:
    here.catalog.cases.set_category(CategoryRow("billing", "", "slack:user:UBILL"), by=ADMIN)
    here.catalog.cases.set_category(CategoryRow("leave"), by=ADMIN)
    here.catalog.cases.learn([Example(QUESTION, "billing")], by=ADMIN)
    shown = await ordered(here, KIM, "", QUESTION)
    assert rows(shown)["Owner"] == "slack:user:UBILL could take it: owns billing"
    told = card(await pressed(here, KIM, "case_category", ref_of(shown), value="leave"))
    assert rows(told)["Owner"].startswith("nobody is named for this")
    form = await here.desk.form("case_assign", ref_of(shown), KIM)
    assert form is not None
    assert form.fields[0].value == ""
    back = card(await pressed(here, KIM, "case_category", ref_of(shown), value="billing"))
    assert rows(back)["Owner"] == "slack:user:UBILL could take it: owns billing"


async def test_how_sure_a_category_is_is_told_only_where_there_is_enough_to_compare_with(
    here: DeskHome,
) -> None:
    for kind in range(7):
        texts = [QUESTION] if kind == 0 else []
        texts += [f"Sentence {number} of kind {kind}" for number in range(10 - len(texts))]
        here.catalog.cases.learn([Example(text, f"kind {kind}") for text in texts], by=ADMIN)
    told = rows(await ordered(here, KIM, "", QUESTION))["Category"]
    assert told.startswith("kind 0, ")
    assert told.endswith("one of 7 categories: too few to say how sure")
    here.catalog.cases.learn([Example("One of another kind", "kind 7")], by=ADMIN)
    assert rows(await ordered(here, KIM, "", QUESTION))["Category"].endswith("; over 90 % sure")
