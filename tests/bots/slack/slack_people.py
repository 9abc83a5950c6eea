"""What people do on the fake Slack: write, edit, delete, use commands, press buttons, fill in forms.

What the bot is sent of it has all that Slack sends, as docs.slack.dev/reference/events and
/reference/interaction-payloads describe it.
"""

import time
from typing import Any

from slack_socket_mode import SocketMode
from slack_texts import Json
from slack_workspace import BOT, TEAM

_ACME = {"id": TEAM, "domain": "acme"}
_AUTHORIZATION = {
    "enterprise_id": None,
    "team_id": TEAM,
    "user_id": BOT,
    "is_bot": True,
    "is_enterprise_install": False,
}


class SlackPeople(SocketMode):
    """A workspace with people in it; each of their doings reaches the bot as Slack tells it."""

    async def say(
        self, user: str, text: str, channel: str = "CGEN", root: str = "", *, files: list[Json] | None = None
    ) -> str:
        """Write a message; a mention comes as two events, as from Slack. Returns its ts."""
        ts = self._ts()
        message: Json = {"type": "message", "user": user, "text": text, "ts": ts, "team": self._team(user)}
        message |= {"client_msg_id": f"client-{ts}"} if not files else {}
        message |= {"thread_ts": root, "parent_user_id": "UANA"} if root else {}
        message |= {"files": files, "subtype": "file_share", "upload": False} if files else {}
        self.channels[channel][ts] = message
        where = {"channel": channel, "event_ts": ts}
        await self.event({**message, **where, "channel_type": _kind(channel)})
        if f"<@{BOT}>" in text and not channel.startswith("D"):
            left_out = ("subtype", "parent_user_id")
            mention = {name: value for name, value in message.items() if name not in left_out}
            await self.event({**mention, **where, "type": "app_mention"})
        return ts

    def _team(self, user: str) -> str:
        return self.teams.get(user, TEAM)

    def _who(self, user: str) -> Json:
        return {"id": user, "username": user.lower(), "name": user.lower(), "team_id": self._team(user)}

    def _interaction(self, kind: str, user: str) -> Json:
        return {
            "type": kind,
            "user": self._who(user),
            "team": _ACME,
            "api_app_id": "A1",
            "token": "verification",
            "trigger_id": f"trig{next(self._numbers)}",
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def mention(self, user: str, text: str, channel: str = "CGEN", root: str = "", **more: Any) -> str:
        return await self.say(user, f"<@{BOT}> {text}", channel, root, **more)

    async def edit(self, channel: str, ts: str, text: str) -> None:
        before = dict(self.channels[channel][ts])
        edited = {"user": before["user"], "ts": self._ts()}
        self.channels[channel][ts] |= {"text": text, "edited": edited}
        changed = {"message": dict(self.channels[channel][ts]), "previous_message": before}
        await self.event({**self._hidden("message_changed", channel), **changed})

    def _hidden(self, subtype: str, channel: str) -> Json:
        ts = self._ts()
        event = {"type": "message", "subtype": subtype, "channel": channel, "channel_type": _kind(channel)}
        return {**event, "hidden": True, "ts": ts, "event_ts": ts}

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message; one with replies leaves a tombstone, and comes as a change, as from Slack."""
        before = self.channels[channel].pop(ts)
        was = {"previous_message": before}
        if not any(message.get("thread_ts") == ts for message in self.channels[channel].values()):
            await self.event({**self._hidden("message_deleted", channel), **was, "deleted_ts": ts})
            return
        stone = {
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
        }
        stone = self.channels[channel][ts] = {"type": "message", **stone, "ts": ts, "thread_ts": ts}
        await self.event({**self._hidden("message_changed", channel), **was, "message": stone})

    async def event(self, event: Json, identity: str = "", **envelope: Any) -> Json:
        body = {
            "type": "event_callback",
            "token": "verification",
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": None,
            "api_app_id": "A1",
            "event_id": identity or f"Ev{next(self._numbers)}",
            "event_time": int(time.time()),
            "is_ext_shared_channel": event.get("channel") in self.shared,
            "event": event,
            "event_context": "4-event",
            "authorizations": [_AUTHORIZATION],
            **envelope,
        }
        await self.send("events_api", body)
        return body

    async def command(self, user: str, text: str, channel: str = "CGEN") -> str:
        number = next(self._numbers)
        body = {
            "token": "verification",
            "api_app_id": "A1",
            "is_enterprise_install": "false",
            "command": "/citewise",
            "text": text,
            "user_id": user,
            "user_name": user.lower(),
            "channel_id": channel,
            "channel_name": "directmessage" if channel.startswith("D") else channel.lower(),
            "team_id": self._team(user),
            "team_domain": "acme",
            "trigger_id": f"trig{number}",
            "response_url": f"{self.url}/respond/r{number}",
        }
        await self.send("slash_commands", body)
        return f"r{number}"

    async def press(self, user: str, button: Json, channel: str, message: Json, *, value: str = "") -> str:
        """Press a button of a message (one of `buttons_of`)."""
        number = next(self._numbers)
        action: Json = {"type": button["type"], "action_id": button["action_id"]}
        action |= {"action_ts": self._ts(), "block_id": "b"}
        if button["type"] == "static_select":
            chosen = [option for option in button["options"] if option["value"] == value]
            action["selected_option"] = chosen[0] if chosen else _option(value)
        else:
            action |= {"value": value or button.get("value"), "text": button.get("text") or _plain("?")}
        alone = not message.get("ts")  # that has a ts too, of which only its container tells
        ts, root = message.get("ts") or self._ts(), message.get("thread_ts")
        below = {"thread_ts": root} if root else {}
        container = {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": alone}
        pressed = {"type": "message", "user": BOT, "bot_id": "B1", "ts": ts, "text": "", **below}
        body = {
            **self._interaction("block_actions", user),
            "channel": {"id": channel, "name": channel.lower()},
            "container": container | {"is_app_unfurl": False} | below,
            "state": {"values": {}},
            "response_url": f"{self.url}/respond/r{number}",
            "actions": [action],
            **({} if alone else {"message": pressed}),
        }
        self.pressed[f"r{number}"] = {"user": user, "channel": channel, "after": len(self.ephemeral)}
        await self.send("interactive", body)
        return f"r{number}"

    async def submit(self, user: str, view: Json, **values: str) -> None:
        """Fill in a modal and send it; what is not named stays as it stood there."""
        state = {}
        for block in view["blocks"]:
            value, kind = values.get(block["block_id"]), block["element"]["type"]
            if value is None:
                value = block["element"].get("initial_value") or block["element"].get("initial_user")
            filled = {
                "static_select": {"selected_option": _option(value) if value else None},
                "users_select": {"selected_user": value},
            }.get(kind, {"value": value})
            state[block["block_id"]] = {"value": {"type": kind, **filled}}
        body = {**self._interaction("view_submission", user), "response_urls": []}
        opened = {"id": f"V{next(self._numbers)}", **view, "team_id": TEAM, "app_id": "A1", "bot_id": "B1"}
        opened |= {"root_view_id": view.get("id"), "previous_view_id": None, "external_id": ""}
        opened |= {"clear_on_close": False, "notify_on_close": False}
        await self.send("interactive", {**body, "view": {**opened, "hash": "h", "state": {"values": state}}})

    async def shortcut(
        self, user: str, channel: str, ts: str, callback: str = "add_to_knowledge_base"
    ) -> str:
        number = next(self._numbers)
        body = {
            **self._interaction("message_action", user),
            "callback_id": callback,
            "channel": {"id": channel, "name": channel.lower()},
            "message": self.channels[channel][ts],
            "message_ts": ts,
            "action_ts": self._ts(),
            "response_url": f"{self.url}/respond/r{number}",
        }
        self.pressed[f"r{number}"] = {"user": user, "channel": channel, "after": len(self.ephemeral)}
        await self.send("interactive", body)
        return f"r{number}"


def _kind(channel: str) -> str:
    return "im" if channel.startswith("D") else "channel"


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _option(value: str) -> Json:
    return {"text": _plain(value[:75]), "value": value}
