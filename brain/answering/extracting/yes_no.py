"""Yes or no, only where a sentence says the very thing that was asked, or its opposite."""

import re
from collections.abc import Callable, Collection, Sequence

from brain.answering.extracting.selection import ScoredSentence, stems_of
from brain.languages.english import ENGLISH
from brain.languages.language import Decides, Language
from brain.languages.telling import language_of
from brain.text.folding import fold
from brain.text.terms import content_stems

FEW = 2  # content words of a question: they stand in many a sentence about something else
# What makes a sentence a denial.
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|nowhere|cannot|can't|don't|doesn't|isn't|aren't|won't|wasn't|weren't"
    r"|without|neither|nor|prohibited|forbidden|excluded|excludes|ineligible|unable|impossible)\b",
    re.IGNORECASE,
)
# With one of these a sentence says neither yes nor no: it holds sometimes, or under a condition.
_HEDGE = re.compile(
    r"\b(?:might|could|depends?|depending|unless|except|sometimes|usually|often|only|if|whether|unclear|partly"
    r"|but|however|although|while|when|after|before|until|provided|approval|consent)\b",
    re.IGNORECASE,
)
# Questions to which "you may" is a yes; to "when can I …" it is none.
_PERMISSION = re.compile(r"^(?:can|may|could|am|are|is|do|does)\b", re.IGNORECASE)
# "During probation, …": what follows holds only there.
_UNDER_CONDITION = re.compile(
    r"^(?:during|in|for|on|at|with|under|within|as|from)\b([^,]{3,60}),", re.IGNORECASE
)
# The sentence has the word itself: it needs none before it.
_SAYS_IT = re.compile(r"^(?:yes|no)\b", re.IGNORECASE)
# Where one clause ends and another begins, of which each may say something else.
_CLAUSES = re.compile(r"[,;]|\s[–—-]\s|(?<!['’])\b(?:and|und|et|y)\b", re.IGNORECASE)


def verdict(question: str, sentences: Sequence[ScoredSentence]) -> str:
    """`Yes` or `No` in the question's language; empty where the sentences leave it open or disagree."""
    language = language_of(question)
    if language is ENGLISH:
        said = {_verdict(question, sentence) for sentence in sentences} - {""}
    elif language.decides:
        said = {_verdict_in(language, language.decides, question, one) for one in sentences} - {""}
    else:
        return ""  # which words deny or hedge is not known
    return said.pop() if len(said) == 1 else ""


def _verdict(question: str, sentence: ScoredSentence) -> str:
    """What one sentence says. Hedges and conditions leave it open: the sentence itself then tells how.

    A denial is said in so many words, so it counts where the sentence, with the headings above it, holds
    three quarters of the question's words. Without one, much can be missing that turns the sense: an
    affirmation counts only in prose that holds all of them. One or two words stand in many a sentence
    about something else, so that it may bring no more words of its own than the question has.
    """
    if _SAYS_IT.match(sentence.text) or _HEDGE.search(sentence.text):
        return ""
    if re.search(r"\bmay\b", sentence.text) and not _PERMISSION.match(question):
        return ""
    asked = stems_of(question)
    if len(asked) <= FEW and len(sentence.stems - asked) > len(asked):
        return ""
    condition = _UNDER_CONDITION.match(sentence.text)
    if condition and not stems_of(condition[1]) <= asked:
        return ""
    own = _share(asked, sentence.stems)
    with_headings = _share(asked, sentence.stems | frozenset(content_stems(sentence.passage.context)))
    if _NEGATION.search(sentence.text):
        enough = own >= 0.5 and with_headings >= 0.75 and not _NEGATION.search(question)
        return "No" if enough and _denies(asked, sentence.text, _NEGATION, stems_of) else ""
    is_prose = "\t" not in sentence.passage.text[sentence.start : sentence.end]
    enough = is_prose and len(asked) > 1 and own >= 0.75 and with_headings == 1
    return "Yes" if enough and not _NEGATION.search(question) else ""


def _verdict_in(language: Language, decides: Decides, question: str, sentence: ScoredSentence) -> str:
    """The same in another language, by its own words."""
    text = fold(sentence.text)
    if decides.hedge.search(text) or re.match(rf"(?:{fold(decides.yes)}|{fold(decides.no)})\s*[,.:;!]", text):
        return ""
    asked = frozenset(content_stems(question, language))
    if len(asked) <= FEW and len(sentence.stems - asked) > len(asked):
        return ""
    under = decides.under.match(text)
    if under and not frozenset(content_stems(under[1], language)) <= asked:
        return ""
    own = _share(asked, sentence.stems)
    with_headings = _share(
        asked, sentence.stems | frozenset(content_stems(sentence.passage.context, language))
    )
    asks_not = decides.denial.search(fold(question))
    if decides.denial.search(text):
        enough = own >= 0.5 and with_headings >= 0.75 and not asks_not
        it = enough and _denies(asked, text, decides.denial, lambda clause: content_stems(clause, language))
        return decides.no if it else ""
    is_prose = "\t" not in sentence.passage.text[sentence.start : sentence.end]
    enough = is_prose and len(asked) > 1 and own >= 0.75 and with_headings == 1
    return decides.yes if enough and not asks_not else ""


def _denies(
    asked: Collection[str], text: str, denial: re.Pattern[str], stems: Callable[[str], Collection[str]]
) -> bool:
    """Whether a sentence denies what was asked, and nothing beside it: "dogs are allowed, cats are not".

    Its denial must hold something of the question, and no clause without one all that the sentence holds of
    it. Two denials in one clause ("is not prohibited") leave it open.
    """
    clauses = [(len(denial.findall(part)), _share(asked, stems(part))) for part in _CLAUSES.split(text)]
    if any(denials > 1 for denials, _ in clauses):
        return False
    denied = max((share for denials, share in clauses if denials), default=0.0)
    other = max((share for denials, share in clauses if not denials), default=0.0)
    return denied > 0 and (denied >= other or other < _share(asked, stems(text)))


def _share(asked: Collection[str], held: Collection[str]) -> float:
    return sum(stem in held for stem in asked) / len(asked) if asked else 0.0
