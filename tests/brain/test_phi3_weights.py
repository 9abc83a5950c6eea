import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")

from brain.errors import CitewiseError, ModelUnavailable, UsageError, WeightsUnavailable
from brain.phi3.adapters import Merged, read_deltas
from brain.phi3.decoding import Decoder
from brain.phi3.opening import open_phi3
from brain.phi3.quantising import Quantization, bytes_needed, cache_bytes, choose, quantise_in_place
from brain.phi3.weights import load
from brain.tuning.learning.adapter import attach, save_adapter
from brain.tuning.learning.recipe import Recipe
from tests.brain.small_phi3 import by_transformers, prompt, saved_phi3, small_phi3
from tests.brain.talking_phi3 import talking_phi3

pytestmark = pytest.mark.filterwarnings("ignore")
needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
SMALL = Recipe(rank=4, longest=64, tokens_per_step=256, tokens_at_once=256)


def refusal(folder: Path, of: type[CitewiseError]) -> str:
    with pytest.raises(of) as caught:
        load(folder, processor_allowed=True)
    return caught.value.sentence


def with_adapter(model: Any) -> Any:
    adapted = attach(model, SMALL)
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.2)
    return adapted


def test_saved_weights_are_loaded(tmp_path: Path) -> None:
    model = saved_phi3(tmp_path)
    loaded = load(tmp_path, processor_allowed=True)
    assert by_transformers(loaded, prompt(20), 10) == by_transformers(model.to(loaded.device), prompt(20), 10)


@needs_no_gpu
def test_without_a_gpu_it_says_so(tmp_path: Path) -> None:
    saved_phi3(tmp_path)
    with pytest.raises(ModelUnavailable, match="No GPU was found"):
        load(tmp_path)


def test_a_half_download_is_found_before_loading(tmp_path: Path) -> None:
    saved_phi3(tmp_path)
    path = tmp_path / "model.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "downloaded by half" in refusal(tmp_path, WeightsUnavailable)
    path.write_bytes(b"\x00" * 100)
    assert "not a whole safetensors file" in refusal(tmp_path, WeightsUnavailable)
    path.unlink()
    assert "model.safetensors is missing" in refusal(tmp_path, WeightsUnavailable)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    small_phi3().save_pretrained(str(tmp_path), max_shard_size="200KB")
    shards = sorted(tmp_path.glob("model-*.safetensors"))
    assert len(shards) > 1
    shards[1].unlink()
    assert shards[1].name in refusal(tmp_path, WeightsUnavailable)


def test_pickled_weights_are_not_read(tmp_path: Path) -> None:
    saved_phi3(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    assert "pickled" in refusal(tmp_path, WeightsUnavailable)


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    assert "config.json is missing" in refusal(tmp_path, UsageError)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}), "utf-8")
    assert "is of type llama, not phi3" in refusal(tmp_path, UsageError)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    saved_phi3(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}), "utf-8")
    assert "missing or of another shape" in refusal(tmp_path, WeightsUnavailable)


def test_the_most_exact_quantisation_that_fits_is_chosen() -> None:
    config = small_phi3().config
    sizes = [bytes_needed(config, kind, 8, 256) for kind in list(Quantization)[:3]]
    assert sizes == sorted(sizes, reverse=True)
    assert [choose(config, size, 8, 256) for size in sizes] == list(Quantization)[:3]
    assert choose(config, sizes[-1] - 1, 8, 256) is None


def test_weights_in_four_bits_still_write() -> None:
    pytest.importorskip("bitsandbytes", reason="the phi3 extra is not installed")
    model = quantise_in_place(small_phi3(hidden=128))
    assert model.model.layers[0].mlp.down_proj.weight.dtype == torch.uint8
    assert len(by_transformers(model, prompt(20), 5)) == 5


