"""From what Slack sends to what the inbox keeps: the few events that are for the bot, in a shape of ours."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bots.desk.wording import asks_something
from bots.doors.message_reading import asked_to_triage, verb_alone
from bots.slack import interactions
from bots.slack.naming import below, new_event, only, thread_of
from bots.slack.needs import COMMAND, SHORTCUT, TRIAGE_SHORTCUT
from bots.slack.organisation import Organisation, writer_of
from bots.slack.words import addresses_another, asked, commanded, mentions, principal
from brain.catalog.chats.inbox import NewEvent

Json = dict[str, Any]
_SECONDS_ON_THE_WAY = 3_600.0  # Slack tells again for about so long what it could not deliver
_PLAIN = (None, "file_share", "me_message", "thread_broadcast")


@dataclass(frozen=True, slots=True)
class Known:
    """What has to be known to tell whether a message is for the bot, and of whose people it is."""

    bot: str
    organisation: Organisation
    conversation: Callable[[str], bool]
    handoff: Callable[[str], bool]
    auto_answer: Callable[[str], bool]
    asked: Callable[[str], bool]


def translate(body: Json, known: Known) -> NewEvent | None:
    """The event to keep, or None where it is not for the bot."""
    if "event" in body:
        return _event(body, body["event"], known)
    if body.get("command") == COMMAND:
        return interactions.command(body, known.bot)
    match body.get("type"):
        case "block_actions":
            return interactions.press(body)
        case "view_submission":
            return interactions.submission(body)
        case "message_action" if body.get("callback_id") == SHORTCUT:
            return interactions.shortcut(body, interactions.added(body))
        case "message_action" if body.get("callback_id") == TRIAGE_SHORTCUT:
            return interactions.shortcut(body, interactions.triaged(body))
    return None


def sharing(body: Json) -> tuple[str, bool] | None:
    """The channel that another organisation has come into, or left, and whether it is shared now."""
    event = body.get("event") or {}
    if event.get("type") not in ("channel_shared", "channel_unshared"):
        return None
    return str(event["channel"]), event["type"] == "channel_shared" or bool(event.get("is_ext_shared"))


def unopened(body: Json, known: Known) -> NewEvent | None:
    """What is kept where a form should have opened and did not: what was pressed must not be done without it.

    A command is worked off as it is: it says what is to be written instead.
    """
    new = translate(body, known)
    return replace(new, kind="unopened") if new and new.kind == "press" else new


def _event(body: Json, event: Json, known: Known) -> NewEvent | None:
    if event.get("bot_id") or event.get("user") == known.bot or event.get("subtype") == "bot_message":
        return None
    identity = str(body.get("event_id", ""))
    match event.get("type"):
        case "app_mention" | "message":
            return _message(body, event, identity, known)
        case "app_home_opened":
            payload = {**only(event, "user", "tab", "channel"), **writer_of(body, event)}
            return new_event(identity, "opened", payload, person=event["user"])
        case "assistant_thread_started" | "assistant_thread_context_changed":
            found = event.get("assistant_thread", {})
            payload = {
                "user": found.get("user_id"),
                "tab": "messages",
                "channel": found.get("channel_id"),
                "thread": found.get("thread_ts"),
                **writer_of(body, event),
            }
            return new_event(identity, "opened", payload, person=str(found.get("user_id", "")))
    return None


def _message(body: Json, event: Json, identity: str, known: Known) -> NewEvent | None:
    subtype, channel = event.get("subtype"), str(event["channel"])
    if subtype == "message_changed":
        return _changed(body, event, identity, channel, known)
    if subtype == "message_deleted":
        return _deleted(event, identity, channel, event["deleted_ts"], known)
    if subtype not in _PLAIN or not event.get("user"):
        return None
    text, root = str(event.get("text") or ""), str(event.get("thread_ts") or event["ts"])
    thread = thread_of(channel, root)
    how = _how(event, text, channel, thread, known)
    writer = writer_of(body, event)
    strange = known.organisation.is_outsider(writer)
    if how is None or (strange and how not in ("direct", "mention")):
        return None
    payload = {
        **only(event, "user", "channel", "ts"),
        **writer,
        "root": root,
        "thread": event.get("thread_ts") or "",
        "text": asked(text, known.bot) or asked(_shared(event), known.bot),
        "how": how,
        "attached": bool(event.get("files")),
    }
    kind, order = "question", _order(event, how, known)
    if strange:
        kind, order = "strange", {}
    elif not order and not payload["text"].strip() and how != "handoff":
        if how not in ("direct", "mention"):
            return None  # a picture among people
        kind = "wordless"
        order = {} if payload["attached"] else {"verb": "help", "words": "", "files": []}
    return new_event(
        identity,
        "command" if order else kind,
        payload | order,
        message=f"{channel}:{event['ts']}",
        person=principal("user", str(event["user"])),
        place=principal("channel", channel),
        thread=thread,
    )


def _shared(message: Json) -> str:
    """The words of a message that was forwarded: who forwards one without any of their own asks that."""
    for attached in message.get("attachments") or []:
        if attached.get("is_share") or attached.get("is_msg_unfurl"):
            return str(attached.get("text") or "")
    return ""


def _order(message: Json, how: str | None, known: Known) -> Json:
    """The command that a message is, if it is one: its verb, words and files."""
    if how not in ("direct", "mention"):
        return {}
    words, files = commanded(str(message.get("text") or ""), known.bot), message.get("files") or []
    verb = words.split(None, 1)[0].lower() if words.split() else ""
    triage = asked_to_triage(words)
    adds = verb == "add" and (words.lower() == verb or "http" in words or bool(files))
    if adds:
        return {"verb": verb, "words": words[len(verb) :].strip(), "files": files}
    if alone := verb_alone(words):
        return {"verb": alone, "words": "", "files": []}
    return {} if triage is None else {"verb": "triage", "words": triage, "files": []}


def _how(event: Json, text: str, channel: str, thread: str, known: Known) -> str | None:
    """Why a message is for the bot, if it is."""
    root = event.get("thread_ts")
    handed_on = bool(root) and known.handoff(below(channel, str(root)))
    if event.get("channel_type") == "im" or channel.startswith("D"):
        return "handoff" if handed_on else "direct"
    if event["type"] == "app_mention" or mentions(text, known.bot):
        return "mention"
    if root:
        if handed_on:
            return "handoff"
        for_us = asks_something(asked(text, known.bot)) and not addresses_another(text, known.bot)
        return "thread" if for_us and known.conversation(thread) else None
    return "unasked" if known.auto_answer(principal("channel", channel)) else None


def _changed(body: Json, event: Json, identity: str, channel: str, known: Known) -> NewEvent | None:
    """A message that was edited, or deleted: one that has an answer below it leaves a stone behind.

    One that was not for the bot before is a new one, where the edit mentions the bot. So is one that is not
    known yet: Slack tells again later what it could not deliver, and an edit meanwhile at once.
    """
    now, before = event.get("message", {}), event.get("previous_message", {})
    if now.get("subtype") == "tombstone":
        return _deleted(event, identity, channel, now["ts"], known)
    text = str(now.get("text") or "")
    if text == before.get("text") or now.get("bot_id") or now.get("user") == known.bot:
        return None  # a link that unfolded, a reply that was counted, an answer that is being written
    message = {**now, "type": "message", "channel": channel, "channel_type": event.get("channel_type")}
    if not known.asked(f"{channel}:{now.get('ts')}"):
        called = mentions(text, known.bot) and not mentions(str(before.get("text") or ""), known.bot)
        overtaken = _how(message, text, channel, "", known) in ("direct", "mention") and _is_new(now)
        return _message(body, message, identity, known) if called or overtaken else None
    writer, root = writer_of(body, now), str(now.get("thread_ts") or now.get("ts"))
    if known.organisation.is_outsider(writer):
        return None
    thread = thread_of(channel, root)
    how = _how(message, text, channel, thread, known)
    payload = {
        **only(message, "channel", "ts", "user"),
        **writer,
        "root": root,
        "thread": now.get("thread_ts") or "",
        "text": asked(text, known.bot),
        "how": how or "",
        **_order(message, how, known),
    }
    return new_event(identity, "edited", payload, thread=thread)


def _is_new(edited: Json) -> bool:
    """Whether a message was edited so soon that its own event may still be on the way."""
    return _soon(edited.get("ts"), (edited.get("edited") or {}).get("ts"))


def _soon(said: Any, changed: Any) -> bool:
    return 0.0 <= float(changed or 0.0) - float(said or 0.0) < _SECONDS_ON_THE_WAY


def _deleted(event: Json, identity: str, channel: str, ts: str, known: Known) -> NewEvent | None:
    """A message that is gone: its answer goes, too.

    One that is not known yet is kept under its own name, so that it is known already where Slack tells of it
    later: what was deleted while the bot was away leads to no answer.
    """
    was = {"ts": ts, **(event.get("previous_message") or {})}
    thread, name = thread_of(channel, str(was.get("thread_ts") or ts)), f"{channel}:{ts}"
    payload = {"channel": channel, "ts": ts}
    if known.asked(name):
        return new_event(identity, "deleted", payload, thread=thread)
    ours = was.get("bot_id") or was.get("user") == known.bot or was.get("subtype") not in _PLAIN
    if ours or not _soon(ts, event.get("event_ts") or event.get("ts")):
        return None
    message = {**was, "type": "message", "channel_type": event.get("channel_type")}
    if _how(message, str(was.get("text") or ""), channel, thread, known) is None:
        return None
    return new_event(identity, "deleted", payload, message=name, thread=thread)
