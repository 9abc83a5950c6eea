"""The lists of commands: a whole short sentence each, in a terminal of 80 columns."""

from collections.abc import Iterator

import click
import pytest

from bots.cli import citewise


def groups(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from groups(command, *path, name)


def shown(path: tuple[str, ...]) -> str:
    command: click.Command = citewise
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found
        command = found
    return command.get_help(click.Context(command, info_name="citewise", terminal_width=80))


@pytest.mark.parametrize("path", list(groups(citewise)), ids=" ".join)
def test_each_command_is_told_of_in_one_whole_sentence(path: tuple[str, ...]) -> None:
    _, _, listed = shown(path).partition("Commands:\n")
    lines = listed.splitlines()
    assert lines
    for line in lines:
        name, _, sentence = line.strip().partition("  ")
        assert name.replace("-", "").isalpha()
        assert sentence.endswith(".")
        assert not sentence.endswith("..")


@pytest.mark.parametrize("path", list(groups(citewise)), ids=" ".join)
def test_every_group_takes_home_and_json_before_its_command(path: tuple[str, ...]) -> None:
    assert "--home DIR" in shown(path)
    assert "--json" in shown(path)
