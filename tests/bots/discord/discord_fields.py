"""Of what Discord's components and commands consist, and how long each part may be.

By discord.com/developers/docs: components/reference, interactions/application-commands and
resources/message. Discord answers what breaks one of these with 50035, Invalid Form Body.
"""

import re
from collections.abc import Iterable, Iterator

from discord_texts import Json, walk

ROW, BUTTON, SELECT, INPUT, PEOPLE, TEXT, CONTAINER, LABEL = 1, 2, 3, 4, 5, 10, 17, 18
_SELECTS = (SELECT, PEOPLE, 6, 7, 8)
_CHOOSING = "custom_id placeholder min_values max_values required disabled"
# Of each component: what it must have, and what it may have besides `id`.
_FIELDS = {
    ROW: ("type components", ""),
    BUTTON: ("type style", "label custom_id disabled"),
    SELECT: ("type custom_id options", _CHOOSING),
    INPUT: ("type custom_id style", "label value placeholder required min_length max_length"),
    PEOPLE: ("type custom_id", f"{_CHOOSING} default_values"),
    TEXT: ("type content", ""),
    CONTAINER: ("type components", "accent_color spoiler"),
    LABEL: ("type label component", "description"),
}
_INSIDE = {CONTAINER: (ROW, TEXT), ROW: (BUTTON, *_SELECTS), LABEL: (INPUT, *_SELECTS)}
_LONGEST = {
    (BUTTON, "label"): 80,
    (INPUT, "placeholder"): 100,
    (INPUT, "value"): 4_000,
    (LABEL, "label"): 45,
    (LABEL, "description"): 100,
    (TEXT, "content"): 4_000,
}
_ANYWHERE = {"custom_id": 100, "placeholder": 150}
_MESSAGE = "components flags allowed_mentions nonce enforce_nonce message_reference"
_NAME = re.compile(r"[-_'\w]{1,32}")
_LONGEST_COMMAND = 8_000  # characters, of all its names and descriptions and those of its options


def faults_of_message(body: Json) -> Iterator[str]:
    """What is wrong with a message in Components V2."""
    if more := set(body) - set(_MESSAGE.split()):
        yield f"a message with {sorted(more)}"
    mentions = body.get("allowed_mentions", {})
    if more := set(mentions) - {"parse", "users", "roles", "replied_user"}:
        yield f"allowed mentions with {sorted(more)}"
    if len(mentions.get("users", [])) > 100 or (mentions.get("users") and "users" in mentions["parse"]):
        yield "mentions that are allowed twice, or more than a hundred"
    yield from _held("a message", body["components"], (ROW, TEXT, CONTAINER))
    yield from faults_of_components(body["components"])


def faults_of_components(components: Iterable[Json]) -> Iterator[str]:
    """What is wrong with components, those inside them too."""
    parts = [part for part in walk(list(components)) if part.get("type") in _FIELDS]
    numbers = [part["id"] for part in parts if part.get("id")]
    if len(numbers) != len(set(numbers)) or not all(0 < number < 1 << 31 for number in numbers):
        yield f"ids of components: {numbers}"
    for part in parts:
        yield from _faults_of(part)


def faults_of_commands(commands: Iterable[Json]) -> Iterator[str]:
    """What is wrong with commands that are registered together."""
    listed = list(commands)
    if len({(command["name"], command.get("type", 1)) for command in listed}) != len(listed):
        yield "two commands of one name"
    for command in listed:
        if command.get("type", 1) != 1:  # the menu of a message or of a person
            if not 1 <= len(command["name"]) <= 32 or command.get("description") or command.get("options"):
                yield f"the menu {command['name']!r}"
            continue
        yield from _option(command)
        counted = ("name", "description", "value")
        size = sum(len(str(part.get(name, ""))) for part in walk(command) for name in counted)
        if size > _LONGEST_COMMAND:
            yield f"{command['name']}: {size} characters in all"


def _option(option: Json) -> Iterator[str]:
    """A command, or an option of one: both have a name, a description and options."""
    name = option["name"]
    if not _NAME.fullmatch(name) or name != name.lower() or not 1 <= len(option["description"]) <= 100:
        yield f"the name or description of {name!r}"
    inner, choices = option.get("options", []), option.get("choices") or []
    if len(inner) > 25 or len(choices) > 25 or len({one["name"] for one in inner}) != len(inner):
        yield f"the options of {name!r}"
    needed = [one.get("required", False) for one in inner]
    if needed != sorted(needed, reverse=True):
        yield f"{name!r}: one that must be given stands after one that need not"
    if not all(1 <= len(str(one[key])) <= 100 for one in choices for key in ("name", "value")):
        yield f"the choices of {name!r}"
    if option.get("max_length") is not None and not 1 <= option["max_length"] <= 6_000:
        yield f"the length of {name!r}"
    for one in inner:
        yield from _option(one)


def _faults_of(part: Json) -> Iterator[str]:
    kind = part["type"]
    must, may = (names.split() for names in _FIELDS[kind])
    lacking, more = set(must) - set(part), set(part) - {*must, *may, "id"}
    if lacking or more:
        yield f"component {kind} lacks {sorted(lacking)} and has {sorted(more)}"
    for name, value in part.items():
        most = _LONGEST.get((kind, name)) or _ANYWHERE.get(name)
        if most is not None and value is not None and len(value) > most:
            yield f"component {kind}: a {name} of {len(value)} characters"
    if kind in _INSIDE:
        yield from _held(f"component {kind}", part.get("components") or [part["component"]], _INSIDE[kind])
    inside = part.get("components", [])
    if kind == ROW and not (len(inside) == 1 or {one["type"] for one in inside} == {BUTTON}):
        yield "a row of more than buttons, or than one menu"
    if kind == ROW and len(inside) > 5:
        yield f"a row of {len(inside)} buttons"
    if kind == SELECT:
        yield from _menu(part)
    if kind == PEOPLE and part.get("min_values") == 0 and part.get("required", True) and "required" in part:
        yield "people of whom none may be chosen, and one must be"


def _menu(menu: Json) -> Iterator[str]:
    options = menu["options"]
    values = [option["value"] for option in options]
    if len(values) != len(set(values)):
        yield "two options of a menu have one value"
    if not all(1 <= len(option[name]) <= 100 for option in options for name in ("label", "value")):
        yield "an option without a label or value, or with a long one"
    if sum(bool(option.get("default")) for option in options) > (menu.get("max_values") or 1):
        yield "more options are chosen than may be"


def _held(where: str, components: list[Json], kinds: tuple[int, ...]) -> Iterator[str]:
    if not components or len(components) > 40:
        yield f"{where} of {len(components)} components"
    if strange := {one["type"] for one in components} - set(kinds):
        yield f"{where} holds {sorted(strange)}"
