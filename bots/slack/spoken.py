"""What a message says to who does not see its blocks: a screen reader, a telephone's notification.

Where a message has a `text`, screen readers read that alone and none of its blocks (docs.slack.dev:
chat.postMessage, accessibility): so it has to say all that stands in them, and not their beginning.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from bots.desk.chat_text import clean

Block = dict[str, Any]
LONGEST = 4_000  # characters; Slack advises no more
_MENTIONS = {"user": "<@{user_id}>", "usergroup": "<!subteam^{usergroup_id}>", "channel": "<#{channel_id}>"}


def spoken(blocks: Sequence[Block]) -> str:
    """All words of these blocks, line by line, harmless as mrkdwn too; buttons are found by themselves."""
    said = "\n".join(line for block in blocks for line in _lines(block) if line.strip()) or "–"
    return said if len(said) <= LONGEST else said[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def inert(text: str) -> str:
    """Text that says the same and does nothing where Slack reads mrkdwn: in notifications, statuses."""
    escaped = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A word joiner: nothing to see, but neither an address nor a mention any more.
    return re.sub(r"(?<=[a-z])(://)|(?<!\w)(@)(?=\w)", lambda m: f"\u2060{m.group()}\u2060", escaped)


def _lines(block: Block) -> Iterable[str]:
    if block["type"] == "header":
        return [_ended(inert(block["text"]["text"]))]
    parts = block.get("elements", []) if block["type"] == "rich_text" else []
    return [line for part in parts for line in _part(part)]


def _part(part: Block) -> list[str]:
    if part["type"] == "rich_text_list":
        return [f"• {''.join(map(_words, item['elements'])).strip()}" for item in part["elements"]]
    return "".join(map(_words, part["elements"])).strip().split("\n")


def _words(element: Block) -> str:
    if form := _MENTIONS.get(element["type"]):
        return form.format(**element)
    return inert(element.get("text", ""))


def _ended(title: str) -> str:
    """A title with a stop after it, so that it isn't read into what follows."""
    return title if title.rstrip("”").endswith(("?", "!", ".", ":", "…")) else f"{title}."
