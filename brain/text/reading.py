"""In which language words are taken, and which of them may be joined with others."""

from dataclasses import dataclass
from functools import lru_cache

from brain.languages.english import ENGLISH
from brain.languages.language import Compounds, Language
from brain.text.amounts import AskedAmount
from brain.text.asked import Asked, Fit
from brain.text.dates import mentions
from brain.text.terms import content_stems

SHORTEST_PART = 4  # letters of a stem that is looked for in longer words …
SHORTEST_REST = 3  # … and of what must be left of them


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question has passages read: by its own language's stems, whatever theirs is.

    So a word meets itself in any language, and its forms in the question's. `parts` are the question's stems
    where its language joins words: a compound that begins or ends with one of them holds it, too. `dates` are
    those that the question asks about: a sentence that is of one of them holds its name. `same` are stems of
    words that mean the same as one of the question's, each with the question's: who has one has the other.
    `amounts` tell the asker's case: a sentence that holds for one has its name among its stems.
    """

    language: Language = ENGLISH
    parts: tuple[str, ...] = ()
    dates: tuple[Asked, ...] = ()
    same: tuple[tuple[str, str], ...] = ()
    amounts: tuple[AskedAmount, ...] = ()

    @classmethod
    def of(
        cls,
        language: Language,
        stems: tuple[str, ...],
        dates: tuple[Asked, ...] = (),
        same: tuple[tuple[str, str], ...] = (),
        amounts: tuple[AskedAmount, ...] = (),
    ) -> "Reading":
        """The reading for a question with these stems, dates and amounts."""
        parts = stems if language.compounds is Compounds.JOINED else ()
        return cls(language, parts, dates, same, amounts)

    def stems(self, text: str) -> list[str]:
        """Stems of the content words, in order; behind a compound, the stems that it holds."""
        found = content_stems(text, self.language)
        if self.same:
            asked = _asked(self.same)
            found = [one for stem in found for one in ((stem, asked[stem]) if stem in asked else (stem,))]
        if not self.parts:
            return found
        return [one for stem in found for one in (stem, *_parts(stem, self.parts))]

    def stems_and_dates(self, text: str) -> list[str]:
        """The same of a table's cell, with each date that is asked about by its name."""
        if not self.dates:
            return self.stems(text)
        bare, names = text, list[str]()
        for mention in reversed(mentions(text)):
            same = [date.name for date in self.dates if date.fit(mention) is Fit.SAME]
            if same:
                bare = f"{bare[: mention.start]} {bare[mention.end :]}"
                names += same
        return [*self.stems(bare), *names]


PLAIN = Reading()


@lru_cache(maxsize=1000)
def _asked(same: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return dict(same)


@lru_cache(maxsize=200_000)
def _parts(stem: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for part in parts if joined(part, stem))


def joined(part: str, whole: str) -> bool:
    """Whether the compound begins or ends with that word: `urlaub` in `urlaubsantrag`, both as stems."""
    rest = len(whole) - len(part)
    return (
        len(part) >= SHORTEST_PART
        and rest >= SHORTEST_REST
        and (whole.startswith(part) or whole.endswith(part))
    )
