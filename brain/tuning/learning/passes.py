"""One step of training: forward and backward over its packs, then one change of the adapter."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from brain.tuning.learning.adapter import TuningFailed, learning_weights
from brain.tuning.learning.fused import speed_up
from brain.tuning.learning.last_layer import rounded, said_only
from brain.tuning.learning.loss import summed_loss
from brain.tuning.learning.packing import Pack
from brain.tuning.learning.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Taken:
    """A step: its mean loss a said token, the gradient's length before clipping, the rate, tokens read.

    The gradient is that of the loss by which the step learns: the sum over its said tokens, divided by how
    many a step has on average.
    """

    loss: float
    gradient: float
    rate: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Running:
    """A step that was started; on a GPU, the next one may be started before its figures are looked at."""

    number: int
    rate: float
    tokens: int
    figures: torch.Tensor
    arrived: Any

    def taken(self) -> Taken:
        """Wait for its figures. Where they aren't numbers, the step changed nothing: raises TuningFailed."""
        if self.arrived is not None:
            self.arrived.synchronize()
        loss, gradient = self.figures.tolist()
        if not (math.isfinite(loss) and math.isfinite(gradient)):
            raise TuningFailed(
                f"The loss was no longer a number at step {self.number + 1}; training was stopped. "
                "Begin a new run with a lower --learning-rate."
                if self.number
                else "The loss was no number before anything was learnt: the model's weights are damaged. "
                "Download the model again."
            )
        return Taken(loss, gradient, self.rate, self.tokens)


class Trainee:
    """A model with an adapter, and the optimizer that changes it.

    On a GPU each decoder layer is compiled: its norms, rotations and activations become a few kernels. The
    layers are alike, so that one compilation serves all. `fast` is for tests: False computes as PEFT and
    transformers do, True compiles on any machine.

    `said` is how many tokens of a step the assistant says on average over the run. Each of them counts as one
    of so many, whichever step it falls into. Divided by its own step's number instead, those of a step full
    of refusals, which are short, would count for several times those of one full of answers, and the adapter
    would learn to decline more often than the rows do.
    """

    def __init__(
        self, adapted: Any, recipe: Recipe, steps: int, *, said: float, fast: bool | None = None
    ) -> None:
        self.adapted = adapted
        self.recipe = recipe
        self.steps = steps
        self.said = said
        self.weights = learning_weights(adapted)
        self.device = self.weights[0].device
        self._base = adapted.get_base_model()
        on_gpu = self.device.type == "cuda"
        self._narrow = on_gpu or self._base.lm_head.weight.dtype is torch.bfloat16
        if recipe.recompute:
            # Renamed in transformers 5.2x; both do the same.
            old = self._base.gradient_checkpointing_enable
            getattr(self._base, "activation_checkpointing_enable", old)({"use_reentrant": False})
        compiled = on_gpu if fast is None else fast
        self._last: Any = None
        if fast is not False:
            speed_up(adapted, attention=compiled)
            self._last = said_only(adapted)
        if compiled:
            for layer in self._base.model.layers:
                layer.compile(dynamic=False, backend="inductor" if on_gpu else "aot_eager")
        self.optimizer = torch.optim.AdamW(
            self.weights, lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        )
        adapted.train()

    def step(self, number: int, packs: Sequence[Pack]) -> Running:
        """Learn from `packs` as step `number` (from 0)."""
        rate = self._rate(number)
        if self.recipe.dropout:  # what is dropped depends on the step alone, whatever was resumed before
            torch.manual_seed(self.recipe.seed * 1_000_003 + number)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        said = max(1, sum(pack.said.numel() for pack in packs))
        total = torch.zeros((), device=self.device)
        for pack in packs:
            loss = self._summed(pack)
            (loss / self.said).backward()
            total += loss.detach() / said
        length = torch.nn.utils.clip_grad_norm_(self.weights, self.recipe.clip, foreach=True)
        figures = torch.stack((total, length))
        # The fused optimizer leaves everything as it is where this says that something wasn't a number.
        self.optimizer.found_inf = (~figures.isfinite().all()).float()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        arrived = None
        figures = figures.to("cpu", non_blocking=True, copy=True)
        if self.device.type == "cuda":
            arrived = torch.cuda.Event()
            arrived.record()
        return Running(number, rate, sum(pack.real for pack in packs), figures, arrived)

    @torch.no_grad()
    def loss(self, packs: Sequence[Pack]) -> float:
        """Mean loss a said token, without learning."""
        said = sum(pack.said.numel() for pack in packs)
        with _resting(self.adapted):
            return sum(float(self._summed(pack)) for pack in packs) / max(1, said)

    def _summed(self, pack: Pack) -> torch.Tensor:
        pack = pack.to(self.device)
        if self._last is not None:
            self._last.said = rounded(pack.said, pack.tokens.shape[1])
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._narrow):
            hidden = self._base.model(
                input_ids=pack.tokens,
                position_ids=pack.positions,
                use_cache=False,
                bounds=pack.bounds,
                shape=pack.shape,
            ).last_hidden_state[0]
        said = hidden[pack.said] if self._last is None else hidden[: len(pack.said)]
        return summed_loss(said, self._base.lm_head.weight, pack.targets)

    def _rate(self, number: int) -> float:
        """Linear warm-up, then half a cosine down to the final share."""
        recipe = self.recipe
        rising = max(1, round(recipe.warmup * self.steps))
        if number < rising:
            return recipe.learning_rate * (number + 1) / rising
        way = min(1.0, (number - rising) / max(1, self.steps - rising))
        share = recipe.final_rate + (1 - recipe.final_rate) * (1 + math.cos(math.pi * way)) / 2
        return recipe.learning_rate * share


@contextmanager
def _resting(adapted: Any) -> Iterator[None]:
    adapted.eval()
    try:
        yield
    finally:
        adapted.train()
