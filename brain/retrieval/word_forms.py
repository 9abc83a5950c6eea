"""A question's words as the documents have them: other forms, compounds, and compounds taken apart.

The keyword index stems as English does. A question in another language is therefore asked with all the
forms of its words that the searched spaces hold. Compounds are taken apart by the corpus' own words (after
Koehn and Knight 2003, "Empirical Methods for Compound Splitting"), without their counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from brain.index.vocabulary import Vocabulary
from brain.languages.language import Compounds
from brain.retrieval.query import Query
from brain.text.terms import stem, unique

PART = 0.5  # what a part of a compound counts, where the compound itself is there too
_SHORTEST = 4  # letters of a part
_LINKS = ("s", "es", "n", "en", "e")  # between the parts, as in Urlaub-s-antrag


def forms(terms: Sequence[str], query: Query, held: Sequence[Vocabulary]) -> Mapping[str, tuple[str, ...]]:
    """Each term with the forms of it that are held; the term itself comes first."""
    return {
        term: tuple(unique((term, *(form for one in held for form in one.forms(term, query.language)))))
        for term in terms
    }


def taken_apart(query: Query, held: Sequence[Vocabulary]) -> Query:
    """The query with compounds that no passage has in two words, and with those that some have in hints."""
    if query.language.compounds is not Compounds.JOINED:
        return query
    terms: list[str] = []
    hints: list[str] = []
    for term in query.terms:
        parts = _parts(term, query, held)
        if parts and not any(one.forms(term, query.language) for one in held):
            terms += parts
        else:
            terms.append(term)
            hints += parts
    stems = [stem(word, query.language) for word in terms]
    hints = [word for word in unique(hints) if stem(word, query.language) not in stems]
    lent = {stem(word, query.language): PART for word in hints}
    return replace(
        query,
        terms=tuple(unique(terms)),
        stems=tuple(stems),
        hints=(*query.hints, *hints),
        lent={**lent, **query.lent},
    )


def _parts(term: str, query: Query, held: Sequence[Vocabulary]) -> list[str]:
    """What the compound is made of; at least its head, or else what stands before it, is a word that is held.

    The other part may be none: then no passage has it, which is what the evidence gate must know.
    """

    def stands(word: str) -> bool:
        return len(word) >= _SHORTEST and any(one.forms(word, query.language) for one in held)

    places = range(_SHORTEST - 1, len(term) - _SHORTEST + 1)
    for at in places:  # the longest head first
        if stands(term[at:]):
            return [_without_link(term[:at], stands), term[at:]]
    for at in reversed(places):
        first = _without_link(term[:at], stands)
        if stands(first):
            return [first, term[at:]]
    return []


def _without_link(word: str, stands: Callable[[str], bool]) -> str:
    if stands(word):
        return word
    bases = (word.removesuffix(link) for link in _LINKS if word.endswith(link))
    return next((base for base in bases if stands(base)), word)
