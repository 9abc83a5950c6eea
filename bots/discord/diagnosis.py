"""What `citewise doctor` looks at in Discord: token, intents, commands, permissions; and how to mend each."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from bots.checks import Check, Verdict
from bots.discord.needs import COMMAND, MENU, MESSAGE_CONTENT_FLAGS, PERMISSIONS, TRIAGE_MENU, invitation
from bots.discord.service import SECONDS_A_CALL, DiscordSettings
from brain.errors import UsageError

Json = dict[str, Any]
_PORTAL = "discord.com/developers/applications → your app"
_ADMINISTRATOR = 1 << 3
_SHOWN = 20
_A_PAGE = 200  # servers; Discord gives no more at once
_TO_WRITE = ("View Channels", "Send Messages", "Read Message History")


def examine(settings: DiscordSettings, *, auto_answer: bool, channels: Iterable[str] = ()) -> Iterator[Check]:
    """Check the set-up for Discord; `auto_answer` says whether a channel is to be answered unasked.

    `channels` are the ids of those that the bot writes to of its own accord.
    """
    import httpx

    head = {"Authorization": f"Bot {settings.bot_token}"}
    with httpx.Client(headers=head, timeout=SECONDS_A_CALL) as http:
        try:
            api = _Api(http, settings.api_url.rstrip("/"))
            yield from _examine(api, settings, auto_answer)
            for channel in channels:
                yield _channel(api, channel)
        except _Refused as error:
            mend = f"copy the token from {_PORTAL} → Bot → Reset Token, into DISCORD_BOT_TOKEN"
            found = f"Discord does not accept DISCORD_BOT_TOKEN ({error.status})"
            yield Check("discord", Verdict.FAULT, found, mend)
        except (httpx.HTTPError, ValueError) as error:
            mend = "check the network, a proxy, and DISCORD_API_URL"
            yield Check("discord", Verdict.FAULT, f"Discord can't be reached ({type(error).__name__})", mend)


class _Refused(UsageError):
    """Discord does not let this token in."""

    def __init__(self, status: int) -> None:
        super().__init__("Discord does not accept the token.")
        self.status = status


class _Api:
    """Discord's REST API, to look only."""

    def __init__(self, http: Any, base: str) -> None:
        self._http = http
        self._base = base

    def __call__(self, path: str) -> Any:
        response = self._http.get(f"{self._base}{path}")
        if response.status_code == 401:
            raise _Refused(response.status_code)
        response.raise_for_status()
        return response.json()


def _examine(api: _Api, settings: DiscordSettings, auto_answer: bool) -> Iterator[Check]:
    """What Discord itself tells of the bot: its start, intents, invitations, commands and servers."""
    me = api("/users/@me")
    application = api("/oauth2/applications/@me")
    invite = invitation(str(application["id"]))
    gateway = api("/gateway/bot")
    starts = int((gateway.get("session_start_limit") or {}).get("remaining", 1))
    if starts < 1:
        found = "the bot was started too often today: Discord lets it in again tomorrow"
        yield Check("discord", Verdict.FAULT, found, "look in the log for why it is started again and again")
    else:
        yield Check("discord", Verdict.GOOD, f"connects as {me['username']}")
    yield _intent(settings, int(application.get("flags") or 0), auto_answer)
    if application.get("interactions_endpoint_url"):
        mend = f"clear it at {_PORTAL} → General Information"
        found = "an Interactions Endpoint URL is set: commands and buttons go there"
        yield Check("discord endpoint", Verdict.FAULT, found, mend)
    if application.get("bot_public"):
        found = "anyone may invite the bot into a server of theirs, where it answers from the space general"
        mend = f"{_PORTAL} → Installation → Install Link: None, then → Bot → Public Bot: off"
        yield Check("discord invitations", Verdict.NOTE, found, mend)
    yield _commands(api, settings, str(application["id"]), invite)
    guilds = list(islice(_servers(api), _SHOWN))
    if not guilds:
        yield Check("discord servers", Verdict.FAULT, "the bot is in no server", f"invite it: {invite}")
    for guild in guilds:
        yield _permissions(guild, invite)


def _servers(api: _Api) -> Iterator[Json]:
    """The servers that the bot is in, page by page."""
    after = "0"
    while page := api(f"/users/@me/guilds?limit={_A_PAGE}&after={after}"):
        yield from page
        if len(page) < _A_PAGE:
            return
        after = str(page[-1]["id"])


