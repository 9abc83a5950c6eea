"""A ticket in up to three sentences of its own: the problem, what was tried, what is asked."""

import re
from collections.abc import Sequence

from brain.text.terms import content_words
from brain.triage.domain import Message, Said
from brain.triage.prose import said, said_by_machines, short

_TROUBLE = re.compile(
    r"\b(?:error|errors|fail(?:s|ed|ing|ure)?|crash\w*|broken?|wrong|lost|stolen|missing|stuck|locked out"
    r"|blocked|down|offline|slow|denied|refused|declined|expired|problem|issue|trouble|doesn['’]?t|don['’]?t"
    r"|didn['’]?t|isn['’]?t|aren['’]?t|won['’]?t|can ?not|can['’]?t|couldn['’]?t|unable|never|no longer"
    r"|stopped|drops?|forgot(?:ten)?|twice|instead of|fehler|kaputt|geht nicht|funktioniert nicht|kann nicht"
    r"|erreur|panne|ne fonctionne|impossible)\b",
    re.IGNORECASE,
)
_TRIED = re.compile(
    r"\b(?:tried|already|re-?started|re-?booted|re-?installed|re-?set|cleared|checked|updated|followed"
    r"|logged out|(?:didn['’]?t|doesn['’]?t|did not|does not) help|no luck|same (?:error|result|thing)"
    r"|versucht|probiert|neu gestartet|essayé|redémarré)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\?\s*$|\b(?:please|(?:can|could|would|will) (?:you|someone|somebody|anyone|i|we)|i(?:['’]d| would) like"
    r"|i need|we need|i want|need help|let me know|bitte|könnt|s['’]il vous|pourriez)\b",
    re.IGNORECASE,
)
MOST = 3


def summary(messages: Sequence[Message]) -> tuple[Said, ...]:
    """Up to three sentences in the order in which they were said, verbatim; none where nobody said anything.

    The problem is looked for first in what whoever began the thread says.
    """
    all_said = said(messages) or said_by_machines(messages)
    if not all_said:
        return ()
    opener = messages[all_said[0].message].author
    own = [one for one in all_said if messages[one.message].author == opener]
    chosen: list[Said] = [problem(own)]
    for pattern, choices in ((_TRIED, own), (_ASKED, own[::-1])):
        rest = (one for one in choices if one not in chosen)
        if found := next((one for one in rest if pattern.search(one.text)), None):
            chosen.append(found)
    order = {one: place for place, one in reversed(list(enumerate(all_said)))}
    return tuple(short(one) for one in sorted(chosen[:MOST], key=lambda one: order[one]))


def problem(own: Sequence[Said]) -> Said:
    """The sentence that tells of trouble first, or else the first that says something ("Urgent!" doesn't)."""
    telling = [one for one in own if len(content_words(one.text)) > 1] or list(own)
    statements = (one for one in telling if _TROUBLE.search(one.text) and not _TRIED.search(one.text))
    return next(statements, telling[0])
