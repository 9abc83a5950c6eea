"""Another case in the place of the first: "per diem for Norway" and "Sweden" make "per diem for Sweden"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from brain.text.terms import content_words, stem

_TOKEN = re.compile(r"[^\W_](?:[\w’'./&+-]*[\w+])?")
_PREPOSITIONS = frozenset(
    "for in at on of with without during after before from until within under over to by per as about".split()
)
_DETERMINERS = frozenset("the a an my own our your his her their its this that these those".split())
_AUXILIARIES = frozenset("do does did can could may might must should will would".split())
_PRONOUNS = frozenset("i we you they he she it one people somebody someone".split())
_CODE = re.compile(r".*\d")


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.lower()

    @property
    def is_content(self) -> bool:
        return bool(content_words(self.text))

    @property
    def is_name(self) -> bool:
        return self.text[0].isupper() or bool(_CODE.match(self.text))


def substituted(frame: str, case: str) -> str:
    """`frame` with `case` in the place of what it is another case of; empty where that can't be told.

    The place is found by a noun in common ("the main parent", "and the second parent?"), by names standing
    for names, by the same preposition, or, for a bare case, as what the question ends with: after its last
    preposition, or as what somebody does something to ("do we keep call recordings", "and chats?").
    """
    words, new = _words(frame), _words(case)
    if not words or not new:
        return ""
    preposition = new[0].low if new[0].low in _PREPOSITIONS else ""
    noun = new[1:] if preposition else new
    while noun and noun[0].low in _DETERMINERS:
        noun = noun[1:]
    if not noun:
        return ""
    place = _by_noun(words, noun) or _by_name(words, noun) or _by_preposition(words, preposition)
    if place is None and not preposition:
        place = _by_object(words)
    if place is None:
        return ""
    first, last = place
    inserted = case[noun[0].start :].strip().rstrip("?!. ")
    if preposition:
        while first and words[first - 1].low in _DETERMINERS:
            first -= 1
        if first and words[first - 1].low in _PREPOSITIONS:
            first -= 1
        inserted = case[new[0].start :].strip().rstrip("?!. ")
    return frame[: words[first].start] + inserted + frame[words[last].end :]


_Place = tuple[int, int]  # the first and the last word that are replaced


def _words(text: str) -> list[_Word]:
    return [_Word(found.group(), found.start(), found.end()) for found in _TOKEN.finditer(text)]


def _by_noun(words: Sequence[_Word], noun: Sequence[_Word]) -> _Place | None:
    """The words that end with the case's last noun: "second parent" stands for "main parent"."""
    head = stem(noun[-1].low)
    for last in range(len(words) - 1, -1, -1):
        if stem(words[last].low) != head or not words[last].is_content:
            continue
        first = last
        while first and words[first - 1].is_content and last - first < len(noun):
            first -= 1
        return first, last
    return None


def _by_name(words: Sequence[_Word], noun: Sequence[_Word]) -> _Place | None:
    """A name for a name, a code for a code; the one with a word in common, else the last."""
    if not noun[0].is_name:
        return None
    runs: list[_Place] = []
    for at, word in enumerate(words):
        if at == 0 or not word.is_name:  # the first word of a question is a capital anyway
            continue
        if runs and runs[-1][1] == at - 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    if not runs:
        return None
    wanted = {word.low for word in noun}
    has_digit = any(_CODE.match(word.text) for word in noun)

    def likeness(run: _Place) -> tuple[bool, bool, int]:
        inside = words[run[0] : run[1] + 1]
        same_shape = any(_CODE.match(word.text) for word in inside) == has_digit
        return any(word.low in wanted for word in inside), same_shape, run[0]

    return max(runs, key=likeness)


def _by_preposition(words: Sequence[_Word], preposition: str) -> _Place | None:
    """What stands behind the same preposition; a bare case takes what the question ends with."""
    for at in range(len(words) - 1, 0, -1):
        if words[at - 1].low not in _PREPOSITIONS:
            continue
        first = at
        while first < len(words) and words[first].low in _DETERMINERS:
            first += 1
        last = first - 1
        while last + 1 < len(words) and words[last + 1].is_content:
            last += 1
        ends = last == len(words) - 1
        closes = ends or words[last + 1].low in _PREPOSITIONS
        if last < first or not closes:
            continue
        if words[at - 1].low == preposition or (not preposition and ends):
            return first, last
        if not preposition:
            return None
    return None


def _by_object(words: Sequence[_Word]) -> _Place | None:
    """What the question ends with, behind who does it and what they do: "do we keep call recordings"."""
    for at in range(len(words) - 3):
        if words[at].low in _AUXILIARIES and words[at + 1].low in _PRONOUNS and words[at + 2].is_content:
            first = at + 3
            while first < len(words) and words[first].low in _DETERMINERS:
                first += 1
            if first < len(words) and all(word.is_content for word in words[first:]):
                return first, len(words) - 1
    return None
