"""HTTP mode: what Slack posts is taken in as from a socket, and what others post is not."""

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import AsyncExitStack
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from fake_slack import BOT, TEAM, words_of
from slack_bolt.async_app import AsyncApp
from workspace import SECRET, Workspace

from bots.slack.http_mode import application
from brain.errors import UsageError

QUESTION = "How many days of annual leave do employees get?"


def signed(body: str, age: float = 0, secret: str = SECRET) -> dict[str, str]:
    moment = str(int(time.time() - age))
    seal = hmac.new(secret.encode(), f"v0:{moment}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={seal}"}


async def test_http_mode_checks_signatures_and_answers_the_same(workspace: Workspace) -> None:
    slack = workspace.slack
    await workspace.restart(mode="http", signing_secret=SECRET, http_port=0, host="127.0.0.1")
    url = f"http://127.0.0.1:{workspace.service.addresses[0][1]}"
    event = {
        "type": "app_mention",
        "user": "UANA",
        "channel": "CGEN",
        "ts": "9.9",
        "text": f"<@{BOT}> {QUESTION}",
    }
    body = json.dumps({"type": "event_callback", "event_id": "E1", "team_id": TEAM, "event": event})
    kind = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession() as session:
        for head in ({}, signed(body, age=600), signed(body, secret="another")):
            async with session.post(f"{url}/slack/events", data=body, headers=head | kind) as response:
                assert response.status == 401
        for again in ({}, {"X-Slack-Retry-Num": "1"}):
            async with session.post(
                f"{url}/slack/events", data=body, headers=signed(body) | kind | again
            ) as response:
                assert response.status == 200
        assert "27 days" in words_of(await slack.answer("CGEN", "9.9"))
        form = urlencode(
            {
                "command": "/citewise",
                "text": "help",
                "user_id": "UANA",
                "channel_id": "CGEN",
                "trigger_id": "t1",
                "response_url": f"{slack.url}/respond/h1",
            }
        )
        head = signed(form) | {"Content-Type": "application/x-www-form-urlencoded"}
        async with session.post(f"{url}/slack/events", data=form, headers=head) as response:
            assert response.status == 200
        assert "What I can do" in words_of(await slack.privately("h1"))
        async with session.get(f"{url}/healthz") as response:
            assert "connected in http mode" in (await response.json())["status"]
    assert len(slack.answers("CGEN", "9.9")) == 1


async def test_what_strangers_post_is_turned_away_before_it_is_read(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    await workspace.restart(mode="http", signing_secret=SECRET, http_port=0, host="127.0.0.1")
    url = f"http://127.0.0.1:{workspace.service.addresses[0][1]}/slack/events"
    kinds = ("application/json", "application/x-www-form-urlencoded")
    heads = [
        {},
        {**signed(""), "X-Slack-Request-Timestamp": "soon"},
        {**signed(""), "X-Slack-Signature": "ü"},
    ]
    async with aiohttp.ClientSession() as session:
        for body in (b"{", b"[1]", b"null", b"payload=%7B", b"payload=5", b"\xff\xfe", b""):
            for head in heads:
                for kind in kinds:
                    head = {**head, "Content-Type": kind}
                    async with session.post(url, data=body, headers=head) as response:
                        assert (response.status, body) == (401, body)
        async with session.post(
            url, data=b"token=x&ssl_check=1", headers={"Content-Type": kinds[1]}
        ) as response:
            assert response.status == 200
        hello = json.dumps({"type": "url_verification", "challenge": "xyz"})
        head = {**signed(hello), "Content-Type": kinds[0]}
        async with session.post(url, data=hello, headers=head) as response:
            assert "xyz" in await response.text()
    assert caplog.records == []  # nobody fills the log from outside


async def test_a_request_that_never_comes_in_whole_is_not_waited_for() -> None:
    """Otherwise strangers could hold connections open until the bot has no files left to open."""

    async def status() -> str:
        return "connected"

    server = web.AppRunner(
        application(AsyncApp(signing_secret=SECRET, token="xoxb-0"), SECRET, status, patience=0.05),
        access_log=None,
        lingering_time=0.0,
    )
    async with AsyncExitStack() as opened:
        await server.setup()
        opened.push_async_callback(server.cleanup)
        await web.TCPSite(server, "127.0.0.1", 0).start()
        answers, asks = await asyncio.open_connection("127.0.0.1", server.addresses[0][1])
        opened.callback(asks.close)
        asks.write(b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n\r\n{")
        assert (await answers.readline()).split()[1] == b"408"


async def test_a_port_that_is_taken_is_said(workspace: Workspace) -> None:
    taken = {"http_port": workspace.slack.port, "host": "127.0.0.1"}
    with pytest.raises(UsageError, match="SLACK_HTTP_PORT"):
        await workspace.restart(mode="http", signing_secret=SECRET, **taken)
