"""`citewise tune train`: an adapter from a citing set, in a process of its own, beside a bot that serves."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from bots.terminal.invocation import Command, Invocation, home_option, invocation, json_option
from brain.errors import UsageError
from brain.tuning.learning.recipe import Recipe

if TYPE_CHECKING:
    from bots.settings import Settings
    from bots.terminal.tune.progress import Shown
    from brain.tuning.learning.beginning import Asked

_TAKEN = "A training runs in this home already: {holder}. One at a time; wait until it is done, or stop it."
_FIELDS = {
    "rank": "Size of the adapter; 16 to 64 are usual.",
    "alpha": "The adapter's output is multiplied by alpha / rank.",
    "dropout": "Share of the adapter's input that is dropped at random.",
    "learning_rate": "Largest step of learning; 1e-4 to 2e-4 are usual.",
    "warmup": "Share of the run in which the rate rises.",
    "final_rate": "The rate at the end, as a share of the learning rate.",
    "weight_decay": "How far weights are drawn back to 0.",
    "clip": "Longest gradient; longer ones are shortened.",
    "longest": "Tokens of an example; longer ones are left out.",
    "tokens_per_step": "Tokens read for one change of the weights.",
    "tokens_at_once": "Of these, how many are computed together; memory grows with it (2048 without a GPU).",
    "epochs": "Times that the data is read; early stopping may end sooner.",
    "evaluate_every": "Steps between looks at the rows to stop by; a short run has six.",
    "patience": "Looks without a better loss, after which training stops.",
    "save_every": "Steps between checkpoints (10 without a GPU).",
    "seed": "Fixes the order of the rows and the adapter's first weights.",
}


def _recipe_options(command: Command) -> Command:
    """Give the command an option for each of the recipe's fields, without a default: unnamed is unnamed."""
    for name, said in reversed(_FIELDS.items()):
        usual = getattr(Recipe(), name)
        option: Callable[[Command], Command] = click.option(
            f"--{name.replace('_', '-')}",
            name,
            type=type(usual),
            metavar="N",
            help=f"{said} Default: {usual:g}.",
        )
        command = option(command)
    return command


@click.command("train", short_help="Train an adapter from a citing set.")
@click.option("--data", metavar="NAME|FOLDER", help="The citing set to learn from (default: the newest).")
@click.option("--name", metavar="RUN", help="What to call the run (default: run-1, run-2 and so on).")
@click.option(
    "--method",
    type=click.Choice(["auto", "lora", "qlora"]),
    help="How the model lies in memory; auto, the default, takes the fastest that fits.",
)
@click.option("--resume", is_flag=True, help="Go on with the newest run that isn't done, or with --name.")
@click.option(
    "--recompute/--no-recompute",
    default=None,
    help="Compute activations twice, which saves memory (default: where it must be).",
)
@_recipe_options
@home_option
@json_option
@invocation
def train(
    call: Invocation,
    /,
    data: str | None,
    name: str | None,
    method: str | None,
    resume: bool,
    **fields: Any,
) -> None:
    """Train an adapter for your model, LoRA or QLoRA, from a citing set.

    The same command again goes on where a stopped or killed run was. See docs/tuning.md.
    """
    fields = {field: value for field, value in fields.items() if value is not None}
    if resume and (data or method or fields):
        raise UsageError(
            "--resume goes on with a run as it was begun: leave out --data, --method and hyperparameters."
        )
    from brain.tuning.learning.beginning import Asked
    from brain.tuning.learning.extra import need_libraries

    need_libraries(qlora=method == "qlora")
    # PEFT imports bitsandbytes, which advertises kernels for download; citewise downloads nothing.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    place = call.place(data) if data else None
    _train(call, Asked(data, place, name, method, resume, fields))


def _train(call: Invocation, asked: "Asked") -> None:
    from bots.settings import load_settings
    from brain.catalog.home import Home, HomeLock

    # Not call.settings(): a running `citewise serve` neither needs to know nor could lend its processor.
    settings = load_settings(call.home)
    call.home = settings.home
    home = Home(settings.home)
    home.prepare()
    home.tuning.mkdir(mode=0o700, exist_ok=True)
    command = click.get_current_context().command_path
    with HomeLock(home.tuning, command, _TAKEN):
        _carry_out(call, settings, home.tuning, asked)


def _carry_out(call: Invocation, settings: "Settings", tuning: Path, asked: "Asked") -> None:
    """Find out which run is meant, and begin it or go on with it; what is done already is only shown."""
    from bots.terminal.tune.progress import shown
    from brain.phi3.fingerprint import fingerprint
    from brain.phi3.opening import model_folder
    from brain.phi3.weights import check_files, checked_config
    from brain.tuning.learning.beginning import meant
    from brain.tuning.learning.carrying_out import carry_out, prepared, step_before
    from brain.tuning.runs import Base

    model = model_folder(settings.model)
    checked_config(model)
    check_files(model)
    base = Base(settings.model, fingerprint(model))
    which = meant(tuning, base, asked)
    with shown(as_json=call.as_json) as show:
        if which.before is not None and which.done:
            show.already(which.before, which.folder)
            return
        start, run = prepared(which, model, base, dict(asked.fields))
        show.begin(start, run, which.folder, step_before(which.folder))
        with _stopped_gently(show) as stopping:
            try:
                ended = carry_out(start, run, which.folder, show.step, stopping)
            except KeyboardInterrupt:
                show.stopped(run)
                raise
        show.end(ended, which.folder)


@contextmanager
def _stopped_gently(show: "Shown") -> Iterator[Callable[[], bool]]:
    """Ctrl-C and a polite kill end the run after the step under way; a second one, or one before, at once."""
    asked = threading.Event()

    def hear(number: int, frame: FrameType | None) -> None:
        if asked.is_set() or not show.steps:
            raise KeyboardInterrupt
        asked.set()
        show.stopping()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
