"""Passages that are given beside those that answer: what the retriever finds for the question, and others."""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from brain.domain import Passage
from brain.text.analysis import analyse
from brain.text.terms import content_stems, numbers
from brain.tuning.data.splitting import near_duplicates
from brain.tuning.data.wording import untitled

Find = Callable[[str], Sequence[Passage]]
"""The real retriever: a question's passages, best first, of the chosen spaces only."""

REACH = 10  # a passage that isn't among so many was not found by its question
_ANSWERS = 0.75  # share of an answer's words that make a passage say the same
_ASKED = 0.8  # share of a question's words beside each other that make a passage likely to answer it …
_ASKED_OF_REFUSAL = 0.67  # … where nothing given may answer


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What may stand beside a question's own passages, the hardest first."""

    hard: tuple[Passage, ...]
    rank: int | None
    """Of the best passage that answers, from 0; None where the retriever doesn't find it."""
    rivals: bool
    """Whether a passage before it may answer too, and differently."""


def surroundings(
    question: str,
    gold: Sequence[Passage],
    answer: str,
    found: Sequence[Passage],
    usable: Collection[int],
    *,
    refuse: bool = False,
) -> Surroundings:
    """Sift what was `found` for a question; only passages of `usable` documents stay."""
    golden = {passage.id for passage in gold}
    rank = next((at for at, passage in enumerate(found) if passage.id in golden), None)
    others = [
        passage for passage in found if passage.id not in golden and passage.source.document_id in usable
    ]
    texts = [passage.text for passage in others]
    same = [
        any(flags) for flags in zip(*(near_duplicates(one.text, texts) for one in gold), strict=True)
    ] or [False] * len(others)
    hard, rivals = [], False
    for passage, duplicate in zip(others, same, strict=True):
        if duplicate or (answer and says(answer, passage)):
            continue
        if rivalling(question, answer, passage) if refuse else may_answer(question, passage, _ASKED):
            place = found.index(passage)
            rivals = rivals or rank is None or place < rank
            continue
        hard.append(passage)
    return Surroundings(tuple(hard), rank, rivals)


def says(answer: str, passage: Passage) -> bool:
    """Whether the passage says what the answer says."""
    stems = set(content_stems(answer))
    held = _stems(passage)
    return (
        bool(stems)
        and len(stems & held) >= _ANSWERS * len(stems)
        and numbers(answer) <= numbers(passage.text)
    )


def rivalling(question: str, answer: str, passage: Passage) -> bool:
    """Whether the passage must not stand in a row that is to be declined."""
    return holds_value(question, answer, passage) or may_answer(question, passage, _ASKED_OF_REFUSAL)


def holds_value(question: str, answer: str, passage: Passage) -> bool:
    """Whether the passage holds what the answer adds to the question, beside a word of the question."""
    asked = set(content_stems(question))
    added = set(content_stems(answer)) - asked
    held = _stems(passage)
    told = numbers(answer) - numbers(question)
    values = bool(told) and told <= numbers(passage.text)
    return bool(asked & held) and (values or (bool(added) and len(added & held) >= _ANSWERS * len(added)))


def _stems(passage: Passage) -> frozenset[str]:
    return frozenset[str]().union(*(sentence.stem_set for sentence in analyse(passage).sentences))


def may_answer(question: str, passage: Passage, share: float) -> bool:
    """Whether a sentence with its neighbour, title and heading holds that share of the question's words.

    A document's name that was put before the question doesn't count as one of them.
    """
    stems = set(content_stems(untitled(question))) - _FRAME
    if not stems:
        return True
    found = analyse(passage)
    held = [sentence.stem_set for sentence in found.sentences]
    for at, one in enumerate(held):
        beside = one | held[at + 1] if at + 1 < len(held) else one
        if stems & beside and len(stems & (beside | found.context)) >= share * len(stems):
            return True
    return False


_FRAME = frozenset(
    content_stems("according know say said tell happens happen need table much many long often what do")
)
_TRIES = 60  # draws from the pool


def chosen(
    hard: Sequence[Passage],
    pool: Sequence[Passage],
    count: int,
    taken: Collection[int],
    rng: random.Random,
    fits: Callable[[Passage], bool] = lambda _: True,
) -> list[Passage]:
    """So many distractors: a third, at least one, at random from the pool, the others the hardest ones.

    Where there are too few hard ones, more are drawn: how many passages a row has must not tell whether one
    of them answers. Those drawn must pass `fits`.
    """
    at_random = max(1, count // 3) if count else 0
    found = [passage for passage in hard if passage.id not in taken][: count - at_random]
    known = {*taken, *(passage.id for passage in found)}
    tries = rng.sample(range(len(pool)), min(len(pool), _TRIES + count))
    for place in tries:
        if len(found) == count:
            break
        passage = pool[place]
        if passage.id not in known and fits(passage):
            known.add(passage.id)
            found.append(passage)
    return found
