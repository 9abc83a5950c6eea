"""Which language a question is in, told by its little words."""

from functools import lru_cache

from brain.languages.english import ENGLISH
from brain.languages.french import FRENCH
from brain.languages.german import GERMAN
from brain.languages.language import Language, words_of
from brain.languages.others import DANISH, DUTCH, ITALIAN, POLISH, PORTUGUESE, SWEDISH
from brain.languages.spanish import SPANISH
from brain.text.folding import fold, pieces

LANGUAGES = (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, DUTCH, PORTUGUESE, SWEDISH, DANISH, POLISH)
_LOOKED_AT = 200  # words
# Words of theirs that are English words, too, or names and abbreviations in English: "dog policy?" is not
# Danish, "PO number?" not Polish, and "EU font licence" not French. By themselves they tell nothing …
_ENGLISH_TOO = words_of(
    """ab ad af ai al ale alla also am an ante ao as at au av bah bar ben bin bis bli bo by c car ce
    ces co col com come d da dal dan dank dar dei del die dig din do doe dog dont door dove end eu fa
    far fare fin fino foi font for fran fur go gut ha hab had hai ham hans has hat hay he her hin
    ho hon hos i im in ins is j ja jest kim l la li lub m ma mam man mange mar me men
    met min morgen my n ne ned nem net non not od of on op or os over pa par per plus po pod
    pode pro qual sans sea ser sin sit so solo som son sto sue t ta tag til to ton
    tot touche tour tout ud under up us va van ver vi via vid von vu want war was we who will wit yo"""
)
# … and of these it takes two: they stand in names and abbreviations only ("Las Vegas", "EN 45").
_IN_NAMES = words_of(
    """algo als che chi ci como con cual dans das de dem den der des di dir dit dos du e een el ela elle em
    en er era es esa eso est este et faire fait fra gab ge gilt han hem hoe hun ich ik il io isso ist je
    jo juz kan kun lang las le lei les lo los mag mal mas med meer mes meu mi mia mie mig mir mis mit
    mon mot mus na nad nam nas ni noi nos num nun o ob og om ont ou ous para pas pero peu poco por posso
    pour pues qua que qui s sa se sem ses seu si sia sie sig sono soy sta su sua suis sur sus tak tal
    tam tan te tej tel tem ten ter ti tra tras tu tua tun tym u um un una uno ut var vil voi vor vos voy
    w wat wel wen wie wir wo y ya z za ze zu zum"""
)
_CERTAIN = 2
_MARKS = "¿¡"  # no other language has them


@lru_cache(maxsize=4096)
def language_of(text: str) -> Language:
    """The language whose little words the text has most of, each counted once; English where none has more.

    They must be telling, too. Between languages that are not English, letters decide where words don't. A
    question of names and keywords only ("Resturlaub Frist?") tells no language and is taken for English.
    """
    found = frozenset(pieces(fold(text))[:_LOOKED_AT])
    low = text.lower()

    def likeness(language: Language) -> tuple[bool, int, int]:
        words = found & (language.function_words | language.also_known_by)
        letters = {letter for letter in language.letters if letter in low}
        return _telling(words, letters) >= _CERTAIN, len(words), len(letters)

    best = max(LANGUAGES[1:], key=likeness)
    tells, words, _ = likeness(best)
    english = len(found & (ENGLISH.function_words | ENGLISH.also_known_by))
    return best if tells and words > english else ENGLISH


def _telling(words: frozenset[str], letters: set[str]) -> int:
    """How sure words and letters make it that a text is not English."""
    foreign = words - ENGLISH.function_words - ENGLISH.also_known_by - _ENGLISH_TOO
    marks = _CERTAIN * any(mark in letters for mark in _MARKS)
    return _CERTAIN * len(foreign - _IN_NAMES) + len(foreign & _IN_NAMES) + marks + bool(letters)
