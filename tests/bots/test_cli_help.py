"""The lists of commands: a whole short sentence each, at 80 columns; and examples that are true."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from bots.cli import COMMANDS, citewise
from bots.terminal.examples import EXAMPLES


def groups(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from groups(command, *path, name)


def found(path: tuple[str, ...]) -> click.Context:
    context = click.Context(citewise, info_name="citewise", terminal_width=80)
    for name in path:
        assert isinstance(context.command, click.Group)
        command = context.command.get_command(context, name)
        assert command, path
        context = click.Context(command, parent=context, info_name=name, terminal_width=80)
    return context


def shown(path: tuple[str, ...]) -> str:
    context = found(path)
    return context.command.get_help(context)


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*path, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


@pytest.mark.parametrize("path", list(groups(citewise)), ids=" ".join)
def test_each_command_is_told_of_in_one_whole_sentence(path: tuple[str, ...]) -> None:
    _, _, listed = shown(path).partition("Show this message and exit.\n")
    listed, _, _ = listed.partition("Example")
    lines = [line for line in listed.splitlines() if line.startswith("  ") and line.strip()]
    assert len(lines) >= len(COMMANDS) if not path else lines
    for line in lines:
        name, _, sentence = line.strip().partition("  ")
        assert name.replace("-", "").isalpha()
        assert sentence.endswith(".")
        assert not sentence.endswith("..")


@pytest.mark.parametrize("path", list(groups(citewise)), ids=" ".join)
def test_every_group_takes_home_and_json_before_its_command(path: tuple[str, ...]) -> None:
    assert "--home DIR" in shown(path)
    assert "--json" in shown(path)


@pytest.mark.parametrize("path", list(commands(citewise)), ids=" ".join)
def test_every_command_shows_itself_in_use(path: tuple[str, ...]) -> None:
    help_text = shown(path)
    assert re.search(r"^  Examples?:$", help_text, re.MULTILINE)
    assert EXAMPLES[" ".join(path)][0] in help_text


@pytest.mark.parametrize("path", EXAMPLES)
def test_examples_are_lines_that_the_command_understands(path: str) -> None:
    for line in EXAMPLES[path]:
        called = re.sub(r'^eval "\$\((.*)\)"', r"\1", line)
        words = shlex.split(re.split(" [<>] ", called)[0], comments=True)
        assert words.pop(0) == "citewise"
        context = found(())
        while isinstance(context.command, click.Group) and words:
            context = found((*context.command_path.split()[1:], words.pop(0)))
        assert " ".join(context.command_path.split()[1:]).startswith(path)
        context.command.make_parser(context).parse_args(words)  # raises for an option that there isn't
        assert len(f"    {line}") <= 80


def test_a_missing_argument_is_told_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    from bots.cli import run

    assert run(["forget", "questions"]) == 2
    told = capsys.readouterr().err
    assert "For example: `citewise forget questions --before 365d`." in told
    assert told.endswith("See: citewise forget questions --help\n")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("citewise dr", "plain,drives"),
        ("citewise tune pro", "plain,promote"),
        ("citewise ingest sa", "file,sa"),
    ],
)
def test_tab_completes_commands_and_leaves_files_to_the_shell(typed: str, offered: str) -> None:
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    done = subprocess.run(
        [sys.executable, "-c", "from bots.cli import main; main()"],
        env={**os.environ, **asked, "_CITEWISE_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [offered]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_what_each_shell_reads(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    from bots.cli import run

    assert run(["completion", shell]) == 0
    assert f"_CITEWISE_COMPLETE={shell}_complete" in capsys.readouterr().out
