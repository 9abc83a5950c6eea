from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")

from house_rows import house_rows
from safetensors.torch import load_file
from talking_phi3 import talking_phi3

from brain.phi3.adapters import read_deltas
from brain.tuning.learning.from_rows import train_rows
from brain.tuning.learning.recipe import Recipe
from brain.tuning.learning.training import Progress

pytestmark = pytest.mark.filterwarnings("ignore")

RECIPE = Recipe(
    rank=4, longest=1024, tokens_per_step=2048, tokens_at_once=2048, learning_rate=1e-2, epochs=2,
    evaluate_every=4,
)  # fmt: skip


def test_rows_become_an_adapter_that_can_be_served(tmp_path: Path) -> None:
    model = talking_phi3(tmp_path / "model")
    steps: list[Progress] = []
    outcome = train_rows(
        model, house_rows(12), house_rows(3, first=20), tmp_path / "run", RECIPE, steps.append
    )
    assert min(step.gradient for step in steps) > 0
    assert steps[-1].loss < steps[0].loss
    assert outcome.adapter == tmp_path / "run" / "adapter"
    deltas = read_deltas(outcome.adapter)
    assert len(deltas) == 8
    assert all(delta.second.abs().max() > 0 for delta in deltas.values())
    assert all(
        tensor.dtype is torch.float32
        for tensor in load_file(str(outcome.adapter / "adapter_model.safetensors")).values()
    )
