"""A cross-encoder as an ONNX graph, on this machine's processor: no torch, and no code of the model's."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from brain.embedding.minilm import available_cores
from brain.errors import ModelUnavailable, UsageError, WeightsUnavailable
from brain.reranking.pairs import Pairs, Row

_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_INTEGERS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}


class OnnxReader:
    """One logit a pair; the pairs are spread over the cores.

    Each runs alone, so that nothing is padded and its score is the same whatever is read beside it. Several
    threads may share the object.
    """

    def __init__(self, graph: Path, pairs: Pairs, *, threads: int | None = None) -> None:
        """WeightsUnavailable for a damaged graph; UsageError for one of a model that is no cross-encoder."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what is wrong is told in a sentence of ours
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(graph), options, providers=["CPUExecutionProvider"]
            )
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
        self._check(graph)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """The logit of each text with the question; ModelUnavailable where the graph fails."""
        rows = [self._pairs.row(question, text) for text in texts]
        longest_first = sorted(range(len(rows)), key=lambda at: -len(rows[at].ids))
        found = dict(
            zip(longest_first, self._workers.map(lambda at: self._run(rows[at]), longest_first), strict=True)
        )
        return [float(found[at].reshape(-1)[0]) for at in range(len(rows))]

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
            raise ModelUnavailable("The reranker's graph fails.", detail=repr(error)) from error

    def _check(self, graph: Path) -> None:
        """Look at what goes in and what comes out, for one pair."""
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
        if found.size != 1 or found.shape[0] != 1:
            raise UsageError(not_one_logit(str(graph), f"an output of {' × '.join(map(str, found.shape))}"))


def not_one_logit(model: str, instead: str) -> str:
    """What to say of a model that classifies or embeds instead of scoring a pair."""
    return (
        f"{model} is no cross-encoder: for a pair of texts it should give one number, and it gives "
        f"{instead}. Set CITEWISE_RERANKER to a model such as cross-encoder/ms-marco-MiniLM-L6-v2."
    )
