"""A passage seen as sentences of stems: read once, used by reranking, the evidence gate and answering."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from brain.domain import Passage
from brain.text.sentences import sentence_spans
from brain.text.terms import content_stems


@dataclass(frozen=True, slots=True)
class AnalysedSentence:
    """A sentence, list item, heading or table row of a passage: `text[start:end]` and its stems in order."""

    start: int
    end: int
    stems: tuple[str, ...]
    stem_set: frozenset[str]


@dataclass(frozen=True, slots=True)
class AnalysedPassage:
    """A passage's sentences in order; `context` holds the stems of title, headings and table header."""

    sentences: tuple[AnalysedSentence, ...]
    context: frozenset[str]
    stems: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    length: int


def analyse(passage: Passage) -> AnalysedPassage:
    """The passage's sentences and stems; remembered for passages that were analysed lately."""
    return _analyse(passage.text, passage.context, passage.table_header)


@lru_cache(maxsize=8192)
def _analyse(text: str, context: str, table_header: str) -> AnalysedPassage:
    sentences = []
    for start, end in sentence_spans(text):
        stems = tuple(content_stems(text[start:end]))
        sentences.append(AnalysedSentence(start, end, stems, frozenset(stems)))
    above = content_stems(f"{context} {table_header}")
    lines = [above, *(sentence.stems for sentence in sentences)]
    return AnalysedPassage(
        tuple(sentences),
        frozenset(above),
        frozenset(stem for line in lines for stem in line),
        frozenset(pair for line in lines for pair in pairwise(line)),
        sum(len(line) for line in lines),
    )
