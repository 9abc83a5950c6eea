"""`python -m benchmarks.reranking HOME [--shapes MiniLM-L2,MiniLM-L6] [--questions 60]`: what it costs.

HOME is one that documents were ingested into, such as `samples/drive`, whose questions are asked. The
cross-encoders have the shape of published ones and random weights: they take the real ones' time, and their
order means nothing. Takes `.[phi3]`, which makes them; they are run by ONNX Runtime as citewise runs any.
"""

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.recording import alone, peak_mib, percentile, record, show

QUESTIONS = Path(__file__).resolve().parents[1] / "samples" / "questions.jsonl"
WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Shape:
    """A BERT's layers, and the width of its states (a head has 32 or 64 of them)."""

    like: str
    layers: int
    width: int
    heads: int


SHAPES = {
    shape.like: shape
    for shape in (
        Shape("MiniLM-L2", 2, 384, 12),  # cross-encoder/ms-marco-MiniLM-L2-v2
        Shape("MiniLM-L6", 6, 384, 12),  # cross-encoder/ms-marco-MiniLM-L6-v2
        Shape("MiniLM-L12", 12, 384, 12),  # cross-encoder/ms-marco-MiniLM-L12-v2
        Shape("BERT-base", 12, 768, 12),  # BAAI/bge-reranker-base has as many and a larger vocabulary
    )
}


def make(folder: Path, shape: Shape) -> None:
    """A cross-encoder of that shape, laid out as on the hub, with the embedder's tokenizer: it is BERT's."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    from brain.embedding.weights import MINILM, default_cache, ensure_files

    torch.manual_seed(0)
    config = BertConfig(
        num_hidden_layers=shape.layers,
        hidden_size=shape.width,
        num_attention_heads=shape.heads,
        intermediate_size=4 * shape.width,
        num_labels=1,
    )
    model = BertForSequenceClassification(config).eval()
    tokenizer = ensure_files(MINILM, default_cache()) / "tokenizer.json"
    (folder / "onnx").mkdir(parents=True)
    (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    config.to_json_file(folder / "config.json")
    names = ["input_ids", "attention_mask", "token_type_ids"]
    ones = torch.ones(2, 16, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (ones, ones, torch.zeros_like(ones)),
            str(folder / "onnx" / "model.onnx"),
            input_names=names,
            output_names=["logits"],
            dynamic_axes={name: {0: "pairs", 1: "tokens"} for name in names} | {"logits": {0: "pairs"}},
            opset_version=17,
            dynamo=False,
        )


def ask(home: Path, reranker: Path | None, questions: Sequence[str]) -> dict[str, Any]:
    """Whole answers from a home opened afresh; questions that the gate refuses are not counted."""
    from bots.settings import load_settings
    from bots.wiring import Citewise
    from brain.domain import Question

    chosen = {"reranker": str(reranker) if reranker else None}
    settings = load_settings(home).model_copy(update=chosen)
    whole, spent, processor, asked = [], [], [], []
    with Citewise(settings) as citewise:
        citewise.warm_up()
        for text in questions:
            before = time.process_time()
            answer = citewise.brain.invoke(Question(text))
            if not answer.refused:
                processor.append((time.process_time() - before) * 1000)
                whole.append(answer.trace.timings_ms["total"])
                spent.append(answer.trace.timings_ms.get("reranker", 0.0))
                asked.append(_tokens(citewise, answer.trace.question) if reranker else 0)
    kept = slice(WARM_UP, None)
    return {
        "reranker p50 ms": percentile(spent[kept], 0.5),
        "reranker p95 ms": percentile(spent[kept], 0.95),
        "answer p50 ms": percentile(whole[kept], 0.5),
        "answer p95 ms": percentile(whole[kept], 0.95),
        "processor ms": percentile(processor[kept], 0.5),
        "tokens read": percentile(asked[kept], 0.5),
        "memory MiB": peak_mib(),
    }


def _tokens(citewise: Any, question: str) -> int:
    """What the cross-encoder reads for a question, all pairs together."""
    from brain.catalog.documents.vectors import embedded_text
    from brain.cross_encoding.pairs import TOKENS
    from brain.reranking.reranker import PASSAGES
    from brain.retrieval.query import Query

    count = citewise.embedder.count_tokens
    found = citewise.retriever.find(Query.of(question), ["general"]).passages[:PASSAGES]
    texts = (embedded_text(p.context, p.table_header, p.text) for p in found)
    return sum(min(TOKENS, count(question) + count(text) + 3) for text in texts)


def main() -> None:
    """Measure, show, record."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("home", type=Path)
    parser.add_argument("--shapes", default="MiniLM-L2,MiniLM-L6")
    parser.add_argument("--questions", type=int, default=60)
    given = parser.parse_args()
    lines = QUESTIONS.read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][: given.questions + WARM_UP]
    rows = [{"shape": "none", **alone(ask, given.home, None, questions)}]
    for name in given.shapes.split(","):
        with tempfile.TemporaryDirectory() as folder:
            alone(make, Path(folder) / "model", SHAPES[name])
            rows.append({"shape": name, **alone(ask, given.home, Path(folder) / "model", questions)})
        show(name, rows[-1:])
    show("Reranking, random weights", rows, f"{len(questions) - WARM_UP} questions, answered ones counted.")
    print(f"Written to {record('reranking', rows, asked=len(questions) - WARM_UP)}")


if __name__ == "__main__":
    main()
