"""A ticket in Discord from its thread to its end, and a reply that is sent once, whatever happens."""

import re
from pathlib import Path

import pytest
from desk_kit import DISCORD_ADMIN, LEAVE, WORD_GATE, desk_home
from discord_people import People
from fake_discord import (
    ADMIN,
    ANA,
    BEN,
    EPHEMERAL,
    GENERAL,
    GUILD,
    HELP,
    HR,
    TOKEN,
    FakeDiscord,
    Fault,
    Json,
    buttons_of,
    direct,
    raw_words_of,
    user,
    words_of,
)
from guild import Guild

from benchmarks.chat_soak import Bot
from brain.catalog.tickets.cases import CaseState, CategoryRow

KIM, LEE, MAX = 5010, 5011, 5012
MENU = "Triage with sources"
PROBLEM = "How many days of annual leave do employees get? I need to know it today, it is urgent."
REPLY = "Employees get 27 days. [1]\nAsk me if you need more."
SEND = ("POST", "/channels/[0-9]+/messages$")
PLACE = f"discord:channel:{HELP}"


@pytest.fixture
async def helped(guild: Guild) -> Guild:
    """The server with a channel of support, HELP, two categories, and the Message Content intent."""
    guild.here.catalog.places.set_support("general", PLACE, by=DISCORD_ADMIN)
    for name in ("leave", "payroll"):
        guild.here.catalog.cases.set_category(CategoryRow(name), by=DISCORD_ADMIN)
    guild.discord.app_flags = 1 << 18
    await guild.restart(message_content=True)
    return guild


async def ticket(guild: Guild) -> int:
    """A thread of two people; returns its id."""
    thread = await guild.people.thread(ANA, f"Hello! {PROBLEM}", HELP)
    await guild.people.say(BEN, "I asked my team already, nobody knows.", thread)
    return thread


async def card(guild: Guild, person: int, thread: int) -> Json:
    """The card of a thread, by the command in it."""
    return await guild.discord.told(await guild.people.slash(person, "triage", thread))


async def filled_in(guild: Guild, person: int, shown: Json, action: str, **values: str) -> Json:
    """What was told for a form that a button opened."""
    opened = await guild.people.press(person, buttons_of(shown)[action], shown)
    return await guild.discord.told(await guild.people.submit(person, opened, **values))


async def test_a_ticket_from_triage_to_its_end_and_the_next_one_like_it(helped: Guild) -> None:
    discord, people, cases = helped.discord, helped.people, helped.here.catalog.cases
    thread = await ticket(helped)
    await people.mention(KIM, "triage", thread)
    await discord.until(lambda: thread in discord.typed)
    shown = await discord.answer(direct(KIM))  # a message can't be answered to one person alone in a channel
    said = words_of(shown)
    assert said.startswith("### Triage: no category fits")
    assert "27 days of paid annual leave" in said
    assert "Leave › Annual leave" in said
    assert "I need to know it today" in said
    assert f"<@{ANA}>" in said  # shown as a name; nothing of the bot's ever pings
    assert "discord:user" not in said
    case = cases.in_thread(f"discord:{thread}")
    assert case is not None
    assert (case.place, case.origin, case.opened_by) == (
        PLACE, f"discord:channel:{thread}", f"discord:user:{KIM}",
    )  # fmt: skip

    # It goes on where the card is: who was of support in the channel is it for this case here too.
    menu = buttons_of(shown)["case_category"]
    await people.press(KIM, menu, shown, choice="leave")
    await discord.until(lambda: words_of(shown).startswith("### Triage: leave"))
    await people.press(KIM, buttons_of(shown)["case_urgency"], shown, choice="low")
    await discord.until(lambda: "low, as" in words_of(shown))
    await filled_in_place(helped, KIM, shown, "case_assign", "decided", owner=str(LEE))
    theirs = await discord.answer(direct(LEE))
    assert words_of(theirs).startswith(f"### Case {case.id} is yours: leave")

    opened = await people.press(LEE, buttons_of(theirs)["case_edit"], theirs)
    form = (await discord.until(lambda: discord.talks[opened].callback))["data"]
    assert "27 days" in form["components"][0]["component"]["value"]
    await people.submit(LEE, opened, words=REPLY)
    reply = await discord.answer(thread)
    assert "Employees get 27 days. [1]" in words_of(reply)
    assert "A person answered" in words_of(reply)
    assert "[1] Leave › Annual leave" in words_of(reply)
    await discord.until(lambda: cases.find(case.id).reply_at)  # type: ignore[union-attr]
    late = await discord.told(await people.press(KIM, buttons_of(shown)["case_send"], shown))
    assert "A reply was sent already" in words_of(late)

    await filled_in_place(helped, KIM, shown, "case_resolve", "is closed", words="It was unclear: 27 days.")
    assert len(discord.answers(thread)) == 1  # the thread is told nothing
    assert cases.find(case.id).state is CaseState.RESOLVED  # type: ignore[union-attr]

    similar = await card(helped, LEE, await ticket(helped))
    assert similar["flags"] & EPHEMERAL
    assert words_of(similar).startswith("### Triage: leave")
    assert f"like case {case.id}" in words_of(similar)
    assert "solved by: “It was unclear: 27 days.”" in words_of(similar)
    assert f"(<https://discord.com/channels/{GUILD}/{HELP}/{thread}>)" in words_of(similar)


