"""Sentences that can't be understood without the one before."""

import re

_OPENS = re.compile(
    r"^(?:(?:and|but|so|also|then),?\s+)?"
    r"(?:it|they|he|she|this|these|those|such|both|each|neither|the (?:former|latter))\b"
    r"(?!\s+(?:is|was)\s+(?:\w+\s+){0,2}(?:that|to|whether)\b)",
    re.IGNORECASE,
)


def points_back(sentence: str) -> bool:
    """Whether the sentence opens with a word that stands for something said before (`They …`, `This …`)."""
    return bool(_OPENS.match(sentence))
