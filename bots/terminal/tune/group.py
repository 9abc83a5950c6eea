"""`citewise tune`: from the documents to an adapter that answers better, and back."""

import click

from bots.terminal.invocation import home_option, json_option
from bots.terminal.late_commands import LateCommands

COMMANDS = {
    "data": "bots.terminal.tune.data:data",
    "train": "bots.terminal.tune.train:train",
    "eval": "bots.terminal.tune.evaluate:evaluate",
    "promote": "bots.terminal.tune.promote:promote",
    "rollback": "bots.terminal.tune.promote:rollback",
    "list": "bots.terminal.tune.status:list_versions",
    "status": "bots.terminal.tune.status:status",
    "export": "bots.terminal.tune.export:export",
    "serve-command": "bots.terminal.tune.serve_command:serve_command",
}


@click.group(
    cls=LateCommands, places=COMMANDS, short_help="Teach a model to answer in your words and to cite."
)
@home_option
@json_option
def tune() -> None:
    """Teach a model to answer in your words, cite and decline: data, train, eval, promote, and back."""
