"""Org within a line: links as their words, marks taken off, footnotes set apart."""

import re
from collections.abc import Mapping

from ingest.readers.outline import raised

_PICTURE = re.compile(r"(?:file:|\./|/)?\S+\.(?:png|jpe?g|gif|svg|webp|tiff?|bmp)", re.I)
_BEFORE, _AFTER = r"(?<![^\s('\"{–—-])", r"(?![^\s.,;:!?'\")}\\\[–—-])"
_INLINE = re.compile(
    r"\[\[(?P<address>[^\[\]\n]+)\](?:\[(?P<said>[^\n]{1,500}?)\])?\]"
    r"|\[fn:(?P<name>[\w-]*)(?::(?P<note>[^\[\]]{0,300}))?\]"
    r"|<<<?(?P<target>[^<>\n]{1,200})>>>?"
    r"|[<\[](?P<moment>\d{4}-\d\d-\d\d[^<>\[\]\n]{0,60})[>\]]"
    r"|@@\w+:[^@\n]{0,500}@@"
    r"|\{\{\{(?P<macro>[A-Za-z][\w-]*)(?:\([^{}\n]{0,500}\))?\}\}\}"
    r"|" + _BEFORE + r"(?P<code>[=~])(?P<typed>\S|\S[^\n]{0,300}?\S)(?P=code)" + _AFTER
    + r"|" + _BEFORE + r"(?P<mark>[*/_+])(?P<inner>\S|\S.{0,300}?\S)(?P=mark)" + _AFTER
    + r"|(?<=\S)\^\{(?P<above>[^{}\n]{1,100})\}|(?<=\S)_\{(?P<below>[^{}\n]{1,100})\}"
    r"|(?P<broken>\\\\)[ \t]*$",
    re.S | re.M,
)  # fmt: skip
_DEEPEST = 8  # marks within marks


class Inline:
    """What a reader sees of lines; footnotes within them are kept until they are asked for."""

    def __init__(self, macros: Mapping[str, str]) -> None:
        self._macros = macros
        self._notes: list[str] = []

    def shown(self, text: str) -> str:
        """The words of some text."""
        return self._words(text, 0).strip()

    def notes(self) -> list[str]:
        """The footnotes of what was shown since they were last asked for."""
        found, self._notes = self._notes, []
        return found

    def _words(self, text: str, depth: int) -> str:
        if depth > _DEEPEST:
            return text
        return _INLINE.sub(lambda match: self._shown(match, depth + 1), text)

    def _shown(self, match: re.Match[str], depth: int) -> str:
        if match["address"]:
            return self._link(match["address"], match["said"], depth)
        if match["note"]:
            self._notes.append(self._words(match["note"], depth))
        if match["macro"]:
            return self._macros.get(match["macro"].lower(), match.group())
        if match["above"]:
            return raised(match["above"])
        if match["code"]:
            return match["typed"]
        if match["target"]:
            # `<<here>>` is a place to link to, `<<<word>>>` a word.
            return match["target"] if match.group().startswith("<<<") else ""
        return match["moment"] or match["below"] or self._words(match["inner"] or "", depth)

    def _link(self, address: str, said: str | None, depth: int) -> str:
        if said:
            return "" if _PICTURE.fullmatch(said) else self._words(said, depth)
        if _PICTURE.fullmatch(address):
            return ""
        return re.sub(r"^(?:file:|id:|\*|#)", "", address)
