"""What every command shares: `--home` and `--json`, before or after the command's name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bots.terminal.account import account_name
from bots.terminal.principals import names_somebody
from brain.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from bots.serving.host import Running
    from bots.settings import Settings
    from bots.wiring import Citewise

Command = TypeVar("Command", bound=Callable[..., object])


@dataclass
class Invocation:
    """One call of the command line; filled in while its options are read."""

    home: Path | None = None
    as_json: bool = False
    directory: Path = Path()
    """Where relative paths start: for a client of `citewise serve` the folder that it was called in."""
    shared: "Citewise | None" = None
    """What a running `citewise serve` lends to the command that it runs for a client."""
    running: "Callable[[], Running] | None" = None
    """How that `citewise serve` is."""
    account: str = field(default_factory=account_name)
    """Under whose account it was called, for the audit log."""
    _typed: dict[Path, str] = field(default_factory=dict)

    def settings(self) -> "Settings":
        """The settings for this call's home; HomeServed where another process runs commands on it."""
        if self.shared is not None:
            return self.shared.settings
        from bots.serving.client import HomeServed, reach
        from bots.settings import load_settings

        settings = load_settings(self.home)
        self.home = settings.home
        connection = reach(settings)
        if connection is not None:
            raise HomeServed(connection, settings)
        return settings

    @property
    def actor(self) -> str:
        """Whoever calls, as the audit log names them."""
        return f"terminal:{self.account}"

    def say(self, sentence: str, data: dict[str, object]) -> None:
        """Tell what was done: in a sentence, or with `--json` for programs."""
        if self.as_json:
            from bots.terminal.console import print_json

            print_json(data)
        else:
            click.echo(sentence)

    def typed(self, path: Path) -> str:
        """A path as the person typed it, to be said again."""
        return self._typed.get(path, str(path))

    def place(self, typed: str) -> Path:
        """The place of a path that a person typed. UsageError for an empty one: it would be this folder."""
        if not typed.strip():
            raise UsageError(
                "A file or folder is wanted, and its name is empty: is a variable of your shell unset?"
            )
        path = self.directory / Path(typed).expanduser()
        self._typed[path] = typed
        return path

    @contextmanager
    def citewise(self, *, create: bool = False) -> Iterator["Citewise"]:
        """The parts of one citewise on this call's home, closed at the end; `create` makes a missing home."""
        from bots.wiring import Citewise

        if self.shared is not None:
            yield self.shared
            return
        settings = self.settings()
        command = click.get_current_context().command_path
        with Citewise(settings, command, create=create) as citewise:
            yield citewise


invocation = click.make_pass_decorator(Invocation, ensure=True)


class PathArgument(click.Path):
    """A file or folder of this machine; a relative one starts where the command was called."""

    def __init__(self, **options: bool) -> None:
        super().__init__(path_type=Path, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Make it a Path, and check it as click.Path does."""
        call = ctx.ensure_object(Invocation) if ctx else Invocation()
        return super().convert(call.place(str(value)), param, ctx)


def complete_path(_: click.Context, __: click.Parameter, typed: str) -> "list[CompletionItem]":
    """Let the shell complete the name of a file or folder where an address may stand as well."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(typed, type="file")]


def _remember_home(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Invocation).home = value


def _remember_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Invocation).as_json = True


def _warn_of_nobody(context: click.Context, _: click.Parameter, asker: str | None) -> str | None:
    """Say that no right can have been given to such a name: the answer alone would not show the mistake."""
    if asker is not None and not names_somebody(asker) and context.ensure_object(Invocation).shared is None:
        click.echo(
            f"{asker!r} names nobody (write slack:user:U…): only what everyone may read is used.", err=True
        )
    return asker


def home_option(command: Command) -> Command:
    """Give a command `--home DIR`."""
    option: Callable[[Command], Command] = click.option(
        "--home",
        type=PathArgument(file_okay=False, readable=False),  # whether it can be used is told when it is
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
        callback=_warn_of_nobody,
        help="Ask as this person, e.g. slack:user:U123, and read only what they may (default: everything).",
    )
    return option(command)


def principals_of(asker: str | None) -> frozenset[str]:
    """Whose rights apply: without `--as` those of whoever owns the home folder."""
    from bots.desk import OWNER

    return frozenset({OWNER}) if asker is None else frozenset({asker})
