"""A question that leans on the thread before it, made to stand alone: "and for part-timers?"."""

import re
from collections.abc import Sequence

from brain.domain import Turn
from brain.text.terms import content_words, stem

_OPENS_FOLLOW_UP = re.compile(
    r"^\s*(?:and|but|or|so|also|then|what about|how about|what if|same for|why not|why|how come"
    r"|since when|until when|for how long|by when|who else|where else|what else|any others?|more|else"
    r"|really|for example)\b",
    re.IGNORECASE,
)
# Not whatever the case: IT is a department.
_POINTS_BACK = re.compile(
    r"\b(?:[Ii]ts?|[Tt]hey|[Tt]hem|[Tt]heirs?|[Tt]his|[Tt]hat|[Tt]hese|[Tt]hose|[Hh]e|[Ss]he|him|[Hh]er|[Hh]is|then"
    r"|[Tt]hat one|[Tt]his one|the same one|the former|the latter)\b"
)
_LEAD = re.compile(
    r"^\s*(?:and|but|or|so|also|then|ok(?:ay)?|what about|how about|what if|same for)\b[\s,:]*", re.IGNORECASE
)
# "it" in "does it rain", "that" in "the form that I need": only short questions point back.
_SHORT = 6
_VERY_SHORT = 2
_BARE = 4  # "how long then?": nothing to search for by itself


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with the words of the one before it added, where it can't be understood alone.

    By rules: it opens like a follow-up, or it is short and points back. What the thread asked last
    (itself already standing alone through this function's words) lends the words that are missing.
    """
    if not history or not _leans(question):
        return question.strip()
    earlier = history[-1].question
    if _leans(earlier) and len(history) > 1:
        earlier = standalone(earlier, history[:-1])
    own = {stem(word) for word in content_words(question)}
    if own >= {stem(word) for word in content_words(earlier)}:
        return question.strip()
    rest = _LEAD.sub("", question).strip()
    return f"{earlier.strip().rstrip('?!. ')} – {rest or question.strip()}"


def _leans(question: str) -> bool:
    words = content_words(question)
    if len(words) <= _VERY_SHORT and _OPENS_FOLLOW_UP.match(question):
        return True
    if re.match(r"^\s*(?:and|but|or|what about|how about|what if|same for)\b", question, re.IGNORECASE):
        return True
    if len(words) <= _SHORT and _POINTS_BACK.search(question):
        return True
    return len(words) <= 1 and len(question.split()) <= _BARE
