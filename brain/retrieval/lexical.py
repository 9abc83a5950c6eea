"""How the question's words stand in a passage: how often, how close together, in which order."""

from collections.abc import Sequence
from itertools import pairwise

from brain.retrieval.query import Query, Rarity
from brain.text.amounts import without_amounts
from brain.text.analysis import AnalysedPassage
from brain.text.asked import is_date_name, without_dates
from brain.text.names import NUMBERING, names_in

# What a word of the question is worth where it stands not in the sentence itself but beside or above it.
BESIDE = 0.5
ABOVE = 0.4


def window_coverage(rarity: Rarity, passage: AnalysedPassage) -> float:
    """How much of the question's weight the passage's best sentence covers with its surroundings, 0–1."""
    if not rarity.weights:
        return 0.0
    return max(sentence_coverages(rarity, passage), default=0.0)


def sentence_coverages(rarity: Rarity, passage: AnalysedPassage) -> list[float]:
    """`window_coverage` of each sentence, in order; nothing is covered by what is of another date."""
    if not rarity.total:
        return [0.0] * len(passage.sentences)
    sentences = passage.sentences
    found = []
    for i, sentence in enumerate(sentences):
        before = sentences[i - 1].stem_set if i else frozenset()
        after = sentences[i + 1].stem_set if i + 1 < len(sentences) else frozenset()
        held = 0.0
        if sentence.elsewhen:
            found.append(held)
            continue
        for stem, weight in rarity.weights.items():
            if stem in sentence.stem_set:
                held += weight
            elif stem in before or stem in after:
                held += BESIDE * weight
            elif stem in passage.context:
                held += ABOVE * weight
        found.append(held / rarity.total)
    return found


def phrase_coverage(query: Query, rarity: Rarity, passage: AnalysedPassage) -> float:
    """The share of the question's neighbouring word pairs that are neighbours in the passage too, 0–1."""
    pairs = query.pairs
    if not pairs:
        return 0.0
    possible = [pair for pair in pairs if passage.stems.issuperset(pair)]
    if not possible:
        return 0.0
    there = passage.pairs
    held = [pair for pair in possible if pair in there]
    if not held:
        return 0.0
    worth = {(a, b): min(rarity.weights.get(a, 0.0), rarity.weights.get(b, 0.0)) for a, b in pairs}
    total = sum(worth.values())
    return sum(worth[pair] for pair in held) / total if total else 0.0


BOUNDED = 0.5  # what a date counts that a sentence may hold on though it names another: "until 31 January"
MOSTLY = 0.6  # of what else is asked must stand with such a bound: "registration is open until" is no office
APART = 0.3  # what a name counts whose number stands elsewhere: "Falcon 4" where there are four Falcon 2


def telling_names(query: Query, rarity: Rarity) -> list[tuple[str, ...]]:
    """The question's names that an answer can't do without: with a number in them, or held by no passage.

    What is all over the documents, such as a product's name in its manual, doesn't say where the answer is.
    """
    months = any(date.is_stretch for date in query.dates)
    text = without_dates(query.text, query.language, months=months) if query.dates else query.text
    names = [
        name
        for name in names_in(without_amounts(text, query.amounts), query.language)
        if any(stem[0].isdigit() for stem in name)
        or max(rarity.weights.get(stem, 0.0) for stem in name) >= rarity.unknown
    ]
    return names + [(date.name,) for date in query.dates if date.wanted]


def names_held(rarity: Rarity, passage: AnalysedPassage, at: int, names: Sequence[tuple[str, ...]]) -> float:
    """How much of the names a sentence has with its neighbours and headings, by rarity; 1 without names.

    A number must stand beside what it numbers, or most is lost.
    """
    if not names:
        return 1.0
    lines = [passage.above, *(line.stems for line in passage.sentences[max(0, at - 1) : at + 2])]
    there = set[str]().union(*map(set, lines))
    held = 0.0
    dates = [name[0] for name in names if is_date_name(name[0])]
    words = [name for name in names if not is_date_name(name[0])]
    for name in words:
        total = sum(rarity.weights.get(stem, 0.0) for stem in name)
        share = sum(rarity.weights.get(s, 0.0) for s in name if s in there) / total if total else 1.0
        together = all(any(map(whole.issubset, map(_pairs, lines))) for whole in _numbered(name))
        held += share if together else APART * share
    share = held / len(words) if words else 1.0
    if dates and passage.sentences[at].stem_set.isdisjoint(dates):
        # What lacks the date is hardly of it.
        share *= BOUNDED * (passage.sentences[at].bounded and _besides(rarity, passage, at) >= MOSTLY)
    return share


def _besides(rarity: Rarity, passage: AnalysedPassage, at: int) -> float:
    """How much of the question's weight besides its dates a sentence has with what stands above it."""
    there = passage.sentences[at].stem_set | passage.context
    words = {one: weight for one, weight in rarity.weights.items() if not is_date_name(one)}
    total = sum(weight for weight in words.values() if weight < rarity.unknown)
    return sum(weight for one, weight in words.items() if one in there) / total if total else 1.0


def _numbered(name: tuple[str, ...]) -> list[frozenset[tuple[str, str]]]:
    """The pairs that must stand in one line for each number: itself with what it numbers.

    Of "gauge number 7" the 7 beside "number", and that beside the gauge: a crane has the same numbers.
    """
    found = []
    for at, (before, word) in enumerate(pairwise(name)):
        if word.isdigit():
            first = at - 1 if at and before in NUMBERING else at
            found.append(_pairs(name[first : at + 2]))
    return found


def _pairs(line: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(line))


_K1, _B = 1.2, 0.75  # the usual constants (Robertson and Zaragoza 2009), as FTS5 has them


def bm25(rarity: Rarity, passage: AnalysedPassage, mean_length: float) -> float:
    """BM25 of the passage with what stands above it, `mean_length` in content words.

    FTS5's own is nearly 0 for a word that half of the passages hold; among the best candidates it is just
    such a word, a product's name in every title of a manual, that parts one manual from its twin.
    """
    norm = _K1 * (1 - _B + _B * passage.length / mean_length) if mean_length else _K1
    score = 0.0
    for stem, weight in rarity.weights.items():
        if stem in passage.stems:
            count = (stem in passage.context) + sum(line.stems.count(stem) for line in passage.sentences)
            score += weight * count * (_K1 + 1) / (count + norm)
    return score
