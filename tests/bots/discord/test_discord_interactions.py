"""Commands and buttons between their arrival and their acknowledgement, of which Discord must know first."""

import asyncio

from fake_discord import ANA, GENERAL, Fault, buttons_of, direct, words_of
from guild import Guild

from brain.catalog.chats.inbox import NewEvent
from brain.errors import StorageFailed

QUESTION = "How many days of annual leave do employees get?"
CALLBACK = ("POST", "/interactions/.*/callback")


async def test_what_is_said_under_a_command_or_button_waits_until_discord_knows_of_it(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    answer = await discord.answer(GENERAL, await people.mention(ANA, QUESTION))
    for what in ("help", "quotes"):
        late = asyncio.Event()
        discord.faults.append(Fault(*CALLBACK, until=late))
        if what == "help":
            token = await people.slash(ANA, "help")
        else:
            token = await people.press(ANA, buttons_of(answer)["quotes"], answer)
        await discord.until(lambda: discord.calls["POST /interactions/#/#/callback"] and not discord.faults)
        await asyncio.sleep(0.3)  # by now it would have been answered
        late.set()
        assert "leave" in words_of(await discord.told(token)).lower() or what == "help"
        await guild.settled()
    assert discord.answers(direct(ANA)) == []


async def test_that_a_command_waits_never_takes_the_place_of_its_answer(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    await guild.restart(workers=1)
    answered, told = asyncio.Event(), asyncio.Event()
    discord.faults.append(Fault("POST", f"/channels/{GENERAL}/messages$", until=answered))
    await people.mention(ANA, QUESTION)
    await discord.until(lambda: not discord.faults)
    first = await people.slash(ANA, "help")
    await discord.until(lambda: discord.talks[first].callback)
    discord.faults.append(Fault("PATCH", "/webhooks/.*/@original", until=told))
    second = await people.slash(ANA, "why")
    await discord.until(lambda: not discord.faults)  # that it waits is on its way
    answered.set()
    await discord.told(first)
    await asyncio.sleep(0.3)
    told.set()
    await guild.settled()
    (said,) = discord.talks[second].told
    assert "How I answered" in words_of(said)


async def test_with_a_full_disk_questions_are_kept_later_and_commands_are_told_at_once(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    client = guild.service._client
    assert client is not None
    receive, client.full_disk_pause = client._receive, 0.05

    async def full(new: NewEvent) -> bool:
        raise StorageFailed("No space is left.")

    client._receive = full
    asked = await people.mention(ANA, QUESTION)
    token = await people.slash(ANA, "help")
    callback = await discord.until(lambda: discord.talks[token].callback)
    assert callback["type"] == 4
    assert "tell an admin" in callback["data"]["content"]
    await discord.until(lambda: ("put", asked) in discord.reactions)  # it waits, and shows that
    client._receive = receive
    assert "27 days" in words_of(await discord.answer(GENERAL, asked))


async def test_a_command_that_discord_tells_of_twice_is_answered_once(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    token = await people.slash(ANA, "help")
    await discord._dispatch(None, "INTERACTION_CREATE", discord.talks[token].body)
    await discord.told(token)
    again = await people.slash(ANA, "why")
    await discord.told(again)
    await guild.settled()
    assert len(discord.talks[token].told) == 1
    assert guild.written == []
