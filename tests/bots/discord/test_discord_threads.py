"""The thread that a ticket is in Discord: what of it reaches the Desk, and what is said of the rest."""

from typing import Any

import pytest
from fake_discord import ANA, BEN, BOT, EPHEMERAL, FORUM, GENERAL, GUILD, HELP, Fault, direct, user, words_of
from guild import Guild
from heard_orders import caught, words

from bots.desk.domain import Command
from bots.discord.words import plain
from bots.doors.thread_reading import FIRST_READ, LATEST_READ

KIM = 5010
MENU = "Triage with sources"


@pytest.fixture
def orders(guild: Guild) -> list[Command]:
    """What is ordered in HELP, whose people are support."""
    return caught(guild.here, f"discord:channel:{HELP}")


async def reading_all(guild: Guild) -> None:
    """Go on with the Message Content intent."""
    guild.discord.app_flags = 1 << 18
    await guild.restart(message_content=True)


async def thread_of_two(guild: Guild, channel: int = HELP) -> int:
    """A thread that is opened on a message, with an answer in it; returns its id."""
    people = guild.people
    thread = await people.thread(
        ANA, "**Export** fails with `error_500` since [today](https://a.example/b).", channel
    )
    await people.say(BEN, "<@5001> Which *browser* is it?\n> Export fails", thread)
    return thread


async def test_a_mention_in_a_thread_brings_its_messages_as_plain_words(
    guild: Guild, orders: list[Command]
) -> None:
    await reading_all(guild)
    discord, people = guild.discord, guild.people
    thread = await thread_of_two(guild)
    await people.mention(KIM, "triage", thread)
    (order,) = await discord.until(lambda: orders)
    assert order.words == ""
    assert words(order) == [
        (str(ANA), "Export fails with error_500 since today."),
        (str(BEN), "someone Which browser is it?\nExport fails"),
    ]
    first, second = order.messages
    assert first.link == f"https://discord.com/channels/{GUILD}/{HELP}/{thread}"
    assert second.link.startswith(f"https://discord.com/channels/{GUILD}/{thread}/")
    assert first.at <= second.at
    assert f"{first.at:%Y-%m-%dT%H:%M:%S}+00:00" == discord.channels[HELP][thread]["timestamp"]
    caller = order.caller
    assert (caller.place, caller.thread) == (f"discord:channel:{HELP}", f"discord:{thread}")
    assert caller.origin == f"discord:channel:{thread}"
    # A mention can't be answered where one person alone sees it: they are told in a direct message.
    assert "Caught" in words_of(await discord.answer(direct(KIM)))
    assert discord.answers(thread) == []


async def test_the_command_and_the_menus_of_a_thread_bring_the_same_case(
    guild: Guild, orders: list[Command]
) -> None:
    await reading_all(guild)
    discord, people = guild.discord, guild.people
    thread = await thread_of_two(guild)
    inside = next(n for n, m in discord.channels[thread].items() if m["author"]["id"] == str(BEN))
    for token in (
        await people.slash(KIM, "triage", thread),
        await people.menu(KIM, thread, inside, MENU),
        await people.menu(KIM, HELP, thread, MENU),  # on the message that the thread was opened on
    ):
        shown = await discord.told(token)
        assert "2 messages" in words_of(shown)
        assert shown["flags"] & EPHEMERAL
    assert {order.caller.thread for order in orders} == {f"discord:{thread}"}
    assert {order.caller.origin for order in orders} == {f"discord:channel:{thread}"}
    assert len({tuple(words(order)) for order in orders}) == 1


async def test_a_forum_post_is_a_ticket(guild: Guild, orders: list[Command]) -> None:
    await reading_all(guild)
    guild.here.catalog.places.set_support("hr", f"discord:channel:{FORUM}", by="discord:user:5003")
    post = await guild.people.post(ANA, "Export", "The export fails.", FORUM)
    await guild.discord.told(await guild.people.slash(KIM, "triage", post))
    assert words(orders[0]) == [(str(ANA), "The export fails.")]
    assert (orders[0].caller.place, orders[0].caller.thread) == (
        f"discord:channel:{FORUM}",
        f"discord:{post}",
    )


