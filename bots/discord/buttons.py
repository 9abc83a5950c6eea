"""Buttons, menus and forms, all of whose state stands in their own ids: they work after any restart."""

import re
from collections.abc import Mapping
from typing import Any, Self

import discord
from discord import ui

from bots.desk.cards import Button, Field, Form, Menu, Style
from bots.discord.words import one_line, principal
from bots.doors.long_fields import filled_in, inputs_of

Json = dict[str, Any]
_STYLES = {
    Style.PLAIN: discord.ButtonStyle.secondary,
    Style.PRIMARY: discord.ButtonStyle.primary,
    Style.DANGER: discord.ButtonStyle.danger,
}
_MOST_OPTIONS = 25  # Discord's limit, of a menu
_MOST_MENUS = 4  # each takes one of the five rows of a message
MOST_IN_AN_INPUT = 4_000  # characters: Discord's limit
_FILLED_IN = 3_500  # characters of that, so that there is room to write on
_PERSON = 5  # the type of a choice among people
_FORM = re.compile(r"citewise-form:([a-z_]+):(.*)")


class PressButton(ui.DynamicItem[ui.Button[Any]], template=r"citewise:(?P<action>[a-z_]+):(?P<ref>.*)"):
    """A button of the Desk."""

    def __init__(self, button: Button) -> None:
        super().__init__(
            ui.Button(
                label=one_line(button.label, 80),
                style=_STYLES[button.style],
                custom_id=f"citewise:{button.action}:{button.ref}",
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, whoever sent it and when."""
        label = getattr(item, "label", None) or ""
        return cls(Button(match["action"], label, match["ref"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the press on."""
        _, action, ref = self.custom_id.split(":", 2)
        await interaction.client.pressed(interaction, action, ref, {})


def menu_parts(menu: Menu) -> int:
    """How many menus of Discord's it takes to offer all that a menu holds (a hundred at most)."""
    return min(-(-len(menu.options) // _MOST_OPTIONS), _MOST_MENUS)


class ChoiceMenu(
    ui.DynamicItem[ui.Select[Any]],
    template=r"citewise-menu(?P<part>[0-9]?):(?P<action>[a-z_]+):(?P<ref>.*)",
):
    """A menu of the Desk, or a part of one that is too long for one of Discord's."""

    def __init__(self, menu: Menu, part: int = 0) -> None:
        names = menu.options[part * _MOST_OPTIONS : (part + 1) * _MOST_OPTIONS]
        label = menu.label
        if len(menu.options) > _MOST_OPTIONS:
            label = f"{label}: {one_line(names[0], 50)} – {one_line(names[-1], 50)}"
        super().__init__(
            ui.Select(
                custom_id=f"citewise-menu{part or ''}:{menu.action}:{menu.ref}",
                placeholder=one_line(label, 150),
                options=_options([(name, name) for name in names], menu.chosen),
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu that was used, with its options as they stood."""
        options = tuple(option.value for option in item.options) if isinstance(item, ui.Select) else ("–",)
        return cls(Menu(match["action"], "", match["ref"], options, ""))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the choice on."""
        _, action, ref = self.custom_id.split(":", 2)
        await interaction.client.pressed(interaction, action, ref, {"value": self.item.values[0]})


def modal(form: Form) -> ui.Modal:
    """A form as a modal; it is stopped at once, since what comes back is read from its ids alone."""
    shown = ui.Modal(
        title=one_line(form.title, 45), custom_id=f"citewise-form:{form.action}:{form.ref}", timeout=None
    )
    for part in (part for field in form.fields for part in inputs_of(field, _FILLED_IN)):
        shown.add_item(ui.Label(text=one_line(part.label, 45), component=_filled_in(part)))
    shown.stop()
    return shown


def submitted(data: Mapping[str, Any]) -> tuple[str, str, dict[str, str]] | None:
    """What a modal brought back: the action, what it is about, the fields; None for one that isn't ours."""
    found = _FORM.fullmatch(str(data.get("custom_id", "")))
    if found is None:
        return None
    fields: dict[str, str] = {}
    for row in data.get("components", []):
        component = row.get("component") or (row.get("components") or [{}])[0]
        values = component.get("values") or []
        filled = str(component.get("value") or (values or [""])[0])
        picked = filled and component.get("type") == _PERSON
        fields[str(component.get("custom_id"))] = principal("user", filled) if picked else filled
    return found[1], found[2], filled_in(fields)


def _filled_in(field: Field) -> ui.Item[Any]:
    """The input of a form's field, with what it holds already."""
    if field.person:
        someone = re.fullmatch(r"discord:user:(\d+)", field.value)
        kind = discord.SelectDefaultValueType.user
        return ui.UserSelect(
            custom_id=field.name,
            placeholder=one_line(field.hint, 150) if field.hint else None,
            required=not field.optional,
            min_values=0 if field.optional else 1,
            default_values=[discord.SelectDefaultValue(id=int(someone[1]), type=kind)] if someone else [],
        )
    if field.options:
        return ui.Select(
            custom_id=field.name,
            options=_options(field.options, field.value),
            required=not field.optional,
        )
    return ui.TextInput(
        custom_id=field.name,
        style=discord.TextStyle.paragraph if field.long else discord.TextStyle.short,
        placeholder=one_line(field.hint, 100) if field.hint else None,
        default=field.value or None,
        required=not field.optional,
        max_length=MOST_IN_AN_INPUT if field.long else 400,
    )


def _options(options: Any, chosen: str) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=one_line(label, 100), value=value[:100], default=value == chosen)
        for value, label in list(options)[:_MOST_OPTIONS]
    ]
