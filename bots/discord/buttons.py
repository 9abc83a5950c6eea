"""Buttons, menus and forms, all of whose state stands in their own ids: they work after any restart."""

import re
from collections.abc import Mapping
from typing import Any, Self

import discord
from discord import ui

from bots.desk.cards import Button, Field, Form, Menu, Style
from bots.discord.words import one_line

Json = dict[str, Any]
_STYLES = {
    Style.PLAIN: discord.ButtonStyle.secondary,
    Style.PRIMARY: discord.ButtonStyle.primary,
    Style.DANGER: discord.ButtonStyle.danger,
}
_MOST_OPTIONS = 25
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


class ChoiceMenu(ui.DynamicItem[ui.Select[Any]], template=r"citewise-menu:(?P<action>[a-z_]+):(?P<ref>.*)"):
    """A menu of the Desk."""

    def __init__(self, menu: Menu) -> None:
        super().__init__(
            ui.Select(
                custom_id=f"citewise-menu:{menu.action}:{menu.ref}",
                placeholder=one_line(menu.label, 150),
                options=_options([(name, name) for name in menu.options], menu.chosen),
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
    for field in form.fields:
        shown.add_item(ui.Label(text=one_line(field.label, 45), component=_filled_in(field)))
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
        fields[str(component.get("custom_id"))] = str(component.get("value") or (values or [""])[0])
    return found[1], found[2], fields


def _filled_in(field: Field) -> ui.Item[Any]:
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
        max_length=3_000 if field.long else 400,
    )


def _options(options: Any, chosen: str) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=one_line(label, 100), value=value[:100], default=value == chosen)
        for value, label in list(options)[:_MOST_OPTIONS]
    ]
