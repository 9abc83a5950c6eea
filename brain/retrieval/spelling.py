"""Words that stand in no passage, and what they may be misspelt for: "vacatoin" for "vacation"."""

import re
from collections.abc import Callable, Iterable, Mapping
from string import ascii_lowercase

from brain.retrieval.query import Query, Rarity
from brain.text.terms import content_words, fold, stem

SHORTEST = 5  # letters; too many shorter words differ in one
LONGEST = 30  # letters; what is longer is no word, and has a hundred thousand slips
MOST = 12  # strange words of a question; where there are more, it isn't one in which a finger slipped
_ENDINGS = ("s", "es", "d", "ed", "r", "er", "y", "ly", "ing")
_WORD = re.compile(r"[^\W\d_]+")


def unknown_words(query: Query, rarity: Rarity) -> tuple[str, ...]:
    """The words of a question that stand in no passage that was searched."""
    return tuple(
        term for term in query.terms if rarity.weights.get(stem(term, query.language), 0.0) >= rarity.unknown
    )


def respelled(
    question: str,
    unknown: Iterable[str],
    is_word: Callable[[str], bool],
    held: Callable[[list[str]], Mapping[str, int]],
) -> str:
    """The question with each unknown word that is none as the word that was probably meant.

    That is one slip of a finger away and stands in most passages: `held` tells in how many. `is_word` tells
    words of the language: what is one is no slip. The question itself where nothing is found.
    """
    meant: dict[str, str] = {}
    letters = [word for word in unknown if SHORTEST <= len(word) <= LONGEST and _WORD.fullmatch(word)]
    strange = [word for word in letters if not _is_form(word, is_word)]
    for word in strange if len(strange) <= MOST else ():
        counts = held([other for other in sorted(_slips(word)) if is_word(other) and content_words(other)])
        best = max(counts, key=lambda other: counts[other], default="")
        if best and counts[best]:
            meant[word] = best
    return _WORD.sub(lambda found: meant.get(fold(found.group()), found.group()), question)


def _is_form(word: str, is_word: Callable[[str], bool]) -> bool:
    """Whether it is a word or a form of one: `caching` of `cache`, `fishy` of `fish`."""
    bases = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    return is_word(word) or any(is_word(base) or is_word(f"{base}e") for base in bases)


def _slips(word: str) -> set[str]:
    """What one letter too many, too few, mistaken or swapped with the next makes of it; the first stays."""
    parts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    fewer = {a + b[1:] for a, b in parts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    other = {a + letter + b[1:] for a, b in parts if b for letter in ascii_lowercase}
    more = {a + letter + b for a, b in parts for letter in ascii_lowercase}
    return (fewer | swapped | other | more) - {word}
