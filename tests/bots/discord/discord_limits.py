"""What Discord refuses, and what people would find wrong with a message."""

from collections.abc import Iterable

from discord_fields import LABEL, faults_of_commands, faults_of_components, faults_of_message
from discord_texts import Json, walk

EPHEMERAL, SUPPRESS, V2 = 64, 4, 1 << 15


class Wrong(Exception):
    """A request that Discord refuses."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


def check_message(body: Json, complaints: list[str], *, visible: bool) -> None:
    """Hold a message against Discord's documented limits, and against ours on safety."""
    if body.get("allowed_mentions", {}).get("parse") != []:
        complaints.append("a message may ping")
    if not body["flags"] & V2 or body.get("content") or body.get("embeds"):
        complaints.append("not Components V2 alone")
    if not body["flags"] & SUPPRESS:
        complaints.append("previews are not suppressed")
    if visible and not (body.get("enforce_nonce") and 1 <= len(body["nonce"]) <= 25):
        complaints.append("a send without a nonce that is enforced")
    parts = walk(body["components"])
    kinds = [part for part in parts if "type" in part]
    shown = sum(len(part["content"]) for part in kinds if part["type"] == 10)
    if shown > 4_000 or len(kinds) > 40:
        raise Wrong(400, 50035, f"Invalid Form Body: {shown} characters, {len(kinds)} components")
    ids = [part["custom_id"] for part in parts if "custom_id" in part]
    if len(ids) != len(set(ids)):
        complaints.append(f"custom ids: {ids}")
    for part in kinds:
        if part["type"] == 10 and not part["content"]:
            raise Wrong(400, 50035, "empty text")
    for menu in (part for part in kinds if part["type"] == 3):
        if not 1 <= len(menu["options"]) <= 25:
            raise Wrong(400, 50035, f"Invalid Form Body: a menu of {len(menu['options'])}")
    _refuse(faults_of_message(body), complaints)


def check_modal(data: Json, complaints: list[str]) -> None:
    """Hold a form against Discord's documented limits."""
    for text, most in ((data["title"], 45), (data["custom_id"], 100)):
        if not 1 <= len(text) <= most:
            complaints.append(f"modal: {text!r} is empty, or longer than {most}")
    if not 1 <= len(data["components"]) <= 5:
        raise Wrong(400, 50035, "Invalid Form Body")
    for row in data["components"]:
        component = row["component"]
        longest = component.get("max_length") or 4_000
        if len(row["label"]) > 45 or longest > 4_000 or len(component.get("value") or "") > longest:
            raise Wrong(400, 50035, "Invalid Form Body")
        if row["type"] != LABEL:
            complaints.append(f"modal: a component {row['type']}")
    _refuse(faults_of_components(data["components"]), complaints)


def check_commands(commands: list[Json], complaints: list[str]) -> None:
    """Hold commands that are registered against Discord's documented limits."""
    _refuse(faults_of_commands(commands), complaints)


def check_name(name: str) -> None:
    """Hold the name of a thread or post against Discord's documented limits."""
    if not 1 <= len(name.strip()) <= 100:
        raise Wrong(400, 50035, "Invalid Form Body: name")


def _refuse(faults: Iterable[str], complaints: list[str]) -> None:
    for fault in faults:
        complaints.append(fault)
        raise Wrong(400, 50035, f"Invalid Form Body: {fault}")
