"""Sentences that can stand by themselves: what is told in short is made of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from brain.answering.draft import DraftSentence, Form
from brain.answering.extracting.cleaning import ended, opening, without_marks
from brain.answering.extracting.rows import row_in_words
from brain.answering.extracting.selection import is_unreadable
from brain.domain import Passage
from brain.languages.telling import language_of
from brain.text.analysis import analyse
from brain.text.pronouns import points_back
from brain.text.terms import STOPWORDS, content_words, words

FEWEST_WORDS, MOST_WORDS = 5, 45
_SCRAP = 8  # words without a little one among them name a thing and say nothing of it
_LONGEST_NAME = 40  # characters of a heading that is set before a sentence
_HEADER = re.compile(r"^(?:from|to|cc|subject|date|source):", re.IGNORECASE)
# "Owner: Ann Lee.", "Last reviewed 12 May 2026": about the page, not what it says.
_ABOUT_PAGE = re.compile(
    r"^(?:owner|contact|author|written by|last (?:change|review|update|checked)\w*|version|edition|page \d"
    r"|copyright|all rights reserved|(?:the )?information contained in|\w+ makes no representations"
    r"|place and time|dear|(?:kind|best) regards)\b"
    r"|^(?:questions?|present|excused|guests|attendees|participants):|^©|\bpage \d+ of \d+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Tellable:
    """A sentence or row that says something by itself: `passage.text[start:end]`, and how it is told."""

    passage: Passage
    start: int
    end: int
    text: str
    is_row: bool
    cells: tuple[tuple[int, int], ...] = ()

    def drafted(self, under: str = "") -> DraftSentence:
        """As an item of a list, with the heading that it stands under before it.

        A passage of several small sections has the heading of none in its context: then none is set.
        """
        fits = 0 < len(under) <= _LONGEST_NAME and under in self.passage.context
        named = under if fits and not self.is_row else ""
        mark = "" if named.endswith(("?", "!", ":")) else ":"
        text = f"{named}{mark} {self.text}" if named else self.text
        return DraftSentence(text, self.passage, self.start, self.end, Form.ITEM, self.cells)


def tellable(passages: Iterable[Passage]) -> list[Tellable]:
    """The sentences and rows of passages that are understood without the others, in order."""
    return [
        found
        for passage in passages
        for sentence in analyse(passage).sentences
        if (found := _tellable(passage, sentence.start, sentence.end)) is not None
    ]


def _tellable(passage: Passage, start: int, end: int) -> Tellable | None:
    raw = passage.text[start:end]
    if passage.table_header and raw == passage.table_header:
        return None
    if "\t" in raw:
        told = row_in_words(raw, passage.table_header, frozenset())
        names_something = any(map(str.isalpha, raw[: raw.find("\t")])) or raw.startswith("\t")
        if len(told.cells) < 2 or len(told.text.split()) > MOST_WORDS or not names_something:
            return None
        cells = tuple((start + a, start + b) for a, b in told.cells)
        return Tellable(passage, start, end, ended(told.text), True, cells)
    text = without_marks(raw)
    count = len(text.split())
    language = language_of(text)
    little = STOPWORDS | language.function_words
    if count <= _SCRAP and not any(word in little for word in words(text)):
        return None
    if not FEWEST_WORDS <= count <= MOST_WORDS or text.endswith((":", "?")) or points_back(text):
        return None
    if _HEADER.match(text) or _ABOUT_PAGE.search(text) or is_unreadable(text, language) or _is_heading(text):
        return None
    return Tellable(passage, start, end, ended(opening(text)), False)


def _is_heading(text: str) -> bool:
    """Whether it is a heading that stands in the text: no end mark, and all its words have capitals."""
    telling = [word for word in text.split() if content_words(word) and word[0].isalpha()]
    return text[-1] not in ".!" and all(word[0].isupper() for word in telling)
