"""An answer while it comes: what is being done, then the draft, both wiped when the answer is complete."""

from collections.abc import Callable
from contextlib import aclosing

import click

from bots.desk import Asked, Desk, Draft, Final, Part
from bots.terminal.answers import prose
from bots.terminal.console import err
from brain.domain import Answer


async def final_answer(desk: Desk, asked: Asked, *, quiet: bool = False) -> Answer:
    """Ask, show the work on stderr while it goes on (on a terminal, unless `quiet`), return the answer."""
    final = await _shown(desk, asked, quiet=quiet)
    if final.not_kept:
        click.echo(f"citewise: This answer could not be kept: {final.not_kept}", err=True)
    return final.answer


async def _shown(desk: Desk, asked: Asked, *, quiet: bool) -> Final:
    console = err()
    if quiet or not console.is_terminal:
        return await _last(desk, asked, lambda part: None)
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.text import Text

    with Live(
        console=console,
        transient=True,
        refresh_per_second=12,
        redirect_stdout=False,  # the process may be running other people's commands as well
        redirect_stderr=False,
    ) as live:

        def show(part: Part) -> None:
            if isinstance(part, Draft):
                live.update(prose(part.text), refresh=True)
            elif not isinstance(part, Final):
                live.update(Spinner("dots", Text(f"{part.note}…", style="dim")), refresh=True)

        return await _last(desk, asked, show)


async def _last(desk: Desk, asked: Asked, show: Callable[[Part], None]) -> Final:
    async with aclosing(desk.ask(asked)) as parts:
        async for part in parts:
            show(part)
            if isinstance(part, Final):
                return part
    raise RuntimeError("the Desk ended without a final part")
