"""What is looked at before a run begins, each refusal with its figures."""

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")

from house_rows import house_rows, house_set
from talking_phi3 import talking_phi3
from transformers import Phi3Config

from brain.errors import ModelUnavailable, StorageFailed, UsageError
from brain.phi3.fingerprint import fingerprint
from brain.tuning.citing_set import CitingSet
from brain.tuning.learning.forecast import forecast
from brain.tuning.learning.recipe import Method, Recipe
from brain.tuning.learning.start import Machine, check_disk, choose, planned
from brain.tuning.rows import write_rows

MINI = Phi3Config()  # Phi-3-mini's own shape


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talking_phi3(tmp_path_factory.mktemp("phi3"))


@pytest.fixture
def data(tmp_path: Path) -> CitingSet:
    house_set(tmp_path / "first", 9, 3)
    return CitingSet.open(tmp_path / "first")


@pytest.mark.parametrize(
    ("free", "method", "recompute"),
    [(80e9, Method.LORA, False), (24e9, Method.LORA, True), (8e9, Method.QLORA, True)],
)
def test_the_fastest_way_that_fits_is_chosen_and_explained(
    free: float, method: Method, recompute: bool
) -> None:
    pytest.importorskip("bitsandbytes", reason="the phi3 extra is not installed")
    gpu = Machine("a GPU", True, int(free))
    chosen, needed, why = choose(MINI, Recipe(), "auto", gpu)
    assert (chosen.method, chosen.recompute) == (method, recompute)
    assert needed == forecast(MINI, chosen) < free
    assert "it fits" in why if free > 40e9 else "LoRA would take 37.6 GB" in why
    with pytest.raises(ModelUnavailable, match=r"needs 5\.\d GB .* QLoRA, .* 4\.0 GB are free on the GPU"):
        choose(MINI, Recipe(), "auto", replace(gpu, free=int(4e9)))


def test_a_way_that_was_asked_for_is_the_only_one_tried() -> None:
    gpu = Machine("a GPU", True, int(24e9))
    assert choose(MINI, Recipe(), "lora", gpu)[0].recompute
    with pytest.raises(ModelUnavailable, match=r"needs 10\.\d GB .* LoRA"):
        choose(MINI, Recipe(), "lora", replace(gpu, free=int(8e9)))
    with pytest.raises(ModelUnavailable, match=r"needs 37\.\d GB .* LoRA"):
        choose(MINI, Recipe(), "lora", gpu, fixed=True)


def test_checkpoints_need_room(tmp_path: Path) -> None:
    vast = Phi3Config(hidden_size=4_000_000, intermediate_size=4_000_000, num_hidden_layers=4000)
    with pytest.raises(StorageFailed, match=r"checkpoints need [\d.]+ GB at .*are free"):
        check_disk(vast, Recipe(rank=512), tmp_path / "runs" / "run-1")
    check_disk(MINI, Recipe(rank=1), tmp_path)


def test_a_plan_fits_the_machine_and_the_data(model: Path, data: CitingSet) -> None:
    start = planned(model, data, "auto", {"epochs": 4}, data.folder / "run")
    assert (len(start.learnt.examples), len(start.validation.examples), start.left_out) == (9, 3, 0)
    assert (start.recipe.epochs, start.recipe.method, start.recipe.longest) == (4, Method.LORA, 2047)
    assert start.recipe.evaluate_every < 50
    assert 0 < start.needed < start.machine.free
    small = planned(model, data, "auto", {"tokens_per_step": 1000}, data.folder / "run").recipe
    assert (small.longest, small.tokens_at_once, small.tokens_per_step) == (1000, 1000, 1000)
    named = planned(model, data, "auto", {"evaluate_every": 7, "tokens_at_once": 4096}, data.folder / "run")
    assert (named.recipe.evaluate_every, named.recipe.tokens_at_once) == (7, 4096)


def test_rows_of_their_own_to_stop_by_are_taken_and_what_is_unusual_is_said(
    model: Path, data: CitingSet
) -> None:
    old = planned(model, data, "auto", {}, data.folder / "run")
    assert "first is of an older citewise" in old.mind
    write_rows(data.folder / "validation.jsonl", house_rows(2, 30))
    own = planned(model, data, "auto", {}, data.folder / "run")
    assert (len(own.validation.examples), own.mind) == (2, "")
    write_rows(data.folder / "validation.jsonl", ())
    none = planned(model, data, "auto", {}, data.folder / "run")
    assert (none.validation.examples, "all epochs are done" in none.mind) == ((), True)


def test_what_the_model_cannot_read_is_refused_and_long_rows_are_left_out(
    model: Path, data: CitingSet
) -> None:
    with pytest.raises(UsageError, match="up to 2,047 tokens: --longest 4,000"):
        planned(model, data, "auto", {"longest": 4000}, data.folder / "run")
    with pytest.raises(UsageError, match=r"first has no row to learn from of up to 100 tokens"):
        planned(model, data, "auto", {"longest": 100}, data.folder / "run")
    start = planned(model, data, "auto", {"longest": 700}, data.folder / "run")
    assert start.left_out + len(start.learnt.examples) + len(start.validation.examples) == 12
    assert all(len(example.tokens) <= 700 for example in start.learnt.examples)


def test_a_fingerprint_tells_weights_configurations_and_tokenizers_apart(tmp_path: Path) -> None:
    one = talking_phi3(tmp_path / "one")
    assert fingerprint(one) == fingerprint(talking_phi3(tmp_path / "again"))
    other = talking_phi3(tmp_path / "other")
    weights = bytearray((other / "model.safetensors").read_bytes())
    weights[-3] ^= 1
    (other / "model.safetensors").write_bytes(weights)
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one) != fingerprint(talking_phi3(tmp_path / "wider", rms_norm_eps=1e-3))
