"""The extractive answerer: chooses, trims and joins the documents' own sentences. It never invents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from brain.answering.draft import Draft, DraftSentence, Form
from brain.answering.extracting.cleaning import ended, without_marks
from brain.answering.extracting.leaning import needed, rule_before
from brain.answering.extracting.likelihood import likelihood
from brain.answering.extracting.likeness import by_likeness
from brain.answering.extracting.of_the_day import of_the_day, of_the_whole_day, rows_of_the_time
from brain.answering.extracting.question_kind import QuestionKind, Wants, core, kind_of
from brain.answering.extracting.selection import (
    ScoredSentence,
    new_share,
    scored_sentences,
    stems_of,
)
from brain.answering.extracting.shown import as_told, dated, follows_well, form_of, stands_alone
from brain.answering.extracting.sought import sought
from brain.answering.extracting.yes_no import verdict
from brain.evidence import SURE, Evidence
from brain.languages.english import ENGLISH
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.query import Query, asks_of_a_day
from brain.text.pronouns import points_back
from brain.text.steps import is_step, steps_around


@dataclass(frozen=True, slots=True)
class Lengths:
    """How much is said: sentences and words at most, and what makes a further sentence worth saying."""

    narrow_sentences: int = 1  # a number, a time, a name …
    narrow_elsewhere: int = 2  # … asked in a language that the embedder doesn't know: it may be the second
    fact_sentences: int = 3
    verdict_sentences: int = 2
    broad_sentences: int = 4
    words: int = 75  # that a further sentence may bring the answer to
    margin: float = 0.3  # how far its score may lie behind the best sentence's …
    adjacent_bonus: float = 0.15  # … if it doesn't stand beside a chosen one …
    same_passage_bonus: float = 0.2  # … or in the best one's passage …
    other_document: float = -0.1  # … and less far in another document …
    beside_definition: float = -0.5  # … above all where the best one says what a thing is
    new: float = 0.4  # the share of its words that must not have been said yet
    items: int = 8  # of a list that a sentence with a colon opens
    step_words: int = 160  # of a numbered list that says how something is done
    steps_bonus: float = 0.3  # how far behind the best passage one with such a list may lie to be the answer
    rival: bool = True  # whether an unsure answer tells what another passage says best, too


SAID_ABOVE = 0.5  # the share of the question that a table's title and header say where all of it is asked for
NAMED = 0.5  # the share of the question's names that the best sentence must have about it
STEPS_AMONG = 3  # of the best passages


@dataclass(frozen=True, slots=True)
class _Choice:
    """The sentences that answer, what is said beneath them, and the chance that they do, if it is known."""

    sentences: Sequence[ScoredSentence]
    notes: tuple[str, ...]
    likely: float | None


class ExtractiveAnswerer:
    """One to four sentences of the best passages: the best is chosen first, all are set in reading order."""

    def __init__(self, lengths: Lengths | None = None) -> None:
        self._lengths = lengths or Lengths()

    def write(self, evidence: Evidence) -> Draft:
        """The draft; without sentences where no passage holds any."""
        if evidence.quoted is not None:
            return evidence.quoted
        retrieved, query = evidence.retrieved, evidence.retrieved.query
        kind = kind_of(query.text)
        ranked = of_the_day(by_likeness(sentences_by_words(retrieved), retrieved), retrieved)
        if not any(sentence.named >= NAMED for sentence in ranked):
            return Draft((), declined=bool(query.dates))  # all of it is about other things
        if kind.wants is not Wants.LIST and _is_strange_row(_best(ranked), retrieved):
            return Draft(())
        likely = likelihood(ranked, retrieved)
        if kind.wants is Wants.STEPS and (steps := self._steps(retrieved, ranked)):
            return replace(steps, likely=likely)
        if kind.wants in (Wants.FACT, Wants.LIST) and asks_of_a_day(query):
            chosen, notes = of_the_whole_day([one for one in ranked if follows_well(one)] or ranked, query)
            choice = _Choice(_without_scraps(chosen), notes, None)  # what leads then is the day
        else:
            chosen, notes = rows_of_the_time(ranked, _best(ranked), query)
            choice = _Choice(chosen or self._chosen(ranked, kind), notes, likely)
        return self._told(choice, ranked, query, kind)

    def _told(
        self, choice: "_Choice", ranked: Sequence[ScoredSentence], query: Query, kind: QuestionKind
    ) -> Draft:
        """The chosen sentences in order, with yes or no before them, and a rival's where it is unsure."""
        chosen, notes, likely = choice.sentences, choice.notes, choice.likely
        # What a thing is comes first; the rest in reading order.
        ordered = sorted(chosen, key=lambda s: (not s.defines, s.rank, s.number))
        said = verdict(core(query.text), chosen) if kind.wants is Wants.YES_NO else ""
        if said:  # the sentence that says so comes next, unless it leans on the one before it
            ordered.sort(key=lambda s: points_back(s.text) or not verdict(core(query.text), [s]))
        told = as_told(ordered, query)
        if not _counted(query, told):
            return Draft(())
        unsure = likely is not None and likely < SURE
        if len(chosen) == 1 and not unsure and (rule := rule_before(chosen[0], ranked, query)):
            told = as_told([rule, *ordered], query)
        if unsure and self._lengths.rival and kind.wants is not Wants.LIST:
            rival, left = self._rival(ranked, chosen, query, said)
            told, notes = as_told([*ordered, *rival], query), notes or left
            if said and _denies(rival, said, query):
                said = ""  # one says yes and one no: whoever reads them has to tell
        if kind.wants is Wants.TIME:
            told = [dated(sentence, kind) for sentence in told]
        return Draft(tuple(told), said, notes=notes, likely=likely)

    def _steps(self, retrieved: Retrieved, ranked: Sequence[ScoredSentence]) -> Draft | None:
        """The best passage's numbered list, from its first step on, where it holds one."""
        best: dict[int, float] = {}
        for at, candidate in enumerate(retrieved.candidates[:STEPS_AMONG]):
            bonus = self._lengths.steps_bonus * any(
                s.rank == at and is_step(s.passage, s.start) for s in ranked
            )
            best[at] = candidate.score + bonus
        rank = max(best, key=lambda at: (best[at], -at))
        step = next((s for s in ranked if s.rank == rank and is_step(s.passage, s.start)), None)
        if step is None:
            return None
        document = step.passage.source.document_id
        known = {p.id: p for p in retrieved.beside if p.source.document_id == document}
        passages = sorted({**known, step.passage.id: step.passage}.values(), key=lambda p: p.ordinal)
        found = steps_around(passages, step.passage.id, step.start)
        if found is None or len(found.steps) < 2:
            return None
        told: list[DraftSentence] = []
        words = 0
        for one in found.steps:
            text = f"{one.number}. {ended(without_marks(one.passage.text[one.start : one.end]))}"
            words += len(text.split())
            if len(told) > 1 and words > self._lengths.step_words:
                break
            told.append(DraftSentence(text, one.passage, one.start, one.end, Form.STEP))
        left = len(found.steps) - len(told)
        return Draft(tuple(told), more_steps=left if found.ended else 0)

    def _chosen(self, ranked: Sequence[ScoredSentence], kind: QuestionKind) -> list[ScoredSentence]:
        best, most = _best(ranked), self._most(kind)
        places = {(s.rank, s.number): s for s in ranked}
        chosen = [best, *needed(best, places, self._lengths.items)]
        if form_of(best) is Form.ROW and kind.wants is not Wants.LIST:
            most = 1  # other rows tell of other things
        while len(chosen) < most:
            follower = self._next(ranked, chosen)
            if follower is None:
                break
            chosen.append(follower)
        leant_on = [
            one for s in chosen[1:] if points_back(s.text) for one in needed(s, places, self._lengths.items)
        ]
        chosen += [one for one in dict.fromkeys(leant_on) if one not in chosen]
        return _without_scraps(chosen)

    def _most(self, kind: QuestionKind) -> int:
        if kind.wants is Wants.YES_NO:
            return self._lengths.verdict_sentences
        if kind.wants is Wants.FACT and kind.narrow:
            return self._lengths.fact_sentences
        if kind.narrow:
            english = kind.language is ENGLISH
            return self._lengths.narrow_sentences if english else self._lengths.narrow_elsewhere
        return self._lengths.broad_sentences

    def _rival(
        self, ranked: Sequence[ScoredSentence], chosen: Sequence[ScoredSentence], query: Query, yes_no: str
    ) -> tuple[list[ScoredSentence], tuple[str, ...]]:
        """What another passage says best: of two that fare alike, either may be the answer.

        With the sentence before, where it points back to that; a row of an asked month with all that are of
        it, and a note where they are too many. What denies `yes_no` is new, though in the same words.
        """
        passages = {one.passage.id for one in chosen}
        said = frozenset[str]().union(*(one.stems for one in chosen))
        for one in ranked:
            elsewhere = one.passage.id not in passages and one.named >= NAMED
            if not elsewhere or not stands_alone(one):
                continue
            if new_share(one, said) >= self._lengths.new or (yes_no and _denies([one], yes_no, query)):
                rows, left = rows_of_the_time(ranked, one, query)
                if rows:
                    return [row for row in rows if row not in chosen], left
                places = {(s.rank, s.number): s for s in ranked}
                return [*needed(one, places, self._lengths.items), one], ()
        return [], ()

    def _next(self, ranked: Sequence[ScoredSentence], chosen: list[ScoredSentence]) -> ScoredSentence | None:
        said = frozenset[str]().union(*(s.stems for s in chosen))
        words = sum(len(s.text.split()) for s in chosen)
        taken = {(s.rank, s.number) for s in chosen}
        found: ScoredSentence | None = None
        worth = ranked[0].score - self._lengths.margin
        for sentence in ranked:
            rank, number = sentence.rank, sentence.number
            if (rank, number) in taken or words + len(sentence.text.split()) > self._lengths.words:
                continue
            if new_share(sentence, said) < self._lengths.new or not follows_well(sentence):
                continue
            beside = bool({(rank, number - 1), (rank, number + 1)} & taken)
            score = sentence.score + self._lengths.adjacent_bonus * beside
            score += self._lengths.same_passage_bonus * (rank == chosen[0].rank)
            source = sentence.passage.source
            elsewhere = source.document != chosen[0].passage.source.document
            score += (
                self._lengths.beside_definition if chosen[0].defines else self._lengths.other_document
            ) * elsewhere
            if score > worth:
                found, worth = sentence, score
        return found


