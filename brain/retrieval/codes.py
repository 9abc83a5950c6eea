"""Passages that have the codes of a question: of an error, a form, a part. A code says what it is about."""

import re
from collections.abc import Collection

from brain.domain import Passage
from brain.text.names import codes_in, holds_code

FEW = 8  # of more passages, a code is all over the documents and tells little ("Covid-19")
_JOINED = re.compile(r"([a-z]+)(\d+[a-z]?)", re.IGNORECASE)


def parted(question: str, unknown: Collection[str], texts: Collection[str]) -> str:
    """The question with codes that stand nowhere so written as one of the `texts` has them: "e52", "e-52"."""
    for code in codes_in(question):
        found = _JOINED.fullmatch(code)
        if found and code.lower() in unknown and any(holds_code(code, text) for text in texts):
            question = question.replace(code, f"{found[1]}-{found[2]}")
    return question


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
