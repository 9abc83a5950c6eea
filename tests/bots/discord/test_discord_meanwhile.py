"""What changes while the bot works, or between an answer and what is pressed under it."""

import asyncio
import json

import pytest
from fake_discord import ANA, BEN, FORUM, GENERAL, HELP, HR, HR_ROLE, Fault, buttons_of, direct, words_of
from guild import Guild, handed_on

QUESTION = "How many days of annual leave do employees get?"
REVIEW = "When does the pay review for zqsecret engineers happen?"
SEND = ("POST", "/channels/[0-9]+/messages$")


async def pressed(guild: Guild, person: int, action: str, answer: dict) -> str:
    talk = await guild.people.press(person, buttons_of(answer)[action], answer)
    return words_of(await guild.discord.told(talk))


@pytest.fixture
def reviewers(guild: Guild, monkeypatch: pytest.MonkeyPatch) -> Guild:
    """Whoever has the role of HR reads its space; nothing that was asked of Discord is kept for long."""
    monkeypatch.setattr("bots.discord.people._KEPT_SECONDS", 0.0)
    guild.here.catalog.places.allow("hr", [f"discord:role:{HR_ROLE}"], by="admin")
    guild.discord.roles[HR_ROLE].append(ANA)
    return guild


async def test_whose_role_is_taken_away_sees_no_quotes_of_an_answer_that_they_had_alone(
    reviewers: Guild,
) -> None:
    discord, people = reviewers.discord, reviewers.people
    asked = await people.dm(ANA, REVIEW)
    answer = await discord.answer(direct(ANA), asked)
    assert "October" in words_of(answer)
    assert "October" in await pressed(reviewers, ANA, "quotes", answer)
    discord.roles[HR_ROLE].remove(ANA)
    assert "October" not in await pressed(reviewers, ANA, "quotes", answer)


@pytest.mark.parametrize("gone", ["role", "server"])
async def test_what_has_waited_is_answered_with_the_rights_of_now(reviewers: Guild, gone: str) -> None:
    discord, people = reviewers.discord, reviewers.people
    await reviewers.restart(workers=1)
    go_on = asyncio.Event()
    discord.faults.append(Fault(*SEND, until=go_on))
    await people.mention(BEN, QUESTION)
    await discord.until(lambda: discord.calls["POST /channels/#/messages"])
    token = await people.slash(ANA, "ask", question=REVIEW)
    await discord.until(lambda: discord.talks[token].callback)
    discord.roles[HR_ROLE].remove(ANA)
    if gone == "server":
        discord.left.add(ANA)
    go_on.set()
    await reviewers.settled()
    told = words_of(await discord.told(token))
    assert "October" not in told
    assert ("can't find you among them" in told) == (gone == "server")


@pytest.mark.parametrize("where", ["channel", "thread", "private thread", "post"])
async def test_where_a_channel_loses_a_space_nothing_more_of_it_is_shown_there(
    guild: Guild, where: str
) -> None:
    discord, people = guild.discord, guild.people
    of = FORUM if where == "post" else HR
    guild.here.catalog.places.allow("hr", [f"discord:channel:{of}"], by="admin")
    channel = {
        "channel": lambda: asyncio.sleep(0, HR),
        "thread": lambda: people.thread(ANA, "About pay", HR),
        "private thread": lambda: people.private_thread(ANA, BEN, channel=HR),
        "post": lambda: people.post(ANA, "Pay", "About pay", FORUM),
    }[where]
    at = await channel()
    asked = await people.mention(ANA, REVIEW, at)
    answer = await discord.answer(at, asked)
    assert "October" in words_of(answer)
    assert "October" in await pressed(guild, BEN, "quotes", answer)
    guild.here.catalog.places.deny("hr", [f"discord:channel:{of}"], by="admin")
    for action in ("quotes", "person"):
        assert "October" not in await pressed(guild, BEN, action, answer)
    follow_up = await people.mention(ANA, "And what is the bonus pool?", at, reply_to=int(answer["id"]))
    assert "12 percent" not in words_of(await discord.answer(at, follow_up))


async def test_an_answer_is_shared_once_however_often_that_is_pressed(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    token = await people.slash(ANA, "ask", question=QUESTION)
    answer = await discord.told(token)
    said = [await pressed(guild, ANA, "share", answer) for _ in range(3)]
    assert ["Shared with the channel" in words for words in said] == [True] * 3
    assert len(discord.answers(GENERAL)) == 1
    for shown in discord.answers(GENERAL):
        await people.delete(GENERAL, int(shown["id"]))
    discord._nonces.clear()  # Discord knows them for some minutes
    await pressed(guild, ANA, "share", answer)
    assert len(discord.answers(GENERAL)) == 1


async def test_edited_and_deleted_while_it_is_answered_a_question_ends_with_what_it_says_last(
    guild: Guild,
) -> None:
    discord, people = guild.discord, guild.people
    go_on = asyncio.Event()
    discord.faults.append(Fault(*SEND, until=go_on))  # the library sends one after the other
    changed, gone = [await people.mention(person, QUESTION) for person in (ANA, BEN)]
    await discord.until(lambda: discord.calls["POST /channels/#/messages"])
    await people.edit(GENERAL, changed, "<@1001> How long is parental leave?")
    await people.delete(GENERAL, gone)
    go_on.set()
    await discord.until(lambda: "16 weeks" in "".join(map(words_of, discord.answers(GENERAL, changed))))
    await discord.until(lambda: not discord.answers(GENERAL, gone))
    await guild.settled()
    assert len(discord.answers(GENERAL)) == 1


async def test_whose_channel_is_gone_is_told_a_persons_answer_alone(guild: Guild) -> None:
    discord = guild.discord
    _, request = await handed_on(guild, BEN)
    del discord.kinds[GENERAL]
    await guild.people.say(BEN, "On the ground floor.", HELP, reply_to=int(request["id"]))
    assert "On the ground floor." in words_of(await discord.answer(direct(ANA)))


@pytest.mark.parametrize("ref", ["", "no-such-answer", "9" * 40])
@pytest.mark.parametrize("action", ["quotes", "share", "claim", "confirm", "case_send", "once_upon_a_time"])
async def test_a_button_of_long_ago_says_that_it_does_nothing_any_more(
    guild: Guild, action: str, ref: str
) -> None:
    discord, people = guild.discord, guild.people
    answer = await discord.answer(GENERAL, await people.mention(ANA, QUESTION))
    part = buttons_of(answer)["quotes"]
    old = json.dumps({**answer, "components": answer["components"]}).replace(
        part["custom_id"], f"citewise:{action}:{ref}"
    )
    pressed_part = {**part, "custom_id": f"citewise:{action}:{ref}"}
    told = words_of(await discord.told(await people.press(ANA, pressed_part, json.loads(old))))
    assert "did not expect" not in told
    assert told
    assert guild.written == []


async def test_a_ticket_of_a_private_thread_is_none_of_its_channels(guild: Guild) -> None:
    """Whoever speaks in the channel counts as support there; they are not let into each other's threads."""
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by="discord:user:1")
    thread = await people.private_thread(ANA, channel=HELP)
    asked = await people.mention(ANA, f"Hello, Zqjane here. {QUESTION}", thread)
    await discord.answer(thread, asked)
    card = await discord.told(await people.menu(ANA, thread, asked, "Triage with sources"))
    assert "Zqjane" in words_of(card)
    others = await discord.told(await people.slash(BEN, "triage", HELP, case="list"))
    assert "No open cases here" in words_of(others)
    own = await discord.told(await people.slash(ANA, "triage", thread, case="list"))
    assert "Zqjane" in words_of(own)
