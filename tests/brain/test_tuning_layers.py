"""The layers of a model that learns, beside what transformers and PyTorch compute."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")

from torch.nn import functional
from transformers.models.phi3.modeling_phi3 import apply_rotary_pos_emb

from brain.tuning.learning.adapter import attach
from brain.tuning.learning.attention import register
from brain.tuning.learning.last_layer import rounded
from brain.tuning.learning.packed_attention import attention
from brain.tuning.learning.packing import pack
from brain.tuning.learning.passes import Trainee
from tests.brain.small_phi3 import small_phi3
from tests.brain.tuning_run import RECIPE, examples

pytestmark = pytest.mark.filterwarnings("ignore")
ENDS = (0, 7, 8, 20, 20, 20)  # two empty examples at the end, as a pack's bounds have them


@pytest.mark.parametrize(("heads", "kv_heads", "rotary"), [(4, 4, 8), (4, 2, 8), (4, 4, 6)])
def test_packed_attention_is_that_of_each_example(heads: int, kv_heads: int, rotary: int) -> None:
    """Values and gradients, also where heads share keys or turn only in part."""
    size, tokens = 8, ENDS[-1]
    torch.manual_seed(0)
    angles = torch.randn(tokens, rotary // 2).repeat(1, 2)
    cos, sin = angles.cos(), angles.sin()
    rows = torch.randn(tokens, (heads + 2 * kv_heads) * size)
    above = torch.randn(tokens, heads * size)

    def one_by_one(qkv: Any) -> Any:
        parts = qkv.view(tokens, -1, size).transpose(0, 1).split((heads, kv_heads, kv_heads))
        query, key = apply_rotary_pos_emb(parts[0][None], parts[1][None], cos[None], sin[None])
        mixed = [
            functional.scaled_dot_product_attention(
                query[:, :, a:b], key[:, :, a:b], parts[2][None, :, a:b],
                is_causal=True, scale=0.3, enable_gqa=True,
            )
            for a, b in pairwise(ENDS)
            if b > a
        ]  # fmt: skip
        return torch.cat(mixed, dim=2)[0].transpose(0, 1).reshape(tokens, -1)

    def packed(qkv: Any) -> Any:
        bounds, shape = torch.tensor(ENDS, dtype=torch.int32), torch.tensor([3, 12])
        return attention(qkv, cos, sin, bounds, shape, heads, kv_heads, 0.3)

    found = []
    for compute in (one_by_one, packed):
        leaf = rows.clone().requires_grad_()
        out = compute(leaf)
        out.backward(above)
        found.append((out.detach(), leaf.grad))
    for theirs, ours in zip(*found, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-5)


def test_the_last_layer_goes_on_with_what_is_said() -> None:
    trainee = Trainee(attach(small_phi3(attention=register()), RECIPE), RECIPE, 1, said=1)
    layers = trainee.adapted.get_base_model().model.layers
    seen: list[int] = []
    for layer in layers:
        layer.mlp.register_forward_hook(lambda _module, given, _out: seen.append(given[0].shape[1]))
    packed = pack(examples(5), 256, 64, 0)
    trainee.loss([packed])
    said = len(packed.said)
    assert 0 < said < 192
    assert seen == [256, -(-said // 64) * 64]


def test_said_tokens_are_rounded_up_to_few_numbers() -> None:
    sizes = {len(rounded(torch.arange(said), 256)) for said in range(257)}
    assert sizes == {64, 128, 192, 256}
    assert rounded(torch.tensor([5, 9]), 8).tolist() == [5, 9]
    assert rounded(torch.tensor([5, 9, 2]), 8).tolist() == [5, 9, 2, 0]


def test_a_pack_that_says_nothing_teaches_nothing() -> None:
    recipe = replace(RECIPE, weight_decay=0.0)
    trainee = Trainee(attach(small_phi3(attention=register()), recipe), recipe, 1, said=1)
    silent = [replace(example, said=(False,) * len(example.tokens)) for example in examples(2)]
    taken = trainee.step(0, [pack(silent, 256, 64, 0)]).taken()
    assert (taken.loss, taken.gradient) == (0, 0)
