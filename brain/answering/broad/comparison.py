"""Two or three things side by side: what the documents say of each, and nothing that they don't.

What follows from two facts ("so A is cheaper") is left to the reader, but for a plain yes or no where both
figures stand in one table under one name and with one unit (`magnitude`).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from brain.answering.broad.magnitude import verdict_on
from brain.answering.broad.overview import Embed, unit
from brain.answering.broad.side_by_side import Thing, side_by_side, things_of
from brain.answering.broad.tellable import Tellable, tellable
from brain.answering.draft import Draft, DraftSentence
from brain.answering.extracting.extractive import sentences_by_words
from brain.answering.extracting.likeness import by_likeness
from brain.answering.extracting.selection import stems_of
from brain.domain import Passage
from brain.retrieval.comparison_wanted import ComparisonWanted
from brain.retrieval.document_named import without_numbering
from brain.retrieval.hybrid import Retrieved
from brain.text.terms import content_stems

LOOKED_AT = 12  # passages of each search
_JOINT = 3  # sentences that speak of all things at once
_CHOICE = 6  # sentences of each thing, of which one is told
_NAMES = 0.5  # what it counts that a sentence itself names the thing
_DEFINES = 0.5  # … or says what it is, or stands under a heading that is the thing's name
_ALIKE = 0.8  # what their cosine counts beside their scores
_SAME_MATTER = 0.3  # the cosine of sentences from different documents that speak of the same, at least
_NEW = 0.4  # the share of its words that must not have been said yet
_CONTRASTS = re.compile(
    r"\b(?:than|while(?! \w+ing\b| (?:still|you|we|they|i)\b)|whereas|instead|unlike|differs?"
    r"|different(?:ly)? (?:from|to)"
    r"|compared|neither|rather|although)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence and how likely it is."""

    told: Tellable
    score: float


@dataclass(frozen=True, slots=True)
class Searches:
    """What was found for the question as a whole, and for each thing; None where that is no evidence."""

    whole: Retrieved
    each: tuple[Retrieved | None, ...]


def from_tables(
    wanted: ComparisonWanted, tables: Sequence[Sequence[Passage]], unknown: Sequence[bool]
) -> Draft:
    """The rows or columns of one table; a thing that is not in it must be `unknown` to all documents."""
    things = things_of(wanted)
    found = side_by_side(tables, things, wanted.attributes)
    if found is None or any(
        not here and not nowhere for here, nowhere in zip(found.found, unknown, strict=True)
    ):
        return Draft(())
    if not all(found.found) and not found.exact:
        return Draft(())
    verdict = ""
    if wanted.asks_more is not None and all(found.found) and wanted.attributes:
        verdict = verdict_on(found.values, wanted.asks_more)
    return Draft(found.sentences, verdict, notes=_missing(things, found.found))


def from_prose(wanted: ComparisonWanted, searches: Searches, unknown: Sequence[bool], embed: Embed) -> Draft:
    """Sentences that set the things against one another, else one of each that are like one another.

    They hold all the words for what is asked, or any of them where none hold all.
    """
    if wanted.attributes and len(wanted.attributes[0]) > 1:
        strict = replace(wanted, attributes=tuple((word,) for word in wanted.attributes[0]))
        if (draft := _prose(strict, searches, unknown, embed, all)).sentences:
            return draft
    return _prose(wanted, searches, unknown, embed, any)


_Share = Callable[[Iterable[bool]], bool]


def _prose(
    wanted: ComparisonWanted, searches: Searches, unknown: Sequence[bool], embed: Embed, share: _Share
) -> Draft:
    things = things_of(wanted)
    joint = _joint(searches.whole, things, wanted.attributes, share)
    if len(joint) > 1 or (joint and wanted.attributes):
        return Draft(tuple(joint))
    choices: list[list[_Told]] = []
    for thing, search, nowhere in zip(things, searches.each, unknown, strict=True):
        others = [other for other in things if other is not thing]
        own = [] if search is None or nowhere else _of_one(search, thing, others, wanted.attributes, share)
        if not own and not nowhere:
            return Draft(tuple(joint))
        choices.append(own)
    if not any(choices):
        return Draft(tuple(joint))
    here = [thing for thing, own in zip(things, choices, strict=True) if own]
    chosen = _alike([own for own in choices if own], embed)
    if not _comparable(chosen, here, embed):
        return Draft(tuple(joint))
    told = tuple(_named(one.told, thing) for one, thing in zip(chosen, here, strict=True))
    places = {(one.passage.id, one.start) for one in told}
    before = [one for one in joint if (one.passage.id, one.start) not in places]
    return Draft((*before, *told), notes=_missing(things, [bool(own) for own in choices]))