async def filled_in_place(
    guild: Guild, person: int, shown: Json, action: str, said: str, **values: str
) -> None:
    """Fill in a form of a card that is no private message to an interaction: the card itself changes."""
    opened = await guild.people.press(person, buttons_of(shown)[action], shown)
    await guild.people.submit(person, opened, **values)
    await guild.discord.until(lambda: said in words_of(shown))


async def test_open_cases_are_listed_where_they_are_and_shown_by_number(helped: Guild) -> None:
    discord, people, places = helped.discord, helped.people, helped.here.catalog.places
    thread = await ticket(helped)
    ref = buttons_of(await card(helped, KIM, thread))["case_assign"]["custom_id"].rpartition(":")[2]

    async def told(person: int, at: int, **options: str) -> Json:
        return await discord.told(await people.slash(person, "triage", at, **options))

    listed = await told(KIM, HELP)
    assert words_of(listed).startswith("### 1 open case")
    assert f"(<https://discord.com/channels/{GUILD}/{HELP}/{thread}>)" in words_of(listed)
    discord.kinds[direct(KIM)] = 1
    assert "1 open case" in words_of(await told(KIM, direct(KIM), case="list"))
    assert buttons_of(await told(LEE, HELP, case=ref))["case_edit"]
    # Another channel of support sees nothing of it; an admin does, wherever they are.
    places.set_support("hr", f"discord:channel:{HR}", by=DISCORD_ADMIN)
    assert "No open cases here" in words_of(await told(MAX, HR))
    assert "I don't know of this case" in words_of(await told(MAX, HR, case=ref))
    assert buttons_of(await told(ADMIN, GENERAL, case=ref))["case_edit"]
    assert "That is for support" in words_of(await told(MAX, GENERAL, case=ref))
    shown = await told(KIM, HELP, case=ref)
    elsewhere = {**shown, "channel_id": str(HR)}
    pressed = await people.press(MAX, buttons_of(shown)["case_send"], elsewhere)
    assert "I don't know of this case" in words_of(await discord.told(pressed))
    assert discord.answers(thread) == []


async def test_nothing_from_a_ticket_becomes_live(helped: Guild) -> None:
    discord, people = helped.discord, helped.people
    evil = (
        "@everyone <@5555> discord:user:5555 **How** many days of annual leave do we get? "
        "[x](https://evil.example) discord.gg/evil"
    )
    thread = await people.thread(ANA, evil, HELP)
    await people.say(BEN, "# Look\n> https://evil.example/y <t:1:R> <:a:1> ||hid||", thread)
    shown = await card(helped, KIM, thread)
    await filled_in(helped, KIM, shown, "case_edit", words=f"{evil} https://evil.example [1]")
    posted = await discord.answer(thread)
    for message in (shown, posted):
        written = raw_words_of(message)
        assert not re.search(
            r"@everyone|(?<!\\)\*\*How|https://evil|discord\.gg/|<t:|<:a:|(?<!\\)\|\|", written
        )
        assert not any("evil" in link for link in re.findall(r"(?<!\\)\]\(<?([^)]*)", written))
    assert "discord:user:5555" in words_of(shown)
    named = {
        name for message in (shown, posted) for name in re.findall(r"(?<!\\)<@(\d+)>", raw_words_of(message))
    }
    assert named <= {str(ANA), str(BEN), str(KIM)}
    assert "<@" not in raw_words_of(posted).replace("\\<@", "")
    assert posted["allowed_mentions"]["parse"] == []


