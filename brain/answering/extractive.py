"""The extractive answerer: chooses, trims and joins the documents' own sentences. It never invents."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from brain.answering.cleaning import ended, opening
from brain.answering.draft import Draft, DraftSentence, Form
from brain.answering.question_kind import QuestionKind, Wants, core, kind_of
from brain.answering.rows import row_in_words
from brain.answering.selection import ScoredSentence, SentenceWeights, new_share, scored_sentences
from brain.answering.yes_no import verdict
from brain.evidence import Evidence
from brain.text.analysis import analyse
from brain.text.pronouns import points_back


@dataclass(frozen=True, slots=True)
class Lengths:
    """How much is said: sentences and words at most, and how far behind the best a further sentence may be."""

    narrow_sentences: int = 1
    broad_sentences: int = 4
    words: int = 75
    margin: float = 0.35
    adjacent_bonus: float = 0.15
    new: float = 0.4
    items: int = 8


class ExtractiveAnswerer:
    """One to four sentences of the best passages, the best first chosen and all in reading order."""

    def __init__(self, weights: SentenceWeights | None = None, lengths: Lengths | None = None) -> None:
        self._weights = weights or SentenceWeights()
        self._lengths = lengths or Lengths()

    def write(self, evidence: Evidence) -> Draft:
        """The draft; without sentences where no passage holds any."""
        question = evidence.retrieved.query.text
        kind = kind_of(question)
        ranked = scored_sentences(evidence.retrieved, kind, self._weights)
        if not ranked:
            return Draft(())
        chosen = self._chosen(ranked, kind)
        ordered = sorted(chosen, key=lambda s: (s.rank, s.number))
        sentences = _set(ordered)
        said = verdict(core(question), ranked[0]) if kind.wants is Wants.YES_NO else ""
        return Draft(tuple(sentences), said)

    def _chosen(self, ranked: Sequence[ScoredSentence], kind: QuestionKind) -> list[ScoredSentence]:
        best, most = (
            ranked[0],
            self._lengths.narrow_sentences if kind.narrow else self._lengths.broad_sentences,
        )
        chosen = [best]
        places = {(s.rank, s.number): s for s in ranked}
        chosen += self._needed(best, places)
        while len(chosen) < most:
            follower = self._next(ranked, chosen)
            if follower is None:
                break
            chosen.append(follower)
        return chosen

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
        if before and points_back(best.text) and not before.text.endswith(":"):
            return [before]
        return []

    def _next(self, ranked: Sequence[ScoredSentence], chosen: list[ScoredSentence]) -> ScoredSentence | None:
        said = frozenset[str]().union(*(s.stems for s in chosen))
        words = sum(len(s.text.split()) for s in chosen)
        taken = {(s.rank, s.number) for s in chosen}
        found: ScoredSentence | None = None
        worth = ranked[0].score - self._lengths.margin
        for sentence in ranked:
            place = (sentence.rank, sentence.number)
            if place in taken or words + len(sentence.text.split()) > self._lengths.words:
                continue
            if new_share(sentence, said) < self._lengths.new or sentence.text.endswith(("?", ":")):
                continue
            beside = {(place[0], place[1] - 1), (place[0], place[1] + 1)} & taken
            score = sentence.score + self._lengths.adjacent_bonus * bool(beside)
            if score > worth:
                found, worth = sentence, score
        return found


def _form(sentence: ScoredSentence) -> Form:
    raw = sentence.passage.text[sentence.start : sentence.end]
    if "\t" in raw:
        return Form.ROW
    line_start = sentence.passage.text.rfind("\n", 0, sentence.start) + 1
    opens = sentence.passage.text[line_start : sentence.end].lstrip()
    if opens[:2] in ("- ", "• ") or opens.split(". ")[0].isdigit():
        return Form.ITEM
    return Form.PROSE


def _set(ordered: Sequence[ScoredSentence]) -> list[DraftSentence]:
    """The sentences as they are shown."""
    found: list[DraftSentence] = []
    for at, sentence in enumerate(ordered):
        form, text = _form(sentence), sentence.text
        follows = at > 0 and (ordered[at - 1].rank, ordered[at - 1].number + 1) == (
            sentence.rank,
            sentence.number,
        )
        if form is Form.ROW:
            raw = sentence.passage.text[sentence.start : sentence.end]
            text = row_in_words(raw, _header_of(sentence))
        if not follows or found[-1].form is not Form.PROSE:
            text = opening(text)
        found.append(DraftSentence(ended(text), sentence.passage, sentence.start, sentence.end, form))
    if sum(s.form is Form.ITEM for s in found) == 1:
        found = [replace(s, form=Form.PROSE) if s.form is Form.ITEM else s for s in found]
    return found


def _header_of(sentence: ScoredSentence) -> str:
    passage = sentence.passage
    if passage.table_header:
        return passage.table_header
    for first in analyse(passage).sentences:
        line = passage.text[first.start : first.end]
        if "\t" in line:  # the first row of a table that begins in this passage is its header
            return "" if first.start == sentence.start else line
    return ""
