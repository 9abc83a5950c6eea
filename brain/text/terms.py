"""Words as searching and checking see them: folded, stemmed, and without the little ones."""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

# Function words carry no topic. Negations and numbers are left out of this list: they carry conditions.
STOPWORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further get gets got
    had has have having he her here hers herself him himself his how i if in into is it its itself just
    let me more most my myself of off on once only or other our ours ourselves out over own please s
    same she should so some such t tell than that the their theirs them themselves then there these they
    this those through to too under until up us very was we were what when where which while who whom
    whose why will with would you your yours yourself yourselves may might must shall upon via per
    within vs regarding concerning""".split()
)

_WORD = re.compile(r"[^\W_]+(?:['’.\-/&+][^\W_]+)*\+*#?", re.UNICODE)
_PIECE = re.compile(r"[^\W_]+", re.UNICODE)
# What such a word means is lost with its little word: "one-on-ones" are neither ones nor ons.
_COMPOUND = r"[^\W_]+-(?:a|and|at|by|for|in|of|on|the|to|with)-[^\W_]+(?:-[^\W_]+)*"
_WHOLE = re.compile(rf"{_COMPOUND}|{_PIECE.pattern}", re.UNICODE)
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_stemmer = Stemmer.Stemmer("english", 0)  # without a cache of its own: content_stems() has a better one
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


def fold(text: str) -> str:
    """Lower case, compatibility forms resolved and accents dropped, so that `Café` meets `cafe`."""
    if text.isascii():
        return text.lower()
    return _FOREIGN.sub(lambda run: _plain(run.group()), text).lower()


@lru_cache(maxsize=4096)
def _plain(run: str) -> str:
    """A run of letters and signs beyond ASCII without accents; text repeats few of them often."""
    decomposed = unicodedata.normalize("NFKD", run)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")


def stem(word: str) -> str:
    """The Snowball English stem (Porter2) of a folded word; numbers and short words stay as they are."""
    word = _IRREGULAR.get(word, word)
    if len(word) < 4 or any(c.isdigit() for c in word):
        return word
    with _stemming:
        return str(_stemmer.stemWord(word))


def words(text: str) -> list[str]:
    """Folded words in order, split at hyphens, slashes and apostrophes as the keyword index splits them."""
    return _PIECE.findall(_folded(text))


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
            found += _PIECE.findall(word)
    return found


def content_words(text: str) -> list[str]:
    """Folded words in order without function words and single letters (single digits stay).

    A compound around a function word, such as `one-on-one`, comes whole and then in its parts.
    """
    return [word for word in _words_and_compounds(text) if _is_content(word)]


def _is_content(word: str) -> bool:
    return word not in STOPWORDS and (len(word) > 1 or word.isdigit())


def content_stems(text: str) -> list[str]:
    """Stems of the content words, in order, repeats kept."""
    return [found for word in _words_and_compounds(text) if (found := _content_stem(word))]


@lru_cache(maxsize=200_000)
def _content_stem(word: str) -> str:
    return stem(word) if _is_content(word) else ""


def unique(items: Iterable[str]) -> list[str]:
    """The items without repeats, first come first."""
    return list(dict.fromkeys(items))


_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,:/]\d+)*")


def numbers(text: str) -> set[str]:
    """Numbers as written, thousands separators and even cents dropped: `1,500.00` and `1500` are the same."""
    return {re.sub(r",(?=\d{3}\b)|[.,]00$", "", found) for found in _NUMBER.findall(text)}
