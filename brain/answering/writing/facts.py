"""What there is to know of the model behind an answerer."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from brain.answering.writing.speed import Pace


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A loaded model: `where` it runs, in words; `memory` in bytes; `window` in tokens; `slow` on few cores.

    `adapter` is what the model says is merged into it; empty where it doesn't know. `fault` says why it
    answers no more, where it doesn't.
    """

    model: str
    where: str
    device: str
    quantization: str
    memory: int | None = None
    window: int | None = None
    adapter: str = ""
    slow: bool = False
    fault: str = ""


@runtime_checkable
class KnowsItself(Protocol):
    """A chat model that tells its facts, quickly and from any thread."""

    def facts(self) -> ModelFacts:
        """What is true now."""
        ...


@dataclass(frozen=True, slots=True)
class AnswererState:
    """An answerer that a model stands behind: `rests` for a moment after it failed."""

    name: str
    facts: ModelFacts | None
    pace: Pace
    rests: bool
    quotes_first: bool


@runtime_checkable
class Watched(Protocol):
    """An answerer that tells how its model is, and can be made to write something to measure it."""

    def state(self) -> AnswererState | None:
        """How it is now; None where the model behind it doesn't tell."""
        ...

    def measure(self) -> None:
        """Write an answer that nobody reads. Raises ModelUnavailable where it can't."""
        ...
