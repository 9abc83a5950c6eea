"""Letters that stand for words, read as the documents write them: "AHP" for "allied health professionals"."""

import re
from collections.abc import Container, Iterable

from brain.text.terms import STOPWORDS, fold

SHORTEST = 2  # letters
_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"(?<![\w’'.@/-])[A-Za-z]{2,6}(?![\w’'@/-]|\.\w)")
_ROW = re.compile(r"^(?P<short>[^\t\n]{2,12})\t(?P<long>[^\t\n]{4,80})(?:\t|$)", re.MULTILINE)


def spelled_out(question: str, unknown: Container[str], texts: Iterable[str]) -> str:
    """The question with its abbreviations written out as one of the texts does; as it is where none does.

    A text does so in a row of a glossary; where no passage holds the letters (`unknown`, folded), words that
    begin with them will do. Letters that documents use themselves are found as they are: to write out "MERS"
    by the paper that says "Middle East respiratory syndrome (MERS)" answered worse.
    """
    read = list(texts)
    found: dict[str, str] = {}
    for token in _TOKEN.finditer(question):
        bare = _bare(token)
        if bare in STOPWORDS or bare in found or len(bare) < SHORTEST:
            continue
        letters = bare.upper()
        found[bare] = next((form for text in read if (form := _in_glossary(letters, text))), "")
        if not found[bare] and fold(bare) in unknown:
            found[bare] = next((form for text in read if (form := _initialled(letters, text))), "")
    return _TOKEN.sub(lambda token: found.get(_bare(token)) or token.group(), question)


def _bare(token: re.Match[str]) -> str:
    """The letters without the ending of a plural: `CD` of "CDs"."""
    text = token.group()
    return text[:-1] if text[-1] == "s" and text[:-1].isupper() and len(text) > SHORTEST else text


def _in_glossary(letters: str, text: str) -> str:
    """What a row of the text says that the letters stand for: `CD` and `Controlled drug` beside it."""
    for row in _ROW.finditer(text):
        if row["short"].strip() == letters:
            words = re.split(r"[,;(]|\. | – ", row["long"])[0].strip()
            # A row may explain instead of writing out.
            return words if words and fold(words[0]) == fold(letters[0]) else ""
    return ""


def _initialled(letters: str, text: str) -> str:
    """Words in a row of the text that begin with these letters, the first of them with a capital."""
    if len(letters) <= SHORTEST:
        return ""  # any two words would do
    words = list(_WORD.finditer(text))
    first = letters[0]
    for at, word in enumerate(words):
        if word.group()[0] != first:
            continue
        for end in range(at + len(letters), min(len(words), at + 2 * len(letters)) + 1):
            run = words[at:end]
            between = text[run[0].start() : run[-1].end()]
            if re.search(r"[^\w\s&-]|\d", between) or "\n" in between or "\t" in between:
                break
            if _spell(letters, [w.group() for w in run]):
                return between
    return ""


def _spell(letters: str, words: list[str]) -> bool:
    """Whether the words begin with the letters in order; little words may be passed over, not at the ends."""
    at = 0
    for word in words:
        if at < len(letters) and fold(word[0]) == fold(letters[at]):
            at += 1
        elif fold(word) not in STOPWORDS:
            return False
    return at == len(letters) and fold(words[-1][0]) == fold(letters[-1])
