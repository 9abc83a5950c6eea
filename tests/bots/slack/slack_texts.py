"""What a test reads in Slack's messages: their words, links and buttons."""

from typing import Any

Json = dict[str, Any]


def walk(value: Any) -> list[Json]:
    """Every object inside a block."""
    if isinstance(value, dict):
        return [value, *(part for inner in value.values() for part in walk(inner))]
    return [part for inner in value for part in walk(inner)] if isinstance(value, list) else []


def texts(blocks: list[Json]) -> int:
    """How many characters of text some blocks hold."""
    return sum(len(part["text"]) for part in walk(blocks) if isinstance(part.get("text"), str))


def blocks_of(message: Json) -> list[Json]:
    """All blocks of a message, streamed ones first."""
    streamed = [block for chunk in message.get("streamed", []) for block in chunk["blocks"]]
    return [*streamed, *message.get("blocks", [])]


def words_of(message: Json) -> str:
    """What a person reads in a message, buttons left out."""
    blocks = [
        *(b for chunk in message.get("streamed", []) for b in chunk["blocks"]),
        *message.get("blocks", []),
    ]
    shown = [b for b in blocks if b["type"] not in ("actions", "context_actions")]
    return " ".join(part["text"] for part in walk(shown) if isinstance(part.get("text"), str))


def links_of(message: Json) -> list[str]:
    """Everything in a message that leads somewhere when clicked."""
    blocks = [
        *(b for chunk in message.get("streamed", []) for b in chunk["blocks"]),
        *message.get("blocks", []),
    ]
    return [part["url"] for part in walk(blocks) if "url" in part]


def button(message: Json, action: str) -> Json:
    """The button of an action under a message."""
    for part in walk(message.get("blocks", [])):
        if part.get("type") == "feedback_buttons" and action in ("helpful", "not_helpful"):
            which = "positive_button" if action == "helpful" else "negative_button"
            return {**part, "value": part[which]["value"]}
        if str(part.get("action_id", "")).startswith(f"citewise:{action}:"):
            return part
    raise AssertionError(f"no button {action} in {words_of(message)!r}")
