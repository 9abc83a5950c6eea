"""Two or three things side by side: what the documents say of each, and nothing that they don't.

What follows from two facts ("so A is cheaper") is left to the reader, but for a plain yes or no where both
figures stand in one table under one name and with one unit (`magnitude`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from brain.answering.cleaning import ended, opening
from brain.answering.draft import Draft, DraftSentence, Form
from brain.answering.extractive import sentences_by_words
from brain.answering.likeness import LikenessWeights, by_likeness
from brain.answering.magnitude import verdict_on
from brain.answering.selection import ScoredSentence, new_share
from brain.answering.side_by_side import Thing, side_by_side, things_of
from brain.answering.tellable import Tellable, tellable
from brain.domain import Passage
from brain.retrieval.comparison_wanted import ComparisonWanted
from brain.retrieval.hybrid import Retrieved
from brain.text.terms import content_stems

LOOKED_AT = 12  # passages of each search
_JOINT = 3  # sentences that speak of all things at once
_OF_EACH = 2  # sentences of each thing by itself
_NEW = 0.4  # the share of its words that must not have been said yet
_WORDS = 80  # that a further sentence may bring the sentences of one thing to

Tables = Callable[[Sequence[Passage]], list[list[Passage]]]


@dataclass(frozen=True, slots=True)
class Searches:
    """What was found for the question as a whole, and for each thing; None where that is no evidence."""

    whole: Retrieved
    each: tuple[Retrieved | None, ...]


def from_tables(wanted: ComparisonWanted, tables: Sequence[Sequence[Passage]], unknown: Sequence[bool]) -> Draft:
    """The rows or columns of one table; a thing that is not in it must be `unknown` to all documents."""
    things = things_of(wanted)
    found = side_by_side(tables, things, wanted.attributes)
    if found is None or any(not here and not nowhere for here, nowhere in zip(found.found, unknown, strict=True)):
        return Draft(())
    verdict = ""
    if wanted.asks_more is not None and all(found.found) and wanted.attributes:
        verdict = verdict_on(found.values, wanted.asks_more)
    return Draft(found.sentences, verdict, notes=_missing(things, found.found))


def from_prose(wanted: ComparisonWanted, searches: Searches, unknown: Sequence[bool]) -> Draft:
    """Sentences that speak of all the things, else some of each."""
    things = things_of(wanted)
    if joint := _joint(searches.whole, things, wanted.attributes):
        return Draft(tuple(joint))
    told: list[DraftSentence] = []
    found: list[bool] = []
    for thing, search, nowhere in zip(things, searches.each, unknown, strict=True):
        others = [other for other in things if other is not thing]
        own = [] if search is None else _of_one(search, thing, others, wanted.attributes)
        if not own and not nowhere:
            return Draft(())
        found.append(bool(own))
        told += own
    return Draft(tuple(told), notes=_missing(things, found)) if told else Draft(())


def _missing(things: Sequence[Thing], found: Sequence[bool]) -> tuple[str, ...]:
    names = [f"“{thing.name}”" for thing, here in zip(things, found, strict=True) if not here]
    return (f"I found nothing about {' and '.join(names)}",) if names else ()


def _ranked(search: Retrieved) -> list[ScoredSentence]:
    return by_likeness(sentences_by_words(search), search, LikenessWeights())


def _joint(
    search: Retrieved, things: Sequence[Thing], attributes: Sequence[tuple[str, ...]]
) -> list[DraftSentence]:
    """Prose that names all the things in one sentence, and what is asked of them."""
    found: list[ScoredSentence] = []
    said = frozenset[str]()
    for sentence in _ranked(search):
        if not all(thing.stems <= sentence.stems for thing in things) or not _about(sentence, attributes):
            continue
        if len(found) < _JOINT and new_share(sentence, said) >= _NEW and _stands(sentence):
            found.append(sentence)
            said |= sentence.stems
    found.sort(key=lambda s: (s.rank, s.number))
    return [_item(sentence) for sentence in found]


def _of_one(
    search: Retrieved, thing: Thing, others: Sequence[Thing], attributes: Sequence[tuple[str, ...]]
) -> list[DraftSentence]:
    """The best sentences under a heading, or in words, that name the one thing and none of the others."""
    found: list[ScoredSentence] = []
    said, words = frozenset[str](), 0
    for sentence in _ranked(search):
        above = frozenset(content_stems(sentence.passage.context))
        named = thing.stems <= sentence.stems | above and bool(thing.own & (sentence.stems | above))
        other = any(one.own - thing.stems and one.own <= sentence.stems for one in others)
        if not named or other or not _about(sentence, attributes) or not _stands(sentence):
            continue
        words += len(sentence.text.split())
        if found and (new_share(sentence, said) < _NEW or words > _WORDS):
            continue
        if found and sentence.passage.source.document_id != found[0].passage.source.document_id:
            continue
        found.append(sentence)
        said |= sentence.stems
        if len(found) == (1 if attributes else _OF_EACH):
            break
    found.sort(key=lambda s: (s.rank, s.number))
    return [_named(_item(sentence), thing, sentence) for sentence in found]


def _about(sentence: ScoredSentence, attributes: Sequence[tuple[str, ...]]) -> bool:
    if not attributes:
        return True
    held = sentence.stems | frozenset(content_stems(sentence.passage.context))
    return any(stem in held for group in attributes for word in group for stem in content_stems(word))


def _stands(sentence: ScoredSentence) -> bool:
    return _tellable(sentence) is not None


def _tellable(sentence: ScoredSentence) -> Tellable | None:
    return next((one for one in tellable([sentence.passage]) if one.start == sentence.start), None)


def _item(sentence: ScoredSentence) -> DraftSentence:
    told = _tellable(sentence)
    if told is not None:
        return told.drafted()
    text = ended(opening(sentence.text))
    return DraftSentence(text, sentence.passage, sentence.start, sentence.end, Form.ITEM)


def _named(told: DraftSentence, thing: Thing, sentence: ScoredSentence) -> DraftSentence:
    """With the heading that names the thing before it, where the sentence doesn't say of what it speaks."""
    if thing.own <= sentence.stems:
        return told
    heading = next(
        (
            part
            for part in (*reversed(sentence.passage.source.locator.heading), sentence.passage.source.title)
            if thing.own & frozenset(content_stems(part))
        ),
        "",
    )
    return replace(told, text=f"{heading.rstrip(':')}: {told.text}") if heading else told
