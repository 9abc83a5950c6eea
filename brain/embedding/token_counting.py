"""How an embedder counts tokens, so that another process can count as it does."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

CountTokens = Callable[[str], int]

_BYTES_A_TOKEN = 3
_PIECES = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class TokenCounter:
    """Counts a text's tokens here, and names what counts the same elsewhere.

    `opener` is `module:function`; the function is given `argument` and gives what counts. What it imports
    is loaded by every process that reads files: let it be little.
    """

    count: CountTokens
    opener: str
    argument: str = ""

    def __call__(self, text: str) -> int:
        """The text's tokens."""
        return self.count(text)


def opened(opener: str, argument: str) -> CountTokens:
    """What `TokenCounter` names, opened in this process."""
    module, function = opener.split(":")
    found: Callable[[str], CountTokens] = getattr(import_module(module), function)
    return found(argument)


def estimated_tokens(text: str) -> int:
    """Rather too many than too few: endpoints' tokenizers would have to be downloaded to count exactly."""
    return max(math.ceil(len(text.encode("utf-8", "replace")) / _BYTES_A_TOKEN), len(_PIECES.findall(text)))


def _estimating(argument: str) -> CountTokens:
    return estimated_tokens


ESTIMATED = TokenCounter(estimated_tokens, f"{__name__}:_estimating")
"""What counts for embedders whose own tokenizer is not at hand."""
