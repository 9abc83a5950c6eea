"""Which language a question is in, told by its little words."""

from functools import lru_cache

from brain.languages.english import ENGLISH
from brain.languages.french import FRENCH
from brain.languages.german import GERMAN
from brain.languages.language import Language
from brain.languages.others import DANISH, DUTCH, ITALIAN, POLISH, PORTUGUESE, SWEDISH
from brain.languages.spanish import SPANISH
from brain.text.folding import fold, pieces

LANGUAGES = (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, DUTCH, PORTUGUESE, SWEDISH, DANISH, POLISH)
_LOOKED_AT = 200  # words


@lru_cache(maxsize=4096)
def language_of(text: str) -> Language:
    """The language whose little words the text has most of, each counted once; English where none has more.

    Between languages that are not English, letters decide where words don't. A question of names and
    keywords only ("Resturlaub Frist?") tells no language and is taken for English.
    """
    found = frozenset(pieces(fold(text))[:_LOOKED_AT])
    low = text.lower()

    def likeness(language: Language) -> tuple[int, int]:
        letters = sum(letter in low for letter in language.letters)
        return _little_words(found, language), letters

    best = max(LANGUAGES[1:], key=likeness)
    return best if _little_words(found, best) > _little_words(found, ENGLISH) else ENGLISH


def _little_words(found: frozenset[str], language: Language) -> int:
    return len(found & language.function_words) + len(found & language.also_known_by)
