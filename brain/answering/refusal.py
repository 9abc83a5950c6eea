"""An honest refusal in words: what was searched, and a way on."""

import re

from brain.answering.extracting.of_the_day import there_is_of
from brain.answering.nearest import NEAREST
from brain.answering.refusal_words import words_in
from brain.domain import Refusal
from brain.languages.english import ENGLISH
from brain.languages.language import Language
from brain.languages.telling import language_of
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.query import OF_A_DAY
from brain.retrieval.spelling import unknown_words
from brain.text.folding import fold
from brain.text.terms import stem, unique

LONG = 20  # content words; of so many a passage seldom holds enough
_EITHER = "“{written}” may be {days}: ask again with the name of the month."
NAMED = 3  # words that stand nowhere
_IN_DANGER = re.compile(
    r"\b(?:suicid\w*|(?:kill|hurt|harm)(?:ing)? myself|end(?:ing)? (?:my (?:own )?life|it all)|self[- ]harm"
    r"|want to die|don['’]t want to (?:live|be alive)"
    r"|suizid\w*|selbstmord\w*|(?:bringe mich|mich) um(?:bringen)?|mir das leben nehmen|nicht mehr leben"
    r"|me (?:tuer|suicider)|en finir avec la vie|mettre fin à mes jours"
    r"|matarme|suicidarme|quitarme la vida|no quiero vivir)\b",
    re.IGNORECASE,
)


def way_on(question: str, retrieved: Retrieved) -> str:
    """A sentence on what to try where nothing was found; empty where there is none better than another."""
    words = words_in(retrieved.query.language)
    if _IN_DANGER.search(question):
        return words.in_danger
    for date in retrieved.query.dates:
        if len(date.readings) > 1:
            return _EITHER.format(written=date.written, days=date.in_words)
    if (there := there_is_of(retrieved)) is not None:
        date, titles = there
        told = words.undecided if date.decision else words.of_date
        return told.format(date=words.quoted.format(word=date.written), titles=words.listed(titles))
    terms, unknown = retrieved.query.terms, unknown_words(retrieved.query, retrieved.rarity)
    if len(terms) >= LONG:
        return words.long
    if len(unknown) == len(terms) and _may_be_foreign(question, retrieved):
        return words.other_language
    dates = {date.name: date.written for date in retrieved.query.dates}
    shown = unique(
        dates.get(word) or _as_written(word, question, retrieved.query.language)
        for word in unknown
        # That something "happened" then may be told without the word.
        if len(word) > 2
        and (not dates or retrieved.query.lent.get(stem(word, retrieved.query.language), 1) > OF_A_DAY)
    )
    named = tuple(words.quoted.format(word=word) for word in shown)
    if not named or len(named) > NAMED:
        return ""
    return words.stand[len(named) > 1].format(words=words.listed(named))


def _may_be_foreign(question: str, retrieved: Retrieved) -> bool:
    language = retrieved.query.language
    if language is ENGLISH:
        return len(retrieved.query.terms) > 2 or not question.isascii()
    return not any(language_of(passage.text) is language for passage in retrieved.passages[:NEAREST])


def _as_written(word: str, question: str, language: Language) -> str:
    """A word that is not English as the person wrote it, with accents; of a part, the whole compound."""
    if language is ENGLISH:
        return word
    written = re.findall(r"[^\W_]+", question)
    return next((one for one in written if word in fold(one)), word)


def in_words(refused: Refusal, way_on: str = "", language: Language = ENGLISH) -> str:
    """What the person reads; the nearest documents are shown beneath by whoever shows it."""
    words = words_in(language, refused.reason)
    said = words.said.get(refused.reason)
    where = words.where(refused.documents_searched, refused.spaces)
    if said is None:
        return f"{words.not_found.format(where=where)} {way_on}".rstrip()
    return said.format(where=where, spaces=words.listed(refused.spaces))
