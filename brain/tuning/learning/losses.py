"""A run's losses to look at: in TensorBoard while it runs, as a picture when it is done."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from brain.durable import told
from brain.tuning.learning.training import Progress


class LossLog:
    """Writes steps to `folder`/tensorboard and `folder`/losses.jsonl; a resumed run goes on in both.

    Steps later than `after` that TensorBoard was told before are taken back. All raise StorageFailed.
    """

    def __init__(self, folder: Path, after: int = 0) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._path = folder / "losses.jsonl"
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._writer: Any = SummaryWriter(str(folder / "tensorboard"), purge_step=after + 1)

    def write(self, progress: Progress) -> None:
        """One step."""
        figures = {
            "loss/learnt": progress.loss,
            "loss/validation": progress.validation,
            "gradient": progress.gradient,
            "tokens_per_second": progress.tokens_per_second,
        }
        with _told(self._path):
            for name, value in figures.items():
                if value is not None:
                    self._writer.add_scalar(name, value, progress.step)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(progress)) + "\n")

    def close(self) -> None:
        """Everything is on disk."""
        with _told(self._path):
            self._writer.close()


def _told(path: Path) -> AbstractContextManager[None]:
    remedy = "free some disk space; training then goes on from its last checkpoint."
    return told(f"{path} can't be written", remedy)


def read_losses(folder: Path) -> list[Progress]:
    """What a run wrote, each step once: a step that a killed run did twice counts as done last."""
    by_step: dict[int, Progress] = {}
    for line in (folder / "losses.jsonl").read_text("utf-8").splitlines():
        try:
            progress = _progress(json.loads(line))
        except (ValueError, TypeError):
            continue  # the line that a kill cut off
        by_step[progress.step] = progress
    return [by_step[step] for step in sorted(by_step)]


def _progress(values: dict[str, Any]) -> Progress:
    """As it was written; before a set had three parts, training looked at the held-out rows."""
    if "held_out" in values:
        values = {"validation": values.pop("held_out"), **values}
    return Progress(**values)


def draw_losses(losses: Sequence[Progress], path: Path) -> None:
    """Loss by step, of the rows learnt and of those to stop by, as SVG or PNG by the path's ending."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot([p.step for p in losses], [p.loss for p in losses], lw=1, label="learnt")
    looks = [(p.step, p.validation) for p in losses if p.validation is not None]
    if looks:
        axes.plot(*zip(*looks, strict=True), marker="o", label="to stop by")
    axes.set_xlabel("step")
    axes.set_ylabel("loss a token of the answers")
    axes.legend()
    # Letters stay letters in an SVG, for screen readers and searching.
    with rc_context({"svg.fonttype": "none"}):
        figure.savefig(path)
