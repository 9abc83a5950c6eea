"""A group of commands that are imported when they are wanted."""

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

import click


class LateCommands(click.Group):
    """A group that knows its commands by name: where each one is, as "module:attribute", in their order."""

    def __init__(self, *arguments: Any, places: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which a newcomer meets them."""
        return list(self._places)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; of a name that there isn't, say which one may have been meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if meant := difflib.get_close_matches(args[0], self._places, n=1):
                sentence = f"{error.message.rstrip('.')} (did you mean {meant[0]}?)"
                raise click.UsageError(sentence, error.ctx) from error
            raise

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in self._places:
            return None
        module, _, name = self._places[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command
