"""What a sentence is told with: its list, the one that it leans on, the rule that it is an exception to."""

import re
from collections.abc import Mapping, Sequence

from brain.answering.draft import Form
from brain.answering.extracting.instructions import instructs
from brain.answering.extracting.selection import ScoredSentence, stems_of
from brain.answering.extracting.shown import form_of, stands_alone
from brain.retrieval.query import Query
from brain.text.pronouns import goes_on, points_back

BEFORE_THEN = 3  # sentences that are told with one that goes on from them


def needed(
    best: ScoredSentence, places: Mapping[tuple[int, int], ScoredSentence], items: int
) -> list[ScoredSentence]:
    """What a sentence can't be understood without: its list, or the sentence that it points to.

    `places` are the sentences by their passage's rank and their number; of a list at most `items` are told.
    """
    before = places.get((best.rank, best.number - 1))
    if best.text.endswith(":"):
        listed: list[ScoredSentence] = []
        for number in range(best.number + 1, best.number + 1 + items):
            item = places.get((best.rank, number))
            if item is None or (listed and form_of(listed[0]) is not form_of(item)):
                break
            listed.append(item)
        return listed if listed and form_of(listed[0]) is not Form.PROSE else listed[:1]
    if before and points_back(best.text) and form_of(before) is Form.PROSE and before.text[-1:] != ":":
        return _from_the_first(best, places) if goes_on(best.text) else [before]
    return []


# "In December, …", "For part-timers we …", "If you are ill, …": a case of its own.
_OF_A_CASE = re.compile(
    r"(?:in|on|at|for|during|from|until|before|after|if|when|unless)\s(?P<case>(?:[\w’'-]+\s){0,3}?[\w’'-]+)"
    r"(?:,|\s(?:we|you|it|the|they|there|is|are|this|that|a|an)\b)",
    re.IGNORECASE,
)


def rule_before(
    told: ScoredSentence, ranked: Sequence[ScoredSentence], query: Query
) -> ScoredSentence | None:
    """The sentence before one that tells of a case which isn't asked for: that may be an exception to it."""
    case = _OF_A_CASE.match(told.text)
    stems = stems_of(case["case"]) if case else frozenset()
    before = next((s for s in ranked if (s.rank, s.number) == (told.rank, told.number - 1)), None)
    if before is None or not stems or not stems.isdisjoint(query.stems):
        return None
    in_one = "\n" not in told.passage.text[before.end : told.start]
    prose = form_of(told) is Form.PROSE and form_of(before) is Form.PROSE
    return before if in_one and prose and stands_alone(before) else None


def _from_the_first(
    last: ScoredSentence, places: Mapping[tuple[int, int], ScoredSentence]
) -> list[ScoredSentence]:
    """The sentences right before one that goes on from them ("Then …"), three at most.

    What stands before the first of them, and tells of something ("Olive trees are hardy."), is no step.
    """
    found: list[ScoredSentence] = []
    for number in range(last.number - 1, last.number - 1 - BEFORE_THEN, -1):
        before = places.get((last.rank, number))
        if before is None or form_of(before) is not Form.PROSE or not stands_alone(before):
            break
        if found and not goes_on(found[0].text) and _tells(before.text):
            break
        found.insert(0, before)
    return found


_TELLS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should|must|may|might)\b", re.IGNORECASE
)


def _tells(sentence: str) -> bool:
    """Whether the sentence says how something is, and not what to do next."""
    return not instructs(sentence) and bool(_TELLS.search(sentence))
