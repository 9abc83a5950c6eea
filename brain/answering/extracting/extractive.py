"""The extractive answerer: chooses, trims and joins the documents' own sentences. It never invents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from brain.answering.draft import Draft, DraftSentence, Form
from brain.answering.extracting.cleaning import ended, opening, without_marks
from brain.answering.extracting.instructions import instructs
from brain.answering.extracting.likelihood import likelihood
from brain.answering.extracting.likeness import by_likeness
from brain.answering.extracting.of_the_day import of_the_day, of_the_whole_day, rows_of_the_time
from brain.answering.extracting.question_kind import QuestionKind, Wants, core, kind_of
from brain.answering.extracting.rows import row_in_words
from brain.answering.extracting.selection import (
    ScoredSentence,
    new_share,
    scored_sentences,
    stems_of,
)
from brain.answering.extracting.sought import sought
from brain.answering.extracting.typed import names_date, names_time
from brain.answering.extracting.yes_no import verdict
from brain.evidence import SURE, Evidence
from brain.languages.english import ENGLISH
from brain.retrieval.hybrid import Retrieved
from brain.retrieval.query import Query, asks_of_a_day
from brain.text.pronouns import goes_on, points_back
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
BEFORE_THEN = 3  # sentences that are told with one that goes on from them


class ExtractiveAnswerer:
    """One to four sentences of the best passages: the best is chosen first, all are set in reading order."""

    def __init__(self, lengths: Lengths | None = None) -> None:
        self._lengths = lengths or Lengths()

    def write(self, evidence: Evidence) -> Draft:
        """The draft; without sentences where no passage holds any."""
        if evidence.quoted is not None:
            return evidence.quoted
        query = evidence.retrieved.query
        kind = kind_of(query.text)
        by_words = sentences_by_words(evidence.retrieved)
        ranked = of_the_day(by_likeness(by_words, evidence.retrieved), evidence.retrieved)
        if not any(sentence.named >= NAMED for sentence in ranked):
            return Draft((), declined=bool(query.dates))  # all of it is about other things
        if kind.wants is not Wants.LIST and _is_strange_row(_best(ranked), evidence.retrieved):
            return Draft(())
        likely = likelihood(ranked, evidence.retrieved)
        if kind.wants is Wants.STEPS and (steps := self._steps(evidence.retrieved, ranked)):
            return replace(steps, likely=likely)
        whole_day = kind.wants in (Wants.FACT, Wants.LIST) and asks_of_a_day(query)
        if whole_day:
            chosen, notes = of_the_whole_day([one for one in ranked if _follows_well(one)] or ranked, query)
            chosen = _without_scraps(chosen)
            likely = None  # what leads then is the day
        else:
            chosen, notes = rows_of_the_time(ranked, _best(ranked), query)
            chosen = chosen or self._chosen(ranked, kind)
        # What a thing is comes first; the rest in reading order.
        ordered = sorted(chosen, key=lambda s: (not s.defines, s.rank, s.number))
        said = verdict(core(query.text), chosen) if kind.wants is Wants.YES_NO else ""
        if said:  # the sentence that says so comes next, unless it leans on the one before it
            ordered.sort(key=lambda s: points_back(s.text) or not verdict(core(query.text), [s]))
        told = as_told(ordered, query)
        if not _counted(query, told):
            return Draft(())
        unsure = likely is not None and likely < SURE
        if len(chosen) == 1 and not unsure and (rule := _rule_before(chosen[0], ranked, query)):
            told = as_told([rule, *ordered], query)
        if unsure and self._lengths.rival and kind.wants is not Wants.LIST:
            rival, left = self._rival(ranked, chosen, query, said)
            told, notes = as_told([*ordered, *rival], query), notes or left
            if said and _denies(rival, said, query):
                said = ""  # one says yes and one no: whoever reads them has to tell
        if kind.wants is Wants.TIME:
            told = [_dated(sentence, kind) for sentence in told]
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
        chosen = [best, *self._needed(best, places)]
        if _form(best) is Form.ROW and kind.wants is not Wants.LIST:
            most = 1  # other rows tell of other things
        while len(chosen) < most:
            follower = self._next(ranked, chosen)
            if follower is None:
                break
            chosen.append(follower)
        leant_on = [one for s in chosen[1:] if points_back(s.text) for one in self._needed(s, places)]
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

    def _needed(
        self, best: ScoredSentence, places: dict[tuple[int, int], ScoredSentence]
    ) -> list[ScoredSentence]:
        """What the best sentence can't be understood without: its list, or the sentence that it points to."""
        before = places.get((best.rank, best.number - 1))
        if best.text.endswith(":"):
            items: list[ScoredSentence] = []
            for number in range(best.number + 1, best.number + 1 + self._lengths.items):
                item = places.get((best.rank, number))
                if item is None or (items and _form(items[0]) is not _form(item)):
                    break
                items.append(item)
            return items if items and _form(items[0]) is not Form.PROSE else items[:1]
        if before and points_back(best.text) and _form(before) is Form.PROSE and before.text[-1:] != ":":
            return _from_the_first(best, places) if goes_on(best.text) else [before]
        return []

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
                return [*self._needed(one, {(s.rank, s.number): s for s in ranked}), one], ()
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
            if new_share(sentence, said) < self._lengths.new or not _follows_well(sentence):
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


