"""Stages of gpu_tuning.py about memory: how weights are kept where little is free; a full GPU."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import torch

from benchmarks import phi3_shape
from benchmarks.gpu_decoding import NOBODY
from benchmarks.gpu_disk import adapter_folder, citing_home, fresh, model_folder
from benchmarks.gpu_swapping import free, opened, said
from benchmarks.phi3_shape import Size

Row = dict[str, object]


def choice(size: Size) -> Iterator[Row]:
    """With just enough memory for each way of keeping weights: what is chosen, and whether it suffices.

    Eight questions that fill their places are answered at once; what that took is held against the estimate.
    """
    from brain.errors import ModelUnavailable
    from brain.phi3.opening import CAPACITY, TEXTS
    from brain.phi3.quantising import Quantization, bytes_needed
    from brain.phi3.weights import checked_config

    config = checked_config(model_folder(size))
    wrong = []
    for wanted in (Quantization.NONE, Quantization.EIGHT_BIT, Quantization.FOUR_BIT):
        needed = bytes_needed(config, wanted, TEXTS, CAPACITY)
        with filled(size, leaving=int(1.01 * needed)):
            held = torch.cuda.memory_reserved() if size.device == "cuda" else 0
            row: Row = {"what": f"memory for {wanted}", "estimated GB": needed / 1e9}
            try:
                # A processor has no memory of a GPU's to choose by: there, each way is named.
                asked = "auto" if size.device == "cuda" else str(wanted)
                with closing(opened(size, None, asked)) as chat:
                    row["chosen"] = chat.facts().quantization
                    row["answers"] = _filling(size, chat)
                if size.device == "cuda":
                    row["taken GB"] = (torch.cuda.max_memory_reserved() - held) / 1e9
                    row["in use at most, GB"] = (torch.cuda.max_memory_allocated() - held) / 1e9
            except ModelUnavailable as error:
                row["refused"] = error.sentence
            finally:
                chat = None
            yield row
            expected = "none" if wanted is Quantization.NONE else str(wanted)
            if not str(row.get("chosen")).startswith(expected) or row.get("answers") != TEXTS:
                wrong.append(str(wanted))
        free()
    if size.device == "cuda":
        needed = bytes_needed(config, Quantization.FOUR_BIT, TEXTS, CAPACITY)
        with filled(size, leaving=int(0.9 * needed)):
            try:
                opened(size, None, "auto").close()
                wrong.append("too little")
            except ModelUnavailable as error:
                yield {"what": "too little for any", "said": error.sentence}
    assert not wrong, f"not as estimated: {wrong}"


def _filling(size: Size, chat: Any) -> int:
    """How many of eight texts, as long as may be, are answered to their end."""
    from brain.phi3.generation import Request

    longest = chat.window - size.answer
    ends = []

    def ask(prompt: list[int]) -> None:
        ends.append(len(list(chat.generator.stream(Request(prompt, size.answer, NOBODY, False)))))

    askers = [threading.Thread(target=ask, args=(prompt,)) for prompt in phi3_shape.prompts(size, 8, longest)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    return sum(1 for tokens in ends if tokens == size.answer)


def full(size: Size) -> Iterator[Row]:
    """A GPU that is filled while citewise answers: an adapter is changed, a question is asked."""
    one, two = adapter_folder(size, 1), adapter_folder(size, 2)
    with closing(opened(size, two)) as chat:
        new = said(size, chat)
    del chat
    free()
    wrong: list[object] = []
    with closing(opened(size, one)) as chat:
        yield from _served_full(size, chat, one, two, new, wrong)
    assert not wrong, f"other answers than promised: {wrong}"


def _served_full(
    size: Size, chat: Any, one: Path, two: Path, new: list[int], wrong: list[object]
) -> Iterator[Row]:
    old = said(size, chat)
    chat.swap(one, _begin())  # the base weights are aside from here on
    for leaving in (150e6, 4e6):
        with filled(size, leaving=int(leaving)):
            swapped = _sentence(lambda: chat.swap(two, _begin()))
            yield {"what": f"swap with {leaving / 1e6:.0f} MB free", "said": swapped or "done"}
            asked = _sentence(lambda: said(size, chat))
            yield {"what": f"question with {leaving / 1e6:.0f} MB free", "said": asked or "answered"}
        now = said(size, chat)
        right = now == (old if swapped else new)
        yield {
            "what": "… with memory free again, answered with the adapter that was told",
            "value": right,
        }
        if not right:
            wrong.append(leaving)
        chat.swap(one, _begin())
    chat.swap(two, _begin())
    if said(size, chat) != new:
        wrong.append("afterwards")


def refused_run(size: Size) -> Iterator[Row]:
    """`citewise tune train` where 3 GB are free: refused before it begins."""
    home = citing_home(size)
    fresh(home, "refused")
    words = ["tune", "train", "--home", str(home), "--name", "refused", "--data", "usual", "--epochs", "1"]
    with filled(size, leaving=int(3e9)):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.measured_citewise", os.devnull, *words],
            env={**os.environ, "CITEWISE_MODEL": str(model_folder(size))},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    last = (done.stderr.splitlines() or [""])[-1]
    yield {"what": "training where too little is free", "exit code": done.returncode, "said": last}
    told = done.returncode == 1 and "Training needs" in last
    assert told if size.device == "cuda" else done.returncode == 0, done.stderr[-2000:]


def _sentence(work: Any) -> str | None:
    """What is told where the work can't be done."""
    from brain.errors import CitewiseError

    try:
        work()
    except CitewiseError as error:
        return error.sentence
    return None


@contextmanager
def filled(size: Size, *, leaving: int) -> Iterator[None]:
    """All of the GPU's memory taken but so many bytes; on a processor, nothing."""
    if size.device != "cuda":
        yield
        return
    free()
    there, _ = torch.cuda.mem_get_info()
    ballast = _ballast(max(0, there - leaving))
    torch.cuda.reset_peak_memory_stats()
    try:
        yield
    finally:
        del ballast
        free()


def _ballast(size: int) -> torch.Tensor:
    """So many bytes, or somewhat fewer where the last of them are not to be had."""
    while True:
        try:
            return torch.empty(size, dtype=torch.uint8, device="cuda")
        except torch.OutOfMemoryError:
            if (size := size - 8_000_000) <= 0:
                raise


def _begin() -> Any:
    from brain.answering.writing.prompt import opening

    return opening(few_shot=False)
