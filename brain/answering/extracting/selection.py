"""Which sentences answer: every sentence of the best passages, scored by what it shares with the question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from brain.answering.extracting.cleaning import without_marks
from brain.answering.extracting.definition import Definition, Saying, definition
from brain.answering.extracting.instructions import instructs
from brain.answering.extracting.question_kind import QuestionKind, Wants, core
from brain.answering.extracting.typed import gives_reason, names_number, names_time
from brain.domain import Passage
from brain.languages.language import Language
from brain.languages.telling import LANGUAGES
from brain.retrieval.fusion import Candidate
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.lexical import names_held, telling_names
from brain.retrieval.query import Query
from brain.text.analysis import AnalysedPassage, analyse
from brain.text.reading import PLAIN, Reading
from brain.text.terms import STOPWORDS, words

PASSAGES = 6  # the best, whose sentences are scored


@dataclass(frozen=True, slots=True)
class SentenceWeights:
    """How much each signal of a sentence counts. Found by search on the development sets, then rounded."""

    words: float = 0.5  # the question's words that it holds, by rarity
    words_around: float = 0.55  # … counting neighbours' words too
    words_above: float = 0.1  # … counting title and headings too
    row_above: float = 0.6  # what a word in a table's title or header counts for each of its rows …
    unnamed: float = -0.6  # lacks a number or name that no other thing's answer can stand for
    fresh_above: float = 0.6  # … and a word that a follow-up adds, for the sentences under a heading with it
    passage: float = 0.75  # its passage's score, less the best passage's
    best_passage: float = 0.2
    phrase: float = 0.4  # the question's word pairs that it holds
    right_type: float = 0.35  # a number, time or name where one is asked for
    reason: float = 0.2
    enumeration: float = 0.3  # commas, where a list is asked for
    defines: float = 1.0  # says what the thing is, where that is asked
    instructs: float = 0.25  # tells what to do, where that is asked
    names: float = 0.7  # … or what its letters stand for
    long: float = -0.3  # words past fifty, in fifties
    short: float = -0.2  # under five words
    leads_in: float = -0.4  # ends with a colon
    unreadable: float = -0.15  # code, menus and scraps: marks everywhere, or words without function words
    echo: float = -0.8  # holds next to nothing that the question doesn't
    said: float = -0.6  # was the answer just before, and holds little of what a follow-up adds


_WEIGHTS = SentenceWeights()


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of a passage: its place (`passage.text[start:end]`), rank of its passage, and score.

    `named` is the share of the question's telling names that stand in it or beside or above it; `defines`
    is true where it says what the thing is that the question asks to have explained.
    """

    passage: Passage
    rank: int
    number: int
    start: int
    end: int
    text: str
    stems: frozenset[str]
    score: float
    named: float = 1.0
    defines: bool = False


_FUNCTION_WORDS = frozenset[str]().union(*(language.function_words for language in LANGUAGES))
_NAME = re.compile(r"[a-z,:;] [A-Z][a-z]")  # a capital inside a sentence: of a person or place, in English


@dataclass(frozen=True, slots=True)
class _Criteria:
    """What every sentence is held against: the question's kind, what it asks to have explained, its names."""

    retrieved: Retrieved
    kind: QuestionKind
    definition: Definition | None
    names: Sequence[tuple[str, ...]]

    @property
    def measured(self) -> bool:
        """Whether a number or a time is asked for: "on the 18th" is no echo then, short as it is."""
        return self.kind.wants in (Wants.NUMBER, Wants.TIME)


