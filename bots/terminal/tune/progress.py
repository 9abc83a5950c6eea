"""How a training run is shown: a bar on a terminal, a line now and then in a log, JSON lines for programs."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bots.terminal.durations import clock_time
from brain.extras import need_extra

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from brain.tuning.learning.start import Start
    from brain.tuning.learning.training import Progress
    from brain.tuning.runs import Run, RunFolder

_LINE_SECONDS = 30.0  # between two lines in a log


@contextmanager
def shown(*, as_json: bool) -> Iterator["Shown"]:
    """Show a run until the block ends."""
    show = Shown(as_json=as_json)
    try:
        yield show
    finally:
        show.close()


class Shown:
    """What a person or a program sees of a run."""

    def __init__(self, *, as_json: bool) -> None:
        from bots.terminal.console import err, out

        self.steps = 0
        self._as_json = as_json
        self._console: Console = err()
        self._out: Console = out()
        self._bars: Bars | None = None
        self._task: TaskID | None = None
        self._validation: float | None = None
        self._told = 0.0

    def begin(self, start: "Start", run: "Run", folder: "RunFolder", before: int) -> None:
        """Say what will be done, on what, with how much memory, and why so."""
        if self._as_json:
            self._event(
                "start", run=run.name, folder=str(folder.path), base=run.base.model, data=asdict(run.data),
                recipe=dict(run.recipe), method_because=start.why, mind=start.mind, device=start.machine.name,
                memory_needed=start.needed, memory_free=start.machine.free, after_step=before,
            )  # fmt: skip
            return
        where = start.machine.name if start.machine.on_gpu else "the processor (no GPU was found)"
        goes_on = f"Going on with {run.name} after step {before}" if before else f"{run.name} begins"
        lines = [
            f"{goes_on}: {run.base.model} learns from {run.data.name} on {where}.",
            f"{run.data.learnt:,} rows to learn from, {run.data.validation:,} to stop by"
            + (f", {run.data.left_out:,} too long and left out." if run.data.left_out else "."),
            *([start.mind] if start.mind else []),
            start.why,
            f"Memory: {start.needed / 1e9:.1f} GB forecast, {start.machine.free / 1e9:.1f} GB free.",
            f"Folder: {folder.path}",
        ]
        for line in lines:
            self._say(line)

    def step(self, progress: "Progress") -> None:
        """One more step is done."""
        self.steps += 1
        if progress.validation is not None:
            self._validation = progress.validation
        if self._as_json:
            self._event("step", **asdict(progress))
        elif self._console.is_terminal:
            self._move(progress)
        elif progress.validation is not None or time.monotonic() - self._told > _LINE_SECONDS:
            self._told = time.monotonic()
            self._say(f"Step {progress.step} of {progress.steps}: {self._figures(progress)}")

    def stopping(self) -> None:
        """The person wants it to end."""
        if not self._as_json:
            self._say("Stopping after this step; Ctrl-C again stops at once.")

    def stopped(self, run: "Run") -> None:
        """It ended before its end."""
        self.close()
        if self._as_json:
            self._event("stopped", run=run.name)
        else:
            self._say("Stopped; what was saved stays. The same command goes on from there.")

    def end(self, run: "Run", folder: "RunFolder") -> None:
        """Say what came of it and what to do next."""
        self.close()
        if self._as_json:
            self._event("done", **_result(run, folder))
            return
        steps = f"{run.steps:,} {'step' if run.steps == 1 else 'steps'}"
        early = ", stopped early" if run.early else ""
        self._out.print(f"Trained {run.name}: {steps}{early}; {_kept(run.validation_loss)}.")
        self._out.print(f"Adapter: {folder.adapter}")
        if folder.picture.is_file():
            self._out.print(f"Losses: {folder.picture}")
        else:
            self._out.print(f"No picture of the losses, which needs {need_extra('plots')}.")
        self._out.print(f"Next: {_next(run)}")

    def already(self, run: "Run", folder: "RunFolder") -> None:
        """There was nothing left to do."""
        if self._as_json:
            self._event("done", **_result(run, folder))
            return
        self._out.print(
            f"{run.name} learnt just this already ({_kept(run.validation_loss)}); --name begins another run."
        )
        self._out.print(f"Next: {_next(run)}")

    def close(self) -> None:
        """Take the bar away."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def _move(self, progress: "Progress") -> None:
        if self._bars is None:
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bars

            self._bars = Bars(
                TextColumn("step {task.completed:,} of {task.total:,}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[figures]}"),
                console=self._console,
                transient=True,
                refresh_per_second=2,  # the cores have better things to do
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._task = self._bars.add_task("", total=progress.steps, figures="")
            self._bars.start()
        assert self._task is not None
        self._bars.update(self._task, completed=progress.step, figures=self._figures(progress))

    def _figures(self, progress: "Progress") -> str:
        validation = "" if self._validation is None else f", rows to stop by {self._validation:.3f}"
        return (
            f"loss {progress.loss:.3f}{validation}, {progress.tokens_per_second:,.0f} tokens/s, "
            f"{clock_time(progress.seconds_left)} left"
        )

    def _say(self, line: str) -> None:
        from bots.terminal.console import inert

        (self._bars.console if self._bars else self._console).print(inert(line))

    def _event(self, event: str, **values: Any) -> None:
        click.echo(json.dumps({"event": event, **values}, ensure_ascii=False))


def _result(run: "Run", folder: "RunFolder") -> dict[str, Any]:
    return {
        "run": run.name,
        "folder": str(folder.path),
        "adapter": str(folder.adapter),
        "steps": run.steps,
        "validation": run.validation_loss,
        "early": run.early,
        "next": _next(run),
    }


def _next(run: "Run") -> str:
    """The command that judges it; a set that holds out nothing is judged by questions of one's own."""
    with suppress(OSError):  # the set was moved since: `tune eval` says what to do
        if not (Path(run.data.folder) / "held_out.jsonl").stat().st_size:
            return f"citewise tune eval {run.name} --questions FILE"
    return f"citewise tune eval {run.name}"


def _kept(loss: float | None) -> str:
    """Which look's adapter was kept."""
    if loss is None:
        return "the last adapter was kept, since no rows were there to stop by"
    return f"the adapter of the best look was kept, with loss {loss:.3f} on the rows to stop by"
