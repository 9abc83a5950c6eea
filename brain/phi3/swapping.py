"""Another adapter for a model that is answering: between two answers, without a restart."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from langchain_core.messages import BaseMessage, HumanMessage

from brain.errors import ModelUnavailable, NeedsRestart
from brain.phi3.adapters import Delta, Merged, read_deltas
from brain.phi3.chat import Prompts
from brain.phi3.decoding import Decoder
from brain.phi3.full_memory import let_go
from brain.phi3.generation import Generator
from brain.phi3.unmerged import Unmerged, is_packed


class Swapping:
    """The weights behind a generator, and what depends on them."""

    def __init__(
        self, model: Any, merged: "Merged | Unmerged | None", decoder: Decoder, prompts: Prompts
    ) -> None:
        """`merged` is there where the model has an adapter's changes in it, or beside it, already."""
        self._model = model
        self._merged = merged
        self._decoder = decoder
        self._prompts = prompts

    def swap(self, generator: Generator, adapter: Path | None, begin: Sequence[BaseMessage]) -> None:
        """Have answers written with this adapter, or with none; `begin` is what prompts begin with.

        Answers under way are finished with the one before. Raises UsageError or WeightsUnavailable for an
        adapter that can't be served, NeedsRestart where only this model can't take it, ModelUnavailable
        where memory is full; the one before stays.
        """
        deltas = read_deltas(adapter) if adapter is not None else {}
        if deltas and self._merged is None and is_packed(self._model):
            raise NeedsRestart(
                "The model is quantised, and was started with no room for an adapter beside its weights: it "
                "takes effect when citewise is started again."
            )
        beginning = shared(self._prompts, begin) if begin else []

        def change() -> None:
            if self._merged is None and deltas:
                # The base weights are kept aside from here on: a copy in the processor's memory.
                self._merged = Merged.of(self._model)
            before, known = self._merged.served if self._merged else {}, list(self._decoder.prefix)
            try:
                if self._merged:
                    self._merged.swap(deltas)
                # What was computed of the shared beginning was computed with the weights before.
                self._decoder.remember_prefix(beginning)
            except torch.OutOfMemoryError as error:
                let_go(error)
                self._go_back(before, known)
                raise ModelUnavailable(
                    "The GPU's memory is too full to change the adapter: the one in use stays. Free some, "
                    "then try again.",
                    detail=repr(error),
                ) from error

        generator.between(change)

    def _go_back(self, before: Mapping[str, Delta], known: Sequence[int]) -> None:
        if self._merged and self._merged.served is not before:  # without memory it has changed nothing
            self._merged.swap(before)
        if self._decoder.prefix != known:
            # Without memory for that too, prompts are read whole until the next swap.
            with suppress(torch.OutOfMemoryError):
                self._decoder.remember_prefix(known)


def shared(prompts: Prompts, begin: Sequence[BaseMessage]) -> list[int]:
    """The tokens that prompts share, whatever is asked."""
    one, other = (prompts.tokens([*begin, HumanMessage(asked)]) for asked in ("[1] a", "Question"))
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return one[:same]
