"""Passages that have the codes of a question: of an error, a form, a part. A code says what it is about."""

from collections.abc import Collection

from brain.domain import Passage
from brain.text.names import codes_in, holds_code

FEW = 8  # of more passages, a code is all over the documents and tells little ("Covid-19")


def having_codes(question: str, passages: Collection[Passage]) -> frozenset[int]:
    """The ids of those that have every code of the question, if they are few; none where it has no code."""
    codes = codes_in(question)
    if not codes:
        return frozenset()
    found = [
        passage.id
        for passage in passages
        if all(holds_code(code, f"{passage.context}\n{passage.text}") for code in codes)
    ]
    return frozenset(found if len(found) <= FEW else ())
