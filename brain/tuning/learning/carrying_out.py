"""A run from its start to its adapter: what it is made of and how it ended is always on disk."""

import contextlib
import hashlib
import importlib.metadata
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from brain.durable import write_json, write_whole, written
from brain.errors import CitewiseError, ModelUnavailable, StorageFailed
from brain.phi3.full_memory import is_full_memory
from brain.tuning.code import code_fingerprint
from brain.tuning.learning.beginning import Meant
from brain.tuning.learning.checkpoints import newest
from brain.tuning.learning.extra import has_matplotlib
from brain.tuning.learning.from_rows import opened
from brain.tuning.learning.losses import LossLog, draw_losses, read_losses
from brain.tuning.learning.recipe import Recipe
from brain.tuning.learning.start import Start, gone_on, planned
from brain.tuning.learning.training import Outcome, Progress, train
from brain.tuning.runs import Base, Data, Run, RunFolder, Status

_CODE = ("tuning", "phi3", "answering/writing/prompt.py")
"""The modules that render, train and load: what an adapter depends on besides its recipe."""
_LIBRARIES = ("torch", "transformers", "peft", "bitsandbytes")


def prepared(which: Meant, model: Path, base: Base, fields: Mapping[str, Any]) -> tuple[Start, Run]:
    """The run as it will be carried out, and its record; raises as start.planned() does."""
    data, folder = which.data, which.folder.path
    if which.before is not None:
        recipe = Recipe.from_dict(which.before.recipe)
        return gone_on(model, data, recipe, folder), replace(which.before, reason="", ended="")
    start = planned(model, data, which.method, fields, folder)
    run = Run(
        name=folder.name,
        status=Status.RUNNING,
        base=base,
        data=Data(
            data.name,
            str(data.folder),
            data.data_hash,
            len(start.learnt.examples),
            len(start.validation.examples),
            start.left_out,
        ),
        method=which.method,
        recipe=start.recipe.as_dict(),
        citewise=importlib.metadata.version("citewise"),
        code=code_fingerprint(*_CODE),
        libraries=dict(_versions()),
        device=start.machine.name,
        started=_now(),
        asked=dict(fields),
    )
    return start, run


def step_before(folder: RunFolder) -> int:
    """The step that a run goes on after; 0 where it begins."""
    found = newest(folder.checkpoints)
    return found[1].step if found else 0


def carry_out(
    start: Start,
    run: Run,
    folder: RunFolder,
    report: Callable[[Progress], None],
    stopping: Callable[[], bool] = lambda: False,
) -> Run:
    """Train, and return the record as it is when the run is done.

    Raises what training.train raises, ModelUnavailable where memory ran out; the record then says so.
    """
    folder.write(replace(run, status=Status.RUNNING))
    done = step_before(folder)

    def noted(progress: Progress) -> None:
        nonlocal done
        done = progress.step
        log.write(progress)
        report(progress)

    log = LossLog(folder.path, after=done)
    try:
        with _memory_told(), contextlib.closing(log):
            outcome = train(
                opened(start.model, start.recipe.method),
                start.learnt.examples,
                start.validation.examples,
                folder.path,
                start.recipe,
                noted,
                stopping=stopping,
            )
        ended = _ended(run, outcome)
        _write_card(ended, outcome)
        if has_matplotlib():
            _draw(folder)
        folder.write(ended)
        shutil.rmtree(folder.checkpoints, ignore_errors=True)  # with a done run they are only weight
        return ended
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt)
        reason = error.sentence if isinstance(error, CitewiseError) else type(error).__name__
        status = Status.STOPPED if stopped else Status.FAILED
        with contextlib.suppress(StorageFailed):
            folder.write(
                replace(run, status=status, reason="" if stopped else reason, steps=done, ended=_now())
            )
        raise


def _ended(run: Run, outcome: Outcome) -> Run:
    weights = (outcome.adapter / "adapter_model.safetensors").read_bytes()
    return replace(
        run,
        status=Status.DONE,
        ended=_now(),
        steps=outcome.steps,
        validation_loss=outcome.validation,
        early=outcome.early,
        adapter=hashlib.sha256(weights).hexdigest(),
    )


def _write_card(run: Run, outcome: Outcome) -> None:
    """What the adapter says of itself, wherever it is taken."""
    content = asdict(run)
    for name in ("status", "reason", "asked"):
        del content[name]
    write_json(outcome.adapter / "card.json", content)
    recipe = run.recipe
    loss = run.validation_loss
    validation = "" if loss is None else f"loss a said token on the rows to stop by: {loss:.4f}, "
    lines = (
        f"# {run.name}",
        f"- base model: {run.base.model} (fingerprint {run.base.fingerprint})",
        f"- learnt from: citing set {run.data.name}, {run.data.learnt} rows, hash {run.data.hash}",
        f"- {validation}after {run.steps} steps on {run.device}",
        f"- {recipe['method']}, rank {recipe['rank']}, alpha {recipe['alpha']:g}, rate "
        f"{recipe['learning_rate']:g}, seed {recipe['seed']}",
        f"- citewise {run.citewise}, code {run.code}",
    )
    write_whole(outcome.adapter / "card.md", "\n".join((lines[0], "", *lines[1:], "")))


def _draw(folder: RunFolder) -> None:
    draft = folder.path / ".losses.svg"
    with written(folder.picture):
        draw_losses(read_losses(folder.path), draft)
        draft.replace(folder.picture)


@contextlib.contextmanager
def _memory_told() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, MemoryError, OSError) as error:  # torch's own is a RuntimeError
        if is_full_memory(error):
            raise _memory_full(error) from error
        raise


def _memory_full(error: BaseException) -> ModelUnavailable:
    return ModelUnavailable(
        "Memory was full while training; what was saved stays. Free some and run the same command again, or "
        "begin a new run with a lower --tokens-at-once.",
        detail=repr(error),
    )


def _versions() -> Iterator[tuple[str, str]]:
    for name in _LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            yield name, importlib.metadata.version(name)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
