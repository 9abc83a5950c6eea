"""The real Discord service on a real home, connected to a fake Discord over real sockets."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from desk_kit import LEAVE, SALARIES, WORD_GATE, DeskHome, desk_home
from discord_people import People
from fake_discord import FakeDiscord
from gradual import Gradually
from guild import Guild, service


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, WORD_GATE, Gradually()) as found:
        found.home.fill({"leave.md": LEAVE})
        found.home.fill({"salaries.md": SALARIES}, "hr")
        yield found


@pytest.fixture
async def guild(here: DeskHome) -> AsyncIterator[Guild]:
    async with FakeDiscord() as discord:
        written: list[BaseException] = []
        running = Guild(discord, People(discord), here, service(discord, here, written), written)
        await running.service.start()
        yield running
        await running.service.stop()
        assert discord.complaints == []
