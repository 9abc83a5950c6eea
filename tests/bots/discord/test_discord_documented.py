"""What Discord's documentation says of errors and limits, where our small Discord could be kinder."""

from typing import Any

import pytest
from discord_fields import faults_of_commands, faults_of_components, faults_of_message
from discord_limits import check_message
from fake_discord import ANA, BEN, GENERAL, Fault, buttons_of, direct, words_of
from guild import Guild

from bots.desk.cards import Card, Row
from bots.discord import calls
from bots.discord.layout import card_view, parts_of
from bots.discord.posting import body_of

QUESTION = "How many days of annual leave do employees get?"
PEOPLE = tuple(str(10**18 + number) for number in range(100))


@pytest.mark.parametrize(("code", "status"), [(40004, 403), (20028, 400)])
async def test_what_discord_refuses_for_now_is_tried_again(
    guild: Guild, monkeypatch: pytest.MonkeyPatch, code: int, status: int
) -> None:
    monkeypatch.setattr(calls, "_SECONDS_UNTIL_PAST", 0.05)
    guild.discord.faults.append(Fault("POST", "/channels/[0-9]+/messages$", status=status, code=code))
    asked = await guild.people.mention(ANA, QUESTION)
    assert "27 days" in words_of(await guild.discord.answer(GENERAL, asked))
    assert guild.written == []


async def test_direct_messages_that_are_opened_too_fast_are_opened_later(
    guild: Guild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "_SECONDS_UNTIL_PAST", 0.05)
    guild.discord.faults.append(Fault("POST", "/users/@me/channels", status=403, code=40003))
    await guild.people.mention(ANA, "triage")  # answered in a direct message
    assert await guild.discord.answer(direct(ANA))
    assert guild.written == []


@pytest.mark.parametrize("code", [10013, 50033])
async def test_whose_account_is_gone_is_said_not_to_have_been_told(guild: Guild, code: int) -> None:
    guild.here.catalog.places.set_support("general", f"discord:user:{BEN}", by="discord:user:1")
    answer = await guild.discord.answer(GENERAL, await guild.people.mention(ANA, "Where is the canteen?"))
    guild.discord.faults.append(Fault("POST", "/users/@me/channels", status=400, code=code))
    said = await guild.discord.told(await guild.people.press(ANA, buttons_of(answer)["person"], answer))
    assert "They take no direct messages from me" in words_of(said)


@pytest.mark.parametrize("words", ["Sentence. " * 370, "Short."], ids=["long", "short"])
@pytest.mark.parametrize("rows", [0, 40])
async def test_however_many_people_are_called_nothing_of_the_card_is_lost(words: str, rows: int) -> None:
    card = Card("An answer", words, tuple(Row(f"Row {number}", "d" * 20) for number in range(rows)))
    complaints: list[str] = []
    shown = ""
    for number, part in enumerate(parts_of(card, PEOPLE)):
        body = body_of(card_view(part, number + 1, () if number else PEOPLE), whom=PEOPLE)
        check_message(body, complaints, visible=False)
        shown += words_of(body)
    assert complaints == []
    assert all(f"<@{person}>" in shown for person in PEOPLE)
    assert shown.count("Sentence.") == words.count("Sentence.")
    assert shown.count("Row ") == rows


def button(name: str = "a", label: str = "Yes") -> dict[str, Any]:
    return {"type": 2, "style": 1, "custom_id": name, "label": label}


@pytest.mark.parametrize(
    ("component", "fault"),
    [
        (button(label="x" * 81), "a label of 81"),
        (button("x" * 101), "a custom_id of 101"),
        ({"type": 1, "components": [button(str(n)) for n in range(6)]}, "a row of 6 buttons"),
        ({"type": 17, "components": [button()]}, "holds [2]"),
        ({"type": 10, "content": "x", "words": 1}, "has ['words']"),
        ({"type": 3, "custom_id": "m", "options": [{"label": "a", "value": "v"}] * 2}, "have one value"),
        ({"type": 5, "custom_id": "p", "min_values": 0, "required": True}, "of whom none may be chosen"),
        ({"type": 10, "content": "x", "id": 1 << 31}, "ids of components"),
    ],
)
def test_the_small_discord_refuses_components_that_discord_refuses(
    component: dict[str, Any], fault: str
) -> None:
    assert any(fault in found for found in faults_of_components([component]))


def test_the_small_discord_refuses_messages_and_commands_that_discord_refuses() -> None:
    text = {"components": [{"type": 10, "content": "x"}], "flags": 1 << 15}
    assert list(faults_of_message({**text, "allowed_mentions": {"parse": []}})) == []
    assert list(faults_of_message({**text, "allowed_mentions": {"parse": ["users"], "users": ["1"]}}))
    assert list(faults_of_message({**text, "content": "x", "allowed_mentions": {"parse": []}}))
    command = {"name": "ask", "description": "d", "type": 1}
    option = {"name": "one", "description": "d", "type": 3}
    assert list(faults_of_commands([{**command, "options": [option]}])) == []
    late = {**option, "name": "two", "required": True}
    for broken in (
        {**command, "name": "Ask"},
        {**command, "description": "d" * 101},
        {**command, "options": [option, late]},
        {**command, "options": [{**option, "max_length": 6_001}]},
        {"name": "A menu", "description": "d", "type": 3},
    ):
        assert list(faults_of_commands([broken]))
