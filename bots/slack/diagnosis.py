"""What `citewise doctor` looks at in Slack: tokens, scopes, connection, channels; and how to mend each."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator

from bots.checks import Check, Verdict
from bots.doors.inbox import Unreachable
from bots.slack.calls import Calls, SlackRefused, said_by
from bots.slack.needs import EVENTS, OF_AGENTS, SCOPES, SHORTCUTS
from bots.slack.proxies import web_client
from bots.slack.service import SECONDS_A_CALL, SlackSettings

_APP = "api.slack.com/apps → your app"
_OUT = "out of CITEWISE_DIGEST, or with `citewise spaces deny`"
_MANIFEST = "paste bots/slack/manifest.yaml under App Manifest, save, and install the app again"


def examine(settings: SlackSettings, channels: Iterable[str]) -> Iterator[Check]:
    """Check the set-up for Slack; `channels` are the ids that spaces and settings name."""

    async def collected() -> list[Check]:
        return [check async for check in _examine(settings, list(channels))]

    yield from asyncio.run(collected())


async def _examine(settings: SlackSettings, channels: list[str]) -> AsyncIterator[Check]:
    import aiohttp
    from slack_sdk.errors import SlackApiError

    for check in _formats(settings):
        yield check
    if not settings.bot_token.startswith("xoxb-"):
        return
    limit = aiohttp.ClientTimeout(total=SECONDS_A_CALL)
    async with aiohttp.ClientSession(timeout=limit) as session:
        client = web_client(settings.bot_token, settings.api_url, session=session)
        calls = Calls(client)
        granted: set[str] | None = None
        try:
            response = await client.api_call("auth.test")
        except (SlackApiError, aiohttp.ClientError, OSError) as error:
            yield _token_fault(error)
            return
        granted = set(str(response.headers.get("x-oauth-scopes", "")).replace(" ", "").split(",")) - {""}
        team, user = response.get("team"), response.get("user")
        yield Check("slack", Verdict.GOOD, f"connects to {team} as @{user}")
        yield _scopes(granted)
        if settings.mode == "socket" and settings.app_token.startswith("xapp-"):
            yield await _socket(settings, client)
        yield Check(
            "slack events",
            Verdict.NOTE,
            "Slack tells nobody which events an app is sent",
            f"{_APP} → Event Subscriptions must list {', '.join(EVENTS)}",
        )
        named = " and ".join(f"“{name}” ({callback})" for callback, name in SHORTCUTS.items())
        yield Check(
            "slack shortcuts",
            Verdict.NOTE,
            "Slack tells nobody which message shortcuts an app has",
            f"{_APP} → Interactivity & Shortcuts must list {named}; if not, {_MANIFEST}",
        )
        for channel in channels:
            yield await _channel(calls, channel)


def _formats(settings: SlackSettings) -> Iterator[Check]:
    if not settings.bot_token.startswith("xoxb-"):
        found = "SLACK_BOT_TOKEN is no bot token: those begin with xoxb-"
        yield Check("slack", Verdict.FAULT, found, f"copy it from {_APP} → OAuth & Permissions")
    if settings.mode == "socket" and not settings.app_token.startswith("xapp-"):
        found = "Socket Mode needs SLACK_APP_TOKEN, which begins with xapp-"
        mend = f"make one with the scope connections:write at {_APP} → Basic Information → App-Level Tokens"
        yield Check("slack", Verdict.FAULT, found, mend)
    if settings.mode == "http" and not settings.signing_secret:
        found = "HTTP mode needs SLACK_SIGNING_SECRET"
        yield Check("slack", Verdict.FAULT, found, f"copy it from {_APP} → Basic Information")


def _token_fault(error: Exception) -> Check:
    from slack_sdk.errors import SlackApiError

    if not isinstance(error, SlackApiError):
        mend = "check the network, a proxy, and SLACK_API_URL"
        return Check("slack", Verdict.FAULT, f"Slack can't be reached ({type(error).__name__})", mend)
    code = said_by(error)[1].get("error") or "the answer is not Slack's: is there a proxy between?"
    mend = f"install the app again and copy its bot token from {_APP} → OAuth & Permissions"
    return Check("slack", Verdict.FAULT, f"Slack does not accept SLACK_BOT_TOKEN ({code})", mend)


def _scopes(granted: set[str]) -> Check:
    missing = sorted(SCOPES - granted)
    if missing and OF_AGENTS.issuperset(missing):
        found = f"{', '.join(missing)} is missing, so that nothing is suggested to who opens the bot"
        return Check("slack scopes", Verdict.NOTE, found, f"on a paid plan of Slack's: {_MANIFEST}")
    if missing:
        return Check("slack scopes", Verdict.FAULT, f"missing: {', '.join(missing)}", _MANIFEST)
    more = sorted(granted - SCOPES)
    if more:
        found = f"more than are used: {', '.join(more)}"
        return Check("slack scopes", Verdict.NOTE, found, f"take them away at {_APP} → OAuth & Permissions")
    return Check("slack scopes", Verdict.GOOD, f"all {len(SCOPES)} that are used, and no more")


async def _socket(settings: SlackSettings, client: object) -> Check:
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web.async_client import AsyncWebClient

    assert isinstance(client, AsyncWebClient)
    try:
        await client.apps_connections_open(app_token=settings.app_token)
    except SlackApiError as error:
        found = f"Slack does not open a socket ({said_by(error)[1].get('error', 'no answer of its own')})"
        mend = f"switch Socket Mode on, and give SLACK_APP_TOKEN the scope connections:write, both at {_APP}"
        return Check("slack socket", Verdict.FAULT, found, mend)
    return Check("slack socket", Verdict.GOOD, "Socket Mode is on")


async def _channel(calls: Calls, channel: str) -> Check:
    try:
        found = (await calls("conversations.info", channel=channel))["channel"]
    except (SlackRefused, Unreachable):
        mend = f"invite the bot there, or take the channel {_OUT}"
        return Check(
            "slack channel", Verdict.FAULT, f"{channel} is not there, or private without the bot", mend
        )
    if found.get("is_archived"):
        mend = f"take it out of the archive, or take the channel {_OUT}"
        return Check("slack channel", Verdict.FAULT, f"#{found.get('name')} is archived", mend)
    if not found.get("is_member"):
        mend = f"write /invite @citewise in #{found.get('name')}"
        return Check("slack channel", Verdict.FAULT, f"the bot is not in #{found.get('name')}", mend)
    if found.get("is_ext_shared"):
        told = f"#{found.get('name')} is shared with another organisation, who read there what is open to it"
        mend = "`citewise spaces` shows what that is; the space general is closed there"
        return Check("slack channel", Verdict.NOTE, told, mend)
    return Check("slack channel", Verdict.GOOD, f"#{found.get('name')}")
