"""What gpu_tuning.py needs on disk: random weights of Phi-3's shape, a tokenizer, adapters, a citing set.

The tokenizer is made of this repository's documentation, so that texts have about as many tokens as with a
real one; nothing is downloaded. What is there already is used again.
"""

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import torch

from benchmarks import phi3_shape
from benchmarks.phi3_shape import Size

ROOT = Path(__file__).parent.parent
CONTROL = ["<unk>", "<|endoftext|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
TEMPLATE = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>\n' + m['content'] + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
RANK = 16


def model_folder(size: Size) -> Path:
    """The model as it would lie in a download: bfloat16 safetensors, configuration and tokenizer."""
    folder = size.work / ("tiny" if size.tiny else "mini")
    if folder.is_dir():
        return folder
    beside = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    beside.mkdir(parents=True)
    words = _tokenizer(size)
    if size.tiny:
        made = _tiny(len(words))
    else:
        made = phi3_shape.model(size)
    made.save_pretrained(str(beside))
    words.save_pretrained(str(beside))
    beside.rename(folder)
    return folder


def adapter_folder(size: Size, seed: int) -> Path:
    """An adapter as PEFT saves it: drawn at random, strong enough to change what is said."""
    from safetensors.torch import save_file
    from transformers import Phi3Config, Phi3ForCausalLM

    from brain.phi3.adapters import TARGETS

    model = model_folder(size)
    folder = model.with_name(f"{model.name}-adapter-{seed}")
    if folder.is_dir():
        return folder
    with torch.device("meta"):
        base = Phi3ForCausalLM(Phi3Config.from_pretrained(str(model)))
    drawn = torch.Generator().manual_seed(seed)
    weights = {}
    for name, module in base.named_modules():
        if name.rpartition(".")[2] in TARGETS:
            shapes = {"A": (RANK, module.in_features), "B": (module.out_features, RANK)}
            strengths = {"A": module.in_features**-0.5, "B": 0.2 if size.tiny else 0.02}
            for part, shape in shapes.items():
                numbers = torch.randn(shape, generator=drawn) * strengths[part]
                weights[f"base_model.model.{name}.lora_{part}.weight"] = numbers
    beside = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    beside.mkdir()
    save_file(weights, str(beside / "adapter_model.safetensors"))
    config = {"peft_type": "LORA", "r": RANK, "lora_alpha": 2 * RANK, "target_modules": list(TARGETS)}
    (beside / "adapter_config.json").write_text(json.dumps({**config, "task_type": "CAUSAL_LM"}), "utf-8")
    beside.rename(folder)
    return folder


def citing_home(size: Size) -> Path:
    """A home with two citing sets: `usual`, and `strange`, whose rows to stop by are words read backwards."""
    home = size.work / ("tiny-home" if size.tiny else "home")
    if home.is_dir():
        return home
    beside = home.with_name(f"{home.name}.{os.getpid()}.partial")
    rows, words = (24 if size.tiny else 200), _words()
    _citing_set(size, beside / "tuning" / "data" / "usual", rows, words, words)
    _citing_set(size, beside / "tuning" / "data" / "strange", rows, words, [word[::-1] for word in words])
    beside.chmod(0o700)
    beside.rename(home)
    return home


def fresh(home: Path, run: str) -> None:
    """Forget a run of that name."""
    shutil.rmtree(home / "tuning" / "runs" / run, ignore_errors=True)


def _citing_set(size: Size, folder: Path, count: int, learnt: list[str], other: list[str]) -> None:
    from brain.tuning.rows import write_rows

    folder.mkdir(parents=True)
    few = 8 if size.tiny else 16
    for number, (name, rows, words) in enumerate(
        (("train", count, learnt), ("validation", few, other), ("held_out", few, learnt))
    ):
        drawn = random.Random(number)
        write_rows(folder / f"{name}.jsonl", (_row(size, f"{name}-{n}", words, drawn) for n in range(rows)))
    (folder / "questions.jsonl").write_text("", "utf-8")
    (folder / "card.json").write_text(json.dumps({"made": "2026-01-01T00:00:00Z"}), "utf-8")


def _row(size: Size, name: str, words: list[str], drawn: random.Random) -> Any:
    from brain.domain import Locator, Passage, Source
    from brain.tuning.rows import Row

    longest, passages = (3, 2) if size.tiny else (10, 6)
    texts = [
        " ".join(_sentence(words, drawn) for _ in range(drawn.randint(2, longest)))
        for _ in range(drawn.randint(2, passages))
    ]
    gold = drawn.randrange(len(texts))
    said = texts[gold].split(". ")[0].rstrip(".")
    source = Source(f"{name}.md", "Made up", "general", "", Locator())
    found = tuple(
        Passage(n, text, source, context="Made up", end=len(text)) for n, text in enumerate(texts, 1)
    )
    question = f"What of {' '.join(said.split()[:3])}?"
    return Row(name, question, found, f"{said} [{gold + 1}].", (gold + 1,), "heading", f"{name}.md")


def _sentence(words: list[str], drawn: random.Random) -> str:
    return " ".join(drawn.choice(words) for _ in range(drawn.randint(6, 14))).capitalize() + "."


def _texts() -> list[str]:
    return [path.read_text("utf-8") for path in sorted((ROOT / "docs").rglob("*.md"))]


def _words() -> list[str]:
    return sorted({word for text in _texts() for word in text.split() if word.isalpha() and word.islower()})


def _tokenizer(size: Size) -> Any:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1500 if size.tiny else 16_000, show_progress=False, special_tokens=CONTROL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    made.train_from_iterator(_texts(), trainer)
    made.add_special_tokens([AddedToken(token, special=True) for token in CONTROL])
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|endoftext|>", unk_token="<unk>", chat_template=TEMPLATE
    )


def _tiny(words: int) -> Any:
    """As phi3_shape's very small Phi-3, with room for the prompts that are in use."""
    from transformers import Phi3Config, Phi3ForCausalLM

    torch.manual_seed(0)
    config = Phi3Config(
        vocab_size=words, hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=4096, sliding_window=2047,
        pad_token_id=0, bos_token_id=1, eos_token_id=1,
    )  # fmt: skip
    return Phi3ForCausalLM._from_config(config, dtype=torch.float32).eval()
