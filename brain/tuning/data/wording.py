"""Turning a document's words into a question's: persons, capitals, titles."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from brain.text.terms import content_stems

_SUBJECT_YOU = re.compile(
    r"(?:(?<=^)|(?<=\bif )|(?<=\bwhen )|(?<=\bthat )|(?<=\bbefore )|(?<=\bafter )|(?<=\bonce )"
    r"|(?<=\bwhere )|(?<=\bwhat )|(?<=\bhow )|(?<=\bbecause )|(?<=\bunless )|(?<=\bwhile )|(?<=\buntil )"
    r"|(?<=\band )|(?<=\bor )|(?<=\bas )|(?<=\bthan )|(?<=\bwhich )|(?<=\bwho )|(?<=\bwhether ))you\b",
    re.IGNORECASE,
)
_AFTER_YOU = (
    (re.compile(r"\bI are\b"), "I am"),
    (re.compile(r"\bI['’]re\b"), "I'm"),
    (re.compile(r"\bI were\b"), "I was"),
    (re.compile(r"\bI aren['’]t\b"), "I'm not"),
    (re.compile(r"\bI weren['’]t\b"), "I wasn't"),
)
_OTHERS = (
    (re.compile(r"\byour\b", re.I), "my"),
    (re.compile(r"\byours\b", re.I), "mine"),
    (re.compile(r"\byourself\b", re.I), "myself"),
    (re.compile(r"\byou\b", re.I), "me"),
)
_LITTLE = frozenset(
    "the a an your our my each every all most some any new no one two three four five six seven eight nine "
    "ten both many other these those".split()
)
_INSIDE = re.compile(r"(?<=[a-z,;] )[A-Za-z][\w'’-]*")
_WORD = re.compile(r"[A-Za-z][\w'’-]*")
VAGUE = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|she|him|his|her|hers|this|these|those|here|there|such|latter"
    r"|former|above|below|following|previous|aforementioned|us|ones|another one|that one)\b",
    re.IGNORECASE,
)
_ASKING = frozenset(
    content_stems("much many often long soon old say said rules know need happens table first when")
)
_WRONG_ME = re.compile(r"\bme (?:am|are|were|was|have|had|can|could|may|must|should|will|would|do|did|want"
                       r"|need|get|lose"
                       r"|don't|can't|haven't|work|use|see|know|think|like|make|take|find|choose|already"
                       r"|also|still|never)\b")  # fmt: skip
_IN_TITLE = re.compile(r"^According to “[^”]*”, ")
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|md|html?|csv|txt|eml|json)$", re.IGNORECASE)


def first_person(clause: str) -> str:
    """`if you lose your badge` as the person who asks would say it: `if I lose my badge`."""
    text = _SUBJECT_YOU.sub("I", clause)
    for pattern, word in (*_AFTER_YOU, *_OTHERS):
        text = pattern.sub(word, text)
    return text


@dataclass(frozen=True, slots=True)
class Letters:
    """Which words documents write in small letters inside of sentences, and which with a capital."""

    small: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Letters":
        """What these texts show."""
        small: Counter[str] = Counter()
        names: Counter[str] = Counter()
        for text in texts:
            for word in _INSIDE.findall(text):
                (small if word[0].islower() else names)[word.lower()] += 1
        return cls(
            frozenset(word for word, times in small.items() if times >= names[word]),
            frozenset(word for word, times in names.items() if times > small[word]),
        )

    def inside(self, phrase: str, *, unknown: bool = True) -> str:
        """A phrase that opened a sentence or is a heading, as it stands inside of one.

        `unknown`: a word that was never seen inside of a sentence is taken for no name.
        """
        if phrase.isupper() and " " in phrase:
            phrase = phrase.capitalize()  # a shouted heading
        first, _, rest = phrase.partition(" ")
        title_case = rest[:1].isupper() and all(word[0].isupper() for word in _WORD.findall(rest))
        low = re.sub(r"['’]s$", "", first.lower())
        if not first[:1].isupper() or first[1:] != first[1:].lower() or (title_case and low not in _LITTLE):
            return phrase
        if low in _LITTLE or low in self.small or (unknown and low not in self.names):
            return f"{first.lower()} {rest}".strip()
        return phrase


def untitled(question: str) -> str:
    """The question without the document's name before it."""
    return _IN_TITLE.sub("", question)


def in_title(question: str, title: str) -> str:
    """The question with the document's name before it."""
    name = _FILE.sub("", " ".join(title.split())).strip(" :–—-")
    if not question or not name or len(name) > 90 or name.casefold() in question.casefold():
        return ""
    first, _, rest = question.partition(" ")
    keep = first == "I" or not first[1:].islower()
    return f"According to “{name.replace(',', '')}”, {first if keep else first.lower()} {rest}"


def grammatical(question: str) -> bool:
    """Whether turning persons left no `me have` behind."""
    return not _WRONG_ME.search(question)


def specific(question: str) -> bool:
    """Whether the question names enough to be understood by itself."""
    return len(set(content_stems(question)) - _ASKING) >= 2


def titled(question: str, title: str) -> tuple[str, ...]:
    """The wordings of a question: by itself where that says enough, and with the document's name."""
    named = in_title(question, title)
    plain = (question,) if question and specific(question) else ()
    return (*plain, *((named,) if named else ()))
