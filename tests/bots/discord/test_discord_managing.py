"""Admins manage documents from Discord, and people hand questions to people."""

from typing import Any

import pytest
from discord_people import attachment
from fake_discord import (
    ADMIN,
    ANA,
    BEN,
    EPHEMERAL,
    FORUM,
    GENERAL,
    GUILD,
    HELP,
    HR,
    Fault,
    Json,
    buttons_of,
    direct,
    now,
    words_of,
)
from guild import Guild, handed_on

KIM = 5010


async def told(guild: Guild, person: int, verb: str, at: int = GENERAL, **options: Any) -> Json:
    return await guild.discord.told(await guild.people.slash(person, verb, at, **options))


async def test_every_verb_is_a_subcommand_and_the_commands_are_registered_once(guild: Guild) -> None:
    discord = guild.discord
    group, menu, triage = discord.commands["global"]
    assert {option["name"] for option in group["options"]} == {verb.name for verb in guild.here.desk.verbs}
    assert (menu["name"], menu["type"]) == ("Add to knowledge base", 3)
    assert int(menu["default_member_permissions"]) == 1 << 5
    assert (triage["name"], triage["type"]) == ("Triage with sources", 3)
    assert triage["default_member_permissions"] is None  # who is support is no right of Discord's
    await guild.restart()
    assert discord.calls["PUT /applications/#/commands"] == 1
    await guild.restart(guilds=(GUILD,))
    await guild.restart(guilds=(GUILD,))
    assert discord.calls["PUT /applications/#/guilds/#/commands"] == 1


async def test_nobody_is_shown_the_commands_twice_and_a_wrong_server_stops_nothing(guild: Guild) -> None:
    discord = guild.discord
    await guild.restart(guilds=(GUILD,))
    assert {scope: len(found) for scope, found in discord.commands.items()} == {"global": 0, str(GUILD): 3}
    discord.faults.append(Fault("PUT", "/guilds/999/commands", status=403, code=50001))
    await guild.restart(guilds=(999,))
    assert {scope: len(found) for scope, found in discord.commands.items()} == {"global": 0, str(GUILD): 0}
    asked = await guild.people.mention(ANA, "How many days of annual leave do employees get?")
    assert "27 days" in words_of(await discord.answer(GENERAL, asked))
    await guild.restart()
    assert len(discord.commands["global"]) == 3


async def test_verbs_answer_privately_and_admins_verbs_only_to_admins(guild: Guild) -> None:
    for verb, options, title in (
        ("help", {}, "What I can do"),
        ("why", {}, "Nothing to explain yet"),
        ("status", {}, "Status"),
        ("gaps", {"days": 7}, "Asked and not found"),
        ("documents", {"words": "leave"}, "1 document"),
        ("spaces", {}, "Spaces and who reads them"),
        ("history", {}, "The last changes"),
        ("undo", {}, "Nothing to take back"),
        ("remove", {"document": "Leave"}, "Remove “Leave”?"),
        ("add", {"url": "nothing"}, "That did not work"),
    ):
        said = await told(guild, ADMIN, verb, **options)
        assert words_of(said).removeprefix("### ").startswith(title), verb
        assert said["flags"] & EPHEMERAL
        if verb not in ("help", "why"):
            assert "That is for admins" in words_of(await told(guild, ANA, verb, **options)), verb
    assert guild.discord.answers(GENERAL) == []
    assert "remove" not in words_of(await told(guild, ANA, "help"))


async def test_documents_and_spaces_are_offered_while_an_admin_types(guild: Guild) -> None:
    people = guild.people
    offered = await people.typing(ADMIN, "remove", document="sal")
    assert [choice["name"] for choice in offered] == ["Salaries (hr)"]
    assert [c["value"] for c in await people.typing(ADMIN, "add", space="")] == ["general", "hr"]
    assert await people.typing(ANA, "remove", document="") == []
    asked = await told(guild, ADMIN, "remove", document=offered[0]["value"])
    assert "Remove “Salaries”?" in words_of(asked)


