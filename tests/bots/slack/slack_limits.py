"""What Slack refuses, and what people would find wrong: slack_sdk's own models and the documented limits."""

import html
import json

from slack_fields import faults_of
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_texts import Json, texts, walk


class Wrong(Exception):
    """What Slack answers with ok: false."""


def check_message(message: Json, complaints: list[str], *, thumbs: bool) -> None:
    """A message that is posted or changed."""
    read = " ".join(str(message.get("text") or "").replace("\u2060", "").split())
    stands = {word for block in message.get("blocks", []) for word in _shown(block)}
    unread = [word for word in stands if word not in read]
    if not read or (unread and len(read) < 3_800):
        complaints.append(f"a screen reader does not read {sorted(unread)[:5]} in {read[:60]!r}")
    check_blocks(message.get("blocks", []), complaints, thumbs=thumbs)
    if message.get("metadata"):
        assert set(message["metadata"]) == {"event_type", "event_payload"}


def _shown(block: Json) -> list[str]:
    """The words that a block shows, buttons and menus left out, as mrkdwn has them."""
    if block["type"] in ("actions", "context_actions"):
        return []
    found = [part["text"] for part in walk(block) if isinstance(part.get("text"), str)]
    return html.escape(" ".join(found), quote=False).split()


def check_blocks(blocks: list[Json], complaints: list[str], *, thumbs: bool, most: int = 50) -> None:
    """The blocks of a message, or of part of one."""
    if len(blocks) > most:
        raise Wrong("invalid_blocks")
    for block in blocks:
        if block["type"] == "context_actions" and not thumbs:
            raise Wrong("invalid_blocks")
        parsed = Block.parse(block)
        if parsed is None:
            complaints.append(f"no such block: {block['type']}")
            raise Wrong("invalid_blocks")
        try:
            parsed.to_dict()
        except Exception as error:
            complaints.append(f"{block['type']}: {error}")
            raise Wrong("invalid_blocks") from error
        _check_limits(block, complaints)
        complaints += faults_of(block)
    if len(json.dumps(blocks, ensure_ascii=False)) > 100_000 or texts(blocks) > 13_200:
        raise Wrong("msg_blocks_too_long")


def _check_limits(block: Json, complaints: list[str]) -> None:
    for part in walk(block):
        if part.get("type") == "static_select":
            _check_menu(part, complaints)
    actions = [element["action_id"] for element in block.get("elements", []) if "action_id" in element]
    if len(actions) != len(set(actions)):
        complaints.append("two elements of a block have one action_id")


def _check_menu(menu: Json, complaints: list[str]) -> None:
    options = menu["options"]
    if not 1 <= len(options) <= 100:
        complaints.append(f"a menu of {len(options)} options")
    if any(not option["value"] or len(option["value"]) > 150 for option in options):
        complaints.append("an option without a value, or with a long one")
    if "initial_option" in menu and menu["initial_option"] not in options:
        complaints.append("the initial option is not among the options")


def check_view(view: Json, complaints: list[str], *, thumbs: bool) -> None:
    """A modal, or the Home tab."""
    check_blocks(view["blocks"], complaints, thumbs=thumbs, most=100)
    assert View(**view).to_dict()
    for element in (block["element"] for block in view["blocks"] if block["type"] == "input"):
        if len(element.get("initial_value", "")) > element.get("max_length", 3000):
            raise Wrong("invalid_arguments")
        if element.get("max_length", 0) > 3000:
            raise Wrong("invalid_arguments")
    complaints += faults_of(view)
    if len(view.get("private_metadata", "")) > 3000:
        raise Wrong("invalid_arguments")
    if len(json.dumps(view)) > 250_000:
        raise Wrong("view_too_large")
