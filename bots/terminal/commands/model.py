"""`citewise model`: what writes the answers, what it takes, and how fast it is."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from bots.terminal.invocation import Invocation, home_option, invocation, json_option

if TYPE_CHECKING:
    from bots.model.status import ModelStatus


@click.group()
@home_option
@json_option
def model() -> None:
    """Look at the model that writes the answers."""


@model.command(short_help="Tell what is loaded, where, and how fast it writes.")
@click.option("--load", is_flag=True, help="Load the model and have it write something, to measure it.")
@home_option
@json_option
@invocation
@click.pass_context
def status(context: click.Context, call: Invocation, load: bool) -> None:
    """Tell what is loaded, where, with which adapter, and how fast it writes.

    While `citewise serve` runs, this is its model; otherwise what would be loaded. The exit code is 1 where
    something is wrong with it.
    """
    from bots.model.status import status_of
    from bots.terminal.console import print_json

    settings = call.settings()
    with ExitStack() as closing:
        answerer = _answerer(call, closing, load=load)
        found = status_of(settings, answerer, _measured(answerer) if load else "")
    if call.as_json:
        print_json(found.as_dict())
    else:
        _show(found)
    if found.fault:
        context.exit(1)


def _answerer(call: Invocation, closing: ExitStack, *, load: bool) -> object | None:
    """What runs, or what is loaded now, measured; None where neither is wanted."""
    answerer: object | None = None
    if call.shared is not None:
        answerer = call.shared.brain.answerer
    elif load:
        from bots.model.answerer import choice
        from brain.answering.extracting.extractive import ExtractiveAnswerer
        from brain.answering.factory import open_answerer

        answerer = open_answerer(choice(call.settings()), closing) or ExtractiveAnswerer()
    return answerer


def _measured(answerer: object | None) -> str:
    """Have it write something; why that failed, where it did."""
    from brain.answering.writing.facts import Watched
    from brain.errors import ModelUnavailable

    if isinstance(answerer, Watched):
        try:
            answerer.measure()
        except ModelUnavailable as error:
            return error.sentence
    return ""


def _show(found: "ModelStatus") -> None:
    from rich.text import Text

    from bots.model.status import in_words
    from bots.terminal.console import inert, out, plain_table, print_table

    table = plain_table(header=False)
    table.add_column("name", style="bold")
    table.add_column("words", overflow="fold")
    for name, words in in_words(found):
        table.add_row(name, Text(inert(words), "red" if name == "fault" else ""))
    print_table(out(), table)
