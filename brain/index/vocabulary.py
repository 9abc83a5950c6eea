"""The words that one space's passages hold, and where a word's other forms and compounds are among them."""

import re
import threading
from collections.abc import Mapping, Sequence

from brain.languages.language import Compounds, Language
from brain.text.reading import SHORTEST_PART, joined
from brain.text.terms import porter, stem, stems

MOST_FORMS = 24
_REMEMBERED = 10_000  # words that were asked for


class Vocabulary:
    """Words as the keyword index holds them: folded, and stemmed by the English Porter algorithm.

    Other languages' stems are made from these, of the words of a question too, so that both lost the same.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._by_language: dict[Language, _Stems] = {}
        self._making = threading.Lock()

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
                self._by_language[language] = _Stems(self._words, language)
            return self._by_language[language]


class _Stems:
    """The words by their stems in one language."""

    def __init__(self, words: Sequence[str], language: Language) -> None:
        grouped: dict[str, list[str]] = {}
        for word, found in zip(words, stems(words, language), strict=True):
            grouped.setdefault(found, []).append(word)
        self.by_stem: Mapping[str, list[str]] = grouped
        self._lines = "\n" + "\n".join(grouped) + "\n"
        self._known: dict[str, tuple[str, ...]] = {}

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
