"""One Discord server with the bot in it: its people, channels and messages, as Discord describes them."""

import itertools
import time
from collections import defaultdict

from discord_limits import Wrong
from discord_texts import Json

TOKEN = "MTIz.fake.token"
BOT, APPLICATION, GUILD = 1001, 1001, 2001
GENERAL, HELP, FORUM, HR = 3001, 3002, 3003, 3004
ANA, BEN, ADMIN = 5001, 5002, 5003
HR_ROLE, BOT_ROLE = 6001, 6100


class DiscordServer:
    """What is in it, and what people would complain of."""

    permissions = 0x7FFFFFFFFFFF

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.channels: dict[int, dict[int, Json]] = defaultdict(dict)
        self.kinds = {GENERAL: 0, HELP: 0, FORUM: 15, HR: 0}
        self.parents: dict[int, int] = {}
        self.roles: dict[int, list[int]] = {HR_ROLE: []}
        self.tags: dict[int, list[Json]] = {}  # of forums in which each post must have one
        self.overwrites: dict[int, list[Json]] = {}  # what a channel allows and denies, other than its server
        self.in_thread: dict[int, set[int]] = {}  # who is in a private one
        self.left: set[int] = set()  # people who are in no server of the bot's any more
        self.closed: set[int] = set()  # channels that the bot may neither read nor write in
        self._numbers = itertools.count(1)

    def snowflake(self) -> int:
        milliseconds = int(time.time() * 1000) - 1_420_070_400_000
        return (milliseconds << 22) | next(self._numbers)

    def _guild(self) -> Json:
        roles = [{"id": str(n), "name": "@everyone" if n == GUILD else f"role-{n}", "permissions":
                  str(self.permissions), "position": 0, "color": 0, "colors": {"primary_color": 0,
                  "secondary_color": None, "tertiary_color": None}, "hoist": False, "managed": False,
                  "mentionable": False, "flags": 0} for n in (GUILD, *self.roles)]  # fmt: skip
        roles.append({**roles[0], "id": str(BOT_ROLE), "name": "citewise", "tags": {"bot_id": str(BOT)}})
        threads = [self._channel(n) for n, kind in self.kinds.items() if kind in (11, 12)]
        channels = [self._channel(n) for n, kind in self.kinds.items() if kind not in (1, 11, 12)]
        return {
            "id": str(GUILD), "name": "Northwind", "owner_id": str(ADMIN), "roles": roles, "emojis": [],
            "features": [], "channels": channels, "threads": threads, "members": [self.member(BOT)],
            "member_count": 4, "large": False, "unavailable": False, "voice_states": [], "presences": [],
            "stage_instances": [], "guild_scheduled_events": [], "stickers": [], "mfa_level": 0,
            "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
            "system_channel_flags": 0, "premium_tier": 0, "preferred_locale": "en-US", "nsfw_level": 0,
            "afk_timeout": 60, "premium_progress_bar_enabled": False, "soundboard_sounds": [],
        }  # fmt: skip

    def member(self, person: int) -> Json:
        if person in self.left:
            raise Wrong(404, 10007, "Unknown Member")
        roles = [str(role) for role, people in self.roles.items() if person in people]
        return {"user": user(person), "roles": roles, "joined_at": now(), "deaf": False, "mute": False,
                "flags": 0, "permissions": str(self.permissions)}  # fmt: skip

    def _channel(self, number: int) -> Json:
        if number not in self.kinds:
            raise Wrong(404, 10003, "Unknown Channel")
        kind = self.kinds[number]
        found: Json = {"id": str(number), "type": kind}
        last = max(self.channels[number], default=None)
        found |= {"last_message_id": str(last) if last else None}
        if kind == 1:
            return {**found, "recipients": [user(number - 70_000)]}
        found |= {"guild_id": str(GUILD), "name": f"channel-{number}", "position": 0, "nsfw": False}
        found |= {"permission_overwrites": self.overwrites.get(number, []), "parent_id": None, "topic": None}
        found |= {"available_tags": self.tags.get(number, [])}
        if kind in (11, 12):
            found |= {"parent_id": str(self.parents[number]), "owner_id": str(BOT), "message_count": 1}
            stamp = "2026-01-01T00:00:00+00:00"
            thread = {"archived": False, "auto_archive_duration": 1440, "locked": False}
            found |= {"member_count": 1, "thread_metadata": {**thread, "archive_timestamp": stamp}}
        return found

    def _put(self, channel: int, body: Json) -> Json:
        reference = body.get("message_reference")
        message: Json = {
            "id": str(self.snowflake()), "channel_id": str(channel), "type": 19 if reference else 0,
            "content": "", "timestamp": now(), "edited_timestamp": None, "tts": False, "pinned": False,
            "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "components": [], "flags": 0,
        } | body  # fmt: skip
        message["components"] = [dict(c) for c in message["components"]]
        if reference:
            message["message_reference"] = {
                k: str(v) for k, v in reference.items() if k != "fail_if_not_exists"
            }
            replied = self.channels[channel].get(int(reference["message_id"]))
            message["referenced_message"] = replied
        self.channels[channel][int(message["id"])] = message
        return message


def user(number: int) -> Json:
    name = {BOT: "citewise", ANA: "ana", BEN: "ben", ADMIN: "admin"}.get(number, f"u{number}")
    return {"id": str(number), "username": name, "discriminator": "0", "global_name": name, "avatar": None,
            "bot": number == BOT}  # fmt: skip


def direct(person: int) -> int:
    """The channel of direct messages with someone."""
    return 70_000 + person


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
