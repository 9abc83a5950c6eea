"""As many passages as wanted, made from real ones: for measuring searches without days of embedding.

Sentences are drawn anew from the documents of a folder, one word in seven changed for another of theirs;
a passage's vector lies near that of a real passage. So neither is easier to search than what is real.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from brain.catalog.rows import NewPassage, Vector
from brain.embedding.embedder import Embedder
from brain.text.sentences import sentence_spans
from brain.text.terms import content_words

PASSAGES_A_DOCUMENT = 20
_REAL_VECTORS = 256
_SENTENCES_A_PASSAGE = (3, 7)
_CHANGED_WORDS = 1 / 7
_NOISE = 0.55  # length of the noise beside a vector of length 1: neighbours at a cosine of about .77
_FEWEST_WORDS = 5


@dataclass(frozen=True, slots=True)
class MadeDocument:
    """A document of made passages: `passages` cover `text` exactly; `vectors` are by vector key."""

    path: str
    title: str
    text: str
    passages: tuple[NewPassage, ...]
    vectors: dict[str, Vector]


@dataclass(frozen=True, slots=True)
class Material:
    """What passages are made from."""

    sentences: list[str]
    vectors: Vector

    @classmethod
    def of(cls, texts: list[str], embedder: Embedder) -> "Material":
        """All longer sentences of some texts, and vectors of a few hundred stretches of them."""
        sentences = [
            text[start:end]
            for text in texts
            for start, end in sentence_spans(text)
            if len(text[start:end].split()) >= _FEWEST_WORDS
        ]
        stretches = [" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5)]
        chosen = random.Random(0).sample(stretches, min(_REAL_VECTORS, len(stretches)))
        return cls(sentences, np.array(embedder.embeddings.embed_documents(chosen), np.float32))

    def documents(self, passages: int, seed: int = 0) -> Iterator[MadeDocument]:
        """Documents with so many passages in all; the same seed makes the same ones."""
        draw, noise = random.Random(seed), np.random.default_rng(seed)
        vocabulary = [word for sentence in self.sentences for word in sentence.split()]
        for number, first in enumerate(range(0, passages, PASSAGES_A_DOCUMENT)):
            count = min(PASSAGES_A_DOCUMENT, passages - first)
            texts = [self._passage(draw, vocabulary) for _ in range(count)]
            near = self.vectors[noise.integers(len(self.vectors), size=count)]
            moved = near + noise.normal(0, _NOISE / near.shape[1] ** 0.5, near.shape)
            yield _document(number, first, texts, (moved / np.linalg.norm(moved, axis=1, keepdims=True)))

    def questions(self, count: int) -> list[str]:
        """Questions for words of some sentences, in their order."""
        draw = random.Random(1)
        asked = [content_words(sentence)[:6] for sentence in draw.choices(self.sentences, k=2 * count)]
        return [f"What is said about {' '.join(words)}?" for words in asked if len(words) > 2][:count]

    def _passage(self, draw: random.Random, vocabulary: list[str]) -> str:
        drawn = draw.choices(self.sentences, k=draw.randint(*_SENTENCES_A_PASSAGE))
        words = " ".join(drawn).split()
        return " ".join(draw.choice(vocabulary) if draw.random() < _CHANGED_WORDS else word for word in words)


def _document(number: int, first: int, texts: list[str], vectors: Vector) -> MadeDocument:
    title = f"Document {number}"
    passages, start = [], 0
    for ordinal, text in enumerate(texts):
        key = f"{first + ordinal:064x}"
        passages.append(NewPassage(ordinal, start, start + len(text), text, key, context=title))
        start += len(text) + 1
    found = {
        passage.vector_key: vector.astype(np.float32)
        for passage, vector in zip(passages, vectors, strict=True)
    }
    whole = "".join(text + "\n" for text in texts)
    return MadeDocument(f"made/{number}.txt", title, whole, tuple(passages), found)
