"""A whole run: packs in an order that the seed fixes, checkpoints, validation, early stopping.

Killed at any moment, the same call goes on from the newest checkpoint and ends with the same adapter.
"""

import hashlib
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from brain.durable import made_whole
from brain.errors import UsageError
from brain.tuning.learning.adapter import TuningFailed, attach, save_adapter
from brain.tuning.learning.checkpoints import State, content_of, newest, restore, save
from brain.tuning.learning.packing import Example, Pack, arrange, pack
from brain.tuning.learning.passes import Running, Trainee
from brain.tuning.learning.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; losses are means over said tokens, `validation` where that was looked at."""

    step: int
    steps: int
    loss: float
    gradient: float
    validation: float | None
    tokens_per_second: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the adapter's folder, steps done, its validation loss, whether it stopped early."""

    adapter: Path
    steps: int
    validation: float | None
    early: bool


def train(
    model: Any,
    learnt: Sequence[Example],
    validation: Sequence[Example],
    folder: Path,
    recipe: Recipe,
    report: Callable[[Progress], None],
    *,
    fast: bool | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Train an adapter for `model`; `fast` as for Trainee.

    The adapter is that of the look with the best loss on `validation`, after which training stops early;
    without any rows there, all epochs are done and the last one is kept. `stopping` is asked after each step:
    where it is true, a checkpoint is saved and KeyboardInterrupt raised.
    Raises UsageError for too little data or another run's folder, TuningFailed when the loss is no number or
    no gradient flows, StorageFailed when a checkpoint or the adapter can't be written.
    """
    # A GPU's compiled code wants packs of one size; a processor would only waste time on the filling.
    fill = 0 if model.device.type == "cuda" else None
    packs, looked_at = (_packs(examples, recipe, fill) for examples in (learnt, validation))
    if not packs or (validation and not looked_at):
        raise UsageError(
            f"There is nothing to {'learn from' if not packs else 'hold the adapter against'}: "
            f"no example of up to {recipe.longest} tokens. Index more documents."
        )
    per_epoch = -(-len(packs) // recipe.passes)
    steps = per_epoch * recipe.epochs
    said = sum(pack.said.numel() for pack in packs) / per_epoch
    trainee = Trainee(attach(model, recipe), recipe, steps, said=said, fast=fast)
    checkpoints = folder / "checkpoints"
    belongs = _fingerprint(recipe, learnt, validation)
    state = State(0, belongs)
    if found := newest(checkpoints):
        path, state = found
        restore(path, trainee, state, belongs)
    pace = _Pace(state.step, steps)
    before: Running | None = None
    early = state.bad_looks >= recipe.patience
    for number in range(state.step, steps):
        if early:
            break
        running = trainee.step(number, _packs_of(number, packs, per_epoch, recipe))
        # The figures of the step before: this one is under way meanwhile.
        if before is not None:
            report(pace.progress(before))
        before = running
        done = number + 1
        looking = done % recipe.evaluate_every == 0 or done == steps
        stop = stopping()
        if not (looking or stop) and done % recipe.save_every:
            if trainee.device.type == "cpu":  # nothing is under way meanwhile, so that waiting tells it late
                report(pace.progress(running))
                before = None
            continue
        progress = pace.progress(running)
        if progress.gradient == 0:
            raise TuningFailed("No gradient reached the adapter; nothing was learnt.")
        before = None
        if looking and looked_at:
            progress = replace(progress, validation=trainee.loss(looked_at))
            state = _looked(state, done, progress.validation)
        state = replace(state, step=done)
        save(checkpoints, trainee, state)
        report(progress)
        early = state.bad_looks >= recipe.patience
        if stop and not early and done < steps:
            raise KeyboardInterrupt
    return _outcome(folder, checkpoints, trainee, state, early)


def _looked(state: State, step: int, loss: float | None) -> State:
    assert loss is not None
    if loss < state.best_loss:
        return replace(state, best=f"step-{step:06d}", best_loss=loss, bad_looks=0)
    return replace(state, bad_looks=state.bad_looks + 1)


def _outcome(folder: Path, checkpoints: Path, trainee: Trainee, state: State, early: bool) -> Outcome:
    """Lay the best look's adapter, or the last one where nothing was looked at, where it is taken from."""
    adapter, best = folder / "adapter", checkpoints / state.best
    shutil.rmtree(adapter, ignore_errors=True)  # a kill came between it and the record
    with made_whole(adapter) as beside:
        if state.best and best.is_dir():
            for name in ("adapter_model.safetensors", "adapter_config.json"):
                shutil.copyfile(best / name, beside / name)
        else:
            save_adapter(trainee.adapted, beside)
    return Outcome(adapter, state.step, state.best_loss if state.best else None, early)


def _packs(examples: Sequence[Example], recipe: Recipe, filling: int | None) -> list[Pack]:
    short = [e for e in examples if 1 < len(e.tokens) <= recipe.longest and any(e.said[1:])]
    size = recipe.tokens_at_once
    layout = arrange([len(example.tokens) for example in short], size)
    return [pack([short[number] for number in numbers], size, recipe.longest, filling) for numbers in layout]


def _packs_of(number: int, packs: Sequence[Pack], per_epoch: int, recipe: Recipe) -> list[Pack]:
    """The packs of a step: every epoch has an order of its own, which the seed fixes."""
    epoch, place = divmod(number, per_epoch)
    order = list(range(len(packs)))
    random.Random(f"{recipe.seed}:{epoch}").shuffle(order)
    return [packs[which] for which in order[place * recipe.passes : (place + 1) * recipe.passes]]


def _fingerprint(recipe: Recipe, *splits: Sequence[Example]) -> str:
    digest = hashlib.sha256(content_of(recipe.as_dict()).encode())
    for token in _every_token(splits):
        digest.update(token)
    return digest.hexdigest()


def _every_token(splits: Sequence[Sequence[Example]]) -> Iterator[bytes]:
    for examples in splits:
        for example in examples:
            yield content_of([example.tokens, example.said]).encode()


class _Pace:
    """Tokens a second and the time that is left, over the last steps."""

    def __init__(self, first: int, steps: int) -> None:
        self._steps = steps
        self._times: list[tuple[float, int, int]] = [(time.monotonic(), first, 0)]
        self._tokens = 0

    def progress(self, running: Running) -> Progress:
        taken = running.taken()
        self._tokens += taken.tokens
        done = running.number + 1
        self._times = [*self._times[-20:], (time.monotonic(), done, self._tokens)]
        if len(self._times) == 3 and self._times[0][2] == 0:
            del self._times[0]  # the first step waits for the compiler
        (began, first, tokens), (now, _, _) = self._times[0], self._times[-1]
        took = max(1e-9, now - began)
        each = took / max(1, done - first)
        speed = (self._tokens - tokens) / took
        left = each * (self._steps - done)
        return Progress(done, self._steps, taken.loss, taken.gradient, None, speed, left)
