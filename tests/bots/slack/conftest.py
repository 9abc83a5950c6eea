"""The real Slack service on a real home, connected to a fake Slack over real sockets."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from desk_kit import LEAVE, SALARIES, WORD_GATE, DeskHome, desk_home
from fake_slack import FakeSlack
from workspace import Workspace, service


@pytest.fixture
def here(tmp_path: Path) -> Iterator[DeskHome]:
    with desk_home(tmp_path, WORD_GATE) as found:
        found.home.fill({"leave.md": LEAVE})
        found.home.fill({"salaries.md": SALARIES}, "hr")
        yield found


@pytest.fixture
async def workspace(here: DeskHome) -> AsyncIterator[Workspace]:
    async with FakeSlack() as slack:
        written: list[BaseException] = []
        running = Workspace(slack, here, service(slack, here, written), written)
        await running.service.start()
        await slack.connected()
        yield running
        await running.service.stop()
        assert slack.complaints == []