def _denies(rival: Sequence[ScoredSentence], said: str, query: Query) -> bool:
    """Whether these sentences say no where `said` is yes, or the other way round."""
    return verdict(core(query.text), rival) not in ("", said)


def _best(ranked: Sequence[ScoredSentence]) -> ScoredSentence:
    """The best sentence that is about what was named."""
    return next(s for s in ranked if s.named >= NAMED)


def _is_strange_row(row: ScoredSentence, retrieved: Retrieved) -> bool:
    """Whether it is a row that was found by some of the words above it alone.

    "Price" stands above every row of a list; that of one is told only where the question says which. Where
    what stands above says most of the question ("which plans are there?"), any row is of what was asked.
    """
    if form_of(row) is not Form.ROW or row.stems & frozenset(retrieved.query.stems):
        return False
    above = stems_of(f"{row.passage.context} {row.passage.table_header}")
    return retrieved.rarity.share(above) < SAID_ABOVE


def sentences_by_words(retrieved: Retrieved) -> list[ScoredSentence]:
    """All sentences of the best passages, the likeliest answer by their words first."""
    kind, asked = kind_of(retrieved.query.text), sought(retrieved.query.text).kind
    # "how long is the warranty": a time, not the number in "Petrel 2"
    typed = asked if asked.wants is Wants.TIME else kind
    return scored_sentences(retrieved, typed)


def _counted(query: Query, told: Sequence[DraftSentence]) -> bool:
    """Whether what is told is of what is to be counted: "how many parking spaces" not of bicycles."""
    asked = sought(query.text)
    if not asked.counted:
        return True
    return any(
        asked.in_sentence(
            s.text, stems_of(f"{s.text} {s.passage.context} {s.passage.table_header}", query.reading), ""
        )
        for s in told
    )


def _without_scraps(chosen: list[ScoredSentence]) -> list[ScoredSentence]:
    """Without headings such as "7. Payment" that stand in the text and of which nothing more is told."""
    best, *others = chosen
    forms = {(s.rank, s.number): form_of(s) for s in chosen}

    def is_scrap(s: ScoredSentence) -> bool:
        before, after = forms.get((s.rank, s.number - 1)), (s.rank, s.number + 1)
        in_list = form_of(s) is Form.ITEM and before is Form.ITEM
        return not in_list and after not in forms and bool(_SCRAP.fullmatch(s.text))

    return [best, *(s for s in others if not is_scrap(s))]


_SCRAP = re.compile(r"[^\W\d]+(?: [^\W\d]+)?\.?")  # one or two words and nothing else
