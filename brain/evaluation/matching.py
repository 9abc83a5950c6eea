"""Does an answer say what the gold answer says: by shared words, and by its yes or no."""

import re
import string
from collections import Counter

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_OPENING = re.compile(r"[\W_]*(yes|no)\b(?! (?:later|more|less|longer|one)\b)")
_VERDICT = re.compile(r"\banswer (?:is|would be)[\s:*\"']*(yes|no)\b")


def words(text: str) -> list[str]:
    """Tokens as SQuAD's evaluate-v1.1 makes them: lower case, no punctuation, no articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def token_f1(said: str, gold: str) -> float:
    """SQuAD F1 over the two bags of words (Rajpurkar et al. 2016); two empty ones are equal."""
    ours, theirs = words(said), words(gold)
    if not ours or not theirs:
        return float(ours == theirs)
    shared = (Counter(ours) & Counter(theirs)).total()
    return 2 * shared / (len(ours) + len(theirs))


def contains(said: str, gold: str) -> bool:
    """Whether the gold answer's words stand one after another in what was said."""
    sought, ours = words(gold), words(said)
    width = len(sought)
    return width > 0 and any(ours[i : i + width] == sought for i in range(len(ours) - width + 1))


def yes_or_no(text: str) -> str | None:
    """The yes or no that an answer opens with (or that it calls the answer), None where it has neither.

    `No longer…`, `no more…` and the like are not a no.
    """
    found = _OPENING.match(text.lower()) or _VERDICT.search(text.lower())
    return found[1] if found else None
