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
_SHORTEST = 4  # letters of the head; of the other part one less
_LONE = (4, 5)  # letters of both, where the first part is no word that is held
_LINKS = ("s", "es", "n", "en", "e")  # between the parts, as in Urlaub-s-antrag


def forms(terms: Sequence[str], query: Query, held: Sequence[Vocabulary]) -> Mapping[str, tuple[str, ...]]:
    """Each term with the forms of it that are held; the term itself comes first."""
    return {
        term: tuple(
            unique(
                (
                    term,
                    *(form for one in held for form in one.forms(term, query.language)),
                    *query.same.get(term, ()),
                )
            )
        )
        for term in terms
    }


def taken_apart(query: Query, held: Sequence[Vocabulary]) -> Query:
    """The query with compounds that no passage has in two words, and with those that some have in hints."""
    if query.language.compounds is not Compounds.JOINED:
        return query
    terms: list[str] = []
    hints: list[str] = []
    for term in query.words:
        if any(one.forms(term, query.language) for one in held):
            terms.append(term)
            hints += _parts(term, query, held, lone=False)
        else:
            terms += _parts(term, query, held, lone=True) or [term]
    terms += query.terms[len(query.words) :]
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


def _parts(term: str, query: Query, held: Sequence[Vocabulary], *, lone: bool) -> list[str]:
    """What stands before the head of a compound, and the head, which must be a word that is held.

    With `lone` the first part may be none: then no passage has it, which is what the evidence gate must know.
    """

    def stands(word: str) -> bool:
        return any(one.has(word, query.language) for one in held)

    heads = [at for at in range(_SHORTEST - 1, len(term) - _SHORTEST + 1) if stands(term[at:])]
    for at in heads:  # the longest first
        first = _without_link(term[:at], stands)
        if stands(first):
            return [first, term[at:]]
    alone = [at for at in heads if lone and at >= _LONE[0] and len(term) - at >= _LONE[1]]
    return [_without_link(term[: alone[0]], stands), term[alone[0] :]] if alone else []


def _without_link(word: str, stands: Callable[[str], bool]) -> str:
    bases = (word, *(word.removesuffix(link) for link in _LINKS if word.endswith(link)))
    return next((base for base in bases if len(base) > 2 and stands(base)), word)
