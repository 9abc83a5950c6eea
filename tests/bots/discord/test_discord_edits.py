"""Questions that are edited and deleted at awkward moments."""

from fake_discord import ADMIN, ANA, BEN, BOT, FORUM, GENERAL, HELP, direct, words_of
from guild import Guild, handed_on

QUESTION = "How many days of annual leave do employees get?"
OTHER = "How long is parental leave?"


async def test_a_bare_mention_that_becomes_a_question_is_answered(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    asked = await people.mention(ANA, "")
    await discord.answer(direct(ANA))  # what the bot can do
    await people.edit(GENERAL, asked, f"<@{BOT}> {QUESTION}")
    assert "27 days" in words_of(await discord.answer(GENERAL, asked))
    await people.edit(GENERAL, asked, f"<@{BOT}> {OTHER}")
    await discord.until(lambda: "16 weeks" in words_of(discord.answers(GENERAL, asked)[0]))
    await guild.restart()
    await guild.settled()
    assert len(discord.answers(GENERAL)) == 1
    await people.delete(GENERAL, asked)
    await discord.until(lambda: not discord.answers(GENERAL))


async def test_a_question_that_was_edited_while_nobody_listened_is_answered_anew(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    asked = await people.mention(ANA, QUESTION)
    ordered = await people.mention(ADMIN, "help")
    await discord.answer(GENERAL, asked)
    await discord.answer(direct(ADMIN))
    await guild.service.stop()
    await people.edit(GENERAL, asked, f"<@{BOT}> {OTHER}")
    await people.edit(GENERAL, ordered, f"<@{BOT}> Help!")
    await guild.restart()
    await discord.until(lambda: "16 weeks" in words_of(discord.answers(GENERAL, asked)[0]))
    await guild.restart()
    await guild.settled()
    assert len(discord.answers(GENERAL)) == 1
    assert len(discord.answers(direct(ADMIN))) == 1


async def test_an_edited_question_that_can_not_be_answered_says_so_in_the_place_of_the_old_answer(
    guild: Guild,
) -> None:
    discord, people, desk = guild.discord, guild.people, guild.here.desk
    asked = await people.mention(ANA, QUESTION)
    await discord.answer(GENERAL, asked)
    brain, desk._questions._brain = desk._questions._brain, lambda: 1 / 0  # type: ignore[assignment,return-value]
    await people.edit(GENERAL, asked, f"<@{BOT}> {OTHER}")
    await discord.until(lambda: "did not expect" in words_of(discord.answers(GENERAL, asked)[0]))
    desk._questions._brain = brain
    await people.edit(GENERAL, asked, f"<@{BOT}> {OTHER} Please.")
    await discord.until(lambda: "16 weeks" in words_of(discord.answers(GENERAL, asked)[0]))
    assert len(discord.answers(GENERAL)) == 1


async def test_what_the_bot_let_pass_is_answered_once_an_edit_mentions_it(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    discord.app_flags = 1 << 19
    await guild.restart(message_content=True)
    guild.here.catalog.places.set_auto_answer(f"discord:channel:{FORUM}", on=True, by="discord:user:1")
    post = await people.post(BEN, "Charger", "Does anyone have a charger?", FORUM)
    await guild.settled()
    await people.edit(post, post, "Does anyone have a charger, or a cable?")
    await guild.settled()
    assert discord.answers(post) == []
    await people.edit(post, post, f"<@{BOT}> {QUESTION}")
    assert "27 days" in words_of(await discord.answer(post))


async def test_what_is_edited_or_deleted_at_once_is_no_longer_what_it_was(guild: Guild) -> None:
    """As where a connection comes back: all that happened meanwhile is told in one go."""
    discord, people = guild.discord, guild.people
    edited, gone = [], []
    for _ in range(4):
        edited.append(await people.mention(ANA, QUESTION))
        await people.edit(GENERAL, edited[-1], f"<@{BOT}> {OTHER}")
        gone.append(await people.mention(BEN, QUESTION))
        await people.delete(GENERAL, gone[-1])
    for message in edited:
        await discord.until(
            lambda message=message: any("16 weeks" in words_of(m) for m in discord.answers(GENERAL, message))
        )
    await discord.until(lambda: not any(discord.answers(GENERAL, message) for message in gone))
    await guild.settled()
    assert len(discord.answers(GENERAL)) == len(edited)


async def test_what_an_edit_makes_a_command_is_done_and_no_question(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    asked = await people.mention(ADMIN, "statsu")
    await discord.answer(GENERAL, asked)
    await people.edit(GENERAL, asked, f"<@{BOT}> status")
    assert words_of(await discord.answer(direct(ADMIN))).startswith("### Status")
    await guild.settled()
    assert discord.answers(GENERAL) == []  # what was said to the slip is taken away
    await people.edit(GENERAL, asked, f"<@{BOT}> help")
    assert words_of(await discord.answer(direct(ADMIN), count=2)).startswith("### What I can do")
    await people.edit(GENERAL, asked, f"<@{BOT}> {QUESTION}")
    assert "27 days" in words_of(await discord.answer(GENERAL, asked))
    await people.delete(GENERAL, asked)
    await discord.until(lambda: not discord.answers(GENERAL))


async def test_an_edited_undo_takes_no_second_change_back(guild: Guild) -> None:
    discord, people, changes = guild.discord, guild.people, guild.here.catalog.changes
    for channel in (1, 2):
        changes.grant(True, f"discord:user:{ADMIN}", "hr", f"discord:channel:{channel}")
    asked = await people.mention(ADMIN, "undo")
    assert "Taken back" in words_of(await discord.answer(direct(ADMIN)))
    await people.edit(GENERAL, asked, f"<@{BOT}>  Undo")
    assert "This one, and no other" in words_of(await discord.answer(direct(ADMIN), count=2))
    assert guild.here.catalog.principals("hr") == {"discord:channel:1"}


async def test_who_corrects_an_answer_for_somebody_has_it_told_once_more(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    answer, request = await handed_on(guild, BEN)
    said = await people.say(BEN, "In house A.", HELP, reply_to=int(request["id"]))
    await discord.until(lambda: discord.answers(GENERAL, int(answer["id"])))
    discord.channels[HELP][said]["mentions"] = [{"id": str(BOT), "username": "citewise"}]
    await people.edit(HELP, said, f"In house B, <@{BOT}>.")
    told = await discord.answer(GENERAL, int(answer["id"]), count=2)
    assert "wrote again about" in words_of(told)
    assert "In house B" in words_of(told)
