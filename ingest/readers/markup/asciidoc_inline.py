"""AsciiDoc within a line: attributes put in, marks taken off, links and macros as their words."""

import re
from collections.abc import Mapping

from ingest.readers.outline import raised

_ATTRIBUTE = re.compile(r"(?P<escape>\\?)\{(?P<name>[A-Za-z0-9_][\w-]*)\}")
_CHARACTERS = {
    "nbsp": " ", "sp": " ", "empty": "", "blank": "", "zwsp": "", "wj": "", "plus": "+", "asterisk": "*",
    "caret": "^", "tilde": "~", "backtick": "`", "startsb": "[", "endsb": "]", "vbar": "|", "backslash": "\\",
    "amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "lsquo": "‘", "rsquo": "’", "ldquo": "“",
    "rdquo": "”", "deg": "°", "two-colons": "::", "two-semicolons": ";;", "cpp": "C++", "pp": "++",
}  # fmt: skip
_LONGEST_VALUE = 2_000  # characters that one attribute may stand for
_MOST_INSERTED = 1_000_000  # and all of them together

# Marks that never close are looked for no further than this, or each would be sought to a line's end.
_FAR = "{0,300}"  # characters
_BRACKETS = r"\[(?P<{0}>(?:[^\]\\\n]|\\.){{0,300}})\]"
# The first that matches at a place wins: what stands as it is comes before marks, long marks before short.
_INLINE = re.compile(
    r"\\(?P<escaped>\*\*?|__?|``?|##?|\^|~|\+\+?\+?|<<|\[\[|\(\(|(?=https?://|[a-z]+:\S*\[))"
    rf"|\+\+\+(?P<raw3>.{_FAR}?)\+\+\+|\+\+(?P<raw2>\S.{_FAR}?)\+\+"
    rf"|(?<![\w+])\+(?P<raw1>\S(?:[^+]{_FAR}[^+\s])?)\+(?![\w+])"
    r"|\bpass:[a-z,]*" + _BRACKETS.format("passed")
    + r"|\(\(\((?P<hidden>[^()]*)\)\)\)|\(\((?P<term>[^()]*)\)\)"
    r"|\[\[(?P<anchor>[^\]\n]{0,200})\]\]"
    r"|<<(?P<target>[^<>,\n]+)(?:,(?P<said>[^<>]*))?>>"
    r"|\bfootnote(?:ref)?:(?P<noted>[\w-]*)" + _BRACKETS.format("note")
    + r"|\b(?P<macro>xref|link|mailto|kbd|btn|menu|stem|latexmath|asciimath|image|icon|anchor|indexterm2?):"
    r"(?!:)(?P<address>[^\s\[]*)" + _BRACKETS.format("words")
    + r"|(?P<url>\b(?:https?|ftp|irc)://[^\s\[\]<>]+)(?:" + _BRACKETS.format("called") + r")?"
    r"|(?:\[[^\[\]\n]*\])?(?P<mark>\*\*|__|``|##)(?P<inner>\S|\S.{0,300}?\S)(?P=mark)"
    r"|(?<![\w;:}])(?:\[[^\[\]\n]*\])?(?P<one>[*_`#])(?P<within>\S|\S.{0,300}?\S)(?P=one)(?!\w)"
    r"|\^(?P<above>[^\s^]+)\^|~(?P<below>[^\s~]+)~",
    re.S,
)  # fmt: skip
_DEEPEST = 8  # marks within marks


class Inline:
    """What a reader sees of lines, with the attributes of the document so far."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self.attributes: dict[str, str] = {}
        self._titles = titles
        self._notes: list[str] = []
        self._inserted = 0

    def define(self, name: str, value: str) -> None:
        """An attribute's value, with those before it put in, as the language has it."""
        self.attributes[name.lower()] = self.substituted(value)[:_LONGEST_VALUE]

    def substituted(self, text: str) -> str:
        """The text with attributes in the place of their names; unknown ones stay as they are."""
        return _ATTRIBUTE.sub(self._value, text) if "{" in text else text

    def shown(self, text: str) -> str:
        """The words of some text."""
        return self._words(self.substituted(text), 0).strip()

    def notes(self) -> list[str]:
        """The footnotes of what was shown since they were last asked for."""
        found, self._notes = self._notes, []
        return found

    def _value(self, match: re.Match[str]) -> str:
        name = match["name"].lower()
        value = self.attributes.get(name, _CHARACTERS.get(name))
        if match["escape"] or value is None or self._inserted > _MOST_INSERTED:
            return match.group().removeprefix("\\")
        self._inserted += len(value)
        return value

    def _words(self, text: str, depth: int) -> str:
        if depth > _DEEPEST:
            return text
        return _INLINE.sub(lambda match: self._shown(match, depth + 1), text)

    def _shown(self, match: re.Match[str], depth: int) -> str:
        kind = match.lastgroup
        if match["macro"]:
            return self._macro(match, depth)
        if match["url"]:
            called = _label(match["called"] or "")
            return self._words(called, depth) if called else match["url"]
        if match["target"]:
            return self._reference(match["target"], match["said"] or "", depth)
        match kind:
            case "note":
                if match["note"]:
                    self._notes.append(self._words(_unescaped(match["note"]), depth))
                return ""
            case "raw3" | "anchor" | "hidden":
                return ""  # for the program that draws the page
            case "escaped" | "raw2" | "raw1" | "passed":
                return match[kind]
            case "above":
                return raised(match["above"])
        return self._words(match["inner"] or match["within"] or match["below"] or match["term"] or "", depth)

    def _macro(self, match: re.Match[str], depth: int) -> str:
        name, address, words = match["macro"], match["address"], _unescaped(match["words"])
        match name:
            case "image" | "icon" | "anchor" | "indexterm":
                return ""
            case "xref":
                return self._reference(address, words, depth)
            case "menu":
                return " > ".join(part.strip() for part in (address, *words.split(">")) if part.strip())
            case "link" | "mailto":
                return self._words(_label(words), depth) or address
        return words

    def _reference(self, target: str, said: str, depth: int) -> str:
        target = target.strip().removeprefix("#")
        return self._words(_label(said), depth) if said.strip() else self._titles.get(target, target)


def _unescaped(text: str) -> str:
    return text.replace("\\]", "]")


def _label(text: str) -> str:
    """The words of a link: without the sign for another window, and what is for the program."""
    text = _unescaped(text).strip()
    if text.startswith('"'):
        text = text[1:].partition('"')[0]
    elif "=" in text:
        text = re.split(r"(?:^|,)\s*[a-z]+=", text)[0]
    return text.removesuffix("^")
