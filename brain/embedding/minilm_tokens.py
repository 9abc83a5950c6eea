"""all-MiniLM-L6-v2's tokenizer, and how it counts; loads neither the model nor what runs it."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from brain.embedding.token_counting import CountTokens

OPENER = f"{__name__}:counting"
"""What another process opens to count as this one, given the tokenizer's path."""

_REMEMBERED_WORDS = 1 << 16
_LONGEST_REMEMBERED = 32
# The tokenizer takes each of these signs for a token of its own, except in its markers.
_PIECES = re.compile(r"[!-/:-@\[-`{-~]|[^!-/:-@\[-`{-~]+")
_MARKERS = re.compile(r"\[(?:PAD|UNK|CLS|SEP|MASK)\]", re.IGNORECASE)


class MiniLMTokens:
    """The tokenizer; several threads may share the object."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._known_count = lru_cache(_REMEMBERED_WORDS)(self._count)

    def encode(self, text: str) -> Any:
        """The text's tokens between the markers, and where each stands."""
        # Lone surrogates, which some readers let through, can't be handed to the tokenizer.
        # One text at a time: batches would start threads that a later fork complains about.
        return self._tokenizer.encode(text.encode("utf-8", "replace").decode("utf-8"))

    def count(self, text: str) -> int:
        """The text's tokens, without the markers at both ends; words are counted once and remembered.

        The tokenizer splits at white space before all else, so words add up. Control characters that
        Python takes for white space and the tokenizer drops make the sum too high, never too low.
        """
        return sum(
            self._known_count(word) if len(word) <= _LONGEST_REMEMBERED else self._long_count(word)
            for word in text.split()
        )

    def _long_count(self, word: str) -> int:
        """The same of a word that is none, such as a line of JSON: its marks part what lies between them."""
        if _MARKERS.search(word):
            return self._count(word)
        return sum(
            self._known_count(piece) if len(piece) <= _LONGEST_REMEMBERED else self._count(piece)
            for piece in _PIECES.findall(word)
        )

    def _count(self, word: str) -> int:
        return len(self.encode(word).ids) - 2


def counting(path: str) -> CountTokens:
    """What counts tokens, opened from the tokenizer's file alone."""
    return MiniLMTokens(Path(path)).count
