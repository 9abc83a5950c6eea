"""The words between two sentences that don't agree, in the languages that citewise speaks."""

from dataclasses import dataclass

from brain.languages.english import ENGLISH
from brain.languages.french import FRENCH
from brain.languages.german import GERMAN
from brain.languages.language import Language
from brain.languages.spanish import SPANISH


@dataclass(frozen=True, slots=True)
class _Words:
    older: str
    other: str
    inside: str


_ENGLISH = _Words(
    "An older document says otherwise:",
    "Another document says otherwise:",
    "The same document says otherwise elsewhere:",
)
_WORDS = {
    ENGLISH: _ENGLISH,
    GERMAN: _Words(
        "Ein älteres Dokument sagt etwas anderes:",
        "Ein anderes Dokument sagt etwas anderes:",
        "Dasselbe Dokument sagt an anderer Stelle etwas anderes:",
    ),
    FRENCH: _Words(
        "Un document plus ancien dit autre chose :",
        "Un autre document dit autre chose :",
        "Le même document dit autre chose ailleurs :",
    ),
    SPANISH: _Words(
        "Un documento más antiguo dice otra cosa:",
        "Otro documento dice otra cosa:",
        "El mismo documento dice otra cosa en otro lugar:",
    ),
}


def leads_in(language: Language, *, inside: bool, older: bool) -> str:
    """What goes before the sentence that is told second; English where the language has none.

    `inside`: both are of one document. `older`: what comes second is the older of both.
    """
    words = _WORDS.get(language, _ENGLISH)
    return words.inside if inside else words.older if older else words.other
