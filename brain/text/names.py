"""Names, codes and numbers of a question: the words that another thing's answer doesn't answer."""

import re

from brain.languages.english import ENGLISH
from brain.languages.language import Language
from brain.text.terms import content_stems, content_words

NUMBERING = frozenset(("number", "no", "nr", "num"))
_TOKEN = re.compile(r"[^\W_](?:[\w’'./&+-]*[\w+])?")
# "E-52", "ERR1042", "SF-182", "0x80070005", "CERT_EXPIRED": not "A4", "2pm" or "SARS-CoV-2".
_CODE = re.compile(
    r"(?<![\w./-])"
    r"(?:[a-z]{1,6}[-_]?\d{2,8}[a-z]?|[a-z]{1,6}[-_]\d|0x[\da-f]{2,}|(?-i:[A-Z]{2,}(?:_[A-Z\d]+)+))"
    r"(?![\w-]|\.\w)",
    re.IGNORECASE,
)


def codes_in(question: str) -> tuple[str, ...]:
    """Codes of errors, forms and parts, as they are written: each says by itself what is asked about."""
    return tuple(dict.fromkeys(_CODE.findall(question)))


def holds_code(code: str, text: str) -> bool:
    """Whether a text has the code, in capitals or not, and not as a part of another: "e52" is "E-52"."""
    letters, number = re.fullmatch(r"(.*?)[-_]?(\d\w*|)", code).groups()  # type: ignore[union-attr]
    written = rf"{re.escape(letters)}[-_]?{number}" if number else re.escape(letters)
    return bool(re.search(rf"(?<![\w-]){written}(?![\w-])", text, re.IGNORECASE))


def names_in(question: str, language: Language = ENGLISH) -> tuple[tuple[str, ...], ...]:
    """Names as stems in order: runs of capitalised words, codes, and numbers with the word that they number.

    A capital at the beginning of a sentence tells nothing, nor do capitals where all words have one; an
    amount ("70 days", "80 euro") is no name. Where every noun has a capital (German), only words of capitals
    alone count for names.
    """
    tokens = list(_TOKEN.finditer(question))
    small = sum(token.group()[0].islower() for token in tokens)
    shouted = small < len(tokens) / 3
    runs: list[list[str]] = [[]]
    for at, token in enumerate(tokens):
        word = token.group()
        if word.isdigit() and _is_amount(tokens, at, question, language):
            runs.append([])
            continue
        if word.isdigit():
            runs[-1].extend([word] if runs[-1] else [*_numbered(tokens, at, language), word])
            continue
        opens = at == 0 or question[: token.start()].rstrip()[-1:] in (".", "?", "!", ":", "–")
        capital = (
            (word.isupper() if language.capital_nouns else word[0].isupper())
            and not shouted
            and (not opens or (word.isupper() and len(word) > 1))
        )
        capital = capital or (word[0].islower() and any(c.isupper() for c in word))  # "iPad"
        if capital or any(c.isdigit() for c in word):
            runs[-1].extend(content_stems(word, language))
        else:
            runs.append([])
    return tuple(dict.fromkeys(tuple(run) for run in runs if run))


def _numbered(tokens: list[re.Match[str]], at: int, language: Language) -> list[str]:
    """The stems of what a number numbers: "gauge number" of "gauge number 7"."""
    first = at - 1
    if first > 0 and tokens[first].group().lower() in NUMBERING:
        first -= 1
    return [stem for token in tokens[max(0, first) : at] for stem in content_stems(token.group(), language)]


def _is_amount(tokens: list[re.Match[str]], at: int, question: str, language: Language) -> bool:
    """Whether a number counts or measures what follows it."""
    if question[: tokens[at].start()][-1:] in ("€", "$", "£"):
        return True
    if at and tokens[at - 1].group().lower() in NUMBERING:
        return False
    following = tokens[at + 1].group() if at + 1 < len(tokens) else ""
    return question[tokens[at].end() :].lstrip()[:1] in ("%", "€") or (
        following[:1].islower() and bool(content_words(following, language))
    )
