"""What every command shares: `--home` and `--json`, before or after the command's name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from bots.wiring import Citewise

Command = TypeVar("Command", bound=Callable[..., object])


@dataclass
class Invocation:
    """One call of the command line; filled in while its options are read."""

    home: Path | None = None
    as_json: bool = False

    @contextmanager
    def citewise(self, *, create: bool = False) -> Iterator["Citewise"]:
        """The parts of one citewise on this call's home, closed at the end; `create` makes a missing home."""
        from bots.settings import load_settings
        from bots.wiring import Citewise

        settings = load_settings(self.home)
        self.home = settings.home
        command = click.get_current_context().command_path
        with Citewise(settings, command, create=create) as citewise:
            yield citewise


invocation = click.make_pass_decorator(Invocation, ensure=True)


def _remember_home(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Invocation).home = value


def _remember_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Invocation).as_json = True


def home_option(command: Command) -> Command:
    """Give a command `--home DIR`."""
    option: Callable[[Command], Command] = click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        expose_value=False,
        callback=_remember_home,
        help="The home folder (default: CITEWISE_HOME or .citewise).",
    )
    return option(command)


def json_option(command: Command) -> Command:
    """Give a command `--json`."""
    option: Callable[[Command], Command] = click.option(
        "--json",
        "as_json",
        is_flag=True,
        expose_value=False,
        callback=_remember_json,
        help="Print data for programs.",
    )
    return option(command)


def spaces_option(command: Command) -> Command:
    """Give a command `--space S`, as often as wanted."""
    option: Callable[[Command], Command] = click.option(
        "--space", "spaces", multiple=True, metavar="S", help="Only this space; may be given several times."
    )
    return option(command)


def asker_option(command: Command) -> Command:
    """Give a command `--as USER`."""
    option: Callable[[Command], Command] = click.option(
        "--as",
        "asker",
        metavar="USER",
        help="Ask as this person, e.g. slack:user:U123, and read only what they may (default: everything).",
    )
    return option(command)


def principals_of(asker: str | None) -> frozenset[str]:
    """Whose rights apply: without `--as` those of whoever owns the home folder."""
    from bots.desk import OWNER

    return frozenset({OWNER}) if asker is None else frozenset({asker})
