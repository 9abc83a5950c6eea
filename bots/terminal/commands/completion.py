"""`citewise completion`: what makes a shell complete commands and options when Tab is pressed."""

import click
from click.shell_completion import get_completion_class

VARIABLE = "_CITEWISE_COMPLETE"
"""By which the shell asks, as click reads it."""


@click.command(short_help="Print what makes a shell complete commands with Tab.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, options and files when Tab is pressed."""
    found = get_completion_class(shell)
    assert found, "click brings all three"
    click.echo(found(click.get_current_context().find_root().command, {}, "citewise", VARIABLE).source())
