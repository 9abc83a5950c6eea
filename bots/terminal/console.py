"""Where output goes: data to stdout, progress and complaints to stderr, colour only on a terminal."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bots.control_characters import CONTROL_CHARACTERS
from bots.terminal.streams import current

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

ProgressReport = Callable[[str, int, int], None]

# Prose is easier to read in lines of at most this many characters.
READING_WIDTH = 96
_READABLE = 18  # columns: less room than that cuts titles and paths into pieces
_WIDEST = 10_000  # for tables through a pipe, where a row is a line
_SURELY_BYTES = 10_000_000


def inert(text: str) -> str:
    """Take out what a terminal would obey: a document must not move the cursor or paint the screen."""
    return CONTROL_CHARACTERS.sub("", text.replace("\r\n", "\n"))


def in_line(name: str) -> str:
    """A name or title as one line: a file's name may hold line ends, and must not start a line of its own."""
    return " ".join(inert(name).splitlines())


def out() -> "Console":
    """The console for data."""
    return _console(stderr=False)


def err() -> "Console":
    """The console for progress and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> "Console":
    from rich.console import Console

    client = current()
    console = (
        Console(stderr=stderr, highlight=False, markup=False, emoji=False)
        if client is None
        else Console(
            # The stream itself, since the threads of a progress bar do not know whose command they serve.
            file=client.stderr if stderr else client.stdout,
            stderr=stderr,
            highlight=False,
            markup=False,
            emoji=False,
            _environ=client.environ,
        )
    )
    if not console.is_terminal:
        console.width, console.soft_wrap = READING_WIDTH, True
    return console


def typed_line(prompt: str) -> str:
    """A line that the person at the terminal types after the prompt, with editing; EOFError at the end."""
    client = current()
    if client is not None:
        return client.ask(prompt)
    import readline  # noqa: F401  (imported, it gives input() editing and a history)

    return input(prompt)


def plain_table(title: str | None = None, *, header: bool = True) -> "Table":
    """A table without lines, its columns two spaces apart; `title` must be inert already."""
    from rich.table import Table

    return Table(
        title=title,
        title_justify="left",
        box=None,
        padding=(0, 2, 0, 0),
        show_header=header,
        header_style="dim",
    )


def print_table(console: "Console", table: "Table") -> None:
    """Print a table: fitted to a terminal; through a pipe one line a row, for grep.

    Where the terminal is too narrow for its columns, each row is told line by line instead.
    """
    if console.is_terminal:
        if _is_squeezed(console, table):
            _print_rows(console, table)
        else:
            console.print(table)
        return
    fitting, console.width = console.width, _WIDEST
    with console.capture() as captured:
        console.print(table)
    console.width = fitting
    console.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def _is_squeezed(console: "Console", table: "Table") -> bool:
    """Whether some column would have to be so narrow that its words are cut into pieces."""
    from rich.measure import Measurement

    wanted = [
        max(
            Measurement.get(console, console.options, cell).maximum for cell in (column.header, *column.cells)
        )
        for column in table.columns
    ]
    room = console.width - len(wanted) * 2  # of which each column has two blanks
    least = sum(min(width, _READABLE) for width in wanted)
    return least > room


def _print_rows(console: "Console", table: "Table") -> None:
    from rich.table import Table
    from rich.text import Text

    names = [
        column.header if isinstance(column.header, Text) else str(column.header) for column in table.columns
    ]
    for row in zip(*(column.cells for column in table.columns), strict=True):
        told = Table.grid(padding=(0, 2))
        for name, cell in zip(names, row, strict=True):
            told.add_row(name, cell)
        console.print(told)
        console.print()


def print_json(value: object) -> None:
    """One JSON document on stdout, readable and stable; what a terminal would obey is escaped in it."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    click.echo(CONTROL_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


@contextmanager
def progress(*, in_logs: bool = False) -> Iterator[ProgressReport]:
    """Bars on stderr while work goes on; call what is yielded with (what, done, total or 0 where unknown).

    Where stderr is no terminal it is silent, or with `in_logs`, for what takes hours, tells a line now and
    then.
    """
    console = err()
    if not console.is_terminal:
        from bots.terminal.log_lines import LogLines

        lines = LogLines(lambda line: console.print(inert(line))) if in_logs else None

        def tell(what: str, done: int, total: int) -> None:
            checkpoint()
            if lines is not None:
                lines(what, done, total)

        yield tell
        return
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(bar_width=36),
        TextColumn("{task.fields[amount]:>20}"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            checkpoint()
            if what not in tasks:
                tasks[what] = bars.add_task(what, amount="")
            bars.update(tasks[what], completed=done, total=total or None, amount=_amount(done, total))

        yield report


def checkpoint() -> None:
    """Raise KeyboardInterrupt once where the client that called this command was interrupted or is gone.

    A command in a process of its own hears of Ctrl-C anyway.
    """
    client = current()
    if client is not None:
        client.checkpoint()


def _amount(done: int, total: int) -> str:
    """Counts as they are; what can only be bytes, in megabytes."""
    if not total:
        return f"{done:,}"
    if total > _SURELY_BYTES:
        return f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"
    return f"{done:,} of {total:,}"
