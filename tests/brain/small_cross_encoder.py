"""Tiny cross-encoders, made on the spot: one that is known to prefer certain passages, and real BERTs."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

MARKERS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def save_tokenizer(folder: Path, words: Sequence[str]) -> int:
    """A tokenizer of whole words that writes pairs as BERT does; the size of its vocabulary."""
    vocabulary = {word: number for number, word in enumerate([*MARKERS, *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    return len(vocabulary)


def save_synonyms(
    folder: Path,
    meanings: Sequence[Sequence[str]],
    *,
    weights: Sequence[float] = (1,),
    biases: Sequence[float] = (0,),
    labels: Sequence[str] = (),
) -> Path:
    """A cross-encoder whose logit is how often words of the passage mean what a word of the question means.

    It attends from each token of the first text to each of the second over embeddings that words of one
    meaning share. A classifier has several `weights` and `biases`, by which that count becomes its logits.
    """
    words = [word for meaning in meanings for word in meaning]
    size = save_tokenizer(folder, words)
    table = np.zeros((size, len(meanings)), np.float32)
    for number, meaning in enumerate(meanings):
        for word in meaning:
            table[len(MARKERS) + words.index(word), number] = 1.0
    make = helper.make_node
    nodes = [
        make("Gather", ["table", "input_ids"], ["states"]),
        make("Cast", ["token_type_ids"], ["second"], to=TensorProto.FLOAT),
        make("Sub", ["one", "second"], ["first"]),
        make("Unsqueeze", ["second", "last"], ["of_second"]),
        make("Unsqueeze", ["first", "last"], ["of_first"]),
        make("Mul", ["states", "of_first"], ["question"]),
        make("Mul", ["states", "of_second"], ["passage"]),
        make("Transpose", ["passage"], ["keys"], perm=[0, 2, 1]),
        make("MatMul", ["question", "keys"], ["attention"]),
        make("ReduceSum", ["attention", "both"], ["sum"], keepdims=0),
        make("Unsqueeze", ["sum", "last"], ["single"]),
        make("Mul", ["single", "weights"], ["weighed"]),
        make("Add", ["weighed", "biases"], ["logits"]),
    ]
    constants = {
        "table": table,
        "one": np.float32(1),
        "last": np.array([-1]),
        "both": np.array([1, 2]),
        "weights": np.array(weights, np.float32),
        "biases": np.array(biases, np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "synonyms",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["pairs", "tokens"])
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["pairs", len(weights)])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    (folder / "onnx" / "model.onnx").write_bytes(model.SerializeToString())
    config = {"max_position_embeddings": 512, "id2label": dict(enumerate(labels))}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder
