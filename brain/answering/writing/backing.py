"""Whether a passage says what a model claims, and where: words, numbers, names, conditions and quotes.

Stricter than the citation check, which trusts that a sentence was taken from its place: a model writes
its own.
"""

import re
from collections.abc import Iterator

from brain.answering.citations import SUPPORT
from brain.domain import Passage
from brain.languages.telling import language_of
from brain.text.folding import fold
from brain.text.sentences import sentence_spans
from brain.text.terms import content_stems, content_words, numbers, stem

WIDEST = 3  # neighbouring sentences that may back a claim together
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b", re.IGNORECASE
)
_CONDITION = re.compile(r"\b(?:only|unless|except|excluding|if|provided|until)\b", re.IGNORECASE)
# Little words that are searched by nobody and still turn a rule around.
_TURNING = re.compile(
    r"\b(?:before|after|more|most|less|above|below|over|under|once|must|may|should|all|any|both)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[“\"]([^“”\"]{3,})[”\"]")
# Links, markup, mentions and addresses: a passage may hold them, a model may not make them.
_MARKUP = re.compile(r"[\[\]]|<[^<>\s][^<>]*>|&\w+;")
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]*:/*[^\s/]\S*|\bwww\.\S+|\S*@\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b(?:/\S*)?", re.I
)
_OF_ITSELF = re.compile(r"\b(?:as an ai|language model|i am an? (?:ai|assistant))\b", re.IGNORECASE)
_REVERSING = ("un", "in", "im", "ir", "il", "non", "non-", "dis", "de")
# What may never be put in another's place, though most of the sentence is right.
_VALUES = frozenset(
    stem(word)
    for word in """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred thousand million billion half double twice once triple quarter first second third fourth
    fifth monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december daily weekly monthly yearly annually always
    every least minimum maximum less optional mandatory""".split()
)  # fmt: skip


def backing(claim: str, passage: Passage) -> tuple[int, int] | str:
    """The stretch of the passage's text that says it (start, end), or why there is none."""
    around = f"{passage.table_header}\n{passage.context}"
    whole = f"{passage.text}\n{around}"
    if fault := _foreign(claim, whole):
        return fault
    why = "no place in the passage says it"
    best: tuple[float, int, int] | None = None
    enough = WIDEST
    for width, start, end in _places(passage.text):
        if width > enough:
            break  # a neighbour must not lend a sentence the "not" that it lacks
        share, fault = _held(claim, passage.text[start:end], around, alone=width == 1)
        if share >= SUPPORT:
            enough = width
            why = fault or why
        if not fault and (best is None or share > best[0]):
            best = (share, start, end)
    return why if best is None else best[1:]


def _places(text: str) -> Iterator[tuple[int, int, int]]:
    spans = list(sentence_spans(text))
    for width in range(1, WIDEST + 1):
        for first in range(len(spans) - width + 1):
            yield width, spans[first][0], spans[first + width - 1][1]


def _foreign(claim: str, whole: str) -> str:
    """What stands in the claim and not in the passage, and no model may bring along."""
    if _MARKUP.search(claim):
        return "it holds markup"
    if _OF_ITSELF.search(claim):
        return "it speaks of the model"
    for address in _ADDRESS.findall(claim):
        if address.strip(".,;:!?()'\"") not in whole:
            return "it names an address that is not in the source"
    flat = " ".join(whole.split())
    if any(" ".join(quoted.split()) not in flat for quoted in _QUOTED.findall(claim)):
        return "what it quotes is not in the source"
    return ""


def _held(claim: str, quote: str, around: str, *, alone: bool) -> tuple[float, str]:
    """The share of the claim's content words that the place holds, and what is wrong with it there."""
    stems = content_stems(claim)
    if not stems:
        return 0.0, "it says nothing"
    held = set(content_stems(f"{quote}\n{around}"))
    missing = {found for found in stems if found not in held and not found.isdigit()}
    share = 1 - sum(found in missing for found in stems) / len(stems)
    if unknown := numbers(claim) - numbers(f"{quote}\n{around}"):
        return share, f"its numbers are not in the source: {', '.join(sorted(unknown))}"
    if share < SUPPORT:
        return share, "its words are not in the source"
    if missing & _VALUES or _reversed(claim, quote, missing, held) or _new_names(claim, missing):
        return share, "it changes a word that matters"
    says = language_of(f"{quote} {claim}").says
    for pattern in (_NEGATION, _CONDITION, *((says.denial, says.condition) if says else ())):
        found = [bool(pattern.search(text if says is None else fold(text))) for text in (claim, quote)]
        if found[0] != found[1] or (
            any(found) and not alone
        ):  # of several sentences, whose it is can't be told
            return share, "it drops or adds a condition or a negation"
    if _turning(claim) - _turning(quote):
        return share, "it changes a word that matters"
    return share, ""


def _turning(text: str) -> set[str]:
    return {word.lower() for word in _TURNING.findall(text)}


def _reversed(claim: str, quote: str, missing: set[str], held: set[str]) -> bool:
    """Whether the claim has a word whose opposite the quote has: paid and unpaid."""

    def turned(text: str) -> Iterator[tuple[str, str]]:
        for word in content_words(text):
            for prefix in _REVERSING:
                if word.startswith(prefix):
                    yield stem(word), stem(word.removeprefix(prefix))

    return any(one in missing and other in held for one, other in turned(claim)) or any(
        other in missing for _, other in turned(quote)
    )


def _new_names(claim: str, missing: set[str]) -> bool:
    """Whether a capitalised word that doesn't open the claim is missing."""
    words = _WORD.findall(claim)[1:]
    return any(word[0].isupper() and set(content_stems(word)) & missing for word in words)
