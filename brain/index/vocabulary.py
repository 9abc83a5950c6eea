"""The words that one space's passages hold, and where a word's other forms and compounds are among them."""

import re
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from brain.languages.language import Compounds, Language
from brain.text.reading import SHORTEST_PART, joined
from brain.text.terms import porter, stem, stems

MOST_FORMS = 24
_REMEMBERED = 10_000  # words that were asked for


class Vocabulary:
    """Words as the keyword index holds them: folded, stemmed by the English Porter algorithm, in order.

    Other languages' stems are made from these, of the words of a question too, so that both lost the same.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self._by_language: dict[Language, _Stems] = {}
        self._making = threading.Lock()

    def changed(self, came: Iterable[str], went: Iterable[str]) -> "Vocabulary":
        """The same with other words; what is known of the stems goes on to be known."""
        words = list(self.words)
        came = [word for word in came if _put(words, word)]
        went = [word for word in went if _take(words, word)]
        if not came and not went:
            return self
        later = Vocabulary(words)
        with self._making:
            stems_before = dict(self._by_language)
        later._by_language = {
            language: known_stems.changed(came, went, language)
            for language, known_stems in stems_before.items()
        }
        return later

    def forms(self, word: str, language: Language) -> tuple[str, ...]:
        """The words with the same stem, then compounds with it, the shortest first; at most MOST_FORMS."""
        known = self._stems(language)
        own = dict.fromkeys((stem(word, language), stem(porter(word), language)))
        found = [form for name in own for form in known.by_stem.get(name, ())]
        if language.compounds is Compounds.JOINED:
            found += [
                form for name in own for whole in known.compounds(name) for form in known.by_stem[whole]
            ]
        return tuple(dict.fromkeys(found))[:MOST_FORMS]

    def has(self, word: str, language: Language) -> bool:
        """Whether a form of the word stands by itself."""
        known = self._stems(language).by_stem
        return stem(word, language) in known or stem(porter(word), language) in known

    def _stems(self, language: Language) -> "_Stems":
        with self._making:
            if language not in self._by_language:
                self._by_language[language] = _Stems(_by_stem(self.words, language))
            return self._by_language[language]


class _Stems:
    """The words by their stems in one language."""

    def __init__(self, by_stem: Mapping[str, list[str]]) -> None:
        self.by_stem = by_stem
        self._lines = "\n" + "\n".join(by_stem) + "\n"
        self._known: dict[str, tuple[str, ...]] = {}

    def changed(self, came: Sequence[str], went: Sequence[str], language: Language) -> "_Stems":
        """The same with other words."""
        grouped = dict(self.by_stem)
        for name, words in _by_stem(came, language).items():
            grouped[name] = sorted({*grouped.get(name, ()), *words})
        for name, words in _by_stem(went, language).items():
            grouped[name] = [word for word in grouped[name] if word not in words]
            if not grouped[name]:
                del grouped[name]
        return _Stems(grouped)

    def compounds(self, part: str) -> tuple[str, ...]:
        """The stems that begin or end with that one, the shortest first."""
        if len(part) < SHORTEST_PART:
            return ()
        if part not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known = {}
            # One pass over one string: a hundred thousand words take some milliseconds.
            found = set()
            for place in re.finditer(re.escape(part), self._lines):
                start = self._lines.rfind("\n", 0, place.start()) + 1
                whole = self._lines[start : self._lines.index("\n", place.end())]
                if joined(part, whole):
                    found.add(whole)
            self._known[part] = tuple(sorted(found, key=lambda whole: (len(whole), whole)))
        return self._known[part]


def _by_stem(words: Sequence[str], language: Language) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for word, found in zip(words, stems(words, language), strict=True):
        grouped.setdefault(found, []).append(word)
    return grouped


def _put(words: list[str], word: str) -> bool:
    """Put a word into its place of sorted ones; False where it is there already."""
    place = bisect_left(words, word)
    if place < len(words) and words[place] == word:
        return False
    words.insert(place, word)
    return True


def _take(words: list[str], word: str) -> bool:
    """Take a word out of sorted ones; False where it isn't there."""
    place = bisect_left(words, word)
    if place == len(words) or words[place] != word:
        return False
    del words[place]
    return True
