"""Which of two documents is the newer one, as far as dates in them, or those of their files, tell."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from brain.domain import Passage
from brain.retrieval.editions import Moment, dated
from brain.text.folding import fold

_SAID = re.compile(
    r"\b(?:valid|effective|in force|applies|applicable|as of|as at|updated|revised|reviewed|changed|modified"
    r"|version|edition|issued|stand|gultig|gilt|fassung|mise a jour|en vigueur|vigente|actualizad[oa])\b"
    r"[^.\n]{0,24}?(?=\b(?:\d{1,2}[. ]|\d{4}|[a-z]{3,9}\.? \d))"
)
_REACH = 40  # characters behind such a word, in which the date stands
_APART = timedelta(days=1)  # files that were copied together are changed at one time


def newer(one: Passage, other: Passage, opens: Callable[[int], Sequence[Passage]]) -> bool | None:
    """Whether `one` is of a newer document than `other`; None where nobody can tell.

    Dates that documents say of themselves are compared with one another, and so are those of files: a new
    copy of an old document is an old document. `opens` reads the first passages of a document.
    """
    if one.source.document_id == other.source.document_id:
        return None
    mine, its = _said(one, opens), _said(other, opens)
    if mine and its:
        return _later(mine, its)
    if mine or its or one.source.modified is None or other.source.modified is None:
        return None
    between = one.source.modified - other.source.modified
    return None if abs(between) <= _APART else between > timedelta()


def _said(passage: Passage, opens: Callable[[int], Sequence[Passage]]) -> Moment | None:
    """The date of a document by its title, its name, or what it says where it begins."""
    source = passage.source
    for name in (source.title, source.document.rpartition("/")[2]):
        if moment := dated(name):
            return moment
    for text in (p.text for p in (*opens(source.document_id), passage)):
        flat = fold(text)
        for said in _SAID.finditer(flat):
            if moment := dated(flat[said.end() : said.end() + _REACH]):
                return moment
    return None


def _later(mine: Moment, its: Moment) -> bool | None:
    """Compared as far as both are told: a year alone is neither before nor after a month of it."""
    for left, right in zip(mine, its, strict=True):
        if not left or not right:
            return None
        if left != right:
            return left > right
    return None
