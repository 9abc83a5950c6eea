"""What an embedder can say of single words, where it can: the late interaction of retrieval looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TokenStates:
    """A text as the model reads it: unit vectors [tokens, dimensions] and the characters of each [tokens, 2].

    Markers that a model puts around a text are left out; so is what goes beyond its limit.
    """

    vectors: Floats
    characters: npt.NDArray[np.int64]


@runtime_checkable
class ReadsTokens(Protocol):
    """An embedder that gives every token its state in the text, and knows which of a question's tell most."""

    def token_states(self, texts: Sequence[str]) -> list[TokenStates]:
        """The states of each text's tokens."""
        ...

    def question_states(self, question: str) -> TokenStates:
        """The same of one question, which is not read again where it has just been embedded."""
        ...

    def telling(self, question: TokenStates) -> Floats:
        """How much each token of a question counts, [tokens]; the sum is 1."""
        ...


@runtime_checkable
class KnowsWords(Protocol):
    """An embedder that was taught whole words, and so knows many of the language's."""

    def knows(self, word: str) -> bool:
        """Whether it is one of them."""
        ...
