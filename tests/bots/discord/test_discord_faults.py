"""What goes wrong between us and Discord: every question still gets one answer."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from discord.utils import time_snowflake
from fake_discord import ANA, BEN, BOT, GENERAL, TOKEN, Fault, direct, user, words_of
from guild import Guild

from bots.discord.calls import DiscordRefused
from bots.discord.courtesies import Courtesies
from bots.doors.inbox import Unreachable
from brain.catalog.chats.inbox import Limits

QUESTION = "How many days of annual leave do employees get?"
SEND, EDIT = ("POST", "/channels/[0-9]+/messages$"), ("PATCH", "/channels/[0-9]+/messages/")


async def all_answered(guild: Guild, asked: list[tuple[int, int]]) -> None:
    discord = guild.discord
    for channel, message in asked:
        await discord.answer(channel, message)
    await guild.settled()
    assert {len(discord.answers(channel, message)) for channel, message in asked} == {1}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(*SEND, status=429, times=2),
        Fault(*SEND, status=500),
        Fault(*SEND, status=500, after=True),
        Fault(*SEND, status=0, after=True),
        Fault(*EDIT, status=502),
        Fault("POST", "/typing", status=403, code=50013),
    ],
    ids=lambda fault: f"{fault.method} {fault.path} {fault.status} {'after' * fault.after}".strip(),
)
async def test_a_failing_call_neither_loses_nor_doubles_the_answer(guild: Guild, fault: Fault) -> None:
    guild.discord.faults.append(fault)
    asked = await guild.people.mention(ANA, QUESTION)
    await all_answered(guild, [(GENERAL, asked)])
    assert "27 days" in words_of(guild.discord.answers(GENERAL, asked)[0])
    assert guild.discord.faults == []


async def test_a_dropped_connection_is_resumed_and_what_was_said_meanwhile_is_answered(guild: Guild) -> None:
    discord, people, asked = guild.discord, guild.people, []
    for number in range(6):
        if number == 2:
            await discord.drop()
        if number == 4:
            await discord.until(lambda: discord._sockets)
            await discord.ask_to_reconnect()
        asked.append((GENERAL, await people.mention(ANA, QUESTION)))
    await all_answered(guild, asked)
    assert discord.resumes == 2
    client = guild.service._client
    assert client is not None
    discord.shut = True
    await discord.drop()
    await discord.until(lambda: not client.connected)
    status = await guild.service.status()
    assert "connecting again" in status.sentence
    assert not status.well
    discord.shut = False
    await discord.until(lambda: client.connected)
    assert len(discord.identifies) == 1


async def test_where_the_session_is_lost_the_bot_looks_back_in_its_channels(guild: Guild) -> None:
    discord, people = guild.discord, guild.people
    first = await people.dm(BEN, QUESTION)
    await discord.answer(direct(BEN), first)
    known = await people.mention(ANA, QUESTION)
    await discord.answer(GENERAL, known)
    await guild.service.stop()
    missed = people.unheard(ANA, f"<@{BOT}> {QUESTION}")
    unheard = people.unheard(BEN, "How long is parental leave?", direct(BEN))
    people.unheard(BEN, "Good morning everyone?")
    await guild.restart()
    await all_answered(guild, [(GENERAL, known), (GENERAL, missed), (direct(BEN), unheard)])
    assert len(discord.answers(GENERAL)) == 2


@pytest.mark.parametrize("moment", ["received", "posted", "finished"])
async def test_a_stop_at_any_moment_is_made_good_after_the_next_start(guild: Guild, moment: str) -> None:
    discord, catalog = guild.discord, guild.here.catalog
    hold = {"received": SEND, "posted": EDIT}.get(moment)
    if hold:
        discord.faults.append(Fault(*hold, status=429, times=10_000, retry_after=5))
    asked = await guild.people.mention(ANA, QUESTION)
    if moment == "received":
        await discord.until(lambda: discord.calls["POST /channels/#/messages"])
    else:
        await discord.until(lambda: discord.answers(GENERAL, asked))
    await guild.service.stop()
    discord.faults.clear()
    if moment != "received":
        discord._nonces.clear()  # minutes later
        with catalog.database.writing() as writer:  # killed after Discord had it, before we noted it
            writer.execute("UPDATE inbox SET posted = '', state = 'working', payload = ?", (
                discord_payload(guild, asked),))  # fmt: skip
    await guild.restart()
    await all_answered(guild, [(GENERAL, asked)])
    assert words_of(discord.answers(GENERAL, asked)[0]).count("27 days") == 1


async def test_an_answer_that_came_after_many_other_messages_is_found_after_a_kill(guild: Guild) -> None:
    discord, catalog = guild.discord, guild.here.catalog
    discord.faults.append(Fault(*SEND, status=429, times=1, retry_after=1))
    asked = await guild.people.mention(ANA, QUESTION)
    await discord.until(lambda: discord.calls["POST /channels/#/messages"])
    for number in range(250):
        discord._put(GENERAL, {"author": user(BEN), "content": f"Message {number}"})
    await all_answered(guild, [(GENERAL, asked)])
    await guild.service.stop()
    discord._nonces.clear()  # minutes later
    with catalog.database.writing() as writer:  # killed after Discord had it, before we noted it
        writer.execute(
            "UPDATE inbox SET posted = '', state = 'working', payload = ?", (discord_payload(guild, asked),)
        )
    await guild.restart()
    await all_answered(guild, [(GENERAL, asked)])


def discord_payload(guild: Guild, asked: int) -> str:
    import json

    payload = {"user": str(ANA), "roles": [], "guild": "2001", "channel": str(GENERAL), "place": str(GENERAL),
               "event": str(asked), "message": str(asked), "root": str(asked), "thread": f"discord:{asked}",
               "text": QUESTION, "how": "mention", "own_thread": False}  # fmt: skip
    return json.dumps(payload)


async def test_a_message_that_the_library_can_not_read_ends_nothing(guild: Guild) -> None:
    """A poll without an end trips discord.py up, in an event and in what is looked back at."""
    discord, people = guild.discord, guild.people
    poll = {"question": {"text": "Tea?"}, "answers": [], "expiry": None, "allow_multiselect": False}
    await people.say(BEN, "", poll=poll)
    asked = await people.mention(ANA, QUESTION)
    assert "27 days" in words_of(await discord.answer(GENERAL, asked))
    assert any(isinstance(error, TypeError) for error in guild.written)
    await guild.restart()
    asked = await people.mention(ANA, QUESTION)
    assert "27 days" in words_of(await discord.answer(GENERAL, asked))
    assert (await guild.service.status()).running


async def test_people_who_ask_too_much_are_told_politely(guild: Guild) -> None:
    await guild.restart(limits=Limits(waiting=100, of_person=3, of_place=100))
    asked = [(GENERAL, await guild.people.mention(ANA, QUESTION)) for _ in range(5)]
    await all_answered(guild, asked)
    said = [words_of(guild.discord.answers(GENERAL, message)[0]) for _, message in asked]
    assert sum("27 days" in words for words in said) == 3
    assert sum("One after the other" in words for words in said) == 2


async def test_questions_that_wait_are_marked_until_they_are_answered(guild: Guild) -> None:
    discord = guild.discord
    await guild.restart(workers=1)
    discord.faults.append(Fault(*SEND, status=429, retry_after=0.5))
    asked = [(GENERAL, await guild.people.mention(ANA, QUESTION)) for _ in range(4)]
    await all_answered(guild, asked)
    marked = [message for what, message in discord.reactions if what == "put"]
    assert marked
    await discord.until(lambda: len(discord.reactions) == 2 * len(marked))
    assert sorted(marked) == sorted(message for what, message in discord.reactions if what == "delete")


async def test_what_a_command_led_to_reaches_its_person_when_its_token_is_gone(guild: Guild) -> None:
    discord = guild.discord
    discord.faults.append(Fault("PATCH", "/webhooks/", status=404, times=99, code=10015))
    await guild.people.slash(ANA, "help")
    assert "What I can do" in words_of(await discord.answer(direct(ANA)))


async def test_failures_are_told_in_words_for_people(guild: Guild) -> None:
    discord, here = guild.discord, guild.here
    for document in here.catalog.documents():
        here.catalog.remove_document(document.id)
    said = words_of(await discord.answer(GENERAL, await guild.people.mention(ANA, QUESTION)))
    assert "nothing to answer from here yet" in said
    here.desk._questions._brain = lambda: 1 / 0  # type: ignore[assignment,return-value]
    here.home.fill({"leave.md": "# Leave\n\nWords.\n"})
    said = words_of(await discord.answer(GENERAL, await guild.people.mention(ANA, QUESTION)))
    assert "did not expect" in said
    assert "division" not in said
    assert isinstance(guild.written[-1], ZeroDivisionError)


async def test_an_answer_that_someone_deletes_while_it_comes_stays_deleted(guild: Guild) -> None:
    discord = guild.discord
    asked = await guild.people.mention(ANA, QUESTION)
    answer = await discord.answer(GENERAL, asked)
    discord.channels[GENERAL].pop(int(answer["id"]))
    await guild.people.edit(GENERAL, asked, f"<@{BOT}> How long is parental leave?")
    other = await guild.people.mention(BEN, QUESTION)
    await all_answered(guild, [(GENERAL, other)])
    assert discord.answers(GENERAL, asked) == []


async def test_wrong_tokens_and_intents_are_an_error_at_the_start(guild: Guild) -> None:
    with pytest.raises(DiscordRefused, match="DISCORD_BOT_TOKEN: `citewise doctor`"):
        await guild.restart(bot_token="wrong")
    with pytest.raises(DiscordRefused, match="developer portal: `citewise doctor`"):
        await guild.restart(message_content=True)
    guild.discord.faults.append(Fault("GET", "/gateway/bot", status=503))
    with pytest.raises(Unreachable):
        await guild.restart(bot_token=TOKEN)
    assert not (await guild.service.status()).running
    await guild.restart()
    assert "connected as citewise in 1 server" in (await guild.service.status()).sentence


async def test_more_connections_are_made_where_discord_advises_it(guild: Guild) -> None:
    from bots.discord.client import ShardedDoorClient

    assert not isinstance(guild.service._make_client("ws://x", 1), ShardedDoorClient)
    client = guild.service._make_client("ws://x", 2)
    assert isinstance(client, ShardedDoorClient)
    assert client.shard_count == 2


async def test_a_small_soak_with_everything_that_goes_wrong_at_once(tmp_path: Path) -> None:
    """The benchmark in small: the bot is a process of its own, and is killed with SIGKILL."""
    from benchmarks.discord_soak import Soak, soak

    plan = Soak(questions=60, people=20, channels=6, kills=2, drops=2, seed=3, pause=0.04, patience=90.0)
    found = await soak(plan, tmp_path / "home")
    assert (found.asked, found.answered_once, found.complaints) == (60, 60, 0)
    assert (found.kills, found.drops) == (2, 2)
    assert found.sessions >= 3


async def test_an_event_that_can_not_be_kept_is_written_down_and_the_next_is_answered(guild: Guild) -> None:
    client, receive = guild.service._client, guild.service._inbox.receive
    assert client is not None

    async def full(new: object) -> bool:
        raise OSError("no space left on device")

    client._receive = full
    await guild.people.mention(ANA, QUESTION)
    await guild.discord.until(lambda: guild.written)
    client._receive = receive
    asked = await guild.people.mention(ANA, QUESTION)
    await guild.discord.answer(GENERAL, asked)
    assert "no space" in str(guild.written[0])


async def test_of_marks_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.discord.courtesies._REMEMBERED", 3)
    called = list[str]()

    async def call(method: str, path: str, **where: object) -> None:
        called.append(f"{method} {where['message_id']}")

    courtesies = Courtesies(call)  # type: ignore[arg-type]
    after = str(time_snowflake(datetime.now(UTC)) + (1 << 40))
    for number in range(9):
        await courtesies.mark({"channel": "1", "message": str(number), "event": after})
    assert list(courtesies._marked) == ["6", "7", "8"]
    await courtesies.unmark({"channel": "1", "message": "8", "event": after})
    assert called[-1] == "DELETE 8"