async def test_elsewhere_a_message_is_a_ticket_with_those_that_it_replies_to(
    guild: Guild, orders: list[Command]
) -> None:
    await reading_all(guild)
    discord, people = guild.discord, guild.people
    first = await people.say(ANA, "The export fails.", HELP)
    await people.say(BEN, "Lunch?", HELP)
    second = await people.say(BEN, "Since when?", HELP, reply_to=first)
    third = await people.say(ANA, "Since today.", HELP, reply_to=second)
    last = await people.say(ANA, "It is urgent.", HELP, reply_to=third)
    await people.mention(KIM, "triage", HELP, reply_to=last)
    await discord.until(lambda: orders)
    await discord.told(await people.menu(KIM, HELP, second, MENU))
    texts = ["The export fails.", "Since when?", "Since today.", "It is urgent."]
    assert [text for _, text in words(orders[0])] == texts
    assert [text for _, text in words(orders[1])] == texts[:2]
    assert {order.caller.thread for order in orders} == {f"discord:{first}"}
    assert [order.caller.origin for order in orders] == [
        f"discord:channel:{HELP}/{last}", f"discord:channel:{HELP}/{second}",
    ]  # fmt: skip


async def test_without_a_thread_and_with_a_number_nothing_is_fetched(
    guild: Guild, orders: list[Command]
) -> None:
    discord, people = guild.discord, guild.people
    thread = await thread_of_two(guild)
    await discord.told(await people.slash(KIM, "triage", HELP))
    await discord.told(await people.slash(KIM, "triage", thread, case="#12"))
    await discord.told(await people.slash(KIM, "triage", thread, case="List"))
    await people.mention(KIM, "triage", HELP)
    await discord.until(lambda: orders[3:])
    assert [order.words for order in orders] == ["", "12", "list", ""]
    assert {order.messages for order in orders} == {()}
    assert discord.calls["GET /channels/#/messages"] == 0


async def test_who_is_not_support_gets_a_no_and_nothing_is_fetched(
    guild: Guild, orders: list[Command]
) -> None:
    discord, people = guild.discord, guild.people
    thread = await thread_of_two(guild, GENERAL)
    for token in (await people.slash(ANA, "triage", thread), await people.menu(ANA, GENERAL, thread, MENU)):
        assert "That is for support" in words_of(await discord.told(token))
    await people.mention(ANA, "triage", thread)
    assert "That is for support" in words_of(await discord.answer(direct(ANA)))
    assert orders == []
    assert discord.calls["GET /channels/#/messages"] == discord.calls["GET /channels/#/messages/#"] == 0


async def test_without_the_intent_what_can_be_read_is_used_and_the_rest_is_told(
    guild: Guild, orders: list[Command]
) -> None:
    discord, people = guild.discord, guild.people
    thread = await thread_of_two(guild)
    token = await people.slash(KIM, "triage", thread)
    said = words_of(await discord.told(token))
    assert "I can't read this thread" in said
    assert "Message Content intent" in said
    assert "Apps → Triage with sources" in said
    assert orders == []
    # The menu hands its own message over; what mentions the bot can be read as well.
    await people.say(BEN, f"<@{BOT}> knows nothing of it.", thread)
    token = await people.menu(KIM, HELP, thread, MENU)
    shown = await discord.told(token, count=2)
    read = [text for _, text in words(orders[0])]
    assert read[0] == "Export fails with error_500 since today."
    assert "knows nothing of it." in read
    assert "Message Content intent" in words_of(shown)


async def test_where_the_bot_may_not_look_the_menus_own_message_is_used_and_that_is_said(
    guild: Guild, orders: list[Command]
) -> None:
    discord, people = guild.discord, guild.people
    thread = await thread_of_two(guild)
    discord.closed.add(thread)
    shown = await discord.told(await people.menu(KIM, HELP, thread, MENU), count=2)
    assert words(orders[0]) == [(str(ANA), "Export fails with error_500 since today.")]
    assert "Read Message History" in words_of(shown)
    assert "I can't read this thread" in words_of(
        await discord.told(await people.slash(KIM, "triage", thread))
    )


async def test_in_a_direct_message_what_is_replied_to_is_the_ticket(
    guild: Guild, orders: list[Command]
) -> None:
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("hr", f"discord:user:{KIM}", by="discord:user:5003")
    await people.dm(KIM, "triage")
    await discord.until(lambda: orders)
    pasted = await people.dm(KIM, "A customer writes that the export fails, what now?")
    await discord.answer(direct(KIM), pasted)
    await people.dm(KIM, "triage", reply_to=pasted)
    await discord.until(lambda: orders[1:])
    assert orders[0].messages == ()
    assert words(orders[1]) == [(str(KIM), "A customer writes that the export fails, what now?")]
    assert (orders[1].caller.place, orders[1].caller.origin) == ("", f"discord:user:{KIM}")


