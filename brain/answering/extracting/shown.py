"""Sentences as an answer shows them: rows in words, lists as lists, and what can't be told by itself."""

import re
from collections.abc import Sequence
from dataclasses import replace

from brain.answering.draft import DraftSentence, Form
from brain.answering.extracting.cleaning import ended, opening
from brain.answering.extracting.question_kind import QuestionKind
from brain.answering.extracting.rows import row_in_words
from brain.answering.extracting.selection import ScoredSentence
from brain.answering.extracting.typed import names_date, names_time
from brain.retrieval.query import Query

_MAIL_HEADER = re.compile(r"^(?:from|to|cc|subject|date):", re.IGNORECASE)


def follows_well(sentence: ScoredSentence) -> bool:
    """Whether it may be told behind another sentence: it is no question, and announces nothing."""
    return not sentence.text.endswith(("?", ":")) and not _MAIL_HEADER.match(sentence.text)


def stands_alone(sentence: ScoredSentence) -> bool:
    """Whether it may be told by itself: it is a sentence, row or item, no heading, question or button."""
    return follows_well(sentence) and _is_told(sentence)


def _is_told(sentence: ScoredSentence) -> bool:
    return form_of(sentence) is not Form.PROSE or sentence.text.rstrip(_CLOSING).endswith((".", "!", "…"))


_CLOSING = " )]\"'”’»"


def form_of(sentence: ScoredSentence) -> Form:
    """Whether it is a table's row, an item of a list, or prose."""
    text = sentence.passage.text
    line = text[text.rfind("\n", 0, sentence.start) + 1 : sentence.end]
    if "\t" in line:
        return Form.ROW
    return Form.ITEM if _ITEM.match(line) else Form.PROSE


_ITEM = re.compile(r"^\s*(?:[-•]|\d{1,3}[.)])\s")


def as_told(ordered: Sequence[ScoredSentence], query: Query) -> list[DraftSentence]:
    """The sentences as they are shown."""
    asked, reading = frozenset(query.stems), query.reading
    found: list[DraftSentence] = []
    for at, sentence in enumerate(ordered):
        form, text, cells = form_of(sentence), sentence.text, tuple[tuple[int, int], ...]()
        before = (ordered[at - 1].rank, ordered[at - 1].number + 1) if at else None
        if form is Form.ROW:
            row = sentence.passage.text[sentence.start : sentence.end]
            told = row_in_words(row, sentence.passage.table_header, asked, reading)
            text = told.text
            cells = tuple((sentence.start + a, sentence.start + b) for a, b in told.cells)
        if form is not Form.PROSE or before != (sentence.rank, sentence.number):
            text = opening(text)
        found.append(DraftSentence(ended(text), sentence.passage, sentence.start, sentence.end, form, cells))
    if sum(s.form is not Form.PROSE for s in found) == 1:
        found = [replace(s, form=Form.PROSE) for s in found]
    return found


def dated(sentence: DraftSentence, kind: QuestionKind) -> DraftSentence:
    """The sentence with the date above it, where it names none: release notes and minutes are set so."""
    heading = sentence.passage.source.locator.heading[-1:]
    if not heading or names_time(sentence.text, kind.language) or not names_date(heading[0], kind.language):
        return sentence
    return replace(sentence, text=f"{heading[0].strip().rstrip(':')}: {sentence.text}")
