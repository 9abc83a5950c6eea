"""What askers tell of themselves before they ask: "I start on 4 March, how long is my notice period?"."""

import re

# Where a clause begins that tells of the asker, and where it ends.
_CLAUSE = re.compile(
    r"[.?!;:,\n–—]\s+|(?=\b(?:if|when|since|because|wenn|falls|da|weil|si)\s+(?:i|ich|je)\b)"
)
_CLAUSE_ENDS = re.compile(r"[.?!;:,\n–—](?:\s|$)|\s-\s")
# How such a clause begins, in English, German, French and Spanish.
_ASKER = re.compile(
    r"\W*(?:(?:hi|hello|hallo|hey|if|when|since|because|as|wenn|falls|da|weil|und|and|si)\s+)?"
    r"(?:i|we|my|our|ich|wir|mein\w*|unser\w*|je|j|nous|mon|ma|notre|mi|nuestr[oa])\b"
)
# What of a day there may be minutes or a plan of.
_EVENT_NOUN = re.compile(
    r"\b(?:minutes|meetings?|decisions?|incidents?|outages?|shifts?|protokoll\w*|sitzung\w*|besprechung\w*"
    r"|beschl\w*|schicht\w*|reunions?|actas?|reunion)\b"
)


def beside_clause_of_asker(before: str, after: str) -> str:
    """What is asked beside the clause about the asker in which a date stands; empty where it stands in none.

    `before` is the folded text before the date, `after` the text behind it. A clause about a meeting or a
    shift is none: "I missed the meeting on 4 March, what is new?" asks about that day.
    """
    start = max((found.end() for found in _CLAUSE.finditer(before)), default=0)
    if not _ASKER.match(before, start) or _EVENT_NOUN.search(before, start):
        return ""
    ends = _CLAUSE_ENDS.search(after)
    return f"{before[:start]} {after[ends.start() :] if ends else ''}"
