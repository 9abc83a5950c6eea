"""How Slack's conversations and events are named where they are kept."""

import json
from dataclasses import dataclass
from typing import Any

from brain.catalog.chats.inbox import NewEvent

Json = dict[str, Any]
PLATFORM = "slack"


@dataclass(frozen=True, slots=True)
class Own:
    """The bot itself: its ids as a `user` and as the `bot` of its app."""

    user: str
    bot: str = ""

    def wrote(self, message: Json) -> bool:
        """Whether a message is the bot's own; of a stream, Slack may tell the app's bot and no user."""
        return message.get("user") == self.user or bool(self.bot and message.get("bot_id") == self.bot)


def thread_of(channel: str, root: str) -> str:
    """What names a conversation: a thread, or all of a direct message."""
    return f"{PLATFORM}:{channel}" if channel.startswith("D") else below(channel, root)


def below(channel: str, root: str) -> str:
    """What names the thread below a message, in a direct message too."""
    return f"{PLATFORM}:{channel}:{root}"


def only(found: Json, *names: str) -> Json:
    """These of its values, None for what it lacks."""
    return {name: found.get(name) for name in names}


def new_event(
    identity: str,
    kind: str,
    payload: Json,
    message: str = "",
    person: str = "",
    place: str = "",
    thread: str = "",
) -> NewEvent:
    """An event with Slack's own id for it, and a payload of our shape."""
    words = json.dumps(payload, ensure_ascii=False)
    return NewEvent(PLATFORM, identity, kind, words, message, person, place, thread)
