"""What people do on the fake Slack: write, edit, delete, use commands, press buttons, fill in forms."""

import time
from typing import Any

from slack_socket_mode import SocketMode
from slack_texts import Json
from slack_workspace import BOT, TEAM


class SlackPeople(SocketMode):
    """A workspace with people in it; each of their doings reaches the bot as Slack tells it."""

    async def say(
        self, user: str, text: str, channel: str = "CGEN", root: str = "", *, files: list[Json] | None = None
    ) -> str:
        """Write a message; a mention comes as two events, as from Slack. Returns its ts."""
        ts = self._ts()
        message: Json = {"user": user, "text": text, "ts": ts}
        message |= {"thread_ts": root} if root else {}
        message |= {"files": files, "subtype": "file_share"} if files else {}
        self.channels[channel][ts] = message
        kind = "im" if channel.startswith("D") else "channel"
        event = {
            **message,
            "type": "message",
            "channel": channel,
            "channel_type": kind,
            "event_ts": ts,
            "team": self.teams.get(user, TEAM),
        }
        await self.event(event)
        if f"<@{BOT}>" in text and kind == "channel":
            await self.event({**event, "type": "app_mention"})
        return ts

    async def mention(self, user: str, text: str, channel: str = "CGEN", root: str = "", **more: Any) -> str:
        return await self.say(user, f"<@{BOT}> {text}", channel, root, **more)

    async def edit(self, channel: str, ts: str, text: str) -> None:
        before = dict(self.channels[channel][ts])
        edited = {"user": before["user"], "ts": self._ts()}
        self.channels[channel][ts] |= {"text": text, "edited": edited}
        event = {"type": "message", "subtype": "message_changed", "channel": channel, "hidden": True}
        await self.event({**event, "message": dict(self.channels[channel][ts]), "previous_message": before})

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message; one with replies leaves a tombstone, and comes as a change, as from Slack."""
        before = self.channels[channel].pop(ts)
        event = {"type": "message", "channel": channel, "hidden": True, "previous_message": before}
        if not any(message.get("thread_ts") == ts for message in self.channels[channel].values()):
            await self.event({**event, "subtype": "message_deleted", "deleted_ts": ts})
            return
        stone = {
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": True,
        }
        stone = self.channels[channel][ts] = {"type": "message", **stone, "ts": ts, "thread_ts": ts}
        await self.event({**event, "subtype": "message_changed", "message": stone})

    async def event(self, event: Json, identity: str = "", **envelope: Any) -> Json:
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A1",
            "event_id": identity or f"Ev{next(self._numbers)}",
            "event_time": int(time.time()),
            "is_ext_shared_channel": event.get("channel") in self.shared,
            "event": event,
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
            **envelope,
        }
        await self.send("events_api", body)
        return body

    async def command(self, user: str, text: str, channel: str = "CGEN") -> str:
        number = next(self._numbers)
        body = {
            "command": "/citewise",
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": self.teams.get(user, TEAM),
            "trigger_id": f"trig{number}",
            "response_url": f"{self.url}/respond/r{number}",
        }
        await self.send("slash_commands", body)
        return f"r{number}"

    async def press(self, user: str, button: Json, channel: str, message: Json, *, value: str = "") -> str:
        """Press a button of a message (one of `buttons_of`)."""
        number = next(self._numbers)
        action = {
            "type": button["type"],
            "action_id": button["action_id"],
            "action_ts": self._ts(),
            "block_id": "b",
        }
        if button["type"] == "static_select":
            action["selected_option"] = {"value": value}
        else:
            action["value"] = value or button.get("value")
        alone = not message.get("ts")  # that has a ts too, of which only its container tells
        ts, root = message.get("ts") or self._ts(), message.get("thread_ts")
        body = {
            "type": "block_actions",
            "user": {"id": user, "team_id": self.teams.get(user, TEAM)},
            "team": {"id": TEAM},
            "channel": {"id": channel},
            "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": alone}
            | ({"thread_ts": root} if root else {}),
            "message": {} if alone else {"ts": ts, **({"thread_ts": root} if root else {})},
            "trigger_id": f"trig{number}",
            "response_url": f"{self.url}/respond/r{number}",
            "actions": [action],
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
                "static_select": {"selected_option": {"value": value}},
                "users_select": {"selected_user": value},
            }.get(kind, {"value": value})
            state[block["block_id"]] = {"value": {"type": kind, **filled}}
        body = {"type": "view_submission", "user": {"id": user}, "team": {"id": TEAM}}
        await self.send("interactive", {**body, "view": {**view, "hash": "h", "state": {"values": state}}})

    async def shortcut(
        self, user: str, channel: str, ts: str, callback: str = "add_to_knowledge_base"
    ) -> str:
        number = next(self._numbers)
        body = {
            "type": "message_action",
            "callback_id": callback,
            "user": {"id": user},
            "team": {"id": TEAM},
            "channel": {"id": channel},
            "message": self.channels[channel][ts],
            "message_ts": ts,
            "trigger_id": f"trig{number}",
            "response_url": f"{self.url}/respond/r{number}",
        }
        self.pressed[f"r{number}"] = {"user": user, "channel": channel, "after": len(self.ephemeral)}
        await self.send("interactive", body)
        return f"r{number}"
