"""A model that reads pairs on this machine, by its name in a setting."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from brain.cross_encoding.files import files_in
from brain.cross_encoding.hub import HUB, ensure_model, is_hub_name
from brain.cross_encoding.pairs import Pairs, labels_of, pair_limit, read_config
from brain.cross_encoding.reading import PairReader
from brain.embedding.weights import Progress, default_cache
from brain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Wanted:
    """For what a model is looked for: the setting that names it, and one that would do."""

    setting: str
    example: str


def open_local(
    name: str,
    wanted: Wanted,
    closing: ExitStack,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    offline: bool = False,
    hub: str = HUB,
) -> PairReader:
    """The model in a folder, of an .onnx file, or of the hub. What must be closed goes to `closing`.

    The hub's models are kept in `cache` (default: the user's own) and fetched there at first use unless
    `offline`. Raises UsageError, WeightsUnavailable or StorageFailed where it can't be used.
    """
    place = Path(name).expanduser()
    if not place.exists():
        if not is_hub_name(name):
            raise UsageError(
                f"{wanted.setting} is {name}: there is no such folder. It can be a folder or .onnx file, or "
                f"a model of the hub such as {wanted.example}."
            )
        kept = cache or default_cache()
        place = ensure_model(name, kept, setting=wanted.setting, progress=progress, offline=offline, hub=hub)
    files = files_in(place)
    config = read_config(files.config)
    pairs = Pairs(files.tokenizer, pair_limit(config))
    if files.is_graph:
        from brain.cross_encoding.onnx_reader import OnnxReader

        graph = OnnxReader(files.weights, pairs, labels=labels_of(config))
        closing.callback(graph.close)
        return graph
    from brain.cross_encoding.torch_reader import TorchReader

    return TorchReader(files.weights.parent, pairs, labels=labels_of(config))
