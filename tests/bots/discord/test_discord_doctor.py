"""`citewise doctor` on Discord: each fault is named and how to mend it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fake_discord import BOT, GUILD, HELP, FakeDiscord, Fault

from bots.checks import Check, Verdict
from bots.discord.diagnosis import examine
from bots.discord.needs import PERMISSION_BITS, PERMISSIONS, invitation
from bots.discord.service import DiscordSettings
from bots.settings import Settings
from bots.wiring import Citewise


async def checks(discord: FakeDiscord, *channels: str, auto_answer: bool = False, **how: Any) -> list[Check]:
    settings = DiscordSettings(**(discord.settings | how))
    look = lambda: list(examine(settings, auto_answer=auto_answer, channels=channels))  # noqa: E731
    return await asyncio.to_thread(look)


def faults(found: list[Check]) -> list[str]:
    assert all(check.mend for check in found if check.verdict is Verdict.FAULT)
    return [check.found for check in found if check.verdict is Verdict.FAULT]


async def test_a_sound_set_up_is_sound() -> None:
    async with FakeDiscord() as discord:
        discord.permissions = PERMISSION_BITS
        names = ("citewise", "Add to knowledge base", "Triage with sources")
        discord.commands["global"] = [{"name": name} for name in names]
        found = await checks(discord)
        assert faults(found) == []
        assert {check.verdict for check in found} == {Verdict.GOOD}


async def test_each_fault_is_told_with_its_remedy() -> None:
    async with FakeDiscord() as discord:
        assert "does not accept" in faults(await checks(discord, bot_token="old"))[0]
        assert "can't be reached" in faults(await checks(discord, api_url="http://127.0.0.1:1/api"))[0]
        assert "intent is not granted" in faults(await checks(discord, message_content=True))[0]
        assert "answered unasked" in faults(await checks(discord, auto_answer=True))[0]
        discord.faults.append(Fault("GET", "/guilds/999/commands", status=403, code=50001))
        assert "names 999, a server" in faults(await checks(discord, guilds=(999,)))[0]
        discord.permissions = PERMISSION_BITS & ~PERMISSIONS["Send Messages in Threads"][0]
        found = await checks(discord)
        assert faults(found) == ["Northwind: lacks Send Messages in Threads"]
        assert "permissions=309237713984" in found[-1].mend
        (note,) = [check.found for check in found if check.verdict is Verdict.NOTE]
        assert note.startswith("/citewise and the menu “Add to knowledge base” and the menu “Triage with")
        discord.commands["global"] = [{"name": "citewise"}, {"name": "Add to knowledge base"}]
        (note,) = [c.found for c in await checks(discord) if c.verdict is Verdict.NOTE]
        assert note == "the menu “Triage with sources” is not registered yet"
        discord.public = True
        assert "anyone may invite the bot" in [c.found for c in await checks(discord)][2]


def test_the_invitation_asks_for_exactly_what_is_documented() -> None:
    assert PERMISSION_BITS == 309_237_713_984
    written = (Path(__file__).parents[3] / "docs/discord.md").read_text("utf-8")
    assert str(PERMISSION_BITS) in invitation("1")
    assert str(PERMISSION_BITS) in written
    assert all(name in written for name in PERMISSIONS)


async def test_the_service_is_wired_where_a_token_is_set(tmp_path: Path) -> None:
    assert Citewise(Settings(CITEWISE_HOME=tmp_path)).chats.discord() is None
    async with FakeDiscord() as discord:
        set_up = {"DISCORD_BOT_TOKEN": discord.settings["bot_token"], "CITEWISE_HOME": tmp_path / "home"}
        set_up |= {"DISCORD_API_URL": f"{discord.url}/api", "DISCORD_GATEWAY_URL": discord.gateway_url}

        def run() -> str:
            with Citewise(Settings(**set_up), create=True) as citewise:
                running = citewise.chats.discord()
                assert running is not None
                running.start()
                health = running.status().sentence
                running.stop(10.0)
                return health

        assert "connected as citewise in 1 server" in await asyncio.to_thread(run)


SEND, VIEW = (str(PERMISSIONS[name][0]) for name in ("Send Messages", "View Channels"))


@pytest.mark.parametrize(
    ("overwrites", "lacking"),
    [
        ([], ""),
        ([{"id": str(GUILD), "deny": SEND, "allow": "0"}], "Send Messages"),
        ([{"id": str(GUILD), "deny": VIEW, "allow": "0"}], "View Channels"),
        ([{"id": str(GUILD), "deny": SEND}, {"id": str(BOT), "deny": "0", "allow": SEND}], ""),
        ([{"id": "1234", "deny": SEND, "allow": "0"}], ""),  # of a role that the bot does not have
    ],
)
async def test_whether_the_bot_may_write_in_a_channel_is_told(overwrites: list[Any], lacking: str) -> None:
    async with FakeDiscord() as discord:
        discord.permissions = PERMISSION_BITS
        discord.overwrites[HELP] = overwrites
        found = (await checks(discord, str(HELP)))[-1]
        assert found.name == "discord channel"
        assert (found.verdict is Verdict.FAULT) is bool(lacking)
        assert lacking in found.mend
        gone = (await checks(discord, "999"))[-1]
        assert gone.found == "999 is not there, or hidden from the bot"


async def test_a_channel_of_a_server_far_down_the_list_is_looked_at() -> None:
    async with FakeDiscord() as discord:
        discord.permissions, discord.others = PERMISSION_BITS, 400
        found = await checks(discord, str(HELP))
        assert [(check.name, check.verdict) for check in found][-1] == ("discord channel", Verdict.GOOD)
        assert sum(check.name == "discord server" for check in found) == 20