async def test_a_long_reply_is_filled_in_and_sent_whole(helped: Guild) -> None:
    discord = helped.discord
    thread = await ticket(helped)
    shown = await card(helped, KIM, thread)
    words = "\n".join(f"Step_{number}: " + "look at the *page* and read it. " * 3 for number in range(70))
    assert 6_000 < len(words) < 8_000
    said = await filled_in(helped, KIM, shown, "case_edit", words=words)
    assert "was sent by" in words_of(said)
    posted = discord.answers(thread)
    assert len(posted) > 1
    whole = " ".join(words_of(message) for message in posted)
    assert [number for number in range(70) if f"Step_{number}:" not in whole] == []
    assert "more than fits" not in whole


async def test_the_reply_is_sent_once_whoever_presses_at_the_same_time(helped: Guild) -> None:
    discord, people = helped.discord, helped.people
    thread = await ticket(helped)
    first, second = await card(helped, KIM, thread), await card(helped, LEE, thread)
    opened = await people.press(LEE, buttons_of(second)["case_edit"], second)
    await discord.until(lambda: discord.talks[opened].callback)
    discord.faults.append(Fault(*SEND, status=429, retry_after=0.5))
    told = [
        await people.press(person, buttons_of(shown)["case_send"], shown)
        for person, shown in ((KIM, first), (LEE, second), (KIM, first))
    ]
    told.append(await people.submit(LEE, opened, words="Other words."))
    for token in told:
        await discord.told(token)
    await helped.settled()
    assert len(discord.answers(thread)) == 1


async def test_a_reply_far_up_in_a_long_thread_is_found(helped: Guild) -> None:
    discord, people = helped.discord, helped.people
    thread = await ticket(helped)
    shown = await card(helped, KIM, thread)
    other = await card(helped, LEE, thread)
    await discord.told(await people.press(KIM, buttons_of(shown)["case_send"], shown))
    for number in range(250):
        discord._put(thread, {"author": user(BEN), "content": f"Message {number}"})
    discord._nonces.clear()  # minutes later
    with helped.here.catalog.database.writing() as writer:  # killed before it was noted
        writer.execute("UPDATE cases SET reply_at = '', state = 'open'")
    await discord.told(await people.press(LEE, buttons_of(other)["case_send"], other))
    assert len(discord.answers(thread)) == 1


async def test_who_can_not_be_told_is_told_of(helped: Guild) -> None:
    discord, people = helped.discord, helped.people
    thread = await ticket(helped)
    shown = await card(helped, KIM, thread)
    discord.kinds[direct(LEE)] = 1
    discord.closed.add(direct(LEE))
    said = await filled_in(helped, KIM, shown, "case_assign", owner=str(LEE))
    assert "They take no direct messages" in words_of(said)
    discord.closed.add(thread)
    refused = await discord.told(await people.press(KIM, buttons_of(shown)["case_send"], shown))
    assert "I may not write in that channel" in words_of(refused)
    discord.closed.clear()
    await discord.told(await people.press(KIM, buttons_of(shown)["case_send"], shown))
    assert len(discord.answers(thread)) == 1


@pytest.mark.parametrize("held", [True, False], ids=["after it was posted", "before it was posted"])
async def test_a_process_killed_while_it_sends_a_reply_sends_it_once(tmp_path: Path, held: bool) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with desk_home(home, WORD_GATE) as here:
        here.home.fill({"leave.md": LEAVE})
        here.catalog.places.set_support("general", PLACE, by=DISCORD_ADMIN)
    fault = Fault(*SEND, held=held, times=1 if held else 99, status=429, retry_after=15)
    script = Path(__file__).with_name("bot_process.py")
    tests = ("tests/bots/discord", "tests/bots", "tests/brain")
    async with FakeDiscord() as discord:
        people = People(discord)
        async with Bot((str(script), str(home), discord.url, TOKEN), tests) as bot:
            await discord.connected()
            problem = await people.say(ANA, PROBLEM, HELP)
            shown = await discord.told(await people.menu(KIM, HELP, problem, MENU))
            discord.faults.append(fault)
            pressed = await people.press(KIM, buttons_of(shown)["case_send"], shown)
            await discord.until(lambda: discord.calls["POST /channels/#/messages"])
            if held:
                await discord.until(lambda: discord.answers(HELP, problem))
            await bot.kill()
            discord.faults.clear()
            discord._nonces.clear()  # minutes later
            await discord.drop()
            await bot.start()
            assert f"was sent by <@{KIM}>" in words_of(await discord.told(pressed))
            again = await people.press(LEE, buttons_of(shown)["case_send"], shown)
            assert "A reply was sent already" in words_of(await discord.told(again))
            assert len(discord.answers(HELP)) == 1
    assert discord.complaints == []
