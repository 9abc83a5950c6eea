"""A ticket's whole life on the sample drive with the real embedder, and what the next one learns from it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from desk_kit import ADMIN, person
from desk_orders import card
from triage_kit import HELP, KIM, LEE, ref_of, reply_on, rows, said

from bots.desk import Caller, Command, Desk, Press
from bots.desk.cards import Card, Reply
from bots.settings import Settings
from bots.terminal.commands.demo import sample_drive
from bots.wiring import Citewise
from brain.catalog.tickets.cases import CaseState, CategoryRow

pytestmark = pytest.mark.weights

FIRST = (
    "Hello everybody, I hope you had a good weekend!",
    "I am in a hotel in Bergen and Causeway shows E-52, it doesn't connect. I restarted the laptop twice.",
    "I must send the quote to a customer today. What can I do about E-52?",
)
SECOND = (
    "Causeway shows E-52 in my hotel, it doesn't connect. I have restarted already. What can I do?",
    "No hurry, when you have time.",
)


@pytest.fixture(scope="module")
def citewise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Citewise]:
    """The sample drive, ingested; everything as `citewise serve` builds it."""
    home = tmp_path_factory.mktemp("story") / ".citewise"
    settings = Settings(_env_file=None).model_copy(update={"home": home, "admins": ("slack:UADMIN",)})
    with Citewise(settings, create=True) as built:
        built.drives.ingest([str(sample_drive())], "general", lambda stage, done, total: None)
        yield built


@pytest.fixture
def desk(citewise: Citewise) -> Desk:
    citewise.catalog.places.set_support("general", HELP, by=ADMIN)
    return citewise.desk


async def ordered(desk: Desk, caller: Caller, *texts: str) -> Card:
    messages = tuple(said(text, link=f"https://chat/{number}") for number, text in enumerate(texts))
    return card(await desk.run(Command("triage", "", caller, messages=messages)))


async def press(desk: Desk, caller: Caller, action: str, ref: str, **fields: str) -> Reply:
    return await desk.press(Press(action, ref, caller, fields))


async def test_a_ticket_from_triage_to_its_end_and_the_next_one_like_it(
    citewise: Citewise, desk: Desk
) -> None:
    cases = citewise.catalog.cases
    cases.set_category(CategoryRow("hardware", "Broken laptops, screens, chargers and docks"), by=ADMIN)
    cases.set_category(CategoryRow("network", "", "slack:user:UNET"), by=ADMIN)
    shown = await ordered(desk, KIM, *FIRST)
    told = rows(shown)
    assert "Compatibility mode" in shown.text
    assert any(text.startswith("[1] Causeway") for text in told)
    assert told["Urgency"].startswith(("high", "critical"))
    assert "today" in told["Urgency"]
    assert "E-52" in told["Summary"]
    assert "good weekend" not in told["Summary"]
    assert told["Similar"] == "no earlier case here is like it"
    ref = ref_of(shown)
    # A person says what it is about, and gives it to whoever is named for that.
    corrected = card(await press(desk, KIM, "case_category", ref, value="network"))
    assert corrected.title == "Triage: network"
    assert rows(corrected)["Owner"] == "slack:user:UNET could take it: owns network"
    form = await desk.form("case_assign", ref, KIM)
    assert form is not None
    assert form.fields[0].value == "slack:user:UNET"
    assigned = await press(desk, KIM, "case_assign", ref, owner="slack:user:UNET")
    assert [delivery.to for delivery in assigned.elsewhere] == ["slack:user:UNET"]
    net = person("UNET")
    (delivery,) = (await press(desk, net, "case_send", ref)).elsewhere
    assert delivery.to == KIM.origin
    assert "Compatibility mode" in delivery.card.text
    await desk.placed(delivery.ref, KIM.thread)
    solved = "Switching on Compatibility mode in Causeway's settings helped; the hotel blocked the tunnel."
    closed = card(await press(desk, net, "case_resolve", ref, words=solved))
    assert closed.buttons[0].label == "Add to general"
    case = cases.find(int(ref))
    assert case is not None
    assert (case.state, case.category, case.owner) == (CaseState.RESOLVED, "network", "slack:user:UNET")

    second = replace(LEE, thread="slack:CHELP:t2", origin="slack:channel:CHELP/t2")
    again = await ordered(desk, second, *SECOND)
    told = rows(again)
    assert again.title == "Triage: network"
    assert f"like case {ref}" in told["Category"]
    assert told["Urgency"].startswith("low")
    [similar] = [row for row in again.rows if row.text.startswith("Similar")]
    assert f"case {ref}" in similar.detail
    assert "Compatibility mode" in similar.detail
    assert similar.link == "https://chat/0"
    assert told["Owner"] == "slack:user:UNET could take it: owns network"
    # The same in another channel knows nothing of it, but what kinds there are.
    citewise.catalog.places.set_support("general", "slack:channel:COTHER", by=ADMIN)
    elsewhere = await ordered(desk, person("UEVE", place="COTHER"), *SECOND)
    assert rows(elsewhere)["Similar"] == "no earlier case here is like it"
    assert f"case {ref}" not in rows(elsewhere)["Category"]
    assert solved not in repr(elsewhere)
    log = [entry.action for entry in citewise.catalog.audit.entries()]
    assert log == [
        "set support", "set category", "set category", "set category of", "assign", "reply to", "resolve",
        "set support",
    ]  # fmt: skip
    assert citewise.catalog.audit.verify().broken is None


async def test_what_was_found_out_is_still_there_after_a_restart(citewise: Citewise, desk: Desk) -> None:
    caller = replace(KIM, thread="slack:CHELP:t3", origin="slack:channel:CHELP/t3")
    before = await ordered(desk, caller, "My phone was stolen. Whom do I call? It is urgent.")
    ref = ref_of(before)
    fresh = Desk(citewise.catalog, lambda: citewise.brain, triage=citewise.triager.invoke)
    shown = card(await fresh.run(Command("triage", ref, caller)))
    assert shown.text == before.text
    assert "stolen" in rows(shown)["Summary"]
    (delivery,) = (await press(fresh, caller, "case_send", ref)).elsewhere
    assert delivery.card.text == reply_on(before)
    assert delivery.card.rows[0].text.startswith("[1] ")