# "In December, …", "For part-timers we …", "If you are ill, …": a case of its own.
_OF_A_CASE = re.compile(
    r"(?:in|on|at|for|during|from|until|before|after|if|when|unless)\s(?P<case>(?:[\w’'-]+\s){0,3}?[\w’'-]+)"
    r"(?:,|\s(?:we|you|it|the|they|there|is|are|this|that|a|an)\b)",
    re.IGNORECASE,
)


def _rule_before(
    told: ScoredSentence, ranked: Sequence[ScoredSentence], query: Query
) -> ScoredSentence | None:
    """The sentence before one that tells of a case which isn't asked for: that may be an exception to it."""
    case = _OF_A_CASE.match(told.text)
    stems = stems_of(case["case"]) if case else frozenset()
    before = next((s for s in ranked if (s.rank, s.number) == (told.rank, told.number - 1)), None)
    if before is None or not stems or not stems.isdisjoint(query.stems):
        return None
    in_one = "\n" not in told.passage.text[before.end : told.start]
    prose = _form(told) is Form.PROSE and _form(before) is Form.PROSE
    return before if in_one and prose and stands_alone(before) else None


def _from_the_first(
    last: ScoredSentence, places: dict[tuple[int, int], ScoredSentence]
) -> list[ScoredSentence]:
    """The sentences right before one that goes on from them ("Then …"), three at most.

    What stands before the first of them, and tells of something ("Olive trees are hardy."), is no step.
    """
    found: list[ScoredSentence] = []
    for number in range(last.number - 1, last.number - 1 - BEFORE_THEN, -1):
        before = places.get((last.rank, number))
        if before is None or _form(before) is not Form.PROSE or not stands_alone(before):
            break
        if found and not goes_on(found[0].text) and _tells(before.text):
            break
        found.insert(0, before)
    return found


_TELLS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should|must|may|might)\b", re.IGNORECASE
)


def _tells(sentence: str) -> bool:
    """Whether the sentence says how something is, and not what to do next."""
    return not instructs(sentence) and bool(_TELLS.search(sentence))


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
    if _form(row) is not Form.ROW or row.stems & frozenset(retrieved.query.stems):
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
    forms = {(s.rank, s.number): _form(s) for s in chosen}

    def is_scrap(s: ScoredSentence) -> bool:
        before, after = forms.get((s.rank, s.number - 1)), (s.rank, s.number + 1)
        in_list = _form(s) is Form.ITEM and before is Form.ITEM
        return not in_list and after not in forms and bool(_SCRAP.fullmatch(s.text))

    return [best, *(s for s in others if not is_scrap(s))]


_SCRAP = re.compile(r"[^\W\d]+(?: [^\W\d]+)?\.?")  # one or two words and nothing else
_MAIL_HEADER = re.compile(r"^(?:from|to|cc|subject|date):", re.IGNORECASE)


def _follows_well(sentence: ScoredSentence) -> bool:
    return not sentence.text.endswith(("?", ":")) and not _MAIL_HEADER.match(sentence.text)


def stands_alone(sentence: ScoredSentence) -> bool:
    """Whether it may be told by itself: it is a sentence, row or item, no heading, question or button."""
    return _follows_well(sentence) and _is_told(sentence)


def _is_told(sentence: ScoredSentence) -> bool:
    return _form(sentence) is not Form.PROSE or sentence.text.rstrip(_CLOSING).endswith((".", "!", "…"))


_CLOSING = " )]\"'”’»"


def _form(sentence: ScoredSentence) -> Form:
    text = sentence.passage.text
    line = text[text.rfind("\n", 0, sentence.start) + 1 : sentence.end]
    if "\t" in line:
        return Form.ROW
    return Form.ITEM if _ITEM.match(line) else Form.PROSE


_ITEM = re.compile(r"^\s*(?:[-•]|\d{1,3}[.)])\s")


def as_told(ordered: Sequence[ScoredSentence], query: Query) -> list[DraftSentence]:
    """The sentences as they are shown."""
    asked, reading = frozenset(query.stems), query.reading
    found: list[DraftSentence] = []
    for at, sentence in enumerate(ordered):
        form, text, cells = _form(sentence), sentence.text, tuple[tuple[int, int], ...]()
        before = (ordered[at - 1].rank, ordered[at - 1].number + 1) if at else None
        if form is Form.ROW:
            row = sentence.passage.text[sentence.start : sentence.end]
            told = row_in_words(row, sentence.passage.table_header, asked, reading)
            text = told.text
            cells = tuple((sentence.start + a, sentence.start + b) for a, b in told.cells)
        if form is not Form.PROSE or before != (sentence.rank, sentence.number):
            text = opening(text)
        found.append(DraftSentence(ended(text), sentence.passage, sentence.start, sentence.end, form, cells))
    if sum(s.form is not Form.PROSE for s in found) == 1:
        found = [replace(s, form=Form.PROSE) for s in found]
    return found


def _dated(sentence: DraftSentence, kind: QuestionKind) -> DraftSentence:
    """The sentence with the date above it, where it names none: release notes and minutes are set so."""
    heading = sentence.passage.source.locator.heading[-1:]
    if not heading or names_time(sentence.text, kind.language) or not names_date(heading[0], kind.language):
        return sentence
    return replace(sentence, text=f"{heading[0].strip().rstrip(':')}: {sentence.text}")