def _intent(settings: DiscordSettings, flags: int, auto_answer: bool) -> Check:
    granted = bool(flags & MESSAGE_CONTENT_FLAGS)
    switch = f"{_PORTAL} → Bot → Message Content Intent"
    if settings.message_content and not granted:
        found = "DISCORD_MESSAGE_CONTENT is true, and the intent is not granted: Discord refuses to connect"
        mend = f"switch it on at {switch}, or set DISCORD_MESSAGE_CONTENT=false"
        return Check("discord intents", Verdict.FAULT, found, mend)
    if settings.message_content:
        found = "reads all messages in its channels, for follow-ups and answers without a mention"
        return Check("discord intents", Verdict.GOOD, found)
    if auto_answer:
        found = "a channel is to be answered unasked, and without DISCORD_MESSAGE_CONTENT=true it is not"
        return Check("discord intents", Verdict.FAULT, found, f"set it, and switch on {switch}")
    found = "none that is privileged: mentions, replies to the bot and direct messages are read"
    return Check("discord intents", Verdict.GOOD, found)


def _commands(api: _Api, settings: DiscordSettings, application: str, invite: str) -> Check:
    """Whether the commands and menus are registered, on each server that has them to itself."""
    import httpx

    paths = {f"/applications/{application}/guilds/{guild}/commands": guild for guild in settings.guilds}
    for path, guild in (paths or {f"/applications/{application}/commands": 0}).items():
        try:
            known = {command["name"] for command in api(path)}
        except httpx.HTTPStatusError as error:
            if not guild or error.response.status_code not in (403, 404):
                raise
            found = f"DISCORD_GUILDS names {guild}, a server in which the bot may not have commands"
            return Check(
                "discord commands", Verdict.FAULT, found, f"take it out, or invite the bot: {invite}"
            )
        wanted = {
            COMMAND: f"/{COMMAND}",
            MENU: f"the menu “{MENU}”",
            TRIAGE_MENU: f"the menu “{TRIAGE_MENU}”",
        }
        lacking = [label for name, label in wanted.items() if name not in known]
        if lacking:
            note = "they are registered when the bot starts; its log says so where Discord refuses them"
            found = f"{' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not registered yet"
            return Check("discord commands", Verdict.NOTE, found, note)
    return Check("discord commands", Verdict.GOOD, f"/{COMMAND} and its menus are registered")


def _permissions(guild: Json, invite: str) -> Check:
    held, name = int(guild["permissions"]), str(guild["name"])
    missing = [label for label, (bit, _) in PERMISSIONS.items() if not held & (bit | _ADMINISTRATOR)]
    if missing:
        mend = f"invite the bot once more, which adds them: {invite}"
        return Check("discord server", Verdict.FAULT, f"{name}: lacks {', '.join(missing)}", mend)
    return Check("discord server", Verdict.GOOD, f"{name}: all {len(PERMISSIONS)} permissions")


def _channel(api: _Api, channel: str) -> Check:
    """Whether the bot may write in a channel: by its server, its roles, and the channel's own word."""
    import httpx

    try:
        there = api(f"/channels/{channel}")
        guild = str(there["guild_id"])
        me = api(f"/guilds/{guild}/members/{api('/users/@me')['id']}")
    except httpx.HTTPStatusError as error:
        if error.response.status_code not in (403, 404):
            raise
        mend = "give the bot View Channel there, or take it out of CITEWISE_DIGEST and `spaces support`"
        found = f"{channel} is not there, or hidden from the bot"
        return Check("discord channel", Verdict.FAULT, found, mend)
    held = next((int(one["permissions"]) for one in _servers(api) if str(one["id"]) == guild), 0)
    allowed = _allowed(held, there.get("permission_overwrites") or [], guild, me)
    lacking = [name for name in _TO_WRITE if not allowed & (PERMISSIONS[name][0] | _ADMINISTRATOR)]
    if lacking:
        mend = f"give the bot these in the channel's settings → Permissions: {', '.join(lacking)}"
        return Check("discord channel", Verdict.FAULT, f"the bot can't write in #{there.get('name')}", mend)
    return Check("discord channel", Verdict.GOOD, f"#{there.get('name')}")


def _allowed(held: int, overwrites: Iterable[Json], guild: str, me: Json) -> int:
    """What a member may do in a channel; `held` is what they may do in the server.

    Computed as discord.com/developers/docs/topics/permissions#permission-overwrites says.
    """
    if held & _ADMINISTRATOR:
        return held
    said = {str(one["id"]): one for one in overwrites}
    roles = [said[role] for role in map(str, me.get("roles", [])) if role in said]
    for ones in ([said[guild]] if guild in said else []), roles, [said.get(str(me["user"]["id"]), {})]:
        for one in ones:
            held &= ~int(one.get("deny", 0))
        for one in ones:
            held |= int(one.get("allow", 0))
    return held