async def test_limits_and_failures_of_discord_are_waited_for(guild: Guild, orders: list[Command]) -> None:
    await reading_all(guild)
    thread = await thread_of_two(guild)
    guild.discord.faults.append(Fault("GET", f"/channels/{thread}/messages", status=429))
    guild.discord.faults.append(Fault("GET", f"/channels/{thread}/messages", status=0, times=6))
    await guild.people.slash(KIM, "triage", thread)
    (order,) = await guild.discord.until(lambda: orders)
    assert len(order.messages) == 2


@pytest.mark.parametrize("count", [99, 300, 301, 500, 2_000])
async def test_of_a_long_thread_the_first_and_the_latest_messages_are_read(
    guild: Guild, orders: list[Command], count: int
) -> None:
    await reading_all(guild)
    discord = guild.discord
    thread = await guild.people.thread(ANA, "Message 0", HELP)
    for number in range(1, count):
        discord._put(thread, {"author": user(BEN), "content": f"Message {number}"})
    token = await guild.people.slash(KIM, "triage", thread)
    numbers = [int(text.split()[1]) for _, text in words((await discord.until(lambda: orders))[0])]
    first = [*range(FIRST_READ)] if count > FIRST_READ else [*range(count)]
    assert numbers == [*first, *range(max(len(first), count - LATEST_READ), count)]
    cut = count > FIRST_READ + LATEST_READ
    told = words_of(await discord.told(token, count=2 if cut else 1))
    assert ("The thread is long" in told) == cut


async def test_forwarded_words_frames_and_pictures(guild: Guild, orders: list[Command]) -> None:
    await reading_all(guild)
    discord, people = guild.discord, guild.people
    thread = await people.thread(ANA, "See below.", HELP)
    put: dict[str, Any] = {"author": user(BEN)}
    discord._put(thread, put | {"message_snapshots": [{"message": {"content": "I *can't* log in."}}]})
    frame = {"title": "Form", "description": "New", "fields": [{"name": "Mail", "value": "a@b.example"}]}
    discord._put(thread, put | {"webhook_id": "77", "embeds": [frame]})
    discord._put(thread, put | {"attachments": [{"filename": "screen.png"}]})
    discord._put(thread, put | {"content": "joined", "type": 7})
    shown = await discord.told(await people.slash(KIM, "triage", thread), count=2)
    assert [text for _, text in words(orders[0])] == [
        "See below.", "I can't log in.", "Form\nNew\nMail: a@b.example",
    ]  # fmt: skip
    assert orders[0].messages[2].author.startswith("discord:webhook:")
    assert "One message holds only files or pictures" in words_of(shown)


async def test_an_order_by_name_goes_before_a_conversation_with_a_person(
    guild: Guild, orders: list[Command]
) -> None:
    await reading_all(guild)
    thread = await thread_of_two(guild)
    await guild.service.stop()
    handoffs = guild.here.catalog.handoffs
    handoff, _ = handoffs.open(
        "t", "discord:user:1", "discord:user:1", "general", f"discord:user:{KIM}", "Q?"
    )
    handoffs.placed(handoff.id, f"discord:{thread}")
    await guild.restart(message_content=True)
    await guild.people.mention(KIM, "triage", thread)
    await guild.discord.until(lambda: orders)


def test_what_a_person_wrote_is_read_as_others_see_it() -> None:
    for written, read in {
        "**Bold** *it* __under__ ~~out~~ ||hid|| ***both*** snake_case, 2*3*4": (
            "Bold it under out hid both snake_case, 2*3*4"
        ),
        "[the page](https://a.example/x) <https://b.example>": "the page https://b.example",
        "<@5> in <#6> of <@&7> <:party:12> <t:1700000000:R> <@1>": (
            "someone in a channel of a group :party: 2023-11-14 22:13 UTC"
        ),
        "Run `a *b* _c_`:\n```py\n*x* <y>\n```": "Run a *b* _c_:\n*x* <y>",
        "# Head\n> quoted\n-# small \\*not bold\\*": "Head\nquoted\nsmall *not bold*",
        "<t:99999999999999999999> <t:-9999999999:F>": "<t:99999999999999999999> 1653-02-10 06:13 UTC",
    }.items():
        assert plain(written, "1") == read
