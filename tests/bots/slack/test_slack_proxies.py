"""A proxy that the environment names: used for what is elsewhere, and not for this machine or `NO_PROXY`."""

from pathlib import Path

import pytest
from fake_slack import button, words_of
from workspace import opened

from bots.slack.proxies import web_client

DEAD = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, DEAD)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "slack.intranet,slack.lab:8443,fd00::7")


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://slack.com/api/", DEAD),
        ("https://slack.intranet/api/", None),
        ("https://slack.intranet:8443/api/", None),
        ("https://slack.lab:8443/api/", None),
        ("https://slack.lab/api/", DEAD),
        ("http://[fd00::7]:8080/api/", None),
        ("http://localhost:8080/api/", None),
        ("http://127.0.0.1:8080/api/", None),
        ("http://[::1]:8080/api/", None),
    ],
)
def test_a_client_takes_the_proxy_but_for_what_is_named_or_here(url: str, proxy: str | None) -> None:
    assert web_client("xoxb-token", url).proxy == proxy


async def test_slack_on_this_machine_is_spoken_to_past_the_proxy(tmp_path: Path) -> None:
    async with opened(tmp_path) as workspace:
        slack = workspace.slack
        asked = await slack.mention("UANA", "How many days of annual leave do employees get?")
        answer = await slack.answer("CGEN", asked)
        assert "27 days" in words_of(answer)
        shown = await slack.privately(await slack.press("UANA", button(answer, "quotes"), "CGEN", answer))
        assert "Word for word" in words_of(shown)
        await slack.command("UANA", "help")
        await slack.until(lambda: [m for m in slack.ephemeral if "What I can do" in words_of(m)])
        await slack.drop()  # it connects again
        asked = await slack.mention("UBEN", "How many days of annual leave do employees get?")
        assert "27 days" in words_of(await slack.answer("CGEN", asked))
