"""Yes or no, only where a sentence says the very thing that was asked, or its opposite."""

import re

from brain.answering.selection import ScoredSentence, stems_of

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|cannot|can't|don't|doesn't|isn't|aren't|won't|without|neither|nor|prohibited"
    r"|forbidden|excluded|excludes|ineligible|unable|only)\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:may|might|could|depends?|depending|unless|except|sometimes|some|usually|if|whether|unclear)\b",
    re.IGNORECASE,
)
_SAYS_IT = re.compile(r"^(?:yes|no)\b", re.IGNORECASE)
_ENOUGH = 0.8


def verdict(question: str, sentence: ScoredSentence) -> str:
    """`Yes`, `No`, or an empty string where the sentence leaves it open.

    A sentence that holds four fifths of the question's words affirms it, or denies it if it is negated
    and the question isn't. Hedges and conditions leave it open: the sentence itself then says how.
    """
    if _SAYS_IT.match(sentence.text):
        return ""
    asked = stems_of(question)
    if not asked or len(asked & sentence.stems) / len(asked) < _ENOUGH or _HEDGE.search(sentence.text):
        return ""
    denied = bool(_NEGATION.search(sentence.text))
    if denied and re.search(r"\bonly\b", sentence.text, re.IGNORECASE):
        return ""
    return "No" if denied != bool(_NEGATION.search(question)) else "Yes"
