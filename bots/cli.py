"""The command line, `citewise …`: commands load when they are called, failures become one sentence."""

import errno
import io
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import click

from bots.kept_here import keep_here
from bots.terminal.examples import epilog, one
from bots.terminal.invocation import Invocation, home_option, json_option
from bots.terminal.late_commands import LateCommands
from brain.errors import CitewiseError

INTERRUPTED = 130  # as shells tell of Ctrl-C: 128 and the number of SIGINT
READER_GONE = 141  # 128 and the number of SIGPIPE
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)

SECTIONS = {
    "Ask": {
        "demo": "bots.terminal.commands.demo:demo",
        "chat": "bots.terminal.commands.chat:chat",
        "ask": "bots.terminal.commands.ask:ask",
        "ask-batch": "bots.terminal.commands.ask_batch:ask_batch",
        "search": "bots.terminal.commands.ask:search",
        "why": "bots.terminal.commands.why:why",
        "triage": "bots.terminal.commands.triage:triage",
    },
    "Documents and who reads them": {
        "ingest": "bots.terminal.commands.ingest:ingest",
        "drives": "bots.terminal.commands.drives:drives",
        "documents": "bots.terminal.commands.documents:documents",
        "spaces": "bots.terminal.commands.spaces:spaces",
    },
    "What people ask": {
        "gaps": "bots.terminal.commands.gaps:gaps",
        "usage": "bots.terminal.commands.usage:usage",
        "digest": "bots.terminal.commands.digest:digest",
        "cases": "bots.terminal.commands.cases:cases",
        "categories": "bots.terminal.commands.categories:categories",
        "forget": "bots.terminal.commands.forget:forget",
    },
    "Quality and models": {
        "eval": "bots.terminal.commands.evaluate:evaluate",
        "tune": "bots.terminal.tune.group:tune",
        "model": "bots.terminal.commands.model:model",
    },
    "Running it": {
        "serve": "bots.terminal.commands.serve:serve",
        "health": "bots.terminal.commands.health:health",
        "doctor": "bots.terminal.commands.doctor:doctor",
        "audit": "bots.terminal.commands.audit:audit",
        "verify": "bots.terminal.commands.upkeep:verify",
        "rebuild": "bots.terminal.commands.upkeep:rebuild",
        "backup": "bots.terminal.commands.upkeep:backup",
        "restore": "bots.terminal.commands.upkeep:restore",
        "completion": "bots.terminal.commands.completion:completion",
    },
}
COMMANDS = {name: place for section in SECTIONS.values() for name, place in section.items()}


@click.group(
    cls=LateCommands,
    places=COMMANDS,
    sections={title: tuple(section) for title, section in SECTIONS.items()},
    epilog=epilog(""),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="citewise", message="citewise %(version)s")
@home_option
@json_option
def citewise() -> None:
    """Short, cited answers from your own documents, or an honest "not in there"."""


def run(arguments: Sequence[str], started: Invocation | None = None) -> int:
    """Run one command line and return its exit code; every failure is one sentence on stderr.

    `started` comes from a running `citewise serve`, which lends its open home to the command.
    """
    started = started or Invocation()
    try:
        result = _run(arguments, started)
        if sys.stdout is not None:
            sys.stdout.flush()  # here a failure can still be told; when Python ends, it can't
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.ClickException as error:
        return _refuse(_usage(error), error.exit_code)
    except CitewiseError as error:
        _keep_detail(error, started)
        return _refuse(error.sentence, error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        _drop_output(started)  # whoever read it has gone, which click makes an exit
        return READER_GONE
    except Exception as error:  # the one place where a surprise becomes a sentence
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            _drop_output(started)
            return _refuse(f"There is no room left to write {error.filename or 'the output'}: free some.", 1)
        if isinstance(error, UnicodeEncodeError) and not all(map(_is_text, arguments)):
            return _refuse("What was typed is not UTF-8: set the terminal to it, and type that again.", 2)
        from bots.error_log import write_down

        log = write_down(error, started.home)
        details = f": the details are in {log}" if log else ", and the details could not be written anywhere"
        return _refuse(f"Something went wrong that citewise did not expect{details}.", 1)
    return result if isinstance(result, int) else 0


def _run(arguments: Sequence[str], started: Invocation) -> object:
    from bots.serving.client import HomeServed, relay

    try:
        return citewise.main(list(arguments), prog_name="citewise", obj=started, standalone_mode=False)
    except HomeServed as served:
        return relay(served, arguments)


def main() -> None:
    """Run the command line of this process."""
    keep_here()
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    for name in ("stdin", "stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever called; a file that is opened later must not take its place
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal of few letters shows ? for the others
    sys.exit(run(sys.argv[1:]))


def _is_text(argument: str) -> bool:
    """False for bytes that Python could not read as text, of which no database can keep anything."""
    return not any("\ud800" <= letter <= "\udfff" for letter in argument)


def _drop_output(started: Invocation) -> None:
    """Send what is still to be written nowhere, so that Python does not complain of it when it ends."""
    if started.shared is not None:
        return  # this process goes on, and its output is none of the command's
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(error: click.ClickException) -> str:
    sentence = error.format_message().rstrip(".").replace("integer range", "whole number")
    context = getattr(error, "ctx", None)
    sentence += "" if sentence.endswith("?") else "."
    if isinstance(error, click.MissingParameter) and context:
        _, _, path = context.command_path.partition(" ")
        sentence += f" For example: `{example}`." if (example := one(path)) else ""
    return f"{sentence} See: {context.command_path} --help" if context else sentence


def _refuse(sentence: str, code: int) -> int:
    from bots.terminal.console import inert  # what a file is called may be told in it

    click.echo(f"citewise: {inert(sentence)}", err=True)
    return code


def _keep_detail(error: CitewiseError, started: Invocation) -> None:
    if error.detail:
        from bots.error_log import write_down

        write_down(error, started.home)


if __name__ == "__main__":
    if Path(sys.path[0]).absolute() == Path(__file__).absolute().parent:
        del sys.path[0]  # run as a script: bots/discord would stand before the library of that name
    main()
