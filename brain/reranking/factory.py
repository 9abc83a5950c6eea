"""A reranker by what the settings name: a folder, a model of the hub, or an address."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from brain.embedding.weights import Progress, default_cache
from brain.errors import UsageError
from brain.reranking.cross_encoder import CrossEncoder
from brain.reranking.endpoint import EndpointReader, is_endpoint, leaves_for
from brain.reranking.files import files_in
from brain.reranking.hub import HUB, ensure_model, is_hub_name
from brain.reranking.pairs import Pairs, pair_limit
from brain.reranking.reranker import Reranker


@dataclass(frozen=True, slots=True)
class RerankerChoice:
    """What is set: `name` is a folder, an .onnx file, the hub's `owner/model`, or `[tei:]http(s)://…`.

    `model` and `key` are for an address.
    """

    name: str
    model: str | None = None
    key: str | None = None


def open_reranker(
    choice: RerankerChoice,
    closing: ExitStack,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    offline: bool = False,
    hub: str = HUB,
    threads: int | None = None,
) -> Reranker:
    """The reranker that is chosen, ready for use. What must be closed goes to `closing`.

    The hub's models are kept in `cache` (default: the user's own) and fetched there at first use unless
    `offline`. Raises UsageError, WeightsUnavailable or StorageFailed where it can't be set up. Of an address,
    nothing is asked: a server that is down is no reason not to start.
    """
    if is_endpoint(choice.name):
        reader = EndpointReader(choice.name, model=choice.model, key=choice.key)
        closing.callback(reader.close)
        return Reranker(choice.name, CrossEncoder(reader=reader), sent_to=leaves_for(choice.name))
    place = Path(choice.name).expanduser()
    if not place.exists():
        if not is_hub_name(choice.name):
            raise UsageError(
                f"CITEWISE_RERANKER is {choice.name}: there is no such folder. It can be a folder or .onnx "
                "file, a model of the hub such as cross-encoder/ms-marco-MiniLM-L6-v2, or an address."
            )
        place = ensure_model(
            choice.name, cache or default_cache(), progress=progress, offline=offline, hub=hub
        )
    files = files_in(place)
    pairs = Pairs(files.tokenizer, pair_limit(files.config))
    if files.is_graph:
        from brain.reranking.onnx_reader import OnnxReader

        graph = OnnxReader(files.weights, pairs, threads=threads)
        closing.callback(graph.close)
        return Reranker(choice.name, CrossEncoder(reader=graph))
    from brain.reranking.torch_reader import TorchReader

    return Reranker(choice.name, CrossEncoder(reader=TorchReader(files.weights.parent, pairs)))
