"""Amounts of the asker's case: what was found holds for one, or it is part of the story and no more."""

from collections.abc import Sequence
from dataclasses import replace

from brain.domain import Passage
from brain.languages.english import ENGLISH
from brain.retrieval.query import Query, Rarity
from brain.text.amounts import AskedAmount, asked_amounts, fits, is_told
from brain.text.asked import Fit
from brain.text.sentences import sentence_spans
from brain.text.terms import content_words, stem

WEIGHT = 1.0  # what a step that holds counts: half of a word that is in one passage of seven
LOOKED_AT = 10  # of the nearest passages: further off, a step is one of something else


def of_the_case(query: Query, rarity: Rarity, passages: Sequence[Passage]) -> tuple[Query, Rarity]:
    """Both with the amounts that a step of `passages` holds for in the place of their numbers."""
    if query.language is not ENGLISH:
        return query, rarity
    nearest = passages[:LOOKED_AT]
    held = tuple(amount for amount in asked_amounts(query.text) if _is_of_a_step(amount, nearest))
    if not held:
        return query, rarity
    there = frozenset[str]().union(*(content_words(passage.text) for passage in nearest))
    # A number that stands there, of whatever, is looked for as a word, too.
    numbers = {word for amount in held for word in content_words(amount.written)} - there
    terms = [term for term in query.words if term not in numbers]
    dates = query.terms[len(query.words) :]
    names = tuple(amount.name for amount in held)
    changed = replace(
        query,
        terms=(*terms, *dates, *names),
        stems=(*(one for one in query.stems if one not in numbers), *names),
        amounts=held,
    )
    gone = {stem(word) for word in numbers}
    weights = {name: weight for name, weight in rarity.weights.items() if name not in gone}
    return changed, Rarity(rarity.rows, weights | dict.fromkeys(names, WEIGHT))


def _is_of_a_step(amount: AskedAmount, passages: Sequence[Passage]) -> bool:
    """Whether a step holds for it, and none tells just this amount: that is found by its words."""
    held = False
    for passage in passages:
        spans = list(sentence_spans(passage.text))
        if is_told(amount, passage.text, spans, passage.table_header):
            return False
        found = fits((amount,), passage.text, spans, passage.table_header)
        held = held or any(fit is Fit.SAME for (fit,) in found)
    return held
