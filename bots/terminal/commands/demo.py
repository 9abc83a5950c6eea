"""`citewise demo`: the sample drive of an invented company, indexed and ready to be asked."""

import asyncio
import shutil
import sys
from pathlib import Path

import click

import bots
from bots.terminal.invocation import Invocation, home_option, invocation
from brain.errors import StorageFailed

QUESTIONS = (
    "How many days of annual leave do we get?",
    "How long is the warranty on the Petrel 2 Pro?",
    "What caused the tide table outage?",
)


@click.command()
@home_option
@invocation
def demo(call: Invocation) -> None:
    """Index the sample drive, then chat about it.

    Without a terminal, three questions are asked and answered.
    """
    from bots.settings import load_settings
    from bots.terminal.commands.chat import PROMPT, Chat
    from bots.terminal.commands.ingest import show_report, stages
    from bots.terminal.console import out, progress

    drive = sample_drive()
    if call.home is None:
        call.home = load_settings().home / "demo"
        call.home.parent.mkdir(parents=True, exist_ok=True)
    console = out()
    with call.citewise(create=True) as citewise:
        with progress() as citewise.report:
            reports = citewise.drives.ingest([str(drive)], "general", stages(citewise.report))
            citewise.warm_up()
        for done in reports:
            show_report(console, done)
        console.print()
        chat = Chat(citewise.desk)
        if sys.stdin.isatty() and sys.stdout.isatty():
            chat.run()
        else:
            with asyncio.Runner() as runner:
                for question in QUESTIONS:
                    console.out(f"{PROMPT}{question}")
                    chat.ask(runner, question)
    called = command_called(sys.argv[0])
    click.echo(f"Next, with documents of your own: {called} ingest FOLDER, then {called} chat", err=True)


def command_called(typed: str) -> str:
    """How to call citewise again: by its name where the shell finds it so, else as `make` did."""
    return "citewise" if shutil.which("citewise") or Path(typed).name != "citewise" else typed


def sample_drive() -> Path:
    """The sample drive: in a checkout beside the packages, in an installed wheel inside them."""
    package = Path(bots.__path__[0]).resolve()
    for folder in (package.parent / "samples" / "drive", package / "samples" / "drive"):
        if folder.is_dir():
            return folder
    raise StorageFailed(f"The sample drive is missing from {package}: install citewise again.")
