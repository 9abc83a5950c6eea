"""A yes before something is taken away: asked for on a terminal, demanded as `--yes` elsewhere."""

import sys

import click

from brain.errors import UsageError


def confirm(question: str, doing: str) -> None:
    """Return after a yes; raise Abort after a no, UsageError where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise UsageError(f"There is no terminal to ask at whether {doing} is meant: add --yes.")
    click.confirm(question, abort=True, err=True)
