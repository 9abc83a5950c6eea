"""What a test reads in Discord's messages: their words and buttons."""

import re
from typing import Any

Json = dict[str, Any]


def walk(value: Any) -> list[Json]:
    """Every object inside a component."""
    if isinstance(value, dict):
        return [value, *(part for inner in value.values() for part in walk(inner))]
    return [part for inner in value for part in walk(inner)] if isinstance(value, list) else []


def raw_words_of(message: Json) -> str:
    """The Markdown of a message."""
    return "\n".join(part["content"] for part in walk(message.get("components", [])) if "content" in part)


def words_of(message: Json) -> str:
    """What a person reads in a message, roughly: without escapes."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", raw_words_of(message))


def buttons_of(message: Json) -> dict[str, Json]:
    """The buttons and menus under a message, by action."""
    found = [part for part in walk(message.get("components", [])) if "custom_id" in part]
    return {part["custom_id"].split(":")[1]: part for part in found}
