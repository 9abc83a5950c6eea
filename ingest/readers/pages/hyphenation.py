"""Whether a hyphen at a line's end belongs to the word (`out-of-` `pocket`) or broke it (`cover-` `age`)."""

import re
from collections.abc import Iterable

from ingest.readers.pages.pdf_lines import LINE_END_HYPHEN

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LONGEST_WORD = 60
# Words that hardly ever stand before another one without a hyphen.
_BEFORE_HYPHENS = frozenset({"all", "cross", "ex", "half", "low", "high", "non", "quasi", "self", "well"})
_OPEN_END = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-\u2010\u00ad\ufffe]$")


class Hyphenation:
    """Knows the document's own words, and so which spelling it uses elsewhere."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        ends: list[tuple[str, str]] = []
        open_ = ""
        for line in lines:
            words = [word.casefold() for word in _WORD.findall(line)]
            if open_ and words:
                ends.append((open_, words[0]))
            # What stands on both sides of a line's end may be a scrap of a word, and no word of its own.
            first, end = bool(open_), _OPEN_END.search(line, max(len(line) - _LONGEST_WORD, 0))
            open_ = end[1].casefold() if end else ""
            self._words.update(words[first : len(words) - bool(open_)])
        self._words |= {part for word in self._words for part in word.split("-")}
        # Typesetters tear words, office programs hardly ever do: what is known of the others tells which.
        torn = sum(first + second in self._words for first, second in ends)
        self._tears = torn > sum(self._is_compound(first, second) for first, second in ends)

    def joined(self, lines: list[str]) -> str:
        """The lines as one text, with line-end hyphens kept or taken out."""
        text = lines[0].strip()
        for line in lines[1:]:
            text = self._pair(text, line.strip())
        return text.replace(LINE_END_HYPHEN, "-")

    def _pair(self, above: str, line: str) -> str:
        end = _OPEN_END.search(above, max(len(above) - _LONGEST_WORD, 0))
        start = _WORD.match(line)
        if end is None or start is None:
            glue = "" if above.endswith(LINE_END_HYPHEN) else " "
            return above + glue + line
        if line[0].isupper() or self._keeps(end[1].casefold(), start[0].casefold()):
            return f"{above[:-1]}-{line}"
        return above[:-1] + line

    def _keeps(self, first: str, second: str) -> bool:
        if f"{first}-{second}" in self._words or f"{first}-{second.split('-')[0]}" in self._words:
            return True
        if first + second in self._words:
            return False
        return self._is_compound(first, second) or not self._tears

    def _is_compound(self, first: str, second: str) -> bool:
        """Two real words, where neither spelling is known; a torn word leaves scraps."""
        known = first.split("-")[-1] in self._words and second.split("-")[0] in self._words
        return (known and len(first) > 2) or "-" in first + second or first in _BEFORE_HYPHENS
