"""Run `python bot_process.py HOME URL TOKEN`: the real Discord service as a process, until it is killed."""

import asyncio
import sys
from pathlib import Path

from desk_kit import LEAVE, WORD_GATE, desk_home
from gradual import Gradually

from bots.discord.service import DiscordService, DiscordSettings
from brain.catalog.chats.inbox import Limits


async def run(home: Path, url: str, token: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    with desk_home(home, WORD_GATE, Gradually()) as here:
        if not here.catalog.documents():
            here.home.fill({"leave.md": LEAVE})
        gateway = f"{url.replace('http', 'ws', 1)}/gateway"
        settings = DiscordSettings(token, f"{url}/api", gateway, f"{url}/cdn", arrival_seconds=0.05)
        limits = Limits(waiting=100_000, of_person=100_000, of_place=100_000)
        await DiscordService(settings, here.desk, here.catalog, limits=limits).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
