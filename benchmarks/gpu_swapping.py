"""Stages of gpu_tuning.py about adapters in use: swapped while questions stream; beside packed weights."""

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import torch

from benchmarks import phi3_shape
from benchmarks.gpu_decoding import NOBODY, _place, _speed, _wait
from benchmarks.gpu_disk import adapter_folder, model_folder
from benchmarks.phi3_shape import Size

Row = dict[str, object]
ASKERS = 4


def swap(size: Size) -> Iterator[Row]:
    """A change of adapter while four askers stream, and back: its time, its memory, and what is said.

    What is said is held, token by token, against what a fresh start with that adapter says.
    """
    one, two = adapter_folder(size, 1), adapter_folder(size, 2)
    fresh = {}
    for adapter in (None, one, two):
        chat = opened(size, adapter)
        with closing(chat):
            fresh[adapter] = said(size, chat)
        del chat
        free()
    different = len({tuple(tokens) for tokens in fresh.values()})
    yield {"what": "different answers of no adapter, one, and another", "value": different}
    assert different == 3, "what is held against one another below is the same anyway"
    chat = opened(size, one)
    with closing(chat):
        yield from _swapped(size, chat, one, two, fresh)


def _swapped(
    size: Size, chat: Any, one: Path, two: Path, fresh: dict[Path | None, list[int]]
) -> Iterator[Row]:
    said(size, chat)
    before = _memory()
    wrong = []
    for number, adapter in enumerate((two, one, None, two, one)):
        started = time.perf_counter()
        chat.swap(adapter, _begin(size))
        _wait(size)
        took = time.perf_counter() - started
        right = said(size, chat) == fresh[adapter]
        wrong += [] if right else [number]
        yield {
            "what": f"swap {number + 1}, nothing under way, to {adapter.name if adapter else 'no adapter'}",
            "seconds": took,
            "as a fresh start": right,
        }
    yield {"what": "memory that swapping added, GB", **_more(before)}
    for adapter, other in ((two, one), (one, two)):
        yield from _while_asked(size, chat, adapter, fresh[other], fresh[adapter], wrong)
    assert not wrong, f"other answers than a fresh start's: {wrong}"


def _while_asked(
    size: Size, chat: Any, adapter: Path, old: list[int], new: list[int], wrong: list[Any]
) -> Iterator[Row]:
    done = threading.Event()
    answers: list[tuple[float, float, list[int]]] = []  # asked, longest silence, tokens
    torn = threading.Lock()

    def ask() -> None:
        while not done.is_set():
            asked = last = time.perf_counter()
            silence, tokens = 0.0, []
            for token in chat.generator.stream(_request(size, chat)):
                now = time.perf_counter()
                silence, last = max(silence, now - last), now
                tokens.append(token)
            with torn:
                answers.append((asked, silence, tokens))

    askers = [threading.Thread(target=ask) for _ in range(ASKERS)]
    for asker in askers:
        asker.start()
    _until(answers, ASKERS, askers)
    began = time.perf_counter()
    chat.swap(adapter, _begin(size))
    ended = time.perf_counter()
    _until(answers, len(answers) + 2 * ASKERS, askers)
    done.set()
    for asker in askers:
        asker.join()
    kinds = {tuple(old): 0, tuple(new): 0}
    other = sum(1 for *_, tokens in answers if tuple(tokens) not in kinds)
    late = [tokens for asked, _, tokens in answers if asked > ended]
    yield {
        "what": f"swap to {adapter.name} while {ASKERS} stream",
        "seconds until in use": ended - began,
        "longest wait of an asker, s": max(silence for _, silence, _ in answers),
        "answers": len(answers),
        "neither adapter's": other,
        "asked after it and not the new one's": sum(1 for tokens in late if tokens != new),
    }
    if other or any(tokens != new for tokens in late):
        wrong.append(adapter.name)


def _until(answers: list[Any], count: int, askers: list[threading.Thread]) -> None:
    while len(answers) < count:
        assert all(asker.is_alive() for asker in askers), "an asker was not answered"
        time.sleep(0.01)


