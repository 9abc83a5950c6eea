"""A question as the retrievers see it."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from brain.languages.english import ENGLISH
from brain.languages.language import Language
from brain.languages.telling import language_of
from brain.text.amounts import AskedAmount
from brain.text.asked import Asked, asked_dates, without_dates
from brain.text.folding import fold
from brain.text.reading import Reading
from brain.text.terms import content_stems, content_words, stem, unique

# In a collection of a few passages nearly every word is in most of them, and counting tells nothing. Below
# this many, words are weighed as if passages without the question's words made up the number.
BACKGROUND = 1000
MOST_TERMS = 48  # a pasted page is searched by its first words, not by all of them


# "how long" asks for a duration, in which nothing is called long; "how heavy" for what is listed as weight.
_MEASURED = {
    **dict.fromkeys(("many", "much", "often", "frequently", "regularly", "long", "soon", "far", "fast"), ""),
    "big": "size",
    "deep": "depth",
    "expensive": "price",
    "heavy": "weight",
    "high": "height",
    "large": "size",
    "old": "age",
    "tall": "height",
    "wide": "width",
}
_MEASURE = re.compile(rf"(?<=\bhow )(?:{'|'.join(_MEASURED)})\b", re.IGNORECASE)


def _measured(text: str, language: Language) -> str:
    if language.asks:
        return language.asks.measured.sub(" ", fold(text))
    return _MEASURE.sub(lambda found: _MEASURED[found.group().lower()], text)


# What was decided, said or changed on a day is what the day's minutes say, by these words or others: they
# count next to nothing beside the date.
OF_A_DAY = 0.1
OF_A_MONTH = 0.3  # what a month counts that an answer need not name
_DECIDED = {
    "en": "agree agreement conclude decide decision resolution resolve",
    "de": """beschliessen beschlossen beschluss beschlusse entschieden entscheiden vereinbart vereinbaren""",
    "fr": "decide decider decision decisions convenu",
    "es": "decidio decidido decidir decision decisiones acordo acordado",
}
# These ask for what else was told there, too.
_DISCUSSED = {
    "en": "announce discuss discussion minute minutes",
    "de": "besprochen besprechen",
    "fr": "discute",
}
# What happened is told of a day by whatever is of it, and not only by what calls itself a meeting.
_HAPPENED = {
    "en": "change fall happen occur report",
    "de": "geschehen geschah passiert passierte geandert",
    "fr": "passe change",
    "es": "paso cambio",
}
# These say it too, beside a day; beside a month they say anything ("I go away in August").
_TOLD = {
    "en": """bring come day date do done go hold meeting met new note notes out say state talk tell topic up
        wrong""",
    "de": "gab gesagt gemacht getan los neu neues tag datum",
    "fr": "dit fait nouveau nouveautes jour date",
    "es": "dijo hizo hablo nuevo novedades dia fecha",
}


_NEW = frozenset(("new", "neu", "nouveau", "nouveaut", "novedad"))
# Not "when": what is asked for is a date then, and the month may be what is dated.
_ASKS_WHO_OR_WHAT = re.compile(
    r"\b(?:who|whom|whose|which|what|where|wer|wen|wem|wessen|welche[nrsm]?|was|wo|qui|quel(?:le)?s?|qu'|ou|quien(?:es)?"
    r"|que|cual(?:es)?|donde)\b"
)


def of_a_day(stems: Iterable[str], language: Language, *, month: bool = False) -> dict[str, float]:
    """What those of a question's stems count that any minutes of a day, or of a `month`, answer."""
    lists = (_DECIDED, _DISCUSSED, _HAPPENED) if month else (_DECIDED, _DISCUSSED, _HAPPENED, _TOLD)
    general = _stems_of(lists, language)
    return {name: OF_A_DAY for name in stems if name in general}


def _stems_of(lists: Iterable[Mapping[str, str]], language: Language) -> set[str]:
    return {stem(word, language) for words in lists for word in words.get(language.code, "").split()}


def _dates(asked: str, text: str, language: Language) -> tuple[Asked, ...]:
    """The dates that are asked about, as what is asked of them has it.

    "Since 1 March" is a stretch where the question is what was decided or changed. A month is asked for where
    it is that, too, or where somebody or something in it is: "who is on call in April?". Else it tells of the
    asker, and answers don't name it: "I'm getting married in June, do I get a day off?"
    """
    dates = asked_dates(asked, language)
    if not dates:
        return ()
    stems = frozenset(content_stems(without_dates(text, language), language))
    minutes = bool(of_a_day(stems, language, month=True))
    decided = not _stems_of((_DECIDED,), language).isdisjoint(stems)
    discussed = not _stems_of((_DISCUSSED,), language).isdisjoint(stems)
    told = bool(of_a_day(stems, language))
    found: list[Asked] = []
    for date in dates:
        if date.bound and not date.on and told and (date.event or not _NEW.isdisjoint(stems)):
            date = date.within_bound()
        bounded = date.on and date.last is not None and bool(date.bound) and told
        if date.is_long and not (minutes or bounded):
            if date.aside or not date.inside or not _ASKS_WHO_OR_WHAT.search(fold(text)):
                continue
            date = replace(date, soft=True)
        found.append(
            replace(date, minutes=minutes, meeting=decided or discussed, decision=decided and not discussed)
        )
    return tuple(found)


def asks_of_a_day(query: "Query") -> bool:
    """Whether it asks what was decided, said or new on a date."""
    return any(date.wanted for date in query.dates) and bool(of_a_day(query.stems, query.language))


