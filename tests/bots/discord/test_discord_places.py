"""Where the bot can't answer in the place that it was asked in, whoever asked is told so all the same."""

from pathlib import Path

import pytest
from desk_kit import LEAVE, WORD_GATE, desk_home
from fake_discord import (
    ADMIN,
    ANA,
    BEN,
    FORUM,
    GENERAL,
    HELP,
    HR_ROLE,
    Fault,
    buttons_of,
    direct,
    raw_words_of,
    words_of,
)
from guild import Guild, service

QUESTION = "How many days of annual leave do employees get?"
SEND = ("POST", "/channels/[0-9]+/messages$")


REFUSALS = {
    50001: "may not write",
    50013: "may not write",
    160002: "may not write",
    160005: "is locked",
    10003: "is gone",
}


@pytest.mark.parametrize(("code", "why"), REFUSALS.items())
async def test_who_asks_where_the_bot_may_not_write_is_told_directly(
    guild: Guild, code: int, why: str
) -> None:
    discord = guild.discord
    discord.faults.append(Fault("POST", f"/channels/{GENERAL}/messages$", status=403, times=99, code=code))
    await guild.people.mention(ANA, QUESTION)
    told = await discord.answer(direct(ANA))
    assert why in words_of(told)
    assert (f"<#{GENERAL}>" in raw_words_of(told)) == (code != 10003)
    await guild.settled()
    assert len(discord.answers(direct(ANA))) == 1


async def test_who_takes_no_direct_messages_is_told_how_to_get_what_is_for_them_alone(guild: Guild) -> None:
    discord = guild.discord
    discord.kinds[direct(ANA)] = 1
    discord.closed.add(direct(ANA))
    asked = await guild.people.mention(ANA, "help")
    said = words_of(await discord.answer(GENERAL, asked))
    assert "/citewise help" in said
    assert "ask <question>" not in said


async def test_a_direct_message_from_before_a_restart_is_answered_with_the_roles_of_its_person(
    guild: Guild,
) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.allow("hr", [f"discord:role:{HR_ROLE}"], by="admin")
    discord.roles[HR_ROLE].append(ANA)
    discord.faults.append(Fault(*SEND, status=429, times=10_000, retry_after=5))
    asked = await people.dm(ANA, "When does the pay review happen?")
    await discord.until(lambda: discord.calls["POST /channels/#/messages"])
    await guild.service.stop()
    discord.faults.clear()
    await guild.restart()
    assert "October" in words_of(await discord.answer(direct(ANA), asked))


async def test_in_a_new_home_no_answer_is_taken_for_another_or_given_twice(
    guild: Guild, tmp_path: Path
) -> None:
    discord, people = guild.discord, guild.people
    await discord.told(await people.slash(ANA, "help"))
    known = await people.mention(ANA, QUESTION)
    await discord.answer(GENERAL, known)
    await guild.service.stop()
    (tmp_path / "new").mkdir()
    with desk_home(tmp_path / "new", WORD_GATE) as here:
        here.home.fill({"leave.md": LEAVE})
        anew = service(discord, here, [])
        await anew.start()
        assert anew._client is not None
        await anew._client.caught_up.wait()
        asked = await people.mention(BEN, QUESTION)
        await discord.answer(GENERAL, asked)
        await discord.until(lambda: not here.catalog.inbox.all_waiting())
        await anew.stop()
    assert [len(discord.answers(GENERAL, message)) for message in (known, asked)] == [1, 1]


async def test_looking_back_is_tried_again_where_discord_fails(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    await guild.service.stop()
    missed = [(GENERAL, people.unheard(ANA, f"<@1001> {QUESTION}")),
              (HELP, people.unheard(BEN, f"<@1001> {QUESTION}", HELP))]  # fmt: skip
    discord.faults.append(Fault("GET", f"/channels/{GENERAL}/messages", status=503))
    await guild.restart()
    for channel, message in missed:
        await discord.answer(channel, message)
        await discord.until(lambda message=message: ("delete", message) in discord.reactions)
    assert discord.faults == []


async def test_words_in_a_hand_off_are_for_the_asker_only_from_whoever_took_it(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by="discord:user:1")
    answer = await discord.answer(GENERAL, await people.mention(ANA, "Who was the first emperor of Rome?"))
    await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    card = await discord.answer(HELP)
    await people.say(BEN, "Augustus it was.", HELP, reply_to=int(card["id"]))
    assert "I take it" in words_of(await discord.answer(direct(BEN)))
    await discord.told(await people.press(BEN, buttons_of(card)["claim"], card))
    asked = await people.mention(ADMIN, QUESTION, HELP, reply_to=int(card["id"]))
    assert "27 days" in words_of(await discord.answer(HELP, asked))
    await people.say(BEN, "Augustus it was.", HELP, reply_to=int(card["id"]))
    assert "Augustus" in words_of(await discord.answer(GENERAL, count=2))
    assert discord.answers(direct(ADMIN)) == []


async def test_a_person_who_was_asked_answers_by_replying_in_the_direct_message(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:user:{BEN}", by="discord:user:1")
    answer = await discord.answer(GENERAL, await people.mention(ANA, "Who was the first emperor of Rome?"))
    await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    card = await discord.answer(direct(BEN))
    await discord.told(await people.press(BEN, buttons_of(card)["claim"], card))
    said = await people.dm(BEN, "Augustus it was.", reply_to=int(card["id"]))
    assert "Augustus" in words_of(await discord.answer(GENERAL, count=2))
    asked = await people.dm(BEN, QUESTION)
    assert "27 days" in words_of(await discord.answer(direct(BEN), asked))
    before = len(discord.answers(direct(BEN)))
    await people.edit(direct(BEN), said, "How long is parental leave?")  # that is no question to the bot
    await people.delete(direct(BEN), asked)
    await discord.until(lambda: len(discord.answers(direct(BEN))) == before - 1)
    await guild.settled()
    assert len(discord.answers(direct(BEN))) == before - 1
    client = guild.service._client
    assert client is not None
    assert await client._door.direct_channels() == [direct(BEN)]  # where is looked after a gap


async def test_who_hands_a_question_to_a_channel_that_is_gone_is_told_what_to_do(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", "discord:channel:3999", by="discord:user:1")
    answer = await discord.answer(GENERAL, await people.mention(ANA, "Who was the first emperor of Rome?"))
    said = await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    assert "names another with `spaces support`" in words_of(said)


async def test_a_forum_in_which_each_post_has_a_tag_gets_the_request_all_the_same(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    discord.tags[FORUM] = [{"id": str(n), "name": f"tag{n}", "moderated": n == 81, "emoji_id": None,
                            "emoji_name": None} for n in (81, 82)]  # fmt: skip
    guild.here.catalog.places.set_support("general", f"discord:channel:{FORUM}", by="discord:user:1")
    answer = await discord.answer(GENERAL, await people.mention(ANA, "Who was the first emperor of Rome?"))
    said = await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    assert "A person will look at it" in words_of(said)
    assert sum(len(discord.answers(post)) for post in discord.parents) == 1
