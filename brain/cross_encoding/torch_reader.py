"""A cross-encoder's safetensors, run by transformers: for models that come without an ONNX graph."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from brain.phi3.offline import keep_offline

keep_offline()

import torch  # noqa: E402
from transformers import AutoModelForSequenceClassification  # noqa: E402

from brain.cross_encoding.pairs import Pairs  # noqa: E402
from brain.errors import ModelUnavailable, UsageError, WeightsUnavailable  # noqa: E402


class TorchReader:
    """The logits of pairs, each alone; on the GPU if there is one."""

    def __init__(self, folder: Path, pairs: Pairs, *, labels: tuple[str, ...] = ()) -> None:
        """WeightsUnavailable for damaged weights, UsageError for a model that doesn't classify."""
        try:
            model, told = AutoModelForSequenceClassification.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
        except Exception as error:  # nobody can know what each architecture raises
            raise WeightsUnavailable(
                f"The cross-encoder in {folder} can't be loaded: its files are damaged, only partly "
                "downloaded, or of a kind that transformers doesn't know without the model's own code.",
                detail=repr(error),
            ) from error
        if missing := sorted(told["missing_keys"]):
            raise UsageError(f"{folder} is no cross-encoder: its weights lack {missing[0]}.")
        self.outputs = int(model.config.num_labels)
        self.labels = labels
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model: Any = model.to(self._device).eval()
        self._has_types = getattr(model.config, "type_vocab_size", 0) > 1
        self._pairs = pairs

    def numbers(self, first: str, seconds: Sequence[str]) -> list[list[float]]:
        """The logits of the first text with each other; ModelUnavailable where the model fails."""
        return [self._logits(first, second) for second in seconds]

    def _logits(self, first: str, second: str) -> list[float]:
        row = self._pairs.row(first, second)
        values = {"input_ids": row.ids, "attention_mask": [1] * len(row.ids)}
        if self._has_types:
            values["token_type_ids"] = row.types
        feed = {name: torch.tensor([numbers], device=self._device) for name, numbers in values.items()}
        try:
            with torch.inference_mode():
                return [float(number) for number in self._model(**feed).logits[0].tolist()]
        except (RuntimeError, IndexError) as error:
            raise ModelUnavailable("The cross-encoder fails.", detail=repr(error)) from error
