"""The check that a row's answer must pass: the very one that holds a model's answers in use."""

from collections.abc import Sequence

from brain.answering.citations import checked
from brain.answering.draft import Draft
from brain.answering.writing.claims import claims, declines
from brain.answering.writing.written import backed
from brain.domain import Passage


def fault_of(answer: str, passages: Sequence[Passage]) -> str:
    """Why a sentence of the answer would be dropped in use; empty where all of it would be shown.

    Number n cites the n-th passage. An answer that declines needs none.
    """
    if declines(answer):
        return ""
    told = claims(answer, complete=True)
    drafted = []
    for claim in told:
        found = backed(claim, passages)
        if isinstance(found, str):
            return found
        drafted.append(found)
    shown = checked(Draft(tuple(drafted)), passages)
    if shown.dropped:
        return shown.dropped[0]["why"]
    return "" if shown.sentences else "it says nothing"
