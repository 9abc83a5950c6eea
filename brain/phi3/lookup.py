"""Guessing what comes next from what was said before: answers quote their passages.

Prompt-lookup decoding (Saxena 2023): where the last words stand earlier in the text, what followed them there
is a good guess; the model checks all guessed tokens in one step, which costs hardly more than one token.
"""

from collections.abc import Iterable

_LONGEST, _SHORTEST = 3, 2


class Guesser:
    """The tokens of one text, and where each short run of them stood last."""

    def __init__(self, tokens: Iterable[int]) -> None:
        self.tokens: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}
        self.extend(tokens)

    def extend(self, tokens: Iterable[int]) -> None:
        """Add what was read or written; a run counts once something has followed it."""
        for token in tokens:
            end = len(self.tokens)
            for length in range(_SHORTEST, min(_LONGEST, end) + 1):
                self._after[tuple(self.tokens[end - length :])] = end
            self.tokens.append(token)

    def guess(self, most: int) -> list[int]:
        """Up to `most` tokens that followed the last three, or two, where they stood before; else nothing."""
        for length in range(_LONGEST, _SHORTEST - 1, -1):
            start = self._after.get(tuple(self.tokens[-length:]))
            if start is not None:
                return self.tokens[start : start + most]
        return []
