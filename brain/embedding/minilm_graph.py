"""all-MiniLM-L6-v2 as an ONNX graph made for CPUs, built from the published float weights.

The linear layers run on 8-bit integers. Each row of activations (one token) is scaled by its own
largest value and each column of weights by its own, as in LLM.int8's vector-wise quantisation
(Dettmers et al. 2022, arXiv 2208.07339): a text's vector does not depend on what shares its batch,
and stays closer to the float model's than with one scale a tensor. Weights use 7 of the 8 bits, since
AVX2 adds products in pairs of 16 bits, which must not overflow: the integers are the same on any CPU.
There is no attention mask: texts in a batch must have the same number of tokens.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Variant = Literal["int8", "float"]

LAYERS = 6
HEADS = 12
DIMENSIONS = 384
RECIPE = 2
"""Raise it when the graph changes what comes out: it is part of the embedder's identity."""

_EPSILON = 1e-12
_WEIGHT_LIMIT = 63
_CENTRE = 128
_NEARLY_POSITIVE_CENTRE = 64
"""Where 0 stands among 0–255 behind a GELU, which gives nothing below -0.17."""
_FUSED = "com.microsoft"
_OPSET = 18
_IR_VERSION = 10


def read_safetensors(path: Path) -> dict[str, Floats]:
    """All float32 tensors of a safetensors file: a length, a JSON header, then raw little-endian data."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header: dict[str, Any] = json.loads(content[8:start])
    return {
        name: np.frombuffer(
            content[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]], "<f4"
        ).reshape(entry["shape"])
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def build_graph(weights: Mapping[str, Floats], variant: Variant = "int8") -> bytes:
    """The serialised model: `input_ids` int64 [texts, tokens] to `states` float32 [texts, tokens, 384]."""
    graph = _Graph(weights, variant)
    states = graph.embeddings()
    for layer in range(LAYERS):
        states = graph.layer(f"encoder.layer.{layer}", states)
    return graph.serialise(states)


class _Graph:
    def __init__(self, weights: Mapping[str, Floats], variant: Variant) -> None:
        from onnx import helper

        self._make = helper
        self._weights = weights
        self._variant = variant
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def embeddings(self) -> str:
        """Word, position and segment embeddings; the segment is always the first."""
        weight = {kind: self._weights[f"embeddings.{kind}_embeddings.weight"] for kind in _EMBEDDINGS}
        words = self._node("Gather", self._constant(weight["word"]), "input_ids")
        table = self._constant(weight["position"] + weight["token_type"][0])
        length = self._node("Shape", "input_ids", start=1, end=2)
        positions = self._node("Slice", table, self._constant(np.array([0])), length)
        return self._normalised("embeddings.LayerNorm", words, positions)

    def layer(self, name: str, states: str) -> str:
        """One encoder layer: attention, then the feed-forward network, each added and normalised."""
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self._weights[f"{part}.weight"] for part in parts])
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        query, key, value = self._split(self._linear(states, weight, bias), 3)
        mixed = self._node("MultiHeadAttention", query, key, value, domain=_FUSED, num_heads=HEADS)
        attended = self._named_linear(f"{name}.attention.output.dense", mixed)
        states = self._normalised(f"{name}.attention.output.LayerNorm", attended, states)
        inner = self._named_linear(f"{name}.intermediate.dense", states)
        inner = self._node("Gelu", inner, domain=_FUSED)
        outer = self._named_linear(f"{name}.output.dense", inner, nearly_positive=True)
        return self._normalised(f"{name}.output.LayerNorm", outer, states)

    def serialise(self, states: str) -> bytes:
        """The finished model with `states` as its output."""
        from onnx import TensorProto

        make = self._make
        self._nodes.append(make.make_node("Identity", [states], ["states"]))
        graph = make.make_graph(
            self._nodes,
            "all-MiniLM-L6-v2",
            [make.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])],
            [make.make_tensor_value_info("states", TensorProto.FLOAT, ["texts", "tokens", DIMENSIONS])],
            self._constants,
        )
        opsets = [make.make_opsetid("", _OPSET), make.make_opsetid(_FUSED, 1)]
        model = make.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())

    def _named_linear(self, name: str, inputs: str, *, nearly_positive: bool = False) -> str:
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return self._linear(inputs, weight, bias, nearly_positive=nearly_positive)

    def _linear(self, inputs: str, weight: Floats, bias: Floats, *, nearly_positive: bool = False) -> str:
        columns = np.ascontiguousarray(weight.T)
        if self._variant == "float":
            product = self._node("MatMul", inputs, self._constant(columns))
        else:
            product = self._integer_product(inputs, columns, nearly_positive)
        return self._node("Add", product, self._constant(bias))

    def _integer_product(self, inputs: str, columns: Floats, nearly_positive: bool) -> str:
        scale = (np.abs(columns).max(axis=0) / _WEIGHT_LIMIT).astype(np.float32)
        whole = np.rint(columns / scale).astype(np.int8)
        centre = _NEARLY_POSITIVE_CENTRE if nearly_positive else _CENTRE
        sizes = inputs if nearly_positive else self._node("Abs", inputs)
        largest = self._node("ReduceMax", sizes, self._constant(np.array([-1])), keepdims=1)
        step = self._constant(np.float32(1 / (255 - centre)))
        zero = self._constant(np.uint8(centre))
        rows = self._node("QuantizeLinear", self._node("Div", inputs, largest), step, zero)
        product = self._node(
            "MatMulIntegerToFloat",
            *(rows, self._constant(whole), step, self._constant(scale), zero),
            self._constant(np.zeros(len(scale), np.int8)),
            domain=_FUSED,
        )
        return self._node("Mul", product, largest)

    def _normalised(self, name: str, first: str, second: str) -> str:
        gain = self._constant(self._weights[f"{name}.weight"])
        shift = self._constant(self._weights[f"{name}.bias"])
        total = self._node("Add", first, second)
        return self._node("LayerNormalization", total, gain, shift, axis=-1, epsilon=_EPSILON)

    def _split(self, joined: str, parts: int) -> list[str]:
        outputs = [f"{joined}_{part}" for part in range(parts)]
        self._nodes.append(self._make.make_node("Split", [joined], outputs, axis=-1, num_outputs=parts))
        return outputs

    def _node(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        output = f"t{len(self._nodes)}"
        self._nodes.append(self._make.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def _constant(self, value: npt.NDArray[Any] | np.generic) -> str:
        from onnx import numpy_helper

        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name


_EMBEDDINGS = ("word", "position", "token_type")