@dataclass(frozen=True, slots=True)
class _Scored:
    """A passage whose sentences are scored; its score lies so far `behind` the best passage's (0 or less)."""

    passage: Passage
    rank: int
    behind: float
    analysed: AnalysedPassage
    columns: frozenset[str]  # stems of a table's header

    def text(self, number: int) -> str:
        """A sentence as it stands in the passage."""
        sentence = self.analysed.sentences[number]
        return self.passage.text[sentence.start : sentence.end]

    def answering(self) -> list[int]:
        """The sentences that may be an answer: none of another date or amount than is asked, no headings.

        A title or heading that stands in the text once more is one where nothing else does.
        """
        found = [
            number
            for number, sentence in enumerate(self.analysed.sentences)
            if not sentence.elsewhen
            and not (self.passage.table_header and self.text(number) == self.passage.table_header)
        ]
        return [number for number in found if not self._is_heading(number)] or found

    def _is_heading(self, number: int) -> bool:
        words_above = self.analysed.sentences[number].stem_set <= self.analysed.context
        return words_above and is_label(self.text(number))

    def surroundings(self, number: int) -> "_Surroundings":
        """The words of a sentence, and of what stands around it."""
        sentences, is_row = self.analysed.sentences, "\t" in self.text(number)
        own = sentences[number].stem_set
        return _Surroundings(
            # A cell says what its column is called: "3 years" under "Warranty".
            own | self.columns if is_row else own,
            sentences[number - 1].stem_set if number else frozenset(),
            sentences[number + 1].stem_set if number + 1 < len(sentences) else frozenset(),
            self.analysed.context,
            is_row,
        )


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """The stems of a sentence, of its neighbours, and of the title and headings `above` it."""

    own: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]
    above: frozenset[str]
    is_row: bool


def scored_sentences(retrieved: Retrieved, kind: QuestionKind) -> list[ScoredSentence]:
    """All sentences of the best passages, best first."""
    query = retrieved.query
    names = telling_names(query, retrieved.rarity)
    criteria = _Criteria(retrieved, kind, definition(core(query.text)), names)
    candidates = _read(retrieved, criteria.definition)
    found: list[ScoredSentence] = []
    for rank, candidate in enumerate(candidates):
        passage, behind = candidate.passage, candidate.score - candidates[0].score
        columns = stems_of(passage.table_header, query.reading)
        scored = _Scored(passage, rank, behind, analyse(passage, query.reading), columns)
        found += [_score(criteria, scored, number) for number in scored.answering()]
    return sorted(found, key=lambda s: (-s.score, s.rank, s.number))


def _score(criteria: _Criteria, of: _Scored, number: int) -> ScoredSentence:
    """A sentence with the sum of its signals, each by its weight."""
    sentence, query = of.analysed.sentences[number], criteria.retrieved.query
    text = without_marks(of.text(number))
    length = len(text.split())
    typed, defined = _by_type(criteria.kind, text), _by_definition(criteria.definition, text)
    named = names_held(criteria.retrieved.rarity, of.analysed, number, criteria.names)
    is_echo = not (criteria.measured and typed) and len(sentence.stem_set - set(query.stems)) < 2
    just_said = _just_said(query, sentence.stems, of.analysed.context, typed > 0)
    score = (
        _WEIGHTS.passage * of.behind
        + _WEIGHTS.best_passage * (of.rank == 0)
        + _WEIGHTS.long * max(0, length - 50) / 50
        + _WEIGHTS.short * (length < 5)
        + _WEIGHTS.leads_in * text.endswith(":")
        + _WEIGHTS.unreadable * is_unreadable(text, query.language)
        + _by_words(criteria.retrieved, of.surroundings(number))
        + _WEIGHTS.phrase * _pairs_held(criteria.retrieved, sentence.stems)
        + typed
        + defined
        + _WEIGHTS.unnamed * (1 - named)
        + _WEIGHTS.echo * is_echo
        + _WEIGHTS.said * just_said
    )
    return ScoredSentence(
        passage=of.passage,
        rank=of.rank,
        number=number,
        start=sentence.start,
        end=sentence.end,
        text=text,
        stems=sentence.stem_set,
        score=score,
        named=named,
        defines=defined > 0,
    )


def _read(retrieved: Retrieved, asked: Definition | None) -> list[Candidate]:
    """The best passages, and of the others those that say what the thing is, where that is asked."""
    best, others = list(retrieved.candidates[:PASSAGES]), retrieved.candidates[PASSAGES:]
    if asked is None:
        return best
    return best + [c for c in others if _by_definition_anywhere(asked, c.passage)]


def _by_definition_anywhere(asked: Definition, passage: Passage) -> bool:
    return any(
        asked.said_by(passage.text[sentence.start : sentence.end]) for sentence in analyse(passage).sentences
    )


def _by_definition(asked: Definition | None, text: str) -> float:
    match asked and asked.said_by(text):
        case Saying.DEFINED:
            return _WEIGHTS.defines
        case Saying.NAMED:
            return _WEIGHTS.names
        case _:
            return 0.0


