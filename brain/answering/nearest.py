"""What came nearest to a question that is not answered: documents, and the sentence that came nearest."""

import textwrap

from brain.answering.extracting.extractive import NAMED, sentences_by_words
from brain.answering.extracting.likeness import by_likeness
from brain.answering.extracting.shown import as_told, stands_alone
from brain.domain import Nearest, RefusalReason
from brain.evidence import Evidence
from brain.retrieval.codes import having_codes
from brain.text.names import codes_in

NEAREST = 3
LISTED = 5  # where documents were asked for
LONGEST = 240  # characters
QUOTED_FROM = 0.1
"""The confidence from which a sentence is shown (docs/quality.md tells how often it is what was asked)."""
_UNANSWERED = frozenset({RefusalReason.NO_EVIDENCE, RefusalReason.UNSUPPORTED})


def nearest(evidence: Evidence, reason: RefusalReason) -> tuple[Nearest, ...]:
    """The nearest documents, each once; that of the nearest sentence first, where that may be the answer."""
    most = LISTED if reason is RefusalReason.DOCUMENTS_WANTED else NEAREST
    quoted = _quoted(evidence) if reason in _UNANSWERED else None
    found: dict[tuple[str, str], Nearest] = {}
    for near in (*([quoted] if quoted else []), *(Nearest(passage.source) for passage in evidence.passages)):
        found.setdefault((near.source.space, near.source.document), near)
        if len(found) == most:
            break
    return tuple(found.values())


def _quoted(evidence: Evidence) -> Nearest | None:
    """The sentence that comes nearest: of no other code than asked ones, and none where a date is asked."""
    retrieved = evidence.retrieved
    if evidence.confidence < QUOTED_FROM or any(date.wanted for date in retrieved.query.dates):
        return None
    coded = having_codes(retrieved.query.text, retrieved.passages)
    if not coded and codes_in(retrieved.query.text):
        return None
    for one in by_likeness(sentences_by_words(retrieved), retrieved):
        of_it = not coded or one.passage.id in coded
        if of_it and one.named >= NAMED and stands_alone(one):
            (told,) = as_told([one], retrieved.query)
            text = one.passage.text
            spans = [span for span in told.cells if text[slice(*span)].strip()] or [(told.start, told.end)]
            words = textwrap.shorten(told.text, LONGEST, placeholder=" …")
            quotes = tuple(text[start:end] for start, end in spans)
            return Nearest(one.passage.source, words, one.passage.id, quotes)
    return None
