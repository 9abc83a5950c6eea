"""Stages of gpu.py about training: LoRA and QLoRA, citewise beside plain TRL."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

from benchmarks import phi3_shape
from benchmarks.phi3_shape import Size

Row = dict[str, object]
WARM_UP = 3


def lora(size: Size) -> Iterator[Row]:
    """Citewise's step on bfloat16 weights, packed; then with activations computed twice."""
    yield _trained(size, "citewise LoRA", nf4=False, recompute=False)
    yield _trained(size, "citewise LoRA, recomputing", nf4=False, recompute=True)


def qlora(size: Size) -> Iterator[Row]:
    """The same on NF4 weights."""
    yield _trained(size, "citewise QLoRA", nf4=True, recompute=False)
    yield _trained(size, "citewise QLoRA, recomputing", nf4=True, recompute=True)


def trl(size: Size) -> Iterator[Row]:
    """TRL's SFTTrainer with its defaults (8 rows a step, padded, activations computed twice), LoRA."""
    yield _with_trl(size, "TRL LoRA, defaults", nf4=False, recompute=True)
    yield _with_trl(size, "TRL LoRA, not recomputing", nf4=False, recompute=False)


def trl_qlora(size: Size) -> Iterator[Row]:
    """The same on NF4 weights."""
    yield _with_trl(size, "TRL QLoRA, defaults", nf4=True, recompute=True)


def profile(size: Size) -> Iterator[Row]:
    """Kernels of one LoRA step."""
    if size.device != "cuda":
        return
    from benchmarks.gpu_card import longest_kernels

    trainee, packs = _prepared(size, nf4=False, recompute=False)
    for number in range(2):
        trainee.step(number, [packs[number]])
    yield from longest_kernels(lambda: trainee.step(2, [packs[2]]), most=25)


def _prepared(size: Size, *, nf4: bool, recompute: bool) -> tuple[Any, list[Any]]:
    from brain.phi3.quantising import quantise_in_place
    from brain.tuning.learning.adapter import attach
    from brain.tuning.learning.attention import register
    from brain.tuning.learning.packing import arrange, pack
    from brain.tuning.learning.passes import Trainee
    from brain.tuning.learning.recipe import Method, Recipe

    _free()
    model = phi3_shape.model(size, register())
    if nf4:
        quantise_in_place(model)
    recipe = Recipe(
        method=Method.QLORA if nf4 else Method.LORA,
        longest=size.longest,
        tokens_per_step=size.pack,
        tokens_at_once=size.pack,
        recompute=recompute,
    )
    steps = WARM_UP + size.steps
    examples = phi3_shape.examples(size, size.pack * steps)
    layout = arrange([len(example.tokens) for example in examples], size.pack)[:steps]
    packs = [pack([examples[i] for i in which], size.pack, size.longest, 0) for which in layout]
    said = sum(pack.said.numel() for pack in packs) / steps
    return Trainee(attach(model, recipe), recipe, steps, said=said, fast=size.fast), packs


def _trained(size: Size, name: str, *, nf4: bool, recompute: bool) -> Row:
    trainee, packs = _prepared(size, nf4=nf4, recompute=recompute)
    steps = len(packs)
    started = time.perf_counter()
    taken = [trainee.step(number, [packs[number]]).taken() for number in range(WARM_UP)]
    warm = time.perf_counter() - started
    _free(only_statistics=True)
    started = time.perf_counter()
    running = [trainee.step(number, [packs[number]]) for number in range(WARM_UP, steps)]
    taken += [step.taken() for step in running]
    took = time.perf_counter() - started
    assert min(step.gradient for step in taken) > 0, "no gradient reached the adapter"
    peak = _peak()
    return {
        "what": name,
        "tokens/s": sum(step.tokens for step in taken[WARM_UP:]) / took,
        "ms a step": 1000 * took / size.steps,
        "of which kernels": _kernels_ms(size, lambda: trainee.step(steps, [packs[-1]])),
        "peak GB": peak,
        "tokens a step": size.pack,
        "said %": 100 * sum(p.said.numel() for p in packs) / sum(p.real for p in packs),
        "seconds until warm": warm,
        "loss": (taken[0].loss, taken[-1].loss),
    }


def _kernels_ms(size: Size, work: Callable[[], object]) -> float | None:
    """How long the GPU works at it; the rest of a step is spent waiting for the processor."""
    if size.device != "cuda":
        return None
    from benchmarks.gpu_card import longest_kernels

    return float(str(next(longest_kernels(work))["ms"]))


def _with_trl(size: Size, name: str, *, nf4: bool, recompute: bool) -> Row:
    import tempfile

    from datasets import Dataset
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from brain.phi3.quantising import quantise_in_place

    _free()
    model = phi3_shape.model(size)
    if nf4:
        quantise_in_place(model)
    rows = 8
    steps = WARM_UP + size.steps
    examples = phi3_shape.examples(size, size.pack * steps * 2)[: rows * steps]
    times: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if size.device == "cuda":
                torch.cuda.synchronize()
            times.append(time.perf_counter())
            if len(times) == WARM_UP:
                _free(only_statistics=True)

    data = Dataset.from_list(
        [{"input_ids": list(e.tokens), "completion_mask": [int(s) for s in e.said]} for e in examples]
    )
    trainer = SFTTrainer(
        model,
        args=SFTConfig(
            output_dir=tempfile.mkdtemp(),
            max_steps=steps,
            per_device_train_batch_size=rows,
            max_length=size.longest,
            gradient_checkpointing=recompute,
            bf16=size.device == "cuda",
            use_cpu=size.device == "cpu",
            learning_rate=2e-4,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            train_sampling_strategy="sequential",
        ),
        train_dataset=data,
        processing_class=_words(size),
        peft_config=LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"),
        callbacks=[Clock()],
    )
    trainer.train()
    measured = examples[rows * WARM_UP :]
    return {
        "what": name,
        "tokens/s": sum(len(e.tokens) for e in measured) / (times[-1] - times[WARM_UP - 1]),
        "peak GB": _peak(),
        "tokens a step": sum(len(e.tokens) for e in measured) / size.steps,
    }


def _words(size: Size) -> Any:
    """A tokenizer for TRL to hold; the examples are tokens already."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = {f"w{number}": number for number in range(phi3_shape.config(size).vocab_size)}
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="w0")), pad_token="w0", eos_token="w2"
    )


def _free(*, only_statistics: bool = False) -> None:
    import gc

    if not torch.cuda.is_available():
        return
    if not only_statistics:
        gc.collect()
        torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()


def _peak() -> float | None:
    return torch.cuda.max_memory_allocated() / 1e9 if torch.cuda.is_available() else None
