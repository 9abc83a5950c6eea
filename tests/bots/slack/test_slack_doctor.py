"""`citewise doctor` on Slack: each fault is named and how to mend it."""

import asyncio
from pathlib import Path

from fake_slack import APP_TOKEN, BOT_TOKEN, FakeSlack, Fault

from bots.checks import Check, Verdict
from bots.serving.chosen_services import chosen_services
from bots.settings import Settings
from bots.slack.diagnosis import examine
from bots.slack.needs import SCOPES
from bots.slack.service import SlackSettings
from bots.wiring import Citewise


async def checks(slack: FakeSlack, *channels: str, **how: str) -> list[Check]:
    given = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api_url": slack.api_url} | how
    return await asyncio.to_thread(lambda: list(examine(SlackSettings(**given), channels)))


def faults(found: list[Check]) -> list[str]:
    assert all(check.mend for check in found if check.verdict is Verdict.FAULT)
    return [check.found for check in found if check.verdict is Verdict.FAULT]


async def test_a_sound_set_up_is_sound() -> None:
    async with FakeSlack() as slack:
        slack.scopes = set(SCOPES)
        found = await checks(slack, "CGEN")
        assert faults(found) == []
        assert found[0].found == "connects to Acme as @citewise"


async def test_each_fault_is_named() -> None:
    async with FakeSlack() as slack:
        slack.scopes = set(SCOPES) - {"files:read"}
        slack.outside.add("CSALES")
        found = faults(await checks(slack, "CGONE1", "CSALES"))
        assert found[0] == "missing: files:read"
        assert found[1].startswith("CGONE1 is not there")
        assert "#csales" in found[2]
        assert "invalid_auth" in faults(await checks(slack, bot_token="xoxb-wrong"))[0]
        assert "xoxb-" in faults(await checks(slack, bot_token="xoxp-no"))[0]
        assert "socket" in faults(await checks(slack, app_token="xapp-wrong"))[1]
        assert "xapp-" in faults(await checks(slack, app_token=""))[0]
        assert "SIGNING_SECRET" in faults(await checks(slack, mode="http"))[0]
        assert "can't be reached" in faults(await checks(slack, api_url="http://127.0.0.1:1/api/"))[0]


async def test_archived_and_shared_channels_and_answers_that_are_not_slacks_are_told() -> None:
    async with FakeSlack() as slack:
        slack.scopes = set(SCOPES)
        slack.traits = {"COLD": {"is_archived": True}, "CBOTH": {"is_ext_shared": True}}
        found = await checks(slack, "COLD", "CBOTH")
        assert faults(found) == ["#cold is archived"]
        assert found[-1].verdict is Verdict.NOTE
        assert "#cboth is shared with another organisation" in found[-1].found
        slack.faults.append(Fault("auth.test", 1, page="<html>Sign in to the network</html>"))
        assert "a proxy between" in faults(await checks(slack))[0]
        slack.faults.append(Fault("apps.connections.open", 1, status=502, page=""))
        assert "no answer of its own" in faults(await checks(slack))[0]


async def test_a_channel_with_others_in_it_is_worth_knowing() -> None:
    async with FakeSlack() as slack:
        slack.scopes = set(SCOPES)
        slack.shared.add("CPART")
        found = await checks(slack, "CPART")
        assert faults(found) == []
        assert found[-1].verdict is Verdict.NOTE
        assert "#cpart is shared with another organisation" in found[-1].found


async def test_slack_runs_in_a_thread_of_its_own(tmp_path: Path) -> None:
    async with FakeSlack() as slack:
        home = tmp_path / "home"
        settings = Settings(
            _env_file=None,
            CITEWISE_HOME=home,
            SLACK_BOT_TOKEN=BOT_TOKEN,
            SLACK_APP_TOKEN=APP_TOKEN,
            SLACK_API_URL=slack.api_url,
        )  # type: ignore[call-arg]
        with Citewise(settings, create=True) as citewise:
            [service] = chosen_services(citewise)[0]
            assert service.name == "slack"
            assert not service.status().running
            for _ in range(2):  # it may be started again
                await asyncio.to_thread(service.start)
                await slack.connected()
                status = await asyncio.to_thread(service.status)
                assert (status.running, "connected in socket mode" in status.sentence) == (True, True)
                await asyncio.to_thread(service.stop, 10.0)
                await slack.until(lambda: not slack._sockets)
            assert not service.status().running
