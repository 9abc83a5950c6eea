"""What a model that reads two texts together does, whatever runs it."""

from collections.abc import Sequence
from typing import Protocol


class PairReader(Protocol):
    """Gives `outputs` numbers for a pair, which the model calls by its `labels` (as many, or none).

    Several threads may share it.
    """

    outputs: int
    labels: tuple[str, ...]

    def numbers(self, first: str, seconds: Sequence[str]) -> list[list[float]]:
        """The numbers of the first text with each of the others; ModelUnavailable where the model fails."""
        ...
