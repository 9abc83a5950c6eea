"""Words as searching and checking see them: folded, stemmed, and without the little ones."""

import re
import threading
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import Stemmer

from brain.languages.english import ENGLISH, STOPWORDS
from brain.languages.language import Language
from brain.text.folding import fold, pieces

__all__ = [
    "STOPWORDS",
    "content_stems",
    "content_words",
    "fold",
    "numbers",
    "porter",
    "stem",
    "stems",
    "unique",
    "words",
]

_WORD = re.compile(r"[^\W_]+(?:['’.\-/&+][^\W_]+)*\+*#?", re.UNICODE)
# What such a word means is lost with its little word: "one-on-ones" are neither ones nor ons.
_COMPOUND = r"[^\W_]+-(?:a|and|at|by|for|in|of|on|the|to|with)-[^\W_]+(?:-[^\W_]+)*"
_WHOLE = re.compile(rf"{_COMPOUND}|[^\W_]+", re.UNICODE)
_stemming = threading.Lock()  # a Stemmer must not be called from two threads at once


# Forms of everyday words that no stemmer brings together. `left` is no such form: it's a side as often.
_IRREGULAR = {
    form: base
    for base, forms in {
        "become": "became",
        "begin": "began begun",
        "bite": "bit bitten",
        "break": "broke broken",
        "bring": "brought",
        "build": "built",
        "buy": "bought",
        "catch": "caught",
        "child": "children",
        "choose": "chose chosen",
        "deal": "dealt",
        "drink": "drank drunk",
        "drive": "drove driven",
        "eat": "ate eaten",
        "feel": "felt",
        "find": "found",
        "fly": "flew flown",
        "foot": "feet",
        "forget": "forgot forgotten",
        "freeze": "froze frozen",
        "give": "gave given",
        "go": "went gone",
        "grow": "grew grown",
        "hear": "heard",
        "hide": "hid hidden",
        "hold": "held",
        "keep": "kept",
        "know": "knew known",
        "lay": "laid",
        "lend": "lent",
        "lose": "lost",
        "make": "made",
        "man": "men",
        "meet": "met",
        "mouse": "mice",
        "pay": "paid",
        "ride": "rode ridden",
        "rise": "rose risen",
        "run": "ran",
        "say": "said",
        "see": "saw seen",
        "sell": "sold",
        "send": "sent",
        "show": "shown",
        "sleep": "slept",
        "speak": "spoke spoken",
        "spend": "spent",
        "stand": "stood",
        "steal": "stole stolen",
        "take": "took taken",
        "teach": "taught",
        "tell": "told",
        "think": "thought",
        "throw": "threw thrown",
        "time": "timer timers",  # part-timers work part-time
        "tooth": "teeth",
        "understand": "understood",
        "wear": "wore worn",
        "win": "won",
        "woman": "women",
        "write": "wrote written",
    }.items()
    for form in forms.split()
}
_NOT = re.compile(r"(?<=[a-z])n't\b")


@cache
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(algorithm, 0)  # without a cache of its own: content_stems() has a better one


def stem(word: str, language: Language = ENGLISH) -> str:
    """The Snowball stem (English: Porter2) of a folded word; numbers and short words stay as they are."""
    if language is ENGLISH:
        word = _IRREGULAR.get(word, word)
    if len(word) < 4 or any(c.isdigit() for c in word):
        return word
    with _stemming:
        found = str(_stemmer(language.stemmer).stemWord(word))
    return language.shortened(found) if language.shortened else found


def stems(words: Sequence[str], language: Language) -> list[str]:
    """`stem` of many words at once, ten times as fast, numbers and short words included."""
    with _stemming:
        found: list[str] = _stemmer(language.stemmer).stemWords(words)
    return list(map(language.shortened, found)) if language.shortened else found


def porter(word: str) -> str:
    """The word as SQLite's Porter tokenizer stems it."""
    with _stemming:
        return str(_stemmer("porter").stemWord(word))


def words(text: str) -> list[str]:
    """Folded words in order, split at hyphens, slashes and apostrophes as the keyword index splits them."""
    return pieces(_folded(text))


def _folded(text: str) -> str:
    folded = fold(text)
    if "n't" in folded:
        folded = _NOT.sub(" not", folded.replace("can't", "can not").replace("won't", "will not"))
    return folded


def _words_and_compounds(text: str) -> list[str]:
    folded = _folded(text)
    whole: list[str] = _WHOLE.findall(folded)
    if "-" not in folded:
        return whole
    found: list[str] = []
    for word in whole:
        found.append(word)
        if "-" in word:
            found += pieces(word)
    return found


def content_words(text: str, language: Language = ENGLISH) -> list[str]:
    """Folded words in order without function words and single letters (single digits stay).

    Of another language than English, both languages' function words are left out: companies mix them. A
    compound around an English function word, such as `one-on-one`, comes whole and then in its parts.
    """
    return [word for word in _words_and_compounds(text) if _is_content(word, language)]


def _is_content(word: str, language: Language) -> bool:
    if word in STOPWORDS or (language is not ENGLISH and word in language.function_words):
        return False
    return len(word) > 1 or word.isdigit()


def content_stems(text: str, language: Language = ENGLISH) -> list[str]:
    """Stems of the content words, in order, repeats kept."""
    if language is ENGLISH:
        return [found for word in _words_and_compounds(text) if (found := _content_stem(word))]
    return [found for word in _words_and_compounds(text) if (found := _foreign_stem(word, language))]


@lru_cache(maxsize=200_000)
def _content_stem(word: str) -> str:
    return stem(word) if _is_content(word, ENGLISH) else ""


@lru_cache(maxsize=200_000)
def _foreign_stem(word: str, language: Language) -> str:
    return stem(word, language) if _is_content(word, language) else ""


def unique(items: Iterable[str]) -> list[str]:
    """The items without repeats, first come first."""
    return list(dict.fromkeys(items))


_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,:/]\d+)*")


def numbers(text: str) -> set[str]:
    """Numbers as written, thousands separators and even cents dropped: `1,500.00` and `1500` are the same."""
    return {re.sub(r",(?=\d{3}\b)|[.,]00$", "", found) for found in _NUMBER.findall(text)}
