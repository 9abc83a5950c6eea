"""One request for an answer, whoever presses, and its card shows who has it: on a fake Discord."""

import asyncio

import pytest
from fake_discord import ANA, BEN, FORUM, GENERAL, HELP, Fault, Json, buttons_of, direct, words_of
from guild import Guild, handed_on

from bots.discord.layout import mark_of

KIM = 5010


async def asked_for_by(guild: Guild, *people: int, support: int = HELP) -> tuple[Json, list[Json]]:
    """The answer to a question of Ana's under which these people ask for a person at once; what they hear."""
    discord = guild.discord
    guild.here.catalog.places.set_support("general", f"discord:channel:{support}", by=f"discord:user:{KIM}")
    answer = await discord.answer(GENERAL, await guild.people.mention(ANA, "Where is the staff canteen?"))
    pressed = await asyncio.gather(
        *(guild.people.press(person, buttons_of(answer)["person"], answer) for person in people)
    )
    return answer, [await discord.told(one) for one in pressed]


async def test_two_people_who_press_at_once_make_one_request_and_are_both_told(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    answer, told = await asked_for_by(guild, ANA, BEN)
    said = sorted(words_of(one) for one in told)
    assert "A person will look at it" in said[0]
    assert "Somebody asked for a person here before you" in said[1]
    (request,) = discord.answers(HELP)
    await discord.until(lambda: "2 people" in words_of(request))
    await discord.told(await people.press(KIM, buttons_of(request)["claim"], request))
    await people.say(KIM, "On the ground floor of house B.", HELP, reply_to=int(request["id"]))
    back = (await discord.until(lambda: discord.answers(GENERAL, int(answer["id"]))))[0]
    assert "On the ground floor of house B." in words_of(back)
    assert sorted(back["allowed_mentions"]["users"]) == [str(ANA), str(BEN)]
    assert all(f"<@{person}>" in words_of(back).split("\n")[0] for person in (ANA, BEN))


async def test_the_request_names_who_took_it_also_when_others_join_after_a_restart(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    answer, request = await handed_on(guild, KIM)
    assert f"Taken by**   <@{KIM}>" in words_of(request)
    assert request["allowed_mentions"] == {"parse": [], "replied_user": False}  # it calls nobody
    assert set(buttons_of(request)) == {"reply"}
    await guild.restart()
    said = await discord.told(await people.press(BEN, buttons_of(answer)["person"], answer))
    assert "Somebody has taken it." in words_of(said)
    assert f"<@{KIM}>" in words_of(request)
    assert "2 people" in words_of(request)
    await people.say(KIM, "On the ground floor of house B.", HELP, reply_to=int(request["id"]))
    await discord.until(lambda: f"Answered by**   <@{KIM}>" in words_of(request))
    assert len(discord.answers(HELP)) == 1


async def test_a_post_of_a_forum_names_who_took_it_too(guild: Guild) -> None:
    discord = guild.discord
    await asked_for_by(guild, ANA, support=FORUM)
    (post,) = [post for post in discord.parents if discord.answers(post)]
    (request,) = discord.answers(post)
    await discord.told(await guild.people.press(KIM, buttons_of(request)["claim"], request))
    assert f"<@{KIM}>" in words_of(request)


async def test_a_request_that_somebody_deleted_can_still_be_answered(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    await asked_for_by(guild, ANA)
    (request,) = discord.answers(HELP)
    pressed = await people.press(KIM, buttons_of(request)["reply"], request)
    await people.delete(HELP, int(request["id"]))
    said = await discord.told(await people.submit(KIM, pressed, words="On the ground floor."))
    assert "The asker has your answer" in words_of(said)
    assert guild.written == []


@pytest.mark.parametrize("support", [HELP, FORUM])
async def test_a_request_that_an_older_citewise_posted_before_it_was_killed_is_not_posted_again(
    guild: Guild, support: int
) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:channel:{support}", by=f"discord:user:{KIM}")
    answer = await discord.answer(GENERAL, await people.mention(ANA, "Where is the staff canteen?"))
    discord.faults.append(Fault("POST", f"/channels/{support}/(messages|threads)$", held=True))
    pressed = await people.press(ANA, buttons_of(answer)["person"], answer)

    def requests() -> list[Json]:
        found = [support, *(post for post in discord.parents if discord.parents[post] == support)]
        return [request for place in found for request in discord.answers(place)]

    (request,) = await discord.until(requests)
    with guild.here.catalog.database.reading() as connection:
        row = connection.execute("SELECT event FROM inbox WHERE kind = 'press'").fetchone()
    request["components"][0]["id"] = mark_of(f"discord-{row[0]}-e0")  # as it was until hand-offs had a key
    discord._nonces.clear()
    await guild.restart()
    assert "A person will look at it" in words_of(await discord.told(pressed))
    assert requests() == [request]
    await discord.told(await people.press(KIM, buttons_of(request)["claim"], request))
    assert f"<@{KIM}>" in words_of(request)


async def asked_by_two_of_whom_one_left(guild: Guild) -> tuple[int, int]:
    """Ana and Ben ask a person in their private thread, and Ana leaves it; the thread and the answer."""
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by=f"discord:user:{KIM}")
    thread = await people.private_thread(ANA, BEN)
    answer = await discord.answer(thread, await people.mention(ANA, "Where is the staff canteen?", thread))
    for person in (ANA, BEN):
        await discord.told(await people.press(person, buttons_of(answer)["person"], answer))
    discord.in_thread[thread].discard(ANA)
    return thread, int(answer["id"])


async def test_of_two_in_a_private_thread_who_left_it_is_told_alone(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    thread, answer = await asked_by_two_of_whom_one_left(guild)
    request = await discord.answer(HELP)
    await discord.told(await people.press(KIM, buttons_of(request)["claim"], request))
    await people.say(KIM, "On the ground floor.", HELP, reply_to=int(request["id"]))
    assert "On the ground floor." in words_of(await discord.answer(direct(ANA)))
    back = (await discord.until(lambda: discord.answers(thread, answer)))[0]
    assert back["allowed_mentions"]["users"] == [str(BEN)]
    assert ANA not in discord.in_thread[thread]


async def test_several_who_asked_where_i_may_not_write_any_more_are_each_told_alone(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    answer, request = await handed_on(guild, KIM)
    await discord.told(await people.press(BEN, buttons_of(answer)["person"], answer))
    discord.closed.add(GENERAL)
    await people.say(KIM, "On the ground floor.", HELP, reply_to=int(request["id"]))
    for person in (ANA, BEN):
        assert "On the ground floor." in words_of(await discord.answer(direct(person)))


async def test_where_one_who_left_a_private_thread_can_t_be_told_the_others_are_told_once(
    guild: Guild,
) -> None:
    discord, people = guild.discord, guild.people
    thread, answer = await asked_by_two_of_whom_one_left(guild)
    takes_no_messages(guild, ANA)
    request = await discord.answer(HELP)
    opened = await people.press(KIM, buttons_of(request)["reply"], request)
    said = await discord.told(await people.submit(KIM, opened, words="On the ground floor."))
    assert "Not everybody who asked could be told" in words_of(said)
    assert len(discord.answers(thread, answer)) == 1
    assert discord.answers(direct(BEN)) == []
    assert "Answered by" in words_of(request)


async def test_who_joins_is_told_so_though_whoever_took_it_takes_no_direct_messages(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    answer, request = await handed_on(guild, KIM)
    takes_no_messages(guild, KIM)
    opened = await people.press(BEN, buttons_of(answer)["not_helpful"], answer)
    alone = await discord.told(await people.submit(BEN, opened, reason="wrong"))
    said = await discord.told(await people.press(BEN, buttons_of(alone)["person"], alone))
    assert "you wait for it too now" in words_of(said)
    assert "2 people" in words_of(request)


async def test_who_comes_to_a_thread_when_all_was_said_there_is_told_it_at_once(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by=f"discord:user:{KIM}")
    thread = await people.private_thread(ANA, BEN)
    answer = await discord.answer(thread, await people.mention(ANA, "Where is the staff canteen?", thread))
    await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    request = await discord.answer(HELP)
    opened = await people.press(KIM, buttons_of(request)["reply"], request)
    await discord.told(await people.submit(KIM, opened, words="On the ground floor."))
    late = await discord.told(await people.press(BEN, buttons_of(answer)["person"], answer))
    assert "On the ground floor." in words_of(late)


def takes_no_messages(guild: Guild, person: int) -> None:
    guild.discord.kinds[direct(person)] = 1
    guild.discord.closed.add(direct(person))
