"""Sentences that can't be understood without the one before."""

import re

_OPENS = re.compile(
    r"^(?:(?:and|but|so|also|then),?\s+)?"
    r"(?:it|they|he|she|this|these|those|such|both|each|neither|the (?:former|latter))\b"
    r"(?!\s+(?:is|was)\s+(?:\w+\s+){0,2}(?:that|to|whether)\b|\s+(?:takes?|took)\s+(?:us|you|me|them)\b)",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^(?:otherwise|instead(?! of)|in (?:that|this|such a) (?:case|way)|if (?:so|not)"
    r"|for (?:this|that|these|those))\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"^(?:(?:then|after(?: that|wards)|finally|lastly)\b|(?:next|second|third),)", re.IGNORECASE
)


def points_back(sentence: str) -> bool:
    """Whether the sentence opens with a word that leans on what was said before (`They …`, `Otherwise …`)."""
    return bool(_OPENS.match(sentence) or _LEANS.match(sentence)) or goes_on(sentence)


def goes_on(sentence: str) -> bool:
    """Whether the sentence is one of several that follow one another, and not the first (`Then …`)."""
    return bool(_GOES_ON.match(sentence))
