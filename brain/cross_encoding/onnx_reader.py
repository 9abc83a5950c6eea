"""A cross-encoder as an ONNX graph, on this machine's processor: no torch, and no code of the model's."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from brain.cross_encoding.pairs import Pairs, Row
from brain.embedding.minilm import available_cores
from brain.errors import ModelUnavailable, UsageError, WeightsUnavailable
from brain.onnx_runtime import open_session

_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_INTEGERS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}


class OnnxReader:
    """The logits of pairs, which are spread over the cores.

    Each runs alone, so that nothing is padded and its logits are the same whatever is read beside it. Several
    threads may share the object.
    """

    def __init__(
        self, graph: Path, pairs: Pairs, *, labels: tuple[str, ...] = (), threads: int | None = None
    ) -> None:
        """WeightsUnavailable for a damaged graph; UsageError for one that doesn't read pairs of texts."""
        try:
            self._session = open_session(graph, quiet=True)
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise WeightsUnavailable(
                f"{graph} can't be opened: it is damaged, only partly downloaded, or no ONNX graph that "
                "ONNX Runtime can run. Fetch it again.",
                detail=repr(error),
            ) from error
        self._inputs = {node.name: _INTEGERS.get(node.type) for node in self._session.get_inputs()}
        outputs = [node.name for node in self._session.get_outputs()]
        self._output = "logits" if "logits" in outputs else outputs[0]
        self._pairs = pairs
        self._workers = ThreadPoolExecutor(threads or available_cores(), thread_name_prefix="pairs")
        self.labels = labels
        self.outputs = self._outputs(graph)

    def numbers(self, first: str, seconds: Sequence[str]) -> list[list[float]]:
        """The logits of the first text with each other; ModelUnavailable where the graph fails."""
        rows = [self._pairs.row(first, second) for second in seconds]
        longest_first = sorted(range(len(rows)), key=lambda at: -len(rows[at].ids))
        found = dict(
            zip(longest_first, self._workers.map(lambda at: self._run(rows[at]), longest_first), strict=True)
        )
        return [[float(number) for number in found[at].reshape(-1)] for at in range(len(rows))]

    def close(self) -> None:
        """Let its threads go."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _run(self, row: Row) -> Any:
        values = {
            "input_ids": row.ids,
            "attention_mask": [1] * len(row.ids),
            "token_type_ids": row.types,
        }
        feed = {name: np.array([values[name]], kind) for name, kind in self._inputs.items()}
        try:
            return np.asarray(self._session.run([self._output], feed)[0])
        except Exception as error:  # as above
            raise ModelUnavailable("The cross-encoder fails.", detail=repr(error)) from error

    def _outputs(self, graph: Path) -> int:
        """How many numbers come out for one pair, once it has been looked at what goes in."""
        strange = {name for name, kind in self._inputs.items() if name not in _INPUTS or kind is None}
        if strange or "input_ids" not in self._inputs:
            raise UsageError(
                f"{graph} is no cross-encoder of text: it wants {', '.join(sorted(strange)) or 'no tokens'}."
            )
        try:
            found = self._run(self._pairs.row("What is asked?", "What is answered."))
        except ModelUnavailable as error:
            raise WeightsUnavailable(
                f"{graph} does not fit the tokenizer.json beside it, or is damaged. Fetch both again.",
                detail=error.detail,
            ) from error
        if found.ndim not in (1, 2) or found.shape[0] != 1:
            shape = " × ".join(map(str, found.shape))
            raise UsageError(
                f"{graph} is no cross-encoder: for a pair of texts it gives {shape} numbers, and no logits."
            )
        return int(found.size)
