"""What Discord refuses, and what people would find wrong with a message."""

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
    if len(ids) != len(set(ids)) or any(len(name) > 100 for name in ids):
        complaints.append(f"custom ids: {ids}")
    for part in kinds:
        if part["type"] == 2 and not 1 <= len(part["label"]) <= 80:
            complaints.append(f"label {part['label']!r}")
        if part["type"] == 10 and not part["content"]:
            raise Wrong(400, 50035, "empty text")
    for menu in (part for part in kinds if part["type"] == 3):
        if not 1 <= len(menu["options"]) <= 25:
            raise Wrong(400, 50035, f"Invalid Form Body: a menu of {len(menu['options'])}")


def check_modal(data: Json, complaints: list[str]) -> None:
    """Hold a form against Discord's documented limits."""
    for text, most in ((data["title"], 45), (data["custom_id"], 100)):
        if len(text) > most:
            complaints.append(f"modal: {text!r} is longer than {most}")
    if not 1 <= len(data["components"]) <= 5:
        raise Wrong(400, 50035, "Invalid Form Body")
    for row in data["components"]:
        component = row["component"]
        longest = component.get("max_length") or 4_000
        if len(row["label"]) > 45 or longest > 4_000 or len(component.get("value") or "") > longest:
            raise Wrong(400, 50035, "Invalid Form Body")
