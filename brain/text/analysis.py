"""A passage seen as sentences of stems: read once, used by reranking, the evidence gate and answering."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

from brain.domain import Passage
from brain.text.reading import PLAIN, Reading
from brain.text.sentences import sentence_spans


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
    above: tuple[str, ...]
    context: frozenset[str]
    stems: frozenset[str]
    length: int

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Stems that are neighbours; made anew each time, since few passages are asked for them."""
        lines = (self.above, *(sentence.stems for sentence in self.sentences))
        return frozenset(chain.from_iterable(map(pairwise, lines)))


def analyse(passage: Passage, reading: Reading = PLAIN) -> AnalysedPassage:
    """The passage's sentences and stems; remembered for passages that were analysed so lately."""
    return _analyse(passage.text, passage.context, passage.table_header, reading)


@lru_cache(maxsize=8192)
def _analyse(text: str, context: str, table_header: str, reading: Reading) -> AnalysedPassage:
    sentences = []
    for start, end in sentence_spans(text):
        stems = tuple(reading.stems(text[start:end]))
        sentences.append(AnalysedSentence(start, end, stems, frozenset(stems)))
    above = tuple(reading.stems(f"{context} {table_header}"))
    own = frozenset(above)
    return AnalysedPassage(
        tuple(sentences),
        above,
        own,
        own.union(*(sentence.stem_set for sentence in sentences)),
        len(above) + sum(len(sentence.stems) for sentence in sentences),
    )
