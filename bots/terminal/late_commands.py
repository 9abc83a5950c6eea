"""A group of commands that are imported when they are wanted."""

import difflib
import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import click

from bots.terminal.examples import epilog


class LateCommands(click.Group):
    """A group that knows its commands by name: where each one is, as "module:attribute", in their order.

    `sections` names parts of the list, which is long otherwise, with the commands of each.
    """

    def __init__(
        self,
        *arguments: Any,
        places: Mapping[str, str],
        sections: Mapping[str, Sequence[str]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self._places = places
        self._sections = sections

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
        illustrate(command, " ".join([*_below_the_root(ctx), cmd_name]))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, section by section."""
        if self._sections is None:
            super().format_commands(ctx, formatter)
            return
        widest = max(map(len, self._places))
        for title, names in self._sections.items():
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                assert command, name
                told = command.get_short_help_str(formatter.width - 6 - widest)
                rows.append((name.ljust(widest), told))
            with formatter.section(title):
                formatter.write_dl(rows)


def illustrate(command: click.Command, path: str) -> None:
    """Put examples below a command's help, and below those of the commands that it holds."""
    command.epilog = epilog(path)
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():  # those of LateCommands aren't there yet
            illustrate(inner, f"{path} {name}")


def _below_the_root(context: click.Context) -> list[str]:
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, context.info_name or "")
        context = context.parent
    return names
