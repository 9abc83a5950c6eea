"""What the bot says on Discord without being asked: the weekly digest, and reminders."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import LEAVE, WORD_GATE, desk_home, looked
from discord_people import People
from discord_server import direct
from fake_discord import ANA, GENERAL, HELP, FakeDiscord, Fault, buttons_of, words_of
from guild import Guild, service

KIM = 5010


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Guild]:
    """A server whose channel for help gets the digest."""
    with desk_home(tmp_path, WORD_GATE, digest=(f"discord:channel:{HELP}",)) as here:
        here.home.fill({"leave.md": LEAVE})
        async with FakeDiscord() as discord:
            running = Guild(discord, People(discord), here, service(discord, here, []), [])
            await running.service.start()
            yield running
            await running.service.stop()
            assert discord.complaints == []


def look(guild: Guild, moment: datetime | None = None) -> None:
    looked(guild.here, moment or datetime.now().astimezone(), "discord")


async def test_the_digest_comes_once_whatever_is_stopped_when(there: Guild) -> None:
    discord = there.discord
    await discord.answer(GENERAL, await there.people.mention(ANA, "Who repairs the zqzeppelin hangar?"))
    await there.settled()
    discord.faults.append(Fault("POST", f"/channels/{HELP}/messages$", held=True, times=1))
    look(there)
    await there.restart()
    await discord.until(lambda: discord.channels[HELP])
    discord._nonces.clear()  # it was long ago
    for _ in range(2):
        await there.restart()
        await there.settled()
        look(there)
    (digest,) = discord.answers(HELP)
    assert words_of(digest).startswith("### The week to ")
    assert "Missing, too" in words_of(digest)  # asked in another channel
    assert "zqzeppelin" not in words_of(digest)


async def test_a_question_that_nobody_answers_is_brought_up_once_more(there: Guild) -> None:
    discord, people = there.discord, there.people
    there.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by=f"discord:user:{KIM}")
    answer = await discord.answer(GENERAL, await people.mention(ANA, "Where is the staff canteen?"))
    await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    later = datetime.now().astimezone().replace(hour=10) + timedelta(days=14)
    for _ in range(2):
        look(there, later + timedelta(days=2) if later.weekday() >= 5 else later)
        await there.restart()
        await there.settled()
    _, reminder = (m for m in discord.answers(HELP) if "canteen" in words_of(m))
    assert "Still waiting for a person: “Where is the staff canteen?”" in words_of(reminder)
    (told,) = discord.answers(GENERAL, int(answer["id"]))
    assert words_of(told).startswith(f"<@{ANA}>\n### No answer yet to “Where is the staff canteen?”")
    assert told["allowed_mentions"]["users"] == [str(ANA)]
    await discord.told(await people.press(KIM, buttons_of(reminder)["claim"], reminder))
    await people.say(KIM, "On the ground floor.", HELP, reply_to=int(reminder["id"]))
    back = await discord.answer(GENERAL, int(answer["id"]), count=2)
    assert "On the ground floor." in words_of(back)


async def test_whoever_left_a_private_thread_is_not_called_back_into_it_but_told_directly(
    there: Guild,
) -> None:
    discord, people = there.discord, there.people
    there.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by=f"discord:user:{KIM}")
    thread = await people.private_thread(ANA, KIM)
    answer = await discord.answer(thread, await people.mention(ANA, "Where is the zqcanteen?", thread))
    await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    (asked,) = [m for m in discord.answers(HELP) if "zqcanteen" in words_of(m)]
    await discord.told(await people.press(KIM, buttons_of(asked)["claim"], asked))
    await people.say(KIM, "On the ground floor.", HELP, reply_to=int(asked["id"]))
    back = await discord.answer(thread, int(answer["id"]))
    assert "On the ground floor." in words_of(back)
    discord.in_thread[thread].remove(ANA)
    await people.say(KIM, "Or on the roof.", HELP, reply_to=int(asked["id"]))
    alone = await discord.answer(direct(ANA))
    assert "Or on the roof." in words_of(alone)
    assert discord.in_thread[thread] == {KIM}
    assert len(discord.answers(thread, int(answer["id"]))) == 1


async def test_what_was_asked_in_a_private_thread_is_not_said_to_its_channel(there: Guild) -> None:
    discord, people = there.discord, there.people
    thread = await people.private_thread(ANA, channel=HELP)
    await discord.answer(thread, await people.mention(ANA, "Who repairs the zqzeppelin hangar?", thread))
    await discord.answer(HELP, await people.mention(ANA, "Where is the zqcanteen?", HELP))
    await there.settled()
    look(there)
    await there.restart()
    await discord.until(lambda: [m for m in discord.answers(HELP) if "The week to" in words_of(m)])
    (digest,) = [m for m in discord.answers(HELP) if "The week to" in words_of(m)]
    assert "Missing: Where is the zqcanteen?" in words_of(digest)
    assert "zqzeppelin" not in words_of(digest)
