"""The rewritten model, kept beside the weights that it was made from."""

from pathlib import Path

from brain.embedding.minilm_graph import RECIPE, build_graph, read_safetensors
from brain.embedding.pinned_files import is_intact, put_in_place, read_stamp, sha256_of, staging, write_stamp
from brain.errors import StorageFailed

VARIANT = f"int8-rows-{RECIPE}"


def prepared_graph(folder: Path, weights: Path) -> Path | bytes:
    """The int8 graph: a file in `folder`, made at first use or when it was changed since.

    Where the folder can't be written, the graph is made anew each time and handed over as bytes.
    """
    target = folder / f"{VARIANT}.onnx"
    recorded = read_stamp(target).get("sha256")
    if isinstance(recorded, str) and is_intact(target, recorded):
        return target
    graph = build_graph(read_safetensors(weights))
    try:
        with staging(folder) as temporary:
            fresh = temporary / "graph"
            fresh.write_bytes(graph)
            put_in_place(fresh, target)
    except StorageFailed:
        return graph
    found = target.stat()
    write_stamp(target, {"sha256": sha256_of(target), "size": found.st_size, "mtime_ns": found.st_mtime_ns})
    return target
