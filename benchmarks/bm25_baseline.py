"""`python -m benchmarks.bm25_baseline QUESTIONS.jsonl HOME PREDICTIONS.jsonl [--refuse-below SHARE]`.

What word search alone makes of questions, to hold citewise against: BM25 over the home's own passages, the
best passage's one best sentence as the answer, and its document cited. The predictions are for
`citewise eval QUESTIONS.jsonl --against PREDICTIONS.jsonl`. It refuses where the best passage holds less than
a share of the question's words, by rarity; a share of 0 never refuses.
"""

import argparse
import math
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bots.settings import load_settings
from bots.wiring import Citewise
from brain.domain import Passage
from brain.evaluation.predictions import Prediction, write_predictions
from brain.evaluation.questions import Reference, read_questions
from brain.text.sentences import sentence_spans
from brain.text.terms import content_stems

K1, B = 1.2, 0.75
RETRIEVED = 30
REFUSE_BELOW = 0.35


@dataclass(frozen=True, slots=True)
class Row:
    """A passage with how often it holds each stem."""

    passage: Passage
    counts: Mapping[str, int]
    length: int


class Bm25:
    """BM25 (Robertson and Zaragoza 2009) over some passages and what stands above them."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.rows: list[Row] = []
        held: Counter[str] = Counter()
        for passage in passages:
            stems = content_stems(f"{passage.context} {passage.table_header} {passage.text}")
            self.rows.append(Row(passage, Counter(stems), len(stems)))
            held.update(set(stems))
        self._mean = sum(row.length for row in self.rows) / max(1, len(self.rows))
        self._held = held

    def idf(self, stem: str) -> float:
        """Lucene's, never negative."""
        return math.log(1 + (len(self.rows) - self._held[stem] + 0.5) / (self._held[stem] + 0.5))

    def ranked(self, stems: Sequence[str]) -> list[Row]:
        """The rows with any of the stems, best first."""
        weights = {stem: self.idf(stem) for stem in stems}
        scored = [(self._score(row, weights), row) for row in self.rows if weights.keys() & row.counts.keys()]
        return [row for _, row in sorted(scored, key=lambda pair: (-pair[0], pair[1].passage.id))]

    def _score(self, row: Row, weights: Mapping[str, float]) -> float:
        norm = K1 * (1 - B + B * row.length / self._mean)
        counts = ((weight, row.counts.get(stem, 0)) for stem, weight in weights.items())
        return sum(weight * count * (K1 + 1) / (count + norm) for weight, count in counts if count)


def answered(index: Bm25, identity: str, question: str, refuse_below: float) -> Prediction:
    """One sentence, its document, and the ranking."""
    started = time.perf_counter()
    stems = content_stems(question)
    rows = index.ranked(stems)
    weights = {stem: index.idf(stem) for stem in stems}
    places = tuple(_place(row.passage, 0) for row in rows[:RETRIEVED])
    best = rows[0] if rows else None
    share = sum(weights[s] for s in weights if best and s in best.counts) / (sum(weights.values()) or 1.0)
    if best is None or share < refuse_below:
        return Prediction(identity, "", True, (), places, _since(started))
    spans = list(sentence_spans(best.passage.text))
    start, end = max(spans, key=lambda span: _overlap(best.passage.text[slice(*span)], weights))
    sentence = best.passage.text[start:end]
    place = _place(best.passage, start)
    cited = (Reference(place.doc, place.page, sentence),)
    return Prediction(identity, sentence, False, cited, places, _since(started))


def _overlap(sentence: str, weights: Mapping[str, float]) -> float:
    return sum(weights.get(stem, 0.0) for stem in set(content_stems(sentence)))


def _place(passage: Passage, offset: int) -> Reference:
    return Reference(passage.source.document, passage.source.locator.at(offset).page)


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def main() -> None:
    """Read the arguments, answer every question, keep the answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--refuse-below", type=float, default=REFUSE_BELOW, metavar="SHARE")
    given = parser.parse_args()
    questions = read_questions(given.questions)
    with Citewise(load_settings(given.home)) as citewise:
        catalog = citewise.catalog
        documents = [row.id for row in catalog.documents()]
        index = Bm25([passage for number in documents for passage in catalog.document_passages(number)])
    said = [answered(index, question.id, question.text, given.refuse_below) for question in questions]
    write_predictions(given.predictions, said)
    print(f"Answered {sum(not p.refused for p in said)} of {len(said)} questions: {given.predictions}")


if __name__ == "__main__":
    main()
