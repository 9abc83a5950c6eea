"""Questions that are edited and deleted at awkward moments."""

from fake_discord import ANA, BEN, BOT, FORUM, GENERAL, direct, words_of
from guild import Guild

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
