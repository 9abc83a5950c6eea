"""The real Discord service on a real home, connected to a fake Discord over real sockets."""

from dataclasses import dataclass
from typing import Any

from desk_kit import DeskHome
from discord_people import People
from fake_discord import ANA, GENERAL, HELP, FakeDiscord, Json, buttons_of

from bots.discord.service import DiscordService, DiscordSettings


@dataclass
class Guild:
    """A server with the bot in it."""

    discord: FakeDiscord
    people: People
    here: DeskHome
    service: DiscordService
    written: list[BaseException]

    async def settled(self) -> None:
        """Wait until nothing is left to do."""

        def unfinished() -> bool:
            with self.here.catalog.database.reading() as connection:
                left = connection.execute("SELECT count(*) FROM inbox WHERE state <> 'done'").fetchone()
            return bool(left[0])

        await self.discord.until(lambda: not unfinished())

    async def restart(self, **how: Any) -> None:
        await self.service.stop()
        self.service = service(self.discord, self.here, self.written, **how)
        await self.service.start()


def service(discord: FakeDiscord, here: DeskHome, written: list[BaseException], **how: Any) -> DiscordService:
    names = ("message_content", "guilds", "threads", "bot_token")
    settings = (
        discord.settings | {"arrival_seconds": 0.05} | {name: how.pop(name) for name in names if name in how}
    )

    def write_down(error: BaseException) -> None:
        written.append(error)

    return DiscordService(DiscordSettings(**settings), here.desk, here.catalog, write_down, **how)


async def handed_on(guild: Guild, helper: int) -> tuple[Json, Json]:
    """The answer to a question of Ana's, and the request that came of it, which `helper` took."""
    discord, people = guild.discord, guild.people
    guild.here.catalog.places.set_support("general", f"discord:channel:{HELP}", by=f"discord:user:{helper}")
    answer = await discord.answer(GENERAL, await people.mention(ANA, "Where is the staff canteen?"))
    await discord.told(await people.press(ANA, buttons_of(answer)["person"], answer))
    request = await discord.answer(HELP)
    await discord.told(await people.press(helper, buttons_of(request)["claim"], request))
    return answer, request
