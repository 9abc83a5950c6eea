"""The real Slack service on a real home, connected to a fake Slack over real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desk_kit import LEAVE, SALARIES, WORD_GATE, DeskHome, desk_home
from fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack, Json, button
from gradual import Gradually

from bots.slack.service import SlackService, SlackSettings

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass
class Workspace:
    """A workspace with the bot in it."""

    slack: FakeSlack
    here: DeskHome
    service: SlackService
    written: list[BaseException]

    async def restart(self, **how: Any) -> None:
        await self.service.stop()
        self.service = service(self.slack, self.here, self.written, **how)
        await self.service.start()


def service(slack: FakeSlack, here: DeskHome, written: list[BaseException], **how: Any) -> SlackService:
    settings = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api_url": slack.api_url}
    settings |= {
        name: how.pop(name) for name in ("mode", "signing_secret", "http_port", "host") if name in how
    }

    def write_down(error: BaseException) -> None:
        written.append(error)

    return SlackService(SlackSettings(**settings), here.desk, here.catalog, write_down, **how)


@asynccontextmanager
async def opened(
    folder: Path, answerer: object = None, digest: tuple[str, ...] = ()
) -> AsyncIterator[Workspace]:
    """A workspace with a bot that is connected; its answers come gradually, or as the `answerer` writes."""
    with desk_home(folder, WORD_GATE, answerer or Gradually(), digest) as here:
        here.home.fill({"leave.md": LEAVE})
        here.home.fill({"salaries.md": SALARIES}, "hr")
        async with FakeSlack() as slack:
            written: list[BaseException] = []
            running = Workspace(slack, here, service(slack, here, written), written)
            await running.service.start()
            await slack.connected()
            yield running
            await running.service.stop()
            assert slack.complaints == []


async def handed_on(workspace: Workspace) -> tuple[str, Json]:
    """A question of UANA's in CGEN, and the request in CHELP that came of it, which UKIM has taken."""
    slack = workspace.slack
    workspace.here.catalog.places.set_support("general", "slack:channel:CHELP", by="slack:user:UADMIN")
    asked = await slack.mention("UANA", "Where is the staff canteen?")
    answer = await slack.answer("CGEN", asked)
    await slack.privately(await slack.press("UANA", button(answer, "person"), "CGEN", answer))
    (request,) = slack.channels["CHELP"].values()
    await slack.privately(await slack.press("UKIM", button(request, "claim"), "CHELP", request))
    return asked, request
