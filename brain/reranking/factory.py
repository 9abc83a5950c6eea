"""A reranker by what the settings name: a folder, a model of the hub, or an address."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from brain.cross_encoding.hub import HUB
from brain.cross_encoding.opening import Wanted, open_local
from brain.cross_encoding.reading import PairReader
from brain.embedding.weights import Progress
from brain.errors import UsageError
from brain.reranking.cross_encoder import CrossEncoder
from brain.reranking.endpoint import EndpointReader, is_endpoint, leaves_for
from brain.reranking.reranker import Reranker

WANTED = Wanted("CITEWISE_RERANKER", "cross-encoder/ms-marco-MiniLM-L6-v2")


@dataclass(frozen=True, slots=True)
class RerankerChoice:
    """What is set: `name` is a folder, an .onnx file, the hub's `owner/model`, or `[tei:]http(s)://…`.

    `model` and `key` are for an address.
    """

    name: str
    model: str | None = None
    key: str | None = None


class OneNumber:
    """A model that says with one number how well a text answers a question."""

    def __init__(self, name: str, reader: PairReader) -> None:
        """UsageError for a model that classifies."""
        if reader.outputs != 1:
            raise UsageError(
                f"{name} is no reranker: for a pair of texts it should give one number, and it gives "
                f"{reader.outputs}. Set {WANTED.setting} to a model such as {WANTED.example}."
            )
        self._reader = reader

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """The logit of each text with the question; ModelUnavailable where the model fails."""
        return [number for (number,) in self._reader.numbers(question, texts)]


def open_reranker(
    choice: RerankerChoice,
    closing: ExitStack,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    offline: bool = False,
    hub: str = HUB,
) -> Reranker:
    """The reranker that is chosen, ready for use. What must be closed goes to `closing`.

    A model's files are found, fetched and refused as `open_local` says. Of an address, nothing is asked: a
    server that is down is no reason not to start.
    """
    if is_endpoint(choice.name):
        asked = EndpointReader(choice.name, model=choice.model, key=choice.key)
        closing.callback(asked.close)
        return Reranker(choice.name, CrossEncoder(reader=asked), sent_to=leaves_for(choice.name))
    reader = open_local(
        choice.name, WANTED, closing, cache=cache, progress=progress, offline=offline, hub=hub
    )
    return Reranker(choice.name, CrossEncoder(reader=OneNumber(choice.name, reader)))
