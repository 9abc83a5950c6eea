"""Whether two statements can't both hold: the same is said of the same, in another way."""

import math
from collections.abc import Collection
from enum import StrEnum
from typing import Protocol

from brain.answering.disagreeing.holders import holders_differ
from brain.answering.disagreeing.scope_words import CONTRASTS, OF_WHOM
from brain.answering.disagreeing.statements import Statement
from brain.answering.extracting.question_kind import Wants
from brain.text.quantities import Quantity
from brain.text.written_figures import Kind

SAME = 0.78  # the share of either's words, by rarity, that the other must have …
AKIN = 0.3  # … or this, where the embedder finds the two sentences …
LIKE = 0.66  # … so like one another
ALL = 0.95  # the share from which on all is the same
OPPOSED = 0.75  # the share where all that differs is a "not"
WITHIN = 0.85  # the share within one document, which tells of several cases as a rule
ASKED = 0.7  # the share of what the answer says of the question that the other must say, too
ABOVE = 0.8  # what a word counts that stands above the other
_SCOPES = frozenset(
    (
        Kind.MONEY,
        Kind.SHARE,
        Kind.DURATION,
        Kind.CLOCK,
        Kind.DATE,
        Kind.YEAR,
        Kind.WEEKDAY,
        Kind.PLACE,
        Kind.COUNT,
    )
)
"""Figures that tell which case a sentence is about, where only one of two has them ("after ten years")."""


_WHEN = frozenset((Kind.YEAR, Kind.DATE, Kind.WEEKDAY))
"""Figures that tell, beside others, when a sentence holds: "In 2025 the group had 655 employees"."""


class Difference(StrEnum):
    """In what two statements differ."""

    FIGURE = "figure"
    DENIAL = "yes and no"
    NAME = "name"


class Surroundings(Protocol):
    """What is known of the words of all that was retrieved."""

    @property
    def asked(self) -> frozenset[str]:
        """The question's stems, without what says nothing."""
        ...

    @property
    def proper(self) -> frozenset[str]:
        """Stems that are only ever names."""
        ...

    def documents(self, stem: str) -> int:
        """In how many of the documents a stem stands."""
        ...

    def rarity(self, stem: str) -> float:
        """How much a stem tells apart."""
        ...

    def alike(self, one: str, other: str) -> float:
        """How like one another two texts are; 0 where nobody can tell."""
        ...


def difference(told: Statement, other: Statement, wants: Wants, around: Surroundings) -> Difference | None:
    """In what `other` contradicts what is `told`; None where both may hold, as far as anybody can see."""
    if told.passing or other.passing:
        return None
    if wants in (Wants.PERSON, Wants.PLACE) and holders_differ(told, other, around.asked):
        return Difference.NAME if _above_agree(told, other, around) else None
    forth, back = _share(told, other, around), _share(other, told, around)
    same = min(forth, back)
    if same < ALL and not _is_as_much_asked(told, other, around):
        return None
    inside = told.passage.source.document_id == other.passage.source.document_id
    if same < AKIN or not told.about & other.about:
        return None
    if inside and (same < WITHIN or told.above != other.above):
        return None  # each section is about a case of its own
    if (told.row or other.row) and not _of_one_row(told, other):
        return None
    if len(told.about & other.about) < 2 and min(len(s.text.split()) for s in (told, other)) < WORDS:
        return None  # "Accuracy: 89 %." is of anything
    if not _of_one_case(told, other, around):
        return None
    if told.mould and told.mould == other.mould and len(told.mould) >= WORDS:
        return Difference.FIGURE if _differ_in_place(told, other) else None
    if _figures_differ(told, other):
        return Difference.FIGURE if _is_same(told, other, same, around) else None
    opposed = told.denies != other.denies and not (told.hedged or other.hedged)
    if opposed and same >= OPPOSED and len(told.about & other.about) > 1:
        return Difference.DENIAL if _as_many_figures(told, other) else None
    return None


def _is_same(told: Statement, other: Statement, same: float, around: Surroundings) -> bool:
    if same >= SAME:
        return True
    return not (told.row or other.row) and around.alike(told.text, other.text) >= LIKE


def _is_as_much_asked(told: Statement, other: Statement, around: Surroundings) -> bool:
    """Whether the other is about what is asked about as much as what is told is."""
    mine, its = told.about | told.above, other.about | other.above
    if _share_of(around.asked & mine, its, around) >= ASKED:
        return True
    return _share_of(around.asked, its, around) >= _share_of(around.asked, mine, around)