def _by_words(retrieved: Retrieved, around: _Surroundings) -> float:
    """How much of the question a sentence says, by rarity: itself, with its neighbours, and with headings."""
    rarity = retrieved.rarity
    if not rarity.total:
        return 0.0
    inside_weight = beside_weight = above_weight = 0.0
    for stem, weight in rarity.weights.items():
        inside, above, before = stem in around.own, stem in around.above, stem in around.before
        fresh_share = _WEIGHTS.fresh_above * (stem in retrieved.query.fresh)
        above_share = _WEIGHTS.row_above if around.is_row else fresh_share
        held = 1.0 if inside else above_share if above else 0.0
        # A row's neighbours tell of other things.
        beside = 0.0 if around.is_row else 0.5 if before else 0.25 if stem in around.after else 0.0
        inside_weight += weight * held
        beside_weight += weight * max(held, beside)
        above_weight += weight * (1.0 if inside or above else 0.5 if before else 0.0)
    held_weight = (
        _WEIGHTS.words * inside_weight
        + _WEIGHTS.words_around * beside_weight
        + _WEIGHTS.words_above * above_weight
    )
    return held_weight / rarity.total


def _pairs_held(retrieved: Retrieved, stems: tuple[str, ...]) -> float:
    """The share of the question's word pairs that are pairs here; those lent by the thread count less."""
    lent = retrieved.query.lent
    worth = {(a, b): min(lent.get(a, 1.0), lent.get(b, 1.0)) for a, b in retrieved.query.pairs}
    total = sum(worth.values())
    return sum(worth.get(pair, 0.0) for pair in dict.fromkeys(pairwise(stems))) / total if total else 0.0


def _just_said(query: Query, stems: tuple[str, ...], above: frozenset[str], right_type: bool) -> bool:
    """Whether the person has just read this and asks on; "until when?" may well be answered by it again."""
    own = frozenset(stems)
    if not any(len(told - above) > 1 and told - above <= own for told in query.said):
        return False
    if not query.fresh:
        return not right_type
    pairs = {pair for pair in query.pairs if query.fresh.issuperset(pair)}
    return not query.fresh <= set(stems) or (bool(pairs) and not pairs & set(pairwise(stems)))


def _by_type(kind: QuestionKind, text: str) -> float:
    match kind.wants:
        case Wants.NUMBER:
            return _WEIGHTS.right_type * names_number(text, kind.language)
        case Wants.TIME:
            return _WEIGHTS.right_type * names_time(text, kind.language)
        case Wants.PERSON | Wants.PLACE:
            named = not kind.language.capital_nouns and _NAME.search(text)
            return _WEIGHTS.right_type / 2 * bool(named)
        case Wants.REASON:
            return _WEIGHTS.reason * gives_reason(text, kind.language)
        case Wants.STEPS:
            return _WEIGHTS.instructs * instructs(text)
        case Wants.LIST:
            return _WEIGHTS.enumeration * min(text.count(","), 4) / 4
        case _:
            return 0.0


def is_label(text: str) -> bool:
    """Whether it is no sentence: words without a function word of any language among them, and no row."""
    return "\t" not in text and _FUNCTION_WORDS.isdisjoint(words(text))


def is_unreadable(text: str, language: Language) -> bool:
    """Whether it is code, a menu or a scrap: marks everywhere, or words without function words."""
    if "\t" in text:
        return False
    if sum(mark in "{}[]<>=_|;\\" for mark in text) > 0.04 * len(text):
        return True
    found = words(text)
    # English prose has about two function words in five; the leanest sentences have one in six.
    return (
        len(found) >= 8
        and sum(word in STOPWORDS or word in language.function_words for word in found) < len(found) / 8
    )


def new_share(sentence: ScoredSentence, said: frozenset[str]) -> float:
    """How much of a sentence the answer does not say yet, from 0 to 1."""
    return len(sentence.stems - said) / len(sentence.stems) if sentence.stems else 0.0


def stems_of(text: str, reading: Reading = PLAIN) -> frozenset[str]:
    """The content stems of a text."""
    return frozenset(reading.stems(text))
