"""Whether a passage says what a model claims, and where: words, numbers, names, conditions and quotes.

Stricter than the citation check, which trusts that a sentence was taken from its place: a model writes
its own.
"""

import re
from collections.abc import Iterator

from brain.answering.citations import SUPPORT
from brain.answering.writing.figures import held_figures, misplaced
from brain.answering.writing.table_row import is_light, spoken_of
from brain.domain import Passage
from brain.languages.language import Language
from brain.languages.telling import language_of
from brain.text.folding import fold
from brain.text.sentences import sentence_spans
from brain.text.terms import content_stems, content_words, stem

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
    every least minimum maximum less optional mandatory yes""".split()
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
    for width, start, end in _places(passage):
        if width > enough:
            break  # a neighbour must not lend a sentence the "not" that it lacks
        share, fault = _held(claim, passage, start, end, alone=width == 1)
        if share >= SUPPORT:
            enough = width
            why = fault or why
        if not fault and (best is None or share > best[0]):
            best = (share, start, end)
    return why if best is None else best[1:]


def _places(passage: Passage) -> Iterator[tuple[int, int, int]]:
    """Sentences, then neighbours together; a table's row stands alone, and its header says nothing."""
    spans = list(sentence_spans(passage.text))
    rows = ["\t" in passage.text[start:end] for start, end in spans]
    for width in range(1, WIDEST + 1):
        for first in range(len(spans) - width + 1):
            start, end = spans[first][0], spans[first + width - 1][1]
            if width > 1 and any(rows[first : first + width]):
                continue
            if passage.text[start:end] != passage.table_header:
                yield width, start, end


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


def _held(claim: str, passage: Passage, start: int, end: int, *, alone: bool) -> tuple[float, str]:
    """The share of the claim's content words that the place holds, and what is wrong with it there."""
    quote = passage.text[start:end]
    around = f"{passage.table_header}\n{passage.context}"
    language = language_of(f"{quote} {claim}")

    def stems(text: str) -> list[str]:
        return content_stems(text, language)

    said = stems(claim)
    if not said:
        return 0.0, "it says nothing"
    told, beside, label, row = quote, around, "", "\t" in quote
    if row:
        rows = [line for line in passage.text.split("\n") if "\t" in line and line != passage.table_header]
        spoken = spoken_of(claim, quote, rows, passage.table_header, stems)
        if spoken.fault:
            return _share(said, set(stems(f"{quote}\n{around}"))), spoken.fault
        told, label = spoken.text, spoken.label
        beside = passage.context if spoken.by_column else around
    figures = held_figures(claim, told, beside)
    written_otherwise = {found for word in figures.words for found in stems(word)}
    held = set(stems(f"{told}\n{around}")) | written_otherwise
    missing = {found for found in said if found not in held and not found.isdigit()}
    share = _share(said, held, light=row)
    if figures.fault:
        return share, figures.fault
    if share < SUPPORT:
        return share, "its words are not in the source"
    if not set(said) & (set(stems(told)) | written_otherwise):
        return 0.0, "no place in the passage says it"  # only the heading has its words
    if missing & _VALUES or _reversed(claim, told, missing, held) or _new_names(claim, missing):
        return share, "it changes a word that matters"
    if misplaced(claim, told, stems):
        return share, "it gives a figure for something else"
    # What is not known to be about other columns is about all of them.
    turning = quote if row and any(not is_light(one) for one in missing) else told.removeprefix(label)
    return share, _turned(claim, turning, language, alone=alone)


def _share(said: list[str], held: set[str], *, light: bool = False) -> float:
    """Of the claim's words those that are held; of a row's, its light verbs don't count."""
    counted = [found for found in said if found in held or not (light and is_light(found))]
    return sum(found in held or found.isdigit() for found in counted) / len(counted) if counted else 0.0


def _turned(claim: str, quote: str, language: Language, *, alone: bool) -> str:
    """Whether a little word turns the claim around: a negation, a condition, an order, a limit."""
    says = language.says
    for pattern in (_NEGATION, _CONDITION, *((says.denial, says.condition) if says else ())):
        found = [bool(pattern.search(text if says is None else fold(text))) for text in (claim, quote)]
        # Of several sentences, whose it is can't be told.
        if found[0] != found[1] or (any(found) and not alone):
            return "it drops or adds a condition or a negation"
    if _turning(claim) - _turning(quote):
        return "it changes a word that matters"
    if says and set(says.turning.findall(fold(claim))) - set(says.turning.findall(fold(quote))):
        return "it changes a word that matters"
    return ""


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
    """Whether a capitalised word that doesn't open the claim is missing, or a code such as T20."""
    if any(char.isdigit() for word in missing for char in word):
        return True
    words = _WORD.findall(claim)[1:]
    return any(word[0].isupper() and set(content_stems(word)) & missing for word in words)