@dataclass(frozen=True, slots=True)
class FromThread:
    """What a follow-up has from its thread.

    Of the question's text, `own` is what was asked now; the other words count `share` of their weight, and so
    do those of `hinted`, which aren't in the text. `fresh` are the stems that are new in the thread; `said`
    are the sentences of the last answer, as sets of stems.
    """

    own: str
    share: float
    hinted: str = ""
    fresh: frozenset[str] = frozenset()
    said: frozenset[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Query:
    """`text` stands alone; `terms` are its content words, once each; `stems` the same stemmed, in order.

    `language` is the one that the question is in: passages are read by it (`reading`).

    What a follow-up has from its thread: `lent` tells which stems are only the thread's, and what share of
    its weight each of them counts; `hints` are words of the thread that are not in `text` but weighed too;
    `fresh` are the stems that it adds to the thread, and `said` the sentences, as sets of stems, that the
    thread has just been told.

    `dates` are those that it asks about; each is a term and a stem by its name, which is the last of them.
    `same` holds, by term, the words by which the documents call the same. `amounts` are those of the asker's
    case for which something that was found holds; they are terms and stems by their names, too, at the end.
    """

    text: str
    terms: tuple[str, ...]
    stems: tuple[str, ...]
    lent: Mapping[str, float] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    fresh: frozenset[str] = frozenset()
    said: frozenset[frozenset[str]] = frozenset()
    language: Language = ENGLISH
    dates: tuple[Asked, ...] = ()
    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    amounts: tuple[AskedAmount, ...] = ()

    @classmethod
    def of(cls, text: str, thread: "FromThread | None" = None) -> "Query":
        """The query for a stand-alone question; text of function words only keeps no terms."""
        language = language_of(text)
        dates = _dates(text, text, language)
        if thread is not None:  # "and on 11 March?" asks about that day alone
            dates = _dates(thread.own, text, language) or dates
        names = [date.name for date in dates]
        bare = without_dates(text, language, months=any(date.is_stretch for date in dates)) if dates else text
        found = content_words(_measured(bare, language), language)[:MOST_TERMS] or content_words(
            bare, language
        )
        bounds = {word for date in dates if date.is_stretch for word in fold(date.bound).split()}
        found = [word for word in found if word not in bounds] + names
        stems = tuple(stem(word, language) for word in found)
        terms = tuple(unique(found))
        lent_by_date = of_a_day(stems, language) if any(date.wanted for date in dates) else {}
        lent_by_date |= {date.name: OF_A_MONTH for date in dates if date.soft}
        if thread is None:
            return cls(text, terms, stems, lent_by_date, language=language, dates=dates)
        own = frozenset(content_stems(thread.own, language)) | frozenset(names)
        hints = tuple(unique(content_words(thread.hinted, language)))[: MOST_TERMS - len(found)]
        hints = tuple(word for word in hints if stem(word, language) not in stems)
        thread_stems = (*stems, *(stem(word, language) for word in hints))
        lent = {name: thread.share for name in thread_stems if name not in own} if own else {}
        lent = {**lent, **lent_by_date}
        return cls(text, terms, stems, lent, hints, frozenset(thread.fresh), thread.said, language, dates)

    @property
    def reading(self) -> Reading:
        """How passages are read for it."""
        same = ((stem(one), stem(term)) for term, others in self.same.items() for one in others)
        return Reading.of(self.language, tuple(unique(self.stems)), self.dates, tuple(same), self.amounts)

    @property
    def weighed(self) -> tuple[str, ...]:
        """All the terms whose rarity counts."""
        return (*self.terms, *self.hints)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Neighbouring stems: words that belong together, such as `sick leav`; once each, in order.

        The order is the question's, not a set's, which differs between processes: so do sums over it.
        """
        return tuple(dict.fromkeys(pairwise(self.stems[: len(self.stems) - self._names])))

    @property
    def words(self) -> tuple[str, ...]:
        """The terms that are words, and not the names of dates or amounts."""
        return self.terms[: len(self.terms) - self._names]

    @property
    def _names(self) -> int:
        return len(self.dates) + len(self.amounts)


@dataclass(frozen=True, slots=True)
class Rarity:
    """How telling each stem of a query is: its idf over the passages that may be searched.

    `rows` passages in all. The form of the idf is Lucene's, which is never negative.
    """

    rows: int
    weights: Mapping[str, float]
    total: float = field(init=False)
    """The weight of all stems together; above 0 where there are any."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.weights.values()))

    @classmethod
    def counted(cls, query: Query, rows: int, held: Mapping[str, int]) -> "Rarity":
        """From how many passages hold each of the query's terms (by the term as written)."""
        weights: dict[str, float] = {}
        for term in query.weighed:
            holding = min(held.get(term, 0), rows)
            others = max(rows, BACKGROUND) - holding
            weight = math.log(1 + (others + 0.5) / (holding + 0.5))
            name = stem(term, query.language)
            weight *= query.lent.get(name, 1.0)
            weights[name] = min(weight, weights.get(name, math.inf))
        return cls(rows, weights)

    @property
    def unknown(self) -> float:
        """What a word weighs that no passage holds."""
        return math.log(1 + (max(self.rows, BACKGROUND) + 0.5) / 0.5) - 1e-9

    def share(self, stems: frozenset[str] | set[str]) -> float:
        """How much of the query's weight these stems hold, from 0 to 1."""
        if not self.weights:
            return 0.0
        return sum(weight for term, weight in self.weights.items() if term in stems) / self.total
