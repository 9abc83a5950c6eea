"""Whether a passage entails what a model claims, by a model for just that (natural language inference).

The rules of `backing` read words, not who does what to whom. A model that was taught entailment (Bowman et
al. 2015, arXiv 1508.05326) may tell; ALCE judges citations so (Gao et al. 2023, arXiv 2305.14627). It only
ever drops sentences that the rules let pass.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import numpy as np

from brain.answering.draft import DraftSentence
from brain.cross_encoding.opening import Wanted, open_local
from brain.cross_encoding.reading import PairReader
from brain.embedding.weights import Progress
from brain.errors import UsageError

WANTED = Wanted("CITEWISE_ENTAILMENT", "cross-encoder/nli-deberta-v3-small")
NOT_ENTAILED = "the passage does not entail it"
_ENTAILS = "entail"


class Entails(Protocol):
    """Tells what speaks against a sentence that is backed; ModelUnavailable where it can't."""

    name: str

    def objection(self, sentence: DraftSentence) -> str:
        """Why it is not to be told; empty where its passage entails it."""
        ...


class Entailment:
    """Holds each sentence against the place that backs it, and against the whole passage.

    One of the two must make entailment the likeliest of the model's labels (SummaC, Laban et al. 2022,
    arXiv 2111.09525, takes the best of several stretches, too): the place alone may lack what "it" is.
    """

    def __init__(self, name: str, reader: PairReader) -> None:
        """UsageError where the model does not say which of its numbers means entailment."""
        self.name = name
        self._reader = reader
        meant = [at for at, label in enumerate(reader.labels) if label.lower().startswith(_ENTAILS)]
        if len(meant) != 1 or len(reader.labels) != reader.outputs or reader.outputs < 2:
            raise UsageError(
                f"{name} does not judge entailment: of its {reader.outputs} numbers for a pair, config.json "
                f"must call one entailment. Set {WANTED.setting} to a model such as {WANTED.example}."
            )
        self._entails = meant[0]

    def objection(self, sentence: DraftSentence) -> str:
        """As the protocol says."""
        passage = sentence.passage
        around = "\n".join(part for part in (passage.context, passage.table_header) if part)
        places = (passage.text[sentence.start : sentence.end], passage.text)
        for place in dict.fromkeys(places):
            (numbers,) = self._reader.numbers(f"{around}\n{place}", [sentence.text])
            if int(np.argmax(numbers)) == self._entails:
                return ""
        return NOT_ENTAILED


def open_entailment(
    name: str,
    closing: ExitStack,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    offline: bool = False,
) -> Entailment:
    """The model that is set, a folder, an .onnx file or a model of the hub; raises as `open_local` does."""
    return Entailment(
        name, open_local(name, WANTED, closing, cache=cache, progress=progress, offline=offline)
    )
