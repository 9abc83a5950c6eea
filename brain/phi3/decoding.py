"""Steps of generation: reading a prompt, then token after token, recorded as a GPU graph and replayed."""

from collections.abc import Sequence
from typing import Any

import torch

from brain.phi3.cache import SPARE, SlotCache
from brain.phi3.network import Network, longest_text
from brain.phi3.stages import Fused, Place, Plain, Stages

_WARM_UPS = 2


class Step:
    """One more step for up to `sequences` texts, `tokens` tokens each; on a GPU, recorded where it can be.

    With one token a step it feeds itself: the most likely token becomes the next input, so that the next
    step may start before the processor has seen the token.
    """

    def __init__(self, network: Network, sequences: int, tokens: int, resting_slot: int) -> None:
        device = network.cache.keys[0].device
        self._network = network
        self._resting = resting_slot
        self._tokens = torch.zeros((sequences, tokens), dtype=torch.long, device=device)
        self._starts = torch.zeros(sequences, dtype=torch.int32, device=device)
        self._slots = torch.full((sequences,), resting_slot, dtype=torch.int32, device=device)
        self.best = torch.zeros((sequences, tokens), dtype=torch.long, device=device)
        self._graph: Any = self._recorded() if device.type == "cuda" and network.recordable else None

    def place(self, tokens: Sequence[Sequence[int]], starts: Sequence[int], slots: Sequence[int]) -> None:
        """Say what is read next, and where; sequences that are not used work in the resting slot."""
        spare = self._tokens.shape[0] - len(tokens)
        nothing = [[0] * self._tokens.shape[1]] * spare
        self._tokens.copy_(_staged([*map(list, tokens), *nothing], self._tokens), non_blocking=True)
        self._starts.copy_(_staged([*starts, *[0] * spare], self._starts), non_blocking=True)
        self._slots.copy_(_staged([*slots, *[self._resting] * spare], self._slots), non_blocking=True)

    def run(self) -> torch.Tensor:
        """Read the tokens in place; the most likely next token after each (still on its way on a GPU)."""
        if self._graph is None:
            self._once()
        else:
            self._graph.replay()
        return self.best

    @torch.inference_mode()
    def _once(self) -> None:
        place = Place(self._starts, self._slots, self._tokens.shape[1])
        logits = self._network.logits(self._tokens, place, last_only=False)
        self.best.copy_(logits.argmax(-1).view_as(self.best))
        if self._tokens.shape[1] == 1:
            self._tokens.copy_(self.best)
            self._starts.add_(1)

    def _recorded(self) -> Any:
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(_WARM_UPS):
                self._once()
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            self._once()
        return graph


class Decoder:
    """Prompts in, tokens out, for up to `slots` texts at a time; one thread at a time may use it."""

    def __init__(
        self, model: Any, *, slots: int = 8, capacity: int | None = None, stages: Stages | None = None
    ) -> None:
        weight = model.get_input_embeddings().weight
        self.capacity = min(capacity or 2048, longest_text(model.config))
        self.slots = slots
        self.device = weight.device
        self._prefix_slot, self._resting_slot = slots, slots + 1
        self._prefix: list[int] = []
        cache = SlotCache.empty(model.config, slots + SPARE, self.capacity, weight.dtype, self.device)
        self.network = Network(model, stages or _stages_for(self.device), cache)
        self._steps: dict[tuple[int, int], Step] = {}

    def remember_prefix(self, tokens: Sequence[int]) -> None:
        """Read the beginning that prompts share, once; prompts that begin with it skip it."""
        self._prefix = []  # until it is read: where that fails, prompts are read whole
        if tokens:
            self._read(self._prefix_slot, tokens, 0)
            self._prefix = list(tokens)

    @property
    def prefix(self) -> list[int]:
        """The beginning that is remembered."""
        return self._prefix

    @property
    def batches(self) -> frozenset[int]:
        """For how many texts at once steps were made."""
        return frozenset(sequences for sequences, _ in self._steps)

    def read(self, slot: int, tokens: Sequence[int]) -> torch.Tensor:
        """Read a prompt into a slot; the most likely next token (one number, on the device)."""
        known = len(self._prefix)
        if 0 < known < len(tokens) and list(tokens[:known]) == self._prefix:
            self.network.cache.copy(self._prefix_slot, slot, known)
            return self._read(slot, tokens[known:], known)
        return self._read(slot, tokens, 0)

    def step(self, sequences: int, tokens: int = 1) -> Step:
        """The step for that many texts and tokens each, recorded at its first use."""
        if (sequences, tokens) not in self._steps:
            self._steps[sequences, tokens] = Step(self.network, sequences, tokens, self._resting_slot)
        return self._steps[sequences, tokens]

    @torch.inference_mode()
    def _read(self, slot: int, tokens: Sequence[int], first: int) -> torch.Tensor:
        ids = torch.tensor([list(tokens)], device=self.device)
        starts = torch.tensor([first], dtype=torch.int32, device=self.device)
        slots = torch.tensor([slot], dtype=torch.int32, device=self.device)
        ends = None
        if self.device.type == "cuda":
            ends = torch.tensor([[0, len(tokens)], [0, first + len(tokens)]], dtype=torch.int32).to(
                self.device
            )
        place = Place(starts, slots, len(tokens), first, slot, ends)
        return self.network.logits(ids, place, last_only=True)[0].argmax()


def _stages_for(device: torch.device) -> Stages:
    return Fused() if device.type == "cuda" else Plain()


def _staged(values: Any, like: torch.Tensor) -> torch.Tensor:
    staged = torch.tensor(values, dtype=like.dtype)
    return staged.pin_memory() if like.is_cuda else staged