def packed(size: Size) -> Iterator[Row]:
    """An adapter beside 4-bit and 8-bit weights: like PEFT's beside the same weights, and how fast."""
    from brain.phi3.adapters import Merged, read_deltas
    from brain.phi3.quantising import Quantization
    from brain.phi3.unmerged import Unmerged

    folder, adapter = model_folder(size), adapter_folder(size, 1)
    deltas = read_deltas(adapter)
    whole = _loaded(folder, Quantization.NONE)
    Merged.of(whole).swap(deltas)
    exact = _logits(size, whole)
    yield from _speed(size, whole, "merged, whole weights", lookup=False)
    del whole
    free()
    for quantization in (Quantization.FOUR_BIT, Quantization.EIGHT_BIT):
        model = _loaded(folder, quantization)
        yield from _speed(size, model, f"{quantization}, no adapter", lookup=False)
        beside = Unmerged.of(model, deltas)
        beside.swap(deltas)
        ours = _logits(size, model)
        yield from _speed(size, model, f"{quantization}, adapter beside", lookup=False)
        if quantization is Quantization.EIGHT_BIT:
            yield from _without_outliers(size, model, ours)
        del model, beside
        free()
        theirs = _by_peft(size, _loaded(folder, quantization), adapter)
        free()
        found = {
            "what": f"{quantization}, adapter beside: logits, relative difference",
            "from PEFT's": _apart(ours, theirs),
            "from merged whole weights'": _apart(ours, exact),
            "PEFT's from those": _apart(theirs, exact),
            "same best token as PEFT": float((ours.argmax(-1) == theirs.argmax(-1)).float().mean()),
        }
        yield found
        assert _apart(ours, theirs) < 0.1, "not what PEFT computes"


def _without_outliers(size: Size, model: Any, ours: torch.Tensor) -> Iterator[Row]:
    """8 bits without a look for outliers, so that steps can be recorded: what that gains.

    What it costs in answers can't be seen here: random weights have no outliers, trained ones do.
    """
    for module in model.modules():
        if hasattr(getattr(module, "state", None), "threshold"):
            module.state.threshold = 0.0
    yield from _speed(size, model, "8bit, adapter beside, no look for outliers", lookup=False)
    apart = _apart(_logits(size, model), ours)
    yield {"what": "8bit, with and without it: logits, relative difference", "value": apart}


def _loaded(folder: Path, quantization: Any) -> Any:
    from brain.phi3.weights import load

    return load(folder, quantization, texts=1, capacity=2047, processor_allowed=True)


def _logits(size: Size, model: Any) -> torch.Tensor:
    """Those after each of the last tokens of a prompt, by citewise's own pass."""
    from brain.phi3.decoding import Decoder

    prompt, tail = phi3_shape.prompts(size, 1, size.prompt)[0], 12
    decoder = Decoder(model, slots=1, capacity=size.prompt + 1)
    decoder.read(0, prompt[:-tail])
    tokens = torch.tensor([prompt[-tail:]], device=size.device)
    place = _place(size, len(prompt) - tail, 0, tail)
    return decoder.network.logits(tokens, place, last_only=False).float().cpu()


@torch.inference_mode()
def _by_peft(size: Size, model: Any, adapter: Path) -> torch.Tensor:
    from peft import PeftModel

    adapted = PeftModel.from_pretrained(model, str(adapter)).eval()
    prompt = phi3_shape.prompts(size, 1, size.prompt)[0]
    given = torch.tensor([prompt], device=size.device)
    return adapted(input_ids=given, use_cache=False).logits[0, -12:].float().cpu()


def _apart(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return float((ours - theirs).norm() / theirs.norm())


def opened(size: Size, adapter: Path | None, quantization: str = "none") -> Any:
    """The model on disk as citewise serves it."""
    from brain.phi3.opening import open_phi3
    from brain.phi3.quantising import Quantization

    folder = str(model_folder(size))
    return open_phi3(folder, adapter, Quantization(quantization), begin=_begin(size), longest=size.answer)


def said(size: Size, chat: Any) -> list[int]:
    """The tokens of its answer to one question, the same each time."""
    return list(chat.generator.stream(_request(size, chat)))


def _request(size: Size, chat: Any) -> Any:
    """One that no token ends; it begins as all prompts do."""
    from langchain_core.messages import HumanMessage

    from brain.phi3.generation import Request

    question = "[1] The gym opens at six.\n\nQuestion: When does the gym open?"
    tokens = chat.prompts.tokens([*_begin(size), HumanMessage(question)])
    return Request(tokens, size.answer, NOBODY)


def _begin(size: Size) -> Any:
    from brain.answering.writing.prompt import opening

    return opening(few_shot=False)


def _memory() -> dict[str, float]:
    found = {"processor": psutil.Process().memory_info().rss / 1e9}
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
        found["GPU, at most"] = torch.cuda.max_memory_allocated() / 1e9
    return found


def _more(before: dict[str, float]) -> dict[str, float]:
    now = {"processor": psutil.Process().memory_info().rss / 1e9}
    if torch.cuda.is_available():
        now["GPU, at most"] = torch.cuda.max_memory_allocated() / 1e9
    return {name: now[name] - before[name] for name in now}


def free() -> None:
    """Give back what nothing holds any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
