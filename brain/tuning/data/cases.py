"""A question with the sentences that answer it, before passages are laid around it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from brain.answering.extracting.cleaning import ended, opening, without_marks
from brain.answering.writing.prompt import REFUSAL
from brain.domain import Passage
from brain.text.pronouns import points_back
from brain.text.terms import STOPWORDS, words

LONGEST_WORDS = 45  # of a sentence of an answer
_STOP = re.compile(r"[.!?][\"'”’)\]]*$")
_INNER_DOT = re.compile(r"\b[A-Za-z]\.[A-Za-z]\.$")
# Two pieces of a page without a space between.
_GLUED = re.compile(r"\b[a-z]{4,}[A-Z]|[a-z]{2}[.!?][A-Z][a-z]")
_SCRAP = re.compile(r"[{}<>|=\\\[\]`#*_~^]|https?:|www\.|\t|\.{3}|…|\uFFFD")
# Sentences that point out of themselves: to a picture, a list or another page.
_POINTS_AWAY = re.compile(
    r"\b(?:below|above)\b(?! (?:that|this|the|it|zero|average|all|retail|\W?\d))|\bas follows\b"
    r"|\blet['’]s\b|\bclick here\b"
    r"|\bfor more (?:information|details)\b|\b(?:learn|read) more\b|^(?:see|now|suppose|consider|imagine"
    r"|notice|recall"
    r"|here|dive into|welcome to|thank|thanks|sorry|hello|dear)\b",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|may|might|must|shall|should|will"
    r"|would|need|needs|get|gets|make|makes|use|uses|take|takes|give|gives|keep|keeps|\w+(?:ed|es|s))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer and the passage that it is from; `lead` opens its line (`- `, `1. `)."""

    text: str
    passage: Passage
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What could become a row.

    `questions` are wordings of the same question, the plainest first: a later one is used where the plain
    one doesn't lead to its passage. `said` is empty where the right answer is the refusal; then `near` may
    be the passages that come nearest. `document` is the id of the document that it is about (0: of none).
    `first` cases (people's corrections and the like) go before others when rows are few.
    """

    questions: tuple[str, ...]
    said: tuple[Said, ...]
    kind: str
    document: int
    origin: str
    first: bool = False
    near: tuple[Passage, ...] = ()

    @property
    def answer(self) -> str:
        """The sentences without marks."""
        return " ".join(one.text for one in self.said)

    @property
    def gold(self) -> tuple[Passage, ...]:
        """The passages that answer, once each."""
        return tuple({said.passage.id: said.passage for said in self.said}.values())


def about(passage: Passage, kind: str, questions: Iterable[str], said: Iterable[Said]) -> Case:
    """A case about the passage's document."""
    source = passage.source
    asked = tuple(dict.fromkeys(question for question in questions if question))
    return Case(asked, tuple(said), kind, source.document_id, source.document)


def written(said: Sequence[Said], numbers: dict[int, int]) -> str:
    """The answer as a model is to write it; `numbers` gives each passage's number by its id."""
    if not said:
        return REFUSAL
    text = ""
    for one in said:
        cited = _cited(one.text, numbers[one.passage.id])
        if one.lead:
            text += f"\n{one.lead}{cited}" if text else f"{one.lead}{cited}"
        else:
            text += f" {cited}" if text else cited
    return text


def _cited(sentence: str, number: int) -> str:
    if sentence[-1] in ".!?" and not _INNER_DOT.search(sentence):
        return f"{sentence[:-1]} [{number}]{sentence[-1]}"
    ended = _INNER_DOT.search(sentence) or sentence[-1] in "\"'”’)"
    return f"{sentence} [{number}]" + ("" if ended else ".")  # "at 5 p.m. [1]" ends with its own dot


def told(sentence: str, *, whole: bool = True) -> str:
    """A document's sentence fit for an answer; empty where it isn't fit for one.

    `whole` sentences must end like one; list items and the like need not.
    """
    raw = sentence.strip()
    text = ended(opening(without_marks(raw)))
    if not text or (whole and not _STOP.search(raw)) or text[-1] in ":?…":
        return ""
    found = text.split()
    fewest = 4 if whole else 2
    if (
        not fewest <= len(found) <= LONGEST_WORDS
        or _SCRAP.search(text)
        or _GLUED.search(text)
        or not _balanced(text)
    ):
        return ""
    if _POINTS_AWAY.search(text) or text.count(": ") > 1:
        return ""
    if not (text[0].isupper() or text[0].isdigit() or text[0] in "\"“€$£'‘"):
        return ""
    if whole and not _is_sentence(text):
        return ""
    letters = sum(sign.isalpha() for sign in text)
    return text if letters >= 0.6 * len(text.replace(" ", "")) else ""


def stands_alone(sentence: str) -> bool:
    """Whether it can be understood without the sentence before it."""
    return not points_back(sentence)


def _is_sentence(text: str) -> bool:
    """Whether there is a finite verb, or at least a sentence's little words: captions have neither."""
    little = sum(word in STOPWORDS for word in words(text))
    return little >= (1 if _FINITE.search(text) else 3)


def _balanced(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("()", "“”")) and text.count('"') % 2 == 0
