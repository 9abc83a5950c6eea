"""Tokens that are words: for embedders of which only matters that passages are cut alike in all processes."""

from brain.embedding.token_counting import CountTokens, TokenCounter


def count(text: str) -> int:
    """The text's words."""
    return len(text.split())


def counting(argument: str) -> CountTokens:
    """What counts words, in whichever process."""
    return count


WORDS = TokenCounter(count, f"{__name__}:counting")