def _missing(things: Sequence[Thing], found: Sequence[bool]) -> tuple[str, ...]:
    names = [f"“{thing.name}”" for thing, here in zip(things, found, strict=True) if not here]
    return (f"I found nothing about {' and '.join(names)}",) if names else ()


def _joint(
    search: Retrieved, things: Sequence[Thing], attributes: Sequence[tuple[str, ...]], share: _Share
) -> list[DraftSentence]:
    """Sentences that set all the things against one another, and speak of what is asked."""
    found: list[Tellable] = []
    said = frozenset[str]()
    for one in tellable(candidate.passage for candidate in search.candidates[:LOOKED_AT]):
        stems = stems_of(one.text)
        new = len(stems - said) / len(stems) if stems else 0.0
        if one.is_row or not all(thing.stems <= stems for thing in things) or not _CONTRASTS.search(one.text):
            continue
        if len(found) < _JOINT and new >= _NEW and _about(stems, one.passage, attributes, share):
            found.append(one)
            said |= stems
    return [one.drafted() for one in found]


def _of_one(
    search: Retrieved,
    thing: Thing,
    others: Sequence[Thing],
    attributes: Sequence[tuple[str, ...]],
    share: _Share,
) -> list[_Told]:
    """The likeliest sentences that name the one thing, in words or by a heading, and none of the others."""
    ranked = by_likeness(sentences_by_words(search), search)
    found: list[_Told] = []
    for sentence in ranked:
        above = frozenset(content_stems(sentence.passage.context))
        named = thing.stems <= sentence.stems | above
        heading = "" if thing.own <= sentence.stems else _heading_of(sentence.passage, thing)
        speaks_of = sentence.stems | stems_of(heading)
        other = any(one.own - thing.stems and one.own <= speaks_of for one in others)
        told = next((t for t in tellable([sentence.passage]) if t.start == sentence.start), None)
        if (
            told is None
            or not named
            or other
            or not _about(sentence.stems, sentence.passage, attributes, share)
        ):
            continue
        headed = stems_of(" ".join(sentence.passage.source.locator.heading[-1:])) == thing.stems
        worth = sentence.score + _NAMES * (thing.own <= sentence.stems)
        worth += _DEFINES * (not attributes and (sentence.defines or headed))
        found.append(_Told(told, worth))
    return sorted(found, key=lambda one: -one.score)[:_CHOICE]


def _alike(choices: Sequence[Sequence[_Told]], embed: Embed) -> list[_Told]:
    """One of each, so that all are likely and speak of the same: what is alike can be compared."""
    vectors = unit(embed([one.told.text for choice in choices for one in choice]))
    starts = [sum(map(len, choices[:at])) for at in range(len(choices))]

    def worth(picked: tuple[int, ...]) -> float:
        chosen = [choices[at][one] for at, one in enumerate(picked)]
        rows = [vectors[starts[at] + one] for at, one in enumerate(picked)]
        pairs = [float(a @ b) for a, b in combinations(rows, 2)]
        return sum(one.score for one in chosen) / len(chosen) + _ALIKE * sum(pairs) / max(1, len(pairs))

    best = max(
        product(*(range(len(choice)) for choice in choices)), key=lambda one: (worth(one), [-n for n in one])
    )
    return [choices[at][one] for at, one in enumerate(best)]


def _comparable(chosen: Sequence[_Told], things: Sequence[Thing], embed: Embed) -> bool:
    """Whether the sentences are from one document, or alike and each from one that is about its thing."""
    sources = [one.told.passage.source for one in chosen]
    if len({source.document_id for source in sources}) == 1:
        return True
    vectors = unit(embed([one.told.text for one in chosen]))
    if float((vectors @ vectors.T).min()) < _SAME_MATTER:
        return False
    return all(
        thing.own <= stems_of(f"{source.title} {' '.join(source.locator.heading)}")
        for source, thing in zip(sources, things, strict=True)
    )


def _about(
    stems: frozenset[str], passage: Passage, attributes: Sequence[tuple[str, ...]], share: _Share
) -> bool:
    if not attributes:
        return True
    held = stems | frozenset(content_stems(passage.context))
    return share(any(stem in held for word in group for stem in content_stems(word)) for group in attributes)


def _named(told: Tellable, thing: Thing) -> DraftSentence:
    """With the heading that names the thing before it, where the sentence doesn't say of what it speaks."""
    drafted = told.drafted()
    if thing.own <= stems_of(told.text):
        return drafted
    heading = _heading_of(told.passage, thing)
    return replace(drafted, text=f"{without_numbering(heading)}: {drafted.text}") if heading else drafted


def _heading_of(passage: Passage, thing: Thing) -> str:
    """The nearest heading above a passage that names the thing."""
    headings = [*reversed(passage.source.locator.heading), passage.source.title]
    return next((one for one in headings if one in passage.context and thing.own & stems_of(one)), "")
