"""The words of a message as Discord has it: its own, what it forwards, and what apps put into frames."""

from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]


def texts_of(message: Json) -> Iterator[str]:
    """What a message says: its own words, those it forwards, and what other apps put into frames."""
    for part in (message, *(shot.get("message", {}) for shot in message.get("message_snapshots") or [])):
        if part.get("content"):
            yield str(part["content"])
        for embed in part.get("embeds") or []:
            yield from (str(embed[name]) for name in ("title", "description") if embed.get(name))
            yield from (f"{field.get('name')}: {field.get('value')}" for field in embed.get("fields") or [])
    yield from _shown(message.get("components") or [])


def _shown(components: Iterable[Json]) -> Iterator[str]:
    for component in components:
        if component.get("content"):
            yield str(component["content"])
        yield from _shown(component.get("components") or [])
