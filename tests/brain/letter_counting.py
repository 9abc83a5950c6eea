"""A token for every four letters, in whichever process: loads nothing that a reader would not have."""

from brain.embedding.token_counting import TokenCounter


def count(text):
    return len(text) // 4 + 1


def counting(argument):
    return count


LETTERS = TokenCounter(count, f"{__name__}:counting")
