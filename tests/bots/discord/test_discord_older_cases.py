"""Tickets that an older citewise took down, which noted of no thread whether all are let in."""

from fake_discord import ANA, BEN, HELP, Fault, direct, words_of
from guild import Guild

QUESTION = "How many days of annual leave do employees get?"
A_CHANNEL = ("GET", "/channels/[0-9]+$")


async def ticket(guild: Guild, thread: int, name: str) -> None:
    asked = await guild.people.mention(ANA, f"Hello, {name} here. {QUESTION}", thread)
    await guild.discord.answer(thread, asked)
    talk = guild.discord.talks[await guild.people.menu(ANA, thread, asked, "Triage with sources")]
    await guild.discord.until(lambda: any(name in words_of(card) for card in talk.told))


async def upgraded(guild: Guild) -> None:
    """Restart, on what an older citewise would have left."""
    await guild.settled()
    with guild.here.catalog.database.writing() as connection:
        connection.execute("DELETE FROM meta WHERE name LIKE 'closed:%' OR name LIKE 'note:discord threads%'")
    await guild.restart()


async def listed(guild: Guild, person: int) -> str:
    return words_of(await guild.discord.told(await guild.people.slash(person, "triage", HELP, case="list")))


def left(guild: Guild) -> str:
    with guild.here.catalog.database.reading() as connection:
        [found] = connection.execute("SELECT value FROM meta WHERE name LIKE 'note:discord threads%'")
    return str(found[0])


async def threads_of(guild: Guild) -> tuple[int, int]:
    """A private and a public thread of HELP, each with a ticket of Ana's."""
    guild.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by="discord:user:1")
    private = await guild.people.private_thread(ANA, channel=HELP)
    await ticket(guild, private, "Zqjane")
    public = await guild.people.thread(ANA, "My leave", HELP)
    await ticket(guild, public, "Zqjohn")
    return private, public


async def test_tickets_of_private_threads_are_found_out_at_the_next_start(guild: Guild) -> None:
    private, _ = await threads_of(guild)
    guild.discord.kinds.pop(private)  # what is archived, no gateway tells of
    guild.discord.kinds[private] = 12
    await upgraded(guild)
    await guild.discord.until(lambda: left(guild) == "[]")
    shown = await listed(guild, BEN)
    assert "Zqjohn" in shown
    assert "Zqjane" not in shown
    assert "Zqjane" in words_of(
        await guild.discord.told(await guild.people.slash(ANA, "triage", private, case="list"))
    )


async def test_until_discord_says_what_a_thread_is_nobody_else_sees_its_tickets(guild: Guild) -> None:
    private, public = await threads_of(guild)
    for thread in (private, public):
        guild.discord.kinds[thread] = 99  # not told of at the start, so that it has to be asked for
    guild.discord.faults.append(Fault(*A_CHANNEL, status=503, times=99))
    await upgraded(guild)
    assert "No open cases here" in await listed(guild, BEN)
    guild.discord.faults.clear()
    guild.discord.kinds |= {private: 12, public: 11}
    await guild.restart()
    await guild.discord.until(lambda: left(guild) == "[]")
    assert "Zqjohn" in await listed(guild, BEN)
    assert "Zqjane" not in await listed(guild, BEN)


async def test_a_ticket_of_a_thread_that_is_gone_stays_with_those_whose_it_is(guild: Guild) -> None:
    private, public = await threads_of(guild)
    del guild.discord.kinds[private], guild.discord.kinds[public]
    await upgraded(guild)
    await guild.discord.until(lambda: left(guild) == "[]")
    assert "No open cases here" in await listed(guild, BEN)
    await guild.people.dm(ANA, "triage list")
    shown = await guild.discord.answer(direct(ANA))
    assert "Zqjohn" in words_of(shown)


async def test_where_all_are_known_discord_is_asked_nothing(guild: Guild) -> None:
    await threads_of(guild)
    await upgraded(guild)
    await guild.discord.until(lambda: left(guild) == "[]")
    asked = guild.discord.calls["GET /channels/#"]
    await guild.restart()
    assert "Zqjohn" in await listed(guild, BEN)
    assert guild.discord.calls["GET /channels/#"] == asked
