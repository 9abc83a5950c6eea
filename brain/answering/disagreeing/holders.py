"""Who or what place two statements name for the same thing, where that is asked for."""

import re

from brain.answering.disagreeing.statements import Statement

LONGEST = 4  # stems of who is named
_PERSON = re.compile(r"(?:(?:Dr|Mr|Mrs|Ms|Prof)\.? )?[^\W\d_a-z][\w’'-]+(?: [^\W\d_a-z][\w’'.-]*){1,3}")
_SEVERAL = re.compile(
    r"\b(?:or|and|und|oder|et|ou|y|o|deputy|also|either|as well|stellvertret\w*)\b", re.IGNORECASE
)


def holders_differ(told: Statement, other: Statement, asked: frozenset[str]) -> bool:
    """Whether both say all that is asked, and each names somebody, or some place, that the other doesn't.

    A role and a name may be one and the same person: only two names are compared, or two roles.
    """
    if told.row and other.row:
        same_row = told.row == other.row and bool(told.row & asked)
        return same_row and told.value != other.value and _is_person(told.value) and _is_person(other.value)
    if told.row or other.row or told.denies or other.denies or told.figures or other.figures:
        return False
    if not asked or not asked <= (told.about | told.above) or not asked <= (other.about | other.above):
        return False
    if len(asked & told.about) * 2 < len(asked) or len(asked & other.about) * 2 < len(asked):
        return False
    mine, its = _named(told, other, asked), _named(other, told, asked)
    if not mine or not its or mine & its or max(len(mine), len(its)) > LONGEST:
        return False
    if _SEVERAL.search(told.text) or _SEVERAL.search(other.text):
        return False
    return _is_name(told, mine) == _is_name(other, its)


def _named(one: Statement, other: Statement, asked: frozenset[str]) -> frozenset[str]:
    """What a statement says beyond the question and the other: who it is."""
    return one.about - asked - (other.about & one.about)


def _is_name(one: Statement, named: frozenset[str]) -> bool:
    return any(named <= name or name <= named for name in one.names)


def _is_person(value: str) -> bool:
    return _PERSON.fullmatch(value.strip()) is not None
