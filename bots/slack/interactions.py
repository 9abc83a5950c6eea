"""What people do in Slack other than writing: commands, buttons, forms and menus of messages."""

import json
from typing import Any

from bots.doors.long_fields import filled_in
from bots.doors.message_reading import turn_of
from bots.slack.naming import new_event, only
from bots.slack.words import commanded, principal
from brain.catalog.chats.inbox import NewEvent

Json = dict[str, Any]


def action_of(action: Json) -> tuple[str, str]:
    """What a pressed button says: the action, and what it is about."""
    if action.get("type") == "feedback_buttons":
        verb, _, ref = str(action.get("value", "")).partition("|")
        return verb, ref
    _, verb, ref = (str(action.get("action_id", "")) + "::").split(":")[:3]
    return verb, ref


def command(body: Json, bot: str) -> NewEvent:
    """What was written after `/citewise`."""
    said = commanded(str(body.get("text") or ""), bot).strip()
    verb = next(iter(said.split()), "help")
    payload = {
        "verb": verb.lower(),
        "words": said[len(verb) :].strip(),
        "said": said,
        "files": [],
        "user": body["user_id"],
        "channel": body["channel_id"],
        "team": body.get("team_id"),
        "response_url": body.get("response_url"),
    }
    person, place = principal("user", body["user_id"]), principal("channel", body["channel_id"])
    return new_event(str(body["trigger_id"]), "command", payload, "", person, place)


def press(body: Json) -> NewEvent | None:
    """A button that was pressed, or a choice from a menu."""
    pressed, container = body["actions"][0], body.get("container", {})
    action, ref = action_of(pressed)
    if not action:
        return None
    chosen = (pressed.get("selected_option") or {}).get("value")
    payload = {
        "action": action,
        "ref": ref,
        "fields": {"value": chosen} if chosen else {},
        **_where(body, container),
    }
    return _pressed(str(body["trigger_id"]), payload)


def submission(body: Json) -> NewEvent:
    """A form that was sent."""
    view = body["view"]
    values = filled_in({name: _filled(found["value"]) for name, found in view["state"]["values"].items()})
    action = str(view["callback_id"]).partition(":")[2]
    payload = {"action": action, "fields": values, **json.loads(view["private_metadata"])}
    payload |= {"user": body["user"]["id"]}
    return _pressed(f"{view['id']}:{view.get('hash', '')}", payload)


def shortcut(body: Json, what: Json) -> NewEvent:
    """The menu of a message; `what` it orders."""
    channel, message = body["channel"]["id"], body["message"]
    payload = {
        **what,
        "words": "",
        "thread": _thread(message.get("thread_ts") or "", message["ts"]),
        "user": body["user"]["id"],
        "channel": channel,
        "team": body["user"].get("team_id") or "",
        "response_url": body.get("response_url"),
    }
    person = principal("user", body["user"]["id"])
    return new_event(str(body["trigger_id"]), "command", payload, "", person, principal("channel", channel))


def added(body: Json) -> Json:
    """The message that is to be a document, or whose files are."""
    message = only(body["message"], "ts", "user", "text", "attachments")
    message |= {"channel": body["channel"]["id"]}
    return {"verb": "add", "files": body["message"].get("files", []), "message": message}


def triaged(body: Json) -> Json:
    """The message whose thread is to be triaged: what Slack hands over is readable wherever the bot is."""
    message = body["message"]
    about = only(message, "ts", "user", "bot_id", "text", "subtype", "attachments")
    return {"verb": "triage", "files": [], "about": about, "root": message.get("thread_ts") or message["ts"]}


def where_pressed(body: Json) -> Json:
    """Where a button was pressed, to be carried through a modal."""
    return _where(body, body.get("container", {}))


def _where(body: Json, container: Json) -> Json:
    channel = container.get("channel_id") or (body.get("channel") or {}).get("id") or ""
    message, ts = body.get("message") or {}, container.get("message_ts") or ""
    root = container.get("thread_ts") or message.get("thread_ts") or ts
    return {
        "user": body["user"]["id"],
        "team": body["user"].get("team_id") or "",
        "channel": channel,
        "ts": ts,
        "root": root,
        "thread": _thread(root, ts),
        "ephemeral": bool(container.get("is_ephemeral")),
        "response_url": body.get("response_url"),
    }


def _thread(root: str, ts: str) -> str:
    """The thread that a message is a reply in: one that begins a thread is looked at in the channel."""
    return root if root != ts else ""


def _pressed(identity: str, payload: Json) -> NewEvent:
    thread = turn_of(payload["action"], payload["ref"])
    return new_event(identity, "press", payload, "", principal("user", payload["user"]), "", thread)


def _filled(element: Json) -> str:
    if person := element.get("selected_user"):
        return principal("user", str(person))
    option = element.get("selected_option") or {}
    return str(option.get("value") or element.get("value") or "")
