"""Phi-3-mini's shape with random weights, and made examples: what gpu.py measures with, without downloads."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from brain.tuning.learning.packing import Example

ANSWERS = (20, 160)  # tokens
PASSAGES = (2, 6)
PASSAGE = (100, 200)
FRAME = 80  # instructions and question


@dataclass(frozen=True, slots=True)
class Size:
    """What differs between the real measurement and the try-out on a CPU (`--tiny`)."""

    tiny: bool
    device: str
    prompt: int
    prefix: int
    answer: int
    batches: tuple[int, ...]
    pack: int
    longest: int
    steps: int
    shrink: int
    fast: bool = True  # citewise's own operations in training; else PEFT's, compiled
    work: Path = Path("work")  # for what is on disk

    @property
    def dtype(self) -> torch.dtype:
        """bfloat16, as Phi-3 is published; 32 bits for the try-out."""
        return torch.float32 if self.tiny else torch.bfloat16


REAL = Size(False, "cuda", 1500, 512, 200, (1, 8, 64), 8192, 2048, 8, 1)
TINY = Size(True, "cpu", 60, 20, 24, (1, 2, 4), 256, 128, 4, 16)


def config(size: Size) -> Any:
    """microsoft/Phi-3-mini-4k-instruct's configuration, or a very small Phi-3."""
    from transformers import Phi3Config

    if size.tiny:
        return Phi3Config(
            vocab_size=512, hidden_size=128, intermediate_size=256, num_hidden_layers=3,
            num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=512,
            pad_token_id=0, bos_token_id=1, eos_token_id=2,
        )  # fmt: skip
    return Phi3Config(
        vocab_size=32_064, hidden_size=3_072, intermediate_size=8_192, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=32, max_position_embeddings=4_096,
        sliding_window=2_047, rms_norm_eps=1e-5, pad_token_id=32_000, bos_token_id=1, eos_token_id=32_000,
    )  # fmt: skip


def model(size: Size, attention: str = "sdpa", seed: int = 0) -> Any:
    """Random weights as transformers draws them, made where they are used."""
    from transformers import Phi3ForCausalLM

    torch.manual_seed(seed)
    with torch.device(size.device):
        made = Phi3ForCausalLM._from_config(config(size), dtype=size.dtype, attn_implementation=attention)
    return made.to(size.device).eval()


def randomised_adapter(adapted: Any) -> Any:
    """Give the adapter's second halves, which begin as zeros, something to add."""
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.01)
    return adapted


def prompts(size: Size, count: int, tokens: int, seed: int = 0) -> list[list[int]]:
    """Random tokens."""
    drawn = random.Random(seed)
    most = 500 if size.tiny else 31_000
    return [[drawn.randrange(3, most) for _ in range(tokens)] for _ in range(count)]


def examples(size: Size, tokens: int, seed: int = 0) -> list[Example]:
    """At least `tokens` tokens of examples as long as citing questions are: passages, question, answer."""
    drawn = random.Random(seed)
    most = 500 if size.tiny else 31_000
    made: list[Example] = []
    while sum(len(example.tokens) for example in made) < tokens:
        passages = sum(drawn.randint(*PASSAGE) for _ in range(drawn.randint(*PASSAGES)))
        asked = (FRAME + passages) // size.shrink
        said = drawn.randint(*ANSWERS) // size.shrink + 1
        text = tuple(drawn.randrange(3, most) for _ in range(asked + said))
        made.append(Example(text, (False,) * asked + (True,) * said))
    return made
