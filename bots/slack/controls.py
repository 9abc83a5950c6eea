"""What can be pressed, chosen and filled in on Slack: buttons, menus, and forms as modals."""

import re
from typing import Any

from bots.desk.cards import Button, Field, Form, Menu
from bots.desk.chat_text import clean
from bots.doors.long_fields import inputs_of

Block = dict[str, Any]

MOST_IN_AN_INPUT = 3_000  # characters
_FILLED_IN = 2_500  # of that, so that there is room to write on
_MOST_OPTIONS = 100
_LONGEST_VALUE = 150
_SOMEONE = re.compile(r"slack:user:([UW]\w+)")


def modal(form: Form, private: str) -> Block:
    """A form as a modal; `private` comes back with what was filled in."""
    return {
        "type": "modal",
        "callback_id": f"citewise:{form.action}",
        "private_metadata": private,
        "title": plain_text(form.title, 24),
        "submit": plain_text(form.submit, 24),
        "close": plain_text("Cancel", 24),
        "blocks": [_input(part) for field in form.fields for part in inputs_of(field, _FILLED_IN)],
    }


def button_element(button: Button) -> Block:
    """A button of the Desk."""
    style = {} if button.style == "plain" else {"style": str(button.style)}
    action = f"citewise:{button.action}:{button.ref}"
    return {
        "type": "button",
        "text": plain_text(button.label, 75),
        "action_id": action,
        "value": button.ref,
        **style,
    }


def menu_element(menu: Menu) -> Block:
    """A choice of one."""
    options = [_option(name, name) for name in menu.options[:_MOST_OPTIONS]]
    chosen = [option for option in options if option["value"] == menu.chosen[:_LONGEST_VALUE]]
    return {
        "type": "static_select",
        "action_id": f"citewise:{menu.action}:{menu.ref}",
        "placeholder": plain_text(menu.label, 150),
        "options": options,
        **({"initial_option": chosen[0]} if chosen else {}),
    }


def plain_text(text: str, longest: int) -> Block:
    """Words that Slack shows as they are, cut where they are longer than it takes."""
    words = " ".join(clean(text).split()) or "–"
    words = words if len(words) <= longest else words[: longest - 1] + "…"
    return {"type": "plain_text", "text": words, "emoji": False}


def _input(field: Field) -> Block:
    element: Block
    if field.person:
        element = {"type": "users_select"}
        element |= {"placeholder": plain_text(field.hint, 150)} if field.hint else {}
        found = _SOMEONE.fullmatch(field.value)
        element |= {"initial_user": found[1]} if found else {}
    elif field.options:
        element = {
            "type": "static_select",
            "options": [_option(v, label) for v, label in field.options[:100]],
        }
        chosen = [option for option in element["options"] if option["value"] == field.value]
        element |= {"initial_option": chosen[0]} if chosen else {}
    else:
        element = {"type": "plain_text_input", "multiline": field.long, "max_length": MOST_IN_AN_INPUT}
        element |= {"initial_value": clean(field.value)} if field.value else {}
        element |= {"placeholder": plain_text(field.hint, 150)} if field.hint else {}
    return {
        "type": "input",
        "block_id": field.name,
        "optional": field.optional,
        "label": plain_text(field.label, 75),
        "element": {**element, "action_id": "value"},
    }


def _option(value: str, label: str) -> Block:
    return {"text": plain_text(label, 75), "value": value[:_LONGEST_VALUE]}
