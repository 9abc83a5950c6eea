"""How like the question each sentence of the best passages is, token by token.

Late interaction (ColBERT, Khattab and Zaharia 2020, arXiv 2004.12832): every token of the question takes the
most similar token of a sentence, and these similarities are averaged. The tokens' states have seen the whole
passage with its title and headings (late chunking, Günther et al. 2024, arXiv 2409.04701), and the question's
little words count too: "how long" and "who" are near to what answers them. On questions of people who don't
know the documents' words it chooses the right sentence far oftener than shared words do (docs/quality.md).
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from brain.catalog.documents.vectors import embedded_text
from brain.domain import Passage
from brain.embedding.token_states import Floats, ReadsTokens, TokenStates
from brain.text.analysis import analyse

REMEMBERED_BYTES = 64 << 20
"""For what is remembered of passages: some 650 of them, of 130 tokens on average."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Of one sentence: `by_token` as above, and the `mean` cosine of all pairs of tokens; both at most 1."""

    by_token: float
    mean: float


class LateInteraction:
    """Reads questions and passages with one embedder; passages that were read lately are remembered.

    They are known by what the embedder read of them, so that one that changes, or is told of another
    heading, is another one; `REMEMBERED_BYTES` bounds them. Several threads may share it.
    """

    def __init__(self, model: ReadsTokens) -> None:
        self._model = model
        self._known: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def likeness(self, question: str, passages: Sequence[Passage]) -> Mapping[int, tuple[Likeness, ...]]:
        """By a passage's id, the likeness of each of its sentences, in the order of `analyse`."""
        if not passages:
            return {}
        asked, *read = self.states(question, passages)
        telling = self._model.telling(asked)
        found = {}
        for passage, states in zip(passages, read, strict=True):
            likest, mean = compared(asked, states, passage)
            found[passage.id] = tuple(map(Likeness, (telling @ likest).tolist(), mean.tolist()))
        return found

    def states(self, question: str, passages: Sequence[Passage]) -> list[TokenStates]:
        """The question's states, then those of each passage, to 16 bits whether they were known or not."""
        texts = [embedded(passage) for passage in passages]
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= zip(missing, map(_Kept.of, self._model.token_states(missing)), strict=True)
        with self._lock:
            for text in texts:
                self._remember(text, known[text])
        return [self._model.question_states(question), *(known[text].states for text in texts)]

    def _remember(self, text: str, kept: "_Kept") -> None:
        before = self._known.pop(text, None)
        self._bytes += kept.size - (before.size if before else 0)
        self._known[text] = kept
        while self._bytes > REMEMBERED_BYTES:
            _, oldest = self._known.popitem(last=False)
            self._bytes -= oldest.size


@dataclass(frozen=True, slots=True)
class _Kept:
    """A passage's states as they are remembered: half as large, and by some .0001 of a cosine less exact."""

    vectors: npt.NDArray[np.float16]
    characters: npt.NDArray[np.int64]

    @classmethod
    def of(cls, states: TokenStates) -> Self:
        return cls(states.vectors.astype(np.float16), states.characters)

    @property
    def states(self) -> TokenStates:
        return TokenStates(self.vectors.astype(np.float32), self.characters)

    @property
    def size(self) -> int:
        return self.vectors.nbytes + self.characters.nbytes


def compared(asked: TokenStates, read: TokenStates, passage: Passage) -> tuple[Floats, Floats]:
    """Of each sentence of a passage, its likest token to each of the question's, and the mean of all pairs.

    A table's row is taken with the table's header, which says what its cells are.
    Cosines, [question tokens, sentences] and [sentences]; 0 for a sentence of which nothing was read.
    """
    sentences = analyse(passage).sentences
    offset = len(embedded(passage)) - len(passage.text)
    columns = (read.characters[:, 1] > offset - 1 - len(passage.table_header)) & (
        read.characters[:, 0] < offset
    )
    similar = asked.vectors @ read.vectors.T
    likest = np.zeros((len(asked.vectors), len(sentences)), np.float32)
    mean = np.zeros(len(sentences), np.float32)
    for number, sentence in enumerate(sentences):
        start, end = offset + sentence.start, offset + sentence.end
        inside = (read.characters[:, 1] > start) & (read.characters[:, 0] < end)
        if passage.table_header and "\t" in passage.text[sentence.start : sentence.end]:
            inside |= columns
        if inside.any() and len(asked.vectors):
            own = similar[:, inside]
            likest[:, number], mean[number] = own.max(axis=1), own.mean()
    return likest, mean


def embedded(passage: Passage) -> str:
    """The passage as the embedder reads it; its text comes last."""
    return embedded_text(passage.context, passage.table_header, passage.text)
