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
    packs = _Packs(_packed(learnt, recipe, fill), _packed(validation, recipe, fill), recipe)
    if not packs.learnt or (validation and not packs.looked_at):
        raise UsageError(
            f"There is nothing to {'hold the adapter against' if packs.learnt else 'learn from'}: "
            f"no example of up to {recipe.longest} tokens. Index more documents."
        )
    trainee = Trainee(attach(model, recipe), recipe, packs.steps, said=packs.said_a_step, fast=fast)
    checkpoints = folder / "checkpoints"
    belongs = _fingerprint(recipe, learnt, validation)
    state = State(0, belongs)
    if found := newest(checkpoints):
        path, state = found
        restore(path, trainee, state, belongs)
    run = _Run(trainee, packs, checkpoints, state, report)
    run.carry_out(stopping)
    return _outcome(folder, checkpoints, trainee, run.state, run.early)


@dataclass(frozen=True, slots=True)
class _Packs:
    """What a run learns from and is looked at with, and which of it each step takes."""

    learnt: Sequence[Pack]
    looked_at: Sequence[Pack]
    recipe: Recipe

    @property
    def steps_an_epoch(self) -> int:
        """The last step of an epoch may have fewer packs than the others."""
        return -(-len(self.learnt) // self.recipe.passes)

    @property
    def steps(self) -> int:
        return self.steps_an_epoch * self.recipe.epochs

    @property
    def said_a_step(self) -> float:
        """How many tokens the assistant says in a step, on average."""
        return sum(pack.said.numel() for pack in self.learnt) / self.steps_an_epoch

    def of_step(self, number: int) -> list[Pack]:
        """The packs of a step: every epoch has an order of its own, which the seed fixes."""
        epoch, place = divmod(number, self.steps_an_epoch)
        order = list(range(len(self.learnt)))
        random.Random(f"{self.recipe.seed}:{epoch}").shuffle(order)
        passes = self.recipe.passes
        return [self.learnt[which] for which in order[place * passes : (place + 1) * passes]]


class _Run:
    """A run from where it stands to its end: each step is reported, some are looked at and saved."""

    def __init__(
        self,
        trainee: Trainee,
        packs: _Packs,
        checkpoints: Path,
        state: State,
        report: Callable[[Progress], None],
    ) -> None:
        self.state = state
        self._trainee = trainee
        self._packs = packs
        self._recipe = packs.recipe
        self._checkpoints = checkpoints
        self._report = report
        self._pace = _Pace(state.step, packs.steps)
        self._under_way: Running | None = None  # the step whose figures were not told yet

    @property
    def early(self) -> bool:
        """Whether looks have been bad so often that it is to stop."""
        return self.state.bad_looks >= self._recipe.patience

    def carry_out(self, stopping: Callable[[], bool]) -> None:
        """Take the steps that are left; KeyboardInterrupt where `stopping` says so before the last."""
        for number in range(self.state.step, self._packs.steps):
            if self.early:
                return
            done = number + 1
            self._take(number)
            stop = stopping()
            if stop or self._looks_at(done) or done % self._recipe.save_every == 0:
                self._keep(done)
                if stop and not self.early and done < self._packs.steps:
                    raise KeyboardInterrupt
            elif self._trainee.device.type == "cpu":  # nothing is under way meanwhile: waiting tells it late
                self._tell()

    def _take(self, number: int) -> None:
        running = self._trainee.step(number, self._packs.of_step(number))
        self._tell()  # the figures of the step before, while this one is under way
        self._under_way = running

    def _looks_at(self, done: int) -> bool:
        return done % self._recipe.evaluate_every == 0 or done == self._packs.steps

    def _tell(self) -> None:
        if self._under_way is not None:
            self._report(self._pace.progress(self._under_way))
            self._under_way = None

    def _keep(self, done: int) -> None:
        """Look at what was learnt, where that is due, and save it."""
        assert self._under_way is not None
        progress = self._pace.progress(self._under_way)
        self._under_way = None
        if progress.gradient == 0:
            raise TuningFailed("No gradient reached the adapter; nothing was learnt.")
        if self._looks_at(done) and self._packs.looked_at:
            loss = self._trainee.loss(self._packs.looked_at)
            progress = replace(progress, validation=loss)
            self.state = _looked(self.state, done, loss)
        self.state = replace(self.state, step=done)
        save(self._checkpoints, self._trainee, self.state)
        self._report(progress)


def _looked(state: State, step: int, loss: float) -> State:
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


def _packed(examples: Sequence[Example], recipe: Recipe, filling: int | None) -> list[Pack]:
    short = [e for e in examples if 1 < len(e.tokens) <= recipe.longest and any(e.said[1:])]
    size = recipe.tokens_at_once
    layout = arrange([len(example.tokens) for example in short], size)
    return [pack([short[number] for number in numbers], size, recipe.longest, filling) for numbers in layout]


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