def test_an_adapter_is_swapped_in_and_out_without_reloading(tmp_path: Path) -> None:
    adapted = with_adapter(small_phi3())
    save_adapter(adapted, tmp_path)
    tokens = prompt(20)
    expected = by_transformers(adapted.eval(), tokens, 20)
    model = small_phi3()
    before = by_transformers(model, tokens, 20)
    assert expected != before
    merged = Merged.of(model)
    place = model.model.layers[0].mlp.down_proj.weight.data_ptr()
    merged.swap(read_deltas(tmp_path))
    assert by_transformers(model, tokens, 20) == expected
    assert model.model.layers[0].mlp.down_proj.weight.data_ptr() == place
    merged.swap({})
    assert by_transformers(model, tokens, 20) == before


def test_an_adapter_of_another_model_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    save_adapter(with_adapter(small_phi3(hidden=128)), tmp_path)
    model = small_phi3()
    merged = Merged.of(model)
    weights = model.model.layers[1].mlp.down_proj.weight.clone()
    with pytest.raises(UsageError, match="made for another base model"):
        merged.swap(read_deltas(tmp_path))
    assert torch.equal(model.model.layers[1].mlp.down_proj.weight, weights)


def test_a_broken_adapter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match="There is no adapter"):
        read_deltas(tmp_path)
    save_adapter(with_adapter(small_phi3()), tmp_path)
    path = tmp_path / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(WeightsUnavailable, match="downloaded by half"):
        read_deltas(tmp_path)
    path.rename(tmp_path / "adapter_model.bin")
    with pytest.raises(WeightsUnavailable, match="pickled"):
        read_deltas(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"), [("hidden_size", "64"), ("hidden_size", None), ("num_attention_heads", 0)]
)
def test_a_configuration_of_no_model_is_told(tmp_path: Path, name: str, value: object) -> None:
    saved_phi3(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), name: value}), "utf-8")
    assert "config.json describes no Phi-3" in refusal(tmp_path, WeightsUnavailable)


def test_an_index_that_names_no_files_is_told(tmp_path: Path) -> None:
    saved_phi3(tmp_path)
    (tmp_path / "model.safetensors.index.json").write_text('{"weight_map": {"a": 5}}', "utf-8")
    assert "5 is missing" in refusal(tmp_path, WeightsUnavailable)


@pytest.mark.parametrize("change", ["rank", "shape", "flat", "half"])
def test_an_adapter_whose_halves_dont_fit_is_refused(tmp_path: Path, change: str) -> None:
    from safetensors.torch import load_file, save_file

    save_adapter(with_adapter(small_phi3()), tmp_path)
    config, weights = tmp_path / "adapter_config.json", tmp_path / "adapter_model.safetensors"
    tensors = load_file(str(weights))
    key = next(name for name in tensors if "lora_A" in name)
    if change == "rank":
        config.write_text(json.dumps({**json.loads(config.read_text("utf-8")), "r": 8}), "utf-8")
    elif change == "half":
        del tensors[key]
    else:
        tensors[key] = tensors[key][:2] if change == "shape" else tensors[key][:, 0].contiguous()
    save_file(tensors, str(weights))
    with pytest.raises(WeightsUnavailable, match="is not whole"):
        read_deltas(tmp_path)
    config.write_text(json.dumps({**json.loads(config.read_text("utf-8")), "r": 0}), "utf-8")
    with pytest.raises(WeightsUnavailable, match="missing or damaged"):
        read_deltas(tmp_path)


def test_the_memory_that_is_reckoned_with_holds_what_a_decoder_takes() -> None:
    """Its spare slots too: where they were left out, what just fitted did not."""
    model = small_phi3(key_heads=2)
    taken = Decoder(model, slots=8, capacity=256).network.cache.both.numel()
    assert cache_bytes(model.config, 8, 256) == 2 * taken
    more = bytes_needed(model.config, Quantization.NONE, 8, 256)
    assert more - bytes_needed(model.config, Quantization.NONE, 8, 0) > 2 * taken


def test_a_gpu_that_fills_up_while_opening_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    talking_phi3(tmp_path)
    monkeypatch.setattr("brain.phi3.opening.Decoder", full)
    with pytest.raises(ModelUnavailable, match="memory was full before the model was ready"):
        open_phi3(str(tmp_path))