async def test_a_file_is_previewed_moved_added_and_taken_back(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    file = attachment(discord, "parking.md", b"# Parking\n\nVisitors park on level two of the garage.\n")
    preview = await told(guild, ADMIN, "add", file=file["id"], resolved={"attachments": {file["id"]: file}})
    assert words_of(preview).startswith("### Add “Parking”?")
    menu = buttons_of(preview)["space"]
    moved = await discord.told(await people.press(ADMIN, menu, preview, choice="hr"))
    assert "hr: those who may read hr" in words_of(moved)
    back = await discord.told(await people.press(ADMIN, buttons_of(moved)["space"], moved, choice="general"))
    pressed = await people.press(ADMIN, buttons_of(back)["confirm"], back)
    done = await discord.told(pressed)
    assert discord.talks[pressed].callback["type"] == 6  # type: ignore[index]
    assert done is discord.talks[pressed].original
    assert "undo" in words_of(done)
    answer = await discord.answer(GENERAL, await people.mention(BEN, "Where do visitors park?"))
    assert "level two" in words_of(answer)
    assert "Taken back" in words_of(await told(guild, ADMIN, "undo"))
    assert guild.here.catalog.documents(words="parking") == []


async def test_a_file_sent_with_the_word_add_is_for_the_admin_alone(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    file = attachment(discord, "parking.md", b"# Parking\n\nVisitors park on level two of the garage.\n")
    await people.mention(ADMIN, "add", files=[file])
    preview = await discord.answer(direct(ADMIN))
    assert "Add “Parking”?" in words_of(preview)
    await discord.until(lambda: buttons_of(preview))
    done = await people.press(ADMIN, buttons_of(preview)["confirm"], preview)
    await discord.until(lambda: "Added" in words_of(preview))
    assert discord.talks[done].followups == []
    assert discord.answers(GENERAL) == []


async def test_files_from_elsewhere_and_large_ones_are_refused_with_the_reason(guild: Guild) -> None:
    discord = guild.discord
    for file, why in (
        (attachment(discord, "x.md", b"x", url="https://evil.example/x.md"), "does not lie on Discord"),
        (attachment(discord, "x.md", b"x", url="https://cdn.discordapp.com.evil.example/x"), "does not lie"),
        (attachment(discord, "big.pdf", b"", size=900_000_000), "900 MB"),
        (attachment(discord, "fat.md", b"x" * 21_000_000, size=10), "20 MB can be added"),
    ):
        said = await told(guild, ADMIN, "add", file=file["id"], resolved={"attachments": {file["id"]: file}})
        assert why in words_of(said)


async def test_a_message_becomes_a_document_that_cites_it(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    message = await people.say(BEN, "The wifi password for guests is on the back of the badge.")
    preview = await discord.told(await people.menu(ADMIN, GENERAL, message))
    await discord.told(await people.press(ADMIN, buttons_of(preview)["confirm"], preview))
    answer = await discord.answer(GENERAL, await people.mention(ANA, "Where is the guests wifi password?"))
    assert "back of the badge" in words_of(answer)
    assert f"(<https://discord.com/channels/{GUILD}/{GENERAL}/{message}>)" in words_of(answer)
    assert "That is for admins" in words_of(await discord.told(await people.menu(ANA, GENERAL, message)))


async def test_what_an_app_put_into_a_frame_or_someone_forwarded_is_added_and_no_words_are_not(
    guild: Guild,
) -> None:
    discord, people = guild.discord, guild.people
    frame = {"type": "rich", "title": "Badges", "description": "Badges are blue for guests."}
    shot = {"content": "Badges are blue for guests.", "embeds": [], "attachments": [], "timestamp": now(),
            "edited_timestamp": None, "flags": 0, "mentions": [], "mention_roles": [], "type": 0,
            "components": []}  # fmt: skip
    for more in ({"embeds": [frame]}, {"message_snapshots": [{"message": shot}]}):
        message = await people.say(BEN, "", **more)
        said = words_of(await discord.told(await people.menu(ADMIN, GENERAL, message)))
        assert "Add “Badges" in said
    message = await people.say(BEN, "")
    said = words_of(await discord.told(await people.menu(ADMIN, GENERAL, message)))
    assert "holds no words" in said
    said = words_of(await discord.told(await people.menu(ANA, GENERAL, message)))
    assert "That is for admins" in said


async def test_a_channel_that_is_to_be_answered_unasked_can_be_named(guild: Guild) -> None:
    token = await guild.people.slash(ADMIN, "spaces", change="auto on", channel=str(HELP), resolved={
        "channels": {str(HELP): {**guild.discord._channel(HELP), "permissions": "0"}}})  # fmt: skip
    assert "Message Content intent" in words_of(await guild.discord.told(token, count=2))
    assert f"<#{HELP}> by myself" in words_of(guild.discord.talks[token].told[0])
    assert guild.here.catalog.places.auto_answer() == {f"discord:channel:{HELP}"}


async def test_bare_add_opens_a_form(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    opened = await people.slash(ADMIN, "add")
    sent = await people.submit(ADMIN, opened, url="http://127.0.0.1:1/nothing", space="hr")
    assert "That did not work" in words_of(await discord.told(sent))
    assert "That is for admins" in words_of(await told(guild, ANA, "add"))


async def test_spaces_are_mapped_to_channels_and_roles_from_the_command(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    said = await told(guild, ADMIN, "spaces", change="allow", space="hr", channel=str(HR), resolved={
        "channels": {str(HR): {**discord._channel(HR), "permissions": "0"}}})  # fmt: skip
    assert f"<#{HR}> may read hr" in words_of(said)
    assert f"<#{HR}>" in words_of(await told(guild, ADMIN, "spaces"))
    asked = await people.mention(ANA, "When does the pay review happen?", HR)
    assert "October" in words_of(await discord.answer(HR, asked))
    asked = await people.mention(ANA, "When does the pay review happen?", GENERAL)
    assert "October" not in words_of(await discord.answer(GENERAL, asked))


async def test_a_question_goes_to_a_person_and_comes_back_as_a_document(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by=f"discord:user:{KIM}")
    asked = await people.mention(ANA, "Where is the staff canteen?")
    answer = await discord.answer(GENERAL, asked)
    await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    request = await discord.answer(HELP)
    assert "Where is the staff canteen?" in words_of(request)
    opened = await people.press(BEN, buttons_of(request)["reply"], request)
    await discord.told(await people.press(KIM, buttons_of(request)["claim"], request))
    late = await discord.told(await people.submit(BEN, opened, words="no idea where, sorry"))
    assert "Someone else" in words_of(late)
    assert f"<@{KIM}>" in words_of(late)
    await people.say(BEN, "no idea where, sorry", HELP, reply_to=int(request["id"]))
    await people.say(KIM, "On the ground floor of house B.", HELP, reply_to=int(request["id"]))
    back = (await discord.until(lambda: discord.answers(GENERAL, int(answer["id"]))))[0]
    assert "On the ground floor of house B." in words_of(back)
    assert words_of(back).startswith(f"<@{ANA}>")
    assert back["allowed_mentions"] == {"parse": [], "replied_user": False, "users": [str(ANA)]}
    thanks = await discord.answer(direct(KIM))
    await discord.until(lambda: "keep" in buttons_of(thanks))
    await people.press(KIM, buttons_of(thanks)["keep"], thanks)
    await discord.until(lambda: "Added" in words_of(thanks))
    again = await people.mention(BEN, "Where is the staff canteen?")
    assert "ground floor of house B" in words_of(await discord.answer(GENERAL, again))


@pytest.mark.parametrize("held", [True, False], ids=["after it was posted", "before it was posted"])
async def test_a_question_for_a_forum_becomes_one_post_though_the_bot_is_stopped(
    guild: Guild, held: bool
) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:channel:{FORUM}", by=f"discord:user:{KIM}")
    await people.post(KIM, "Rules", "Be kind.", FORUM)
    asked = await people.mention(ANA, "Where is the staff canteen?")
    answer = await discord.answer(GENERAL, asked)
    opening = ("POST", "/channels/[0-9]+/threads$")
    discord.faults.append(Fault(*opening, held=held, times=1 if held else 99, status=429, retry_after=15))
    pressed = await people.press(ANA, buttons_of(answer)["person"], answer)
    await discord.until(lambda: discord.calls["POST /channels/#/threads"])
    await guild.service.stop()
    discord.faults.clear()
    await guild.restart()
    assert "A person will look at it" in words_of(await discord.told(pressed))
    await guild.settled()
    [post] = [post for post in discord.parents if discord.answers(post)]
    [request] = discord.answers(post)
    assert "Where is the staff canteen?" in words_of(request)
    await discord.told(await people.press(KIM, buttons_of(request)["claim"], request))
    await people.mention(KIM, "On the ground floor of house B.", post)
    back = (await discord.until(lambda: discord.answers(GENERAL, int(answer["id"]))))[0]
    assert "On the ground floor of house B." in words_of(back)


async def test_who_asked_in_a_channel_that_is_closed_by_now_is_told_directly(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    _, request = await handed_on(guild, KIM)
    discord.closed.add(GENERAL)
    await people.say(KIM, "On the ground floor of house B.", HELP, reply_to=int(request["id"]))
    assert "On the ground floor of house B." in words_of(await discord.answer(direct(ANA)))
    assert "The asker has your answer" in words_of(await discord.answer(direct(KIM)))


async def test_what_was_asked_directly_is_answered_directly_and_calls_nobody(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by=f"discord:user:{KIM}")
    answer = await discord.answer(direct(ANA), await people.dm(ANA, "Where is the staff canteen?"))
    await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    request = await discord.answer(HELP)
    await discord.told(await people.press(KIM, buttons_of(request)["claim"], request))
    await people.say(KIM, "In house B. Ask <@5002> or @everyone.", HELP, reply_to=int(request["id"]))
    back = await discord.answer(direct(ANA), count=2)
    assert "In house B." in words_of(back)
    assert "users" not in back["allowed_mentions"]
    assert discord.answers(GENERAL) == []
