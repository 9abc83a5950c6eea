"""Documents that say of themselves that they no longer hold, and questions about how things were."""

import re

from brain.domain import Source

# In a title or path.
_OUTDATED = re.compile(
    r"\b(?:superseded|obsolete|outdated|deprecated|withdrawn|no longer valid)\b", re.IGNORECASE
)
# A folder for what no longer holds.
_PUT_AWAY = re.compile(
    r"(?:^|/)_?(?:old|archive[ds]?|obsolete|superseded|previous versions?)/", re.IGNORECASE
)
# A question with one of these may be about what no longer holds; a year may be a past one.
_PAST = re.compile(
    r"\b(?:19|20)\d\d\b|\b(?:was|were|did|used to|old|older|earlier|previous|previously|former|formerly"
    r"|before|last year|back then|superseded|obsolete|outdated|deprecated|withdrawn)\b",
    re.IGNORECASE,
)


def is_outdated(source: Source) -> bool:
    """Whether the document's title or path says so, or the folder that it was put into."""
    path = source.document
    return bool(_OUTDATED.search(source.title) or _OUTDATED.search(path) or _PUT_AWAY.search(path))


def asks_of_the_past(question: str) -> bool:
    """Whether the question is about how something was: then what no longer holds may answer it."""
    return bool(_PAST.search(question))
