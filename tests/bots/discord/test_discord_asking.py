"""People ask on Discord: mentions, replies, threads, direct messages, edits, buttons."""

import re

from fake_discord import (
    ADMIN,
    ANA,
    BEN,
    BOT,
    BOT_ROLE,
    EPHEMERAL,
    FORUM,
    GENERAL,
    HELP,
    HR_ROLE,
    Fault,
    buttons_of,
    direct,
    raw_words_of,
    user,
    words_of,
)
from guild import Guild

QUESTION = "How many days of annual leave do employees get?"


async def test_a_mention_is_answered_once_with_sources_and_buttons(guild: Guild) -> None:
    discord = guild.discord
    asked = await guild.people.mention(ANA, QUESTION)
    answer = await discord.answer(GENERAL, asked)
    assert "27 days of paid annual leave" in words_of(answer)
    assert "[1] Leave › Annual leave" in words_of(answer)
    assert set(buttons_of(answer)) == {"quotes", "helpful", "not_helpful", "person"}
    assert GENERAL in discord.typed
    assert len(discord.answers(GENERAL)) == 1


async def test_a_reply_to_the_answer_goes_on_and_replies_to_people_do_not(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    asked = await people.mention(ANA, QUESTION)
    answer = await discord.answer(GENERAL, asked)
    more = await people.say(BEN, "and for how long is parental leave paid?", reply_to=int(answer["id"]))
    second = await discord.answer(GENERAL, more)
    assert "16 weeks" in words_of(second)
    third = await people.say(ANA, "and after how many months of service?", reply_to=int(second["id"]))
    await discord.answer(GENERAL, third)
    threads = {guild.here.catalog.inbox.of_message("discord", f"{GENERAL}:{m}").thread  # type: ignore[union-attr]
               for m in (asked, more, third)}  # fmt: skip
    assert threads == {f"discord:{asked}"}
    await people.say(BEN, "I wonder, too. What do you think?", reply_to=asked)
    await guild.settled()
    assert len(discord.answers(GENERAL)) == 3


async def test_pointing_the_bot_at_someones_question_asks_it(guild: Guild) -> None:
    question = await guild.people.say(BEN, QUESTION)
    pointed = await guild.people.say(ANA, f"<@{BOT}>", reply_to=question)
    assert "only the words of messages that mention me" in words_of(
        await guild.discord.answer(GENERAL, pointed)
    )
    guild.discord.app_flags = 1 << 19
    await guild.restart(message_content=True)
    pointed = await guild.people.say(ANA, f"<@{BOT}>", reply_to=question)
    assert "27 days" in words_of(await guild.discord.answer(GENERAL, pointed))
    alone = await guild.people.mention(ANA, "")
    told = await guild.discord.until(lambda: guild.discord.answers(direct(ANA)))
    assert "What I can do" in words_of(told[0])
    assert guild.discord.answers(GENERAL, alone) == []


async def test_who_mentions_the_bots_role_is_told_to_mention_the_bot(guild: Guild) -> None:
    asked = await guild.people.say(ANA, f"<@&{BOT_ROLE}> {QUESTION}", mention_roles=[str(BOT_ROLE)])
    assert "not the role" in words_of(await guild.discord.answer(GENERAL, asked))
    guild.discord.app_flags = 1 << 19
    await guild.restart(message_content=True)
    asked = await guild.people.say(ANA, f"<@&{BOT_ROLE}> {QUESTION}", mention_roles=[str(BOT_ROLE)])
    assert "27 days" in words_of(await guild.discord.answer(GENERAL, asked))


async def test_a_direct_message_uses_the_roles_that_the_person_has_in_the_server(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.allow("hr", [f"discord:role:{HR_ROLE}"], by="admin")
    discord.roles[HR_ROLE].append(ANA)
    asked = await people.dm(ANA, "When does the pay review happen?")
    assert "October" in words_of(await discord.answer(direct(ANA), asked))
    asked = await people.dm(BEN, "When does the pay review happen?")
    assert "zqsecret" not in words_of(await discord.answer(direct(BEN), asked))


async def test_that_there_is_more_is_told_to_the_asker_alone(guild: Guild) -> None:
    discord = guild.discord
    guild.here.catalog.places.allow("hr", [f"discord:user:{ANA}"], by="admin")
    asked = await guild.people.mention(ANA, "When does the pay review for engineers happen?")
    answer = await discord.answer(GENERAL, asked)
    told = await discord.answer(direct(ANA))
    assert "direct message" in words_of(told)
    assert "October" not in words_of(answer) + words_of(told)
    discord.faults.append(Fault("POST", "/users/@me/channels", status=403, code=50007))
    asked = await guild.people.mention(ANA, "When does the pay review for engineers happen?")
    await discord.answer(GENERAL, asked)
    await guild.settled()
    assert discord.faults == []
    assert "did not" not in words_of(discord.answers(GENERAL, asked)[0])


async def test_a_place_that_is_not_known_is_never_taken_for_a_direct_message(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.allow("hr", [f"discord:user:{ANA}"], by="admin")
    asked = people._message(ANA, f"<@{BOT}> When does the pay review happen?", GENERAL, 0, None)
    await discord._dispatch(None, "MESSAGE_CREATE", {**asked, "guild_id": "999"})
    discord.kinds[3_999] = 0  # a channel that was made while the bot did not listen
    unknown = await people.mention(ANA, "When does the pay review happen?", 3_999)
    assert "October" not in words_of(await discord.answer(3_999, unknown))
    await people.edit(3_999, unknown, f"<@{BOT}> When does the pay review for engineers happen?")
    await guild.settled()
    assert discord.answers(GENERAL) == []
    assert "October" not in words_of(discord.answers(3_999)[0])


async def test_a_refusal_says_what_was_searched_and_offers_a_person(guild: Guild) -> None:
    asked = await guild.people.mention(ANA, "Who was the first emperor of Rome?")
    answer = await guild.discord.answer(GENERAL, asked)
    assert "person" in buttons_of(answer)
    assert "quotes" not in buttons_of(answer)


async def test_quotes_are_shown_to_who_pressed_with_the_words_marked(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    answer = await discord.answer(GENERAL, await people.mention(ANA, QUESTION))
    token = await people.press(BEN, buttons_of(answer)["quotes"], answer)
    shown = await discord.told(token)
    assert shown["flags"] & EPHEMERAL
    assert "**Full-time employees get 27 days of paid annual leave in a calendar year\\.**" in raw_words_of(
        shown
    ).replace("year.**", "year\\.**")
    assert "carried over" in words_of(shown)


async def test_thumbs_are_kept_and_down_asks_why_even_after_a_restart(guild: Guild) -> None:
    discord, people, catalog = guild.discord, guild.people, guild.here.catalog
    answer = await discord.answer(GENERAL, await people.mention(ANA, QUESTION))
    buttons = buttons_of(answer)
    await discord.told(await people.press(ANA, buttons["helpful"], answer))
    opened = await people.press(BEN, buttons["not_helpful"], answer)
    await discord.until(lambda: discord.talks[opened].callback)
    await guild.restart()
    sent = await people.submit(BEN, opened, reason="incomplete", words="What of interns?")
    assert "person" in buttons_of(await discord.told(sent))
    found = [f for f in catalog.answers.feedback() if not f.helpful]
    assert [(f.person, f.reason, f.words) for f in found] == [
        (f"discord:user:{BEN}", "incomplete", "What of interns?")
    ]
    assert [f.person for f in catalog.answers.feedback() if f.helpful] == [f"discord:user:{ANA}"]


async def test_an_edited_question_is_answered_in_place_and_a_deleted_one_takes_its_answer_along(
    guild: Guild,
) -> None:
    discord, people = guild.discord, guild.people
    asked = await people.mention(ANA, QUESTION)
    first = await discord.answer(GENERAL, asked)
    await people.edit(GENERAL, asked, f"<@{BOT}> How long is parental leave?")
    await discord.until(lambda: "16 weeks" in words_of(discord.answers(GENERAL, asked)[0]))
    assert [message["id"] for message in discord.answers(GENERAL, asked)] == [first["id"]]
    assert "27 days" not in words_of(discord.answers(GENERAL, asked)[0])
    await people.delete(GENERAL, asked)
    await discord.until(lambda: not discord.answers(GENERAL))
    plain = await people.say(BEN, QUESTION)
    await people.edit(GENERAL, plain, f"<@{BOT}> {QUESTION}")
    assert "27 days" in words_of(await discord.answer(GENERAL, plain))


async def test_a_private_answer_can_be_shared(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    token = await people.slash(ANA, "ask", question=QUESTION)
    told = await discord.told(token)
    assert words_of(told).startswith(f"> {QUESTION}\nFull-time")
    assert discord.talks[token].callback == {"type": 5, "data": {"flags": EPHEMERAL}}
    assert "27 days" in words_of(told)
    await discord.told(await people.press(ANA, buttons_of(told)["share"], told))
    (shared,) = discord.answers(GENERAL)
    assert "27 days" in words_of(shared)
    assert "quotes" in buttons_of(shared)


async def test_bots_webhooks_and_other_peoples_talk_are_ignored(guild: Guild) -> None:
    people = guild.people
    robot = user(9001) | {"bot": True}
    await people.mention(ANA, QUESTION, author=robot)
    await people.mention(ANA, QUESTION, webhook_id="77")
    await people.mention(ANA, QUESTION, type=7)
    await people.say(BEN, QUESTION)
    await people.say(ANA, "@everyone what is for lunch today?", mention_everyone=True)
    asked = await people.mention(ANA, QUESTION)
    await guild.discord.answer(GENERAL, asked)
    await guild.settled()
    assert len(guild.discord.answers(GENERAL)) == 1


async def test_nothing_from_a_document_becomes_live(guild: Guild) -> None:
    evil = (
        "Travel\n\nTravel bookings go through @everyone and <@5002> at https://evil.example/?q=1 or "
        "[the portal](https://evil.example/p) *today* `now` ||soon|| </citewise:1> <t:1:R>.\n"
    )
    guild.here.home.fill({"travel.txt": evil})
    answer = await guild.discord.answer(
        GENERAL, await guild.people.mention(ANA, "Where do travel bookings go?")
    )
    told = await guild.discord.told(await guild.people.press(ANA, buttons_of(answer)["quotes"], answer))
    for written in (raw_words_of(answer), raw_words_of(told)):
        assert "evil.example" in written
        assert not re.search(
            r"@everyone|https?://|(?<!\\)[<`|*\[\]]", written.replace("**", "").split("-#")[0]
        )


async def test_a_channel_can_have_a_thread_for_each_question(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    await guild.restart(threads=(str(HELP),))
    asked = await people.mention(ANA, QUESTION, HELP)
    answer = await discord.answer(asked)  # the thread has the id of its question
    assert discord.parents[asked] == HELP
    assert "27 days" in words_of(answer)
    more = await people.mention(BEN, "and for how long is parental leave paid?", asked)
    assert "16 weeks" in words_of(await discord.answer(asked, more))
    await people.edit(HELP, asked, f"<@{BOT}> How long is parental leave?")
    await discord.until(lambda: "27 days" not in words_of(discord.answers(asked)[0]))
    assert discord.answers(HELP) == []


async def test_with_the_content_intent_threads_go_on_and_forums_answer_by_themselves(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    discord.app_flags = 1 << 19
    await guild.restart(message_content=True, threads=("all",))
    asked = await people.mention(ANA, QUESTION)
    await discord.answer(asked)
    await people.say(BEN, "and for how long is parental leave paid?", asked)
    assert "16 weeks" in words_of(await discord.answer(asked, count=2))
    await people.say(BEN, "Thanks!", asked)
    await people.say(BEN, f"<@{ANA}> did you know that?", asked)
    await people.say(BEN, QUESTION)
    said = await discord.told(await people.slash(ADMIN, "spaces", FORUM, change="auto on"))
    assert "by myself" in words_of(said)
    post = await people.post(
        ANA, "Leave?", "How many days of paid annual leave do full-time employees get?", FORUM
    )
    assert "27 days" in words_of(await discord.answer(post))
    unsure = await people.post(BEN, "Charger", "Does anyone have a charger?", FORUM)
    await guild.settled()
    assert discord.answers(unsure) == discord.answers(GENERAL) == []
    assert len(discord.answers(asked)) == 2


async def test_a_reply_with_its_ping_switched_off_goes_on_where_the_bot_may_read_it(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    discord.app_flags = 1 << 19
    await guild.restart(message_content=True)
    answer = await discord.answer(GENERAL, await people.mention(ANA, QUESTION))
    reply_to = int(answer["id"])
    more = await people.say(BEN, "and how long is parental leave?", reply_to=reply_to, silent=True)
    assert "16 weeks" in words_of(await discord.answer(GENERAL, more))
    await people.say(BEN, "Thanks!", reply_to=reply_to, silent=True)
    await guild.settled()
    assert len(discord.answers(GENERAL)) == 2


async def test_without_the_intent_a_mention_in_a_forum_post_is_answered_there(guild: Guild) -> None:
    post = await guild.people.post(ANA, "Leave?", f"<@{BOT}> {QUESTION}", FORUM)
    assert "27 days" in words_of(await guild.discord.answer(post))


async def test_who_left_the_server_is_told_nothing_in_a_direct_message(guild: Guild) -> None:
    discord, people, catalog = guild.discord, guild.people, guild.here.catalog
    catalog.places.allow("hr", [f"discord:user:{BEN}"], by="admin")
    catalog.places.set_support("general", f"discord:channel:{HELP}", by="test")
    before = await discord.answer(direct(BEN), await people.dm(BEN, QUESTION))
    assert "27 days" in words_of(before)
    discord.left.add(BEN)
    await guild.restart()  # who is in a server is remembered for a minute
    said = await discord.told(await people.press(BEN, buttons_of(before)["person"], before))
    assert "I can't ask a person for you" in words_of(said)
    assert discord.channels[HELP] == {}
    for question in (QUESTION, "What is the bonus pool of zqsecret salaries?"):
        told = words_of(await discord.answer(direct(BEN), await people.dm(BEN, question)))
        assert "can't find you among them" in told
        assert "27 days" not in told
        assert "12 percent" not in told
    asked = await people.dm(ANA, QUESTION)
    assert "27 days" in words_of(await discord.answer(direct(ANA), asked))
