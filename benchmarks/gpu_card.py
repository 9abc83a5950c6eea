"""Stages of gpu.py about the card itself: what it can do, and the limits that follow for Phi-3-mini."""

from collections.abc import Callable, Iterator
from functools import partial

import torch

from benchmarks import phi3_shape
from benchmarks.phi3_shape import Size

Row = dict[str, object]


def card(size: Size) -> Iterator[Row]:
    """Bandwidth of a large copy, bf16 operations of a large product, and the limits they set."""
    big = 2**22 if size.tiny else 2**31
    source = torch.randn(big // 4, device=size.device)
    target = torch.empty_like(source)
    bandwidth = 2 * big / _seconds(size, lambda: target.copy_(source))
    side = 256 if size.tiny else 8192
    a, b = torch.randn(2, side, side, device=size.device, dtype=torch.bfloat16)
    operations = 2 * side**3 / _seconds(size, lambda: a @ b)
    yield {"what": "copy, TB/s", "value": bandwidth / 1e12}
    yield {"what": "bf16 product, TFLOP/s", "value": operations / 1e12}
    shape = phi3_shape.config(size)
    projections = shape.num_hidden_layers * (
        4 * shape.hidden_size**2 + 3 * shape.hidden_size * shape.intermediate_size
    )
    head = shape.vocab_size * shape.hidden_size
    keys = 4 * shape.num_hidden_layers * shape.hidden_size
    context = size.prompt + size.answer / 2
    read = 2 * (projections + head) + keys * context
    yield {"what": "limit: decoding at batch 1, bf16, tokens/s", "value": bandwidth / read}
    narrow = 0.516 * projections + 2 * head + keys * context
    yield {"what": "limit: decoding at batch 1, NF4, tokens/s", "value": bandwidth / narrow}
    attention = 4 * shape.num_hidden_layers * shape.hidden_size * size.prompt / 2
    reading = (2 * projections + attention) * size.prompt
    yield {"what": f"limit: first token, {size.prompt} tokens, ms", "value": 1000 * reading / operations}
    # Forward and backward through frozen weights; the adapter's own part and short attention are under 3 %.
    yield {"what": "limit: LoRA, tokens/s", "value": operations / (4 * projections)}
    yield {"what": "limit: LoRA, recomputing, tokens/s", "value": operations / (6 * projections)}


def projections(size: Size) -> Iterator[Row]:
    """One token through each projection: cuBLAS, and the Triton kernel cut in several ways."""
    if size.device != "cuda":
        return
    from torch.nn import functional

    from brain.phi3.kernels import Blocks, linear

    shapes = {
        "qkv_proj": (9216, 3072),
        "o_proj": (3072, 3072),
        "gate_up_proj": (16384, 3072),
        "down_proj": (3072, 8192),
    }
    for name, (outputs, inputs) in shapes.items():
        weights = [torch.randn(outputs, inputs, device="cuda", dtype=torch.bfloat16) for _ in range(6)]
        x = torch.randn(1, inputs, device="cuda", dtype=torch.bfloat16)
        gigabytes = outputs * inputs * 2 / 1e9
        gated = name == "gate_up_proj"
        ways: dict[str, Callable[[torch.Tensor], object]] = {"cuBLAS": partial(functional.linear, x)}
        for cut in CUTS:
            if gated and cut[3] > 1:
                continue
            blocks = Blocks(*cut)
            ways[str(tuple(cut))] = partial(linear, x, blocks=blocks, gated=gated)
        found: Row = {"what": name}
        for way, work in ways.items():
            try:
                found[way] = round(gigabytes / _replayed([partial(work, weight) for weight in weights]), 0)
            except Exception as error:
                found[way] = type(error).__name__
        yield found


CUTS = (
    (32, 256, 3, 1), (32, 128, 6, 1), (32, 256, 3, 2), (32, 256, 3, 4), (32, 128, 6, 4), (64, 128, 4, 4),
    (32, 256, 4, 4), (32, 256, 3, 8),
)  # fmt: skip


def _replayed(works: list[Callable[[], object]]) -> float:
    """Seconds for one of `works`, from a recorded graph of four rounds of all."""
    for work in works:
        work()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(4):
            for work in works:
                work()
    times = []
    for _ in range(5):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        graph.replay()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) / 1000 / (4 * len(works)))
    return float(sorted(times)[2])


def _seconds(size: Size, work: Callable[[], object]) -> float:
    import time

    times = []
    for _ in range(8):
        if size.device == "cuda":
            torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        if size.device == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return sorted(times[2:])[len(times[2:]) // 2]


def longest_kernels(work: Callable[[], object], most: int = 14) -> Iterator[Row]:
    """Where the time of `work` goes on the GPU."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        work()
        torch.cuda.synchronize()
    spent: dict[str, tuple[float, int]] = {}
    for event in seen.key_averages():
        spent[event.key] = (event.self_device_time_total / 1000, event.count)
    yield {
        "what": "all kernels",
        "ms": sum(ms for ms, _ in spent.values()),
        "calls": sum(n for _, n in spent.values()),
    }
    for name, (ms, calls) in sorted(spent.items(), key=lambda item: -item[1][0])[:most]:
        yield {"what": name[:100], "ms": ms, "calls": calls}