def _share_of(stems: Collection[str], held: Collection[str], around: Surroundings) -> float:
    total = math.fsum(map(around.rarity, stems))
    return math.fsum(around.rarity(stem) for stem in stems if stem in held) / total if total else 1.0


def _share(one: Statement, other: Statement, around: Surroundings) -> float:
    """The share of the words of one that the other says, or that stand above it."""
    return said_of(one.about, other, around)


def said_of(stems: Collection[str], one: Statement, around: Surroundings) -> float:
    """The share of these stems, by rarity, that a statement says, or that stand above it."""
    # Sets come in another order in every process: what is summed must not depend on it.
    total = math.fsum(map(around.rarity, stems))
    held = math.fsum(
        around.rarity(stem) * (1.0 if stem in one.about else ABOVE if stem in one.above else 0.0)
        for stem in stems
    )
    return held / total if total else 0.0


def _of_one_row(told: Statement, other: Statement) -> bool:
    """Whether a row and another, or a row and a sentence, are about the same thing and column."""
    if told.row and other.row:
        shorter = min(len(told.column), len(other.column))
        same = told.row == other.row and len(told.column & other.column) * 2 >= shorter > 0
        return same and not any(
            column & another and not said & else_said
            for column, said in told.beside
            for another, else_said in other.beside
        )
    row, prose = (told, other) if told.row else (other, told)
    return row.row <= prose.about


def _of_one_case(told: Statement, other: Statement, around: Surroundings) -> bool:
    """Whether neither says of whom, where, when or on which condition it holds and the other doesn't."""
    for one, another in ((told, other), (other, told)):
        said = another.about | another.above
        alone = one.about - said
        if (
            alone & CONTRASTS
            or any("-" in stem for stem in alone)
            or (one.above - said) & (CONTRASTS - OF_WHOM)
            or one.conditions - said - another.conditions
        ):
            return False
        if frozenset[str]().union(*one.names) - said:
            return False
    return _above_agree(told, other, around)


def _above_agree(told: Statement, other: Statement, around: Surroundings) -> bool:
    """Whether titles and headings name no two places or products, nor one that is not the company itself."""
    left, right = (
        (one.above & around.proper) - another.about - another.above
        for one, another in ((told, other), (other, told))
    )
    if left and right:
        return False
    return all(around.documents(stem) > COMPANY_WIDE for stem in left | right)


WORDS = 4  # that a sentence about one thing has at least
COMPANY_WIDE = 2  # documents: a name in more of them is no place or product of its own


def _figures_differ(told: Statement, other: Statement) -> bool:
    """Whether just one figure of one kind differs, and no other figure tells that the cases do."""
    mine, its = list(told.figures), list(other.figures)
    for one in told.figures:
        if same := next((q for q in its if one.comparable(q) and one.same_as(q)), None):
            mine.remove(one)
            its.remove(same)
    differing = 0
    for one in list(mine):
        rivals = [q for q in its if one.comparable(q)]
        if not rivals:
            continue
        if _several_like(one, told) or _several_like(rivals[0], other) or not one.rules_out(rivals[0]):
            return False  # of two prices in a sentence nobody can tell which is the other's
        mine.remove(one)
        its.remove(rivals[0])
        differing += 1
    return differing == 1 and not any(one.kind in _SCOPES for one in (*mine, *its))


def _differ_in_place(told: Statement, other: Statement) -> bool:
    """Whether one sentence in two editions has another figure in one of its places."""
    if len(told.figures) != len(other.figures):
        return False
    pairs = list(zip(told.figures, other.figures, strict=True))
    differing = [(one, its) for one, its in pairs if not one.same_as(its) or one.unit != its.unit]
    if not differing or not all(one.comparable(its) for one, its in differing):
        return False
    return len(pairs) == 1 or not any(one.kind in _WHEN for one, _ in differing)


def _several_like(figure: Quantity, where: Statement) -> bool:
    return sum(figure.comparable(one) for one in where.figures) > 1


def _as_many_figures(told: Statement, other: Statement) -> bool:
    """Whether both have the same figures, or neither has any."""
    return len(told.figures) == len(other.figures) and all(
        any(mine.comparable(q) and mine.same_as(q) for q in other.figures) for mine in told.figures
    )
