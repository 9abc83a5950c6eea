"""Of what Slack's blocks and elements consist, and how long each part may be.

By docs.slack.dev/reference/block-kit/: blocks, block-elements, composition-objects; and surfaces/modals.
"""

from collections.abc import Iterator

from slack_texts import Json, walk

# Of each type: what it must have, and what it may have.
FIELDS = {
    "actions": ("type elements", "block_id"),
    "button": ("type text action_id", "url value style confirm accessibility_label"),
    "channel": ("type channel_id", "style"),
    "context_actions": ("type elements", "block_id"),
    "feedback_buttons": ("type positive_button negative_button", "action_id"),
    "header": ("type text", "block_id"),
    "home": ("type blocks", "private_metadata callback_id external_id"),
    "input": ("type label element", "block_id hint optional dispatch_action"),
    "link": ("type url", "text unsafe style"),
    "modal": (
        "type title blocks submit",  # the last where there are inputs, as there are in all of ours
        "close private_metadata callback_id clear_on_close notify_on_close external_id",
    ),
    "plain_text": ("type text", "emoji"),
    "plain_text_input": (
        "type action_id",
        "initial_value multiline min_length max_length placeholder dispatch_action_config focus_on_load",
    ),
    "rich_text": ("type elements", "block_id"),
    "rich_text_list": ("type style elements", "indent offset border"),
    "rich_text_quote": ("type elements", "border"),
    "rich_text_section": ("type elements", ""),
    "static_select": (
        "type action_id options",
        "placeholder initial_option confirm focus_on_load option_groups",
    ),
    "text": ("type text", "style"),
    "user": ("type user_id", "style"),
    "usergroup": ("type usergroup_id", "style"),
    "users_select": ("type action_id", "placeholder initial_user confirm focus_on_load"),
}
_OPTION, _THUMB = ("text value", "description"), ("text value", "accessibility_label")
_INSIDE = {
    "rich_text": {"rich_text_section", "rich_text_list", "rich_text_quote"},
    "rich_text_list": {"rich_text_section"},
    "rich_text_quote": {"text", "link", "user", "usergroup", "channel"},
    "rich_text_section": {"text", "link", "user", "usergroup", "channel"},
    "actions": {"button", "static_select", "users_select"},
    "context_actions": {"feedback_buttons"},
    "input": {"plain_text_input", "static_select", "users_select"},
}
_MOST_INSIDE = {"actions": 25, "context_actions": 5}
_STYLES = {
    "text": {"bold", "italic", "strike", "code", "underline"},
    "button": {"primary", "danger"},
    "rich_text_list": {"bullet", "ordered"},
}
# Characters of a text, by what holds it and under which name.
_LONGEST = {
    ("button", "text"): 75,
    ("button", "value"): 2_000,
    ("header", "text"): 150,
    ("input", "label"): 2_000,
    ("link", "url"): 3_000,
    ("modal", "title"): 24,
    ("modal", "submit"): 24,
    ("modal", "close"): 24,
    ("plain_text_input", "initial_value"): 3_000,
    ("option", "text"): 75,
    ("option", "value"): 150,
    ("thumb", "text"): 75,
    ("thumb", "value"): 2_000,
}
_ANYWHERE = {
    "action_id": 255,
    "block_id": 255,
    "callback_id": 255,
    "placeholder": 150,
    "private_metadata": 3_000,
}


def faults_of(block: Json) -> Iterator[str]:
    """What is wrong with a block or a view, as sentences."""
    for part in walk(block):
        kind = part.get("type")
        if kind not in FIELDS:
            if kind is not None:
                yield f"no such type: {kind}"
            continue
        yield from _fields(str(kind), part, *FIELDS[kind])
        yield from _inside(kind, part)
        for option in (*part.get("options", []), *filter(None, [part.get("initial_option")])):
            yield from _fields("option", option, *_OPTION)
        for name in ("positive_button", "negative_button"):
            yield from _fields("thumb", part[name], *_THUMB) if name in part else ()
    named = [part["block_id"] for part in walk(block) if "block_id" in part]
    if len(named) != len(set(named)):
        yield "two blocks have one block_id"


def _fields(kind: str, part: Json, must: str, may: str) -> Iterator[str]:
    lacking, more = set(must.split()) - set(part), set(part) - {*must.split(), *may.split()}
    if lacking or more:
        yield f"{kind} lacks {sorted(lacking)} and has {sorted(more)}"
    style = part.get("style")
    if style is not None and not set([style] if isinstance(style, str) else style) <= _STYLES.get(
        kind, _STYLES["text"]
    ):
        yield f"{kind} of the style {style}"
    for name, value in part.items():
        words = value.get("text") if isinstance(value, dict) else value
        most = _LONGEST.get((kind, name)) or _ANYWHERE.get(name)
        if most is not None and not 1 <= len(str(words)) <= most:
            yield f"{kind}: a {name} of {len(str(words))} characters"


def _inside(kind: str, part: Json) -> Iterator[str]:
    held = [part["element"]] if "element" in part else part.get("elements", [])
    if "elements" in part and not 1 <= len(held) <= _MOST_INSIDE.get(kind, len(held)):
        yield f"{kind} of {len(held)} elements"
    if strange := {one["type"] for one in held} - _INSIDE.get(kind, set()):
        yield f"{sorted(strange)} in {kind}"
    if "text" in part and part["text"] == "":
        yield f"{kind} without words"
