"""`citewise tune`: from the documents to an adapter that answers better, and back."""

import importlib

import click

COMMANDS: dict[str, str] = {
    "data": "bots.terminal.tune_data:data",
    "train": "bots.terminal.tune_train:train",
    "eval": "bots.terminal.tune_eval:evaluate",
    "promote": "bots.terminal.tune_promote:promote",
    "rollback": "bots.terminal.tune_promote:rollback",
    "list": "bots.terminal.tune_status:list_versions",
    "status": "bots.terminal.tune_status:status",
    "export": "bots.terminal.tune_export:export",
    "serve-command": "bots.terminal.tune_serve_command:serve_command",
}


class _Steps(click.Group):
    """The steps of tuning in their order, each imported when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the steps in the order in which they are taken."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the step's module."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=_Steps)
def tune() -> None:
    """Teach a model to answer in your words, cite and decline: data, train, eval, promote, and back."""
