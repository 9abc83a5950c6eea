"""Stages of gpu.py about answering: the first token, tokens a second, guesses, adapters, 4 bits."""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

from benchmarks import phi3_shape
from benchmarks.phi3_shape import Size

Row = dict[str, object]
NOBODY = frozenset[int]()  # no token ends an answer: all are of one length


def exactness(size: Size) -> Iterator[Row]:
    """Logits beside transformers' own; then checked guesses beside one token at a time, bit for bit."""
    from brain.phi3.decoding import Decoder

    model = phi3_shape.model(size)
    decoder = Decoder(model, slots=2)
    prompt = phi3_shape.prompts(size, 1, size.prompt)[0]
    tail = 12
    with torch.inference_mode():
        theirs = model(torch.tensor([prompt], device=size.device)).logits[0, -tail:].float()
    decoder.read(0, prompt[:-tail])
    network, place_of = decoder.network, _place
    together = network.logits(
        torch.tensor([prompt[-tail:]], device=size.device),
        place_of(size, len(prompt) - tail, 0, tail),
        last_only=False,
    ).float()
    decoder.read(1, prompt[:-tail])
    single = torch.cat(
        [
            network.logits(
                torch.tensor([[token]], device=size.device),
                place_of(size, len(prompt) - tail + number, 1, 1),
                last_only=False,
            )
            for number, token in enumerate(prompt[-tail:])
        ]
    ).float()
    different = float((together - single).abs().max())
    yield {"what": "12 tokens at once beside one by one, largest difference", "value": different}
    assert different == 0 or size.tiny, "checking guesses gives other logits"
    decoder.remember_prefix(prompt[: size.prefix])
    decoder.read(1, prompt[:-tail])
    known = network.logits(
        torch.tensor([prompt[-tail:]], device=size.device),
        place_of(size, len(prompt) - tail, 1, tail),
        last_only=False,
    ).float()
    with torch.inference_mode():
        exact = model.float()(torch.tensor([prompt], device=size.device)).logits[0, -tail:]
    for what, logits in (
        ("citewise", single),
        ("citewise after a known beginning", known),
        ("transformers", theirs),
    ):
        yield {
            "what": f"{what}: logits beside 32-bit arithmetic, relative error",
            "value": float((logits - exact).norm() / exact.norm()),
            "same best token": float((logits.argmax(-1) == exact.argmax(-1)).float().mean()),
        }


def profile(size: Size) -> Iterator[Row]:
    """Kernels of one decoding step, and of reading a prompt."""
    if size.device != "cuda":
        return
    from benchmarks.gpu_card import longest_kernels
    from brain.phi3.decoding import Decoder

    model = phi3_shape.model(size)
    decoder = Decoder(model, slots=1)
    prompt = phi3_shape.prompts(size, 1, size.prompt)[0]
    for _ in range(2):
        decoder.read(0, prompt)
    step = decoder.step(1)
    step.place([[5]], [len(prompt)], [0])
    step.run()
    yield from longest_kernels(lambda: step.run())
    yield from longest_kernels(lambda: decoder.read(0, prompt))


def _place(size: Size, start: int, slot: int, tokens: int) -> Any:
    from brain.phi3.stages import Place

    return Place(
        torch.tensor([start], dtype=torch.int32, device=size.device),
        torch.tensor([slot], dtype=torch.int32, device=size.device),
        tokens,
    )


def citewise(size: Size) -> Iterator[Row]:
    """Citewise's generator, in bfloat16 with merged weights (or no adapter: the same work)."""
    model = phi3_shape.model(size)
    yield from _served(size, model, "citewise, bf16")


def citewise_adapters(size: Size) -> Iterator[Row]:
    """An adapter served merged, then unmerged as PEFT computes it, in the same recorded steps; the swap."""
    from brain.phi3.adapters import Merged
    from brain.tuning.learning.adapter import attach
    from brain.tuning.learning.recipe import Recipe

    model = phi3_shape.model(size)
    merged = Merged.of(model)
    yield from _speed(size, model, "no adapter", lookup=False)
    adapted = phi3_shape.randomised_adapter(attach(phi3_shape.model(size), Recipe())).to(size.dtype)
    yield from _speed(size, adapted, "adapter unmerged", lookup=False)
    deltas = _deltas(adapted)
    del adapted
    for _ in range(2):
        started = time.perf_counter()
        merged.swap(deltas)
        _wait(size)
        took = time.perf_counter() - started
    yield {"what": "swap to another adapter, merged", "seconds": took}
    yield from _speed(size, model, "adapter merged", lookup=False)


def _deltas(adapted: Any) -> Any:
    """The changes of a PEFT model's active adapter, where they lie: no file is read while a swap is timed."""
    from brain.phi3.adapters import Delta

    found = {}
    for name, module in adapted.get_base_model().named_modules():
        if hasattr(module, "lora_A"):
            (active,) = module.active_adapters
            found[name] = Delta(
                module.lora_A[active].weight.detach().clone(),
                module.lora_B[active].weight.detach().clone(),
                float(module.scaling[active]),
            )
    return found


def citewise_4bit(size: Size) -> Iterator[Row]:
    """NF4 weights by bitsandbytes, in citewise's recorded steps; then generate() on the same weights."""
    from brain.phi3.quantising import quantise_in_place

    model = quantise_in_place(phi3_shape.model(size))
    gc.collect()
    yield from _speed(size, model, "citewise, NF4", lookup=False)
    yield from _plain_speed(size, model, "generate(), NF4", batches=(1,))


def generate_defaults(size: Size) -> Iterator[Row]:
    """Transformers' generate() as it comes, on the same weights."""
    model = phi3_shape.model(size)
    first = _medians(lambda prompt: _generate(model, [prompt], 1), phi3_shape.prompts(size, 6, size.prompt))
    yield {"what": f"generate(): first token, {size.prompt}-token prompt", "ms": 1000 * first}
    yield from _plain_speed(size, model, "generate(), bf16", batches=size.batches)
    prompt = _copying(size, model)
    for guessed in (None, 10):
        started = time.perf_counter()
        text = _generate(model, [prompt], size.answer, prompt_lookup_num_tokens=guessed)
        _wait(size)
        yield {
            "what": f"generate(): text that copies its prompt, lookup {'on' if guessed else 'off'}",
            "tokens/s": size.answer / (time.perf_counter() - started),
            "answer": hash(tuple(text[0].tolist())),
        }


def generate_peft(size: Size) -> Iterator[Row]:
    """generate() with PEFT's unmerged adapter and with PEFT's merge."""
    from brain.tuning.learning.adapter import attach
    from brain.tuning.learning.recipe import Recipe

    adapted = phi3_shape.randomised_adapter(attach(phi3_shape.model(size), Recipe())).eval()
    yield from _plain_speed(size, adapted, "generate(), PEFT unmerged", batches=(1,))
    yield from _plain_speed(size, adapted.merge_and_unload(), "generate(), PEFT merged", batches=(1,))


def generate_static(size: Size) -> Iterator[Row]:
    """generate() with its static cache, which transformers compiles by itself on a GPU."""
    model = phi3_shape.model(size)
    started = time.perf_counter()
    prompt = phi3_shape.prompts(size, 1, size.prompt)
    for _ in range(3):
        _generate(model, prompt, 16, cache_implementation="static")
    _wait(size)
    yield {
        "what": "generate(), static cache compiled: seconds until warm",
        "seconds": time.perf_counter() - started,
    }
    times = {}
    for tokens in (16, size.answer):
        started = time.perf_counter()
        _generate(model, prompt, tokens, cache_implementation="static")
        _wait(size)
        times[tokens] = time.perf_counter() - started
    spent = times[size.answer] - times[16]
    yield {"what": "generate(), static cache compiled", "batch": 1, "tokens/s": (size.answer - 16) / spent}


def _served(size: Size, model: Any, name: str) -> Iterator[Row]:
    from brain.phi3.decoding import Decoder
    from brain.phi3.generation import Generator, Request

    prompts = phi3_shape.prompts(size, 12, size.prompt)
    shared = prompts[0][: size.prefix]
    decoder = Decoder(model, slots=2)
    generator = Generator(decoder)

    def first_token(prompt: list[int]) -> object:
        return next(iter(generator.stream(Request(prompt, 1, NOBODY))))

    cold = _medians(first_token, prompts)
    yield {"what": f"{name}: first token, {size.prompt}-token prompt, cold", "ms": 1000 * cold}
    decoder.remember_prefix(shared)
    known = _medians(first_token, [shared + prompt[size.prefix :] for prompt in prompts[1:]])
    yield {"what": f"{name}: first token, {size.prefix} of them known", "ms": 1000 * known}
    generator.close()
    yield from _speed(size, model, name, lookup=True)


def _speed(size: Size, model: Any, name: str, *, lookup: bool) -> Iterator[Row]:
    from brain.phi3.decoding import Decoder
    from brain.phi3.generation import Generator, Request

    batches = size.batches if lookup else (1,)
    for batch in batches:
        generator = Generator(Decoder(model, slots=batch))
        given = phi3_shape.prompts(size, batch, size.prompt if batch == 1 else size.prompt // 3)
        for longest in (8, size.answer):
            spans = _together([generator.stream(Request(prompt, longest, NOBODY, False)) for prompt in given])
        generator.close()
        written = sum(count - 1 for _, _, count in spans)
        took = max(end for _, end, _ in spans) - max(start for start, _, _ in spans)
        written -= sum(_before(spans))
        yield {"what": name, "batch": batch, "tokens/s": written / took, "prompt": len(given[0])}
    if not lookup:
        return
    yield from _step_times(size, model, name)
    prompt = _copying(size, model)
    generator = Generator(Decoder(model, slots=1))
    answers = {}
    for guesses in (False, True):
        list(generator.stream(Request(prompt, 16, NOBODY, guesses)))
        started = time.perf_counter()
        answers[guesses] = list(generator.stream(Request(prompt, size.answer, NOBODY, guesses)))
        took = time.perf_counter() - started
        yield {
            "what": f"{name}: text that copies its prompt, lookup {'on' if guesses else 'off'}",
            "tokens/s": size.answer / took,
        }
    generator.close()
    same = answers[True] == answers[False]
    yield {"what": f"{name}: prompt lookup, identical answer", "value": same}
    assert same, "guesses change the answer"


def _before(spans: list[tuple[float, float, int]]) -> list[int]:
    """Tokens that early starters had before the last one started, by their even pace."""
    begin = max(start for start, _, _ in spans)
    return [
        round((count - 1) * max(0.0, begin - start) / max(1e-9, end - start)) for start, end, count in spans
    ]


def _together(streams: list[Any]) -> list[tuple[float, float, int]]:
    """When each stream's first and last token came, and how many."""
    spans: list[tuple[float, float, int]] = [(0.0, 0.0, 0)] * len(streams)

    def follow(number: int) -> None:
        times = [time.perf_counter() for _ in streams[number]]
        spans[number] = (times[0], times[-1], len(times))

    threads = [threading.Thread(target=follow, args=(number,)) for number in range(len(streams))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spans


def _step_times(size: Size, model: Any, name: str) -> Iterator[Row]:
    """One recorded step alone: with one token, and with twelve to check."""
    from brain.phi3.decoding import Decoder

    decoder = Decoder(model, slots=1)
    prompt = phi3_shape.prompts(size, 1, size.prompt)[0]
    decoder.read(0, prompt)
    for tokens in (1, 12):
        step = decoder.step(1, tokens)
        step.place([[5] * tokens], [len(prompt)], [0])
        step.run()
        _wait(size)
        times = []
        for _ in range(20):
            started = time.perf_counter()
            step.run()
            _wait(size)
            times.append(time.perf_counter() - started)
        yield {"what": f"{name}: one step of {tokens}", "ms": 1000 * sorted(times)[len(times) // 2]}


def _plain_speed(size: Size, model: Any, name: str, batches: tuple[int, ...]) -> Iterator[Row]:
    for batch in batches:
        given = phi3_shape.prompts(size, batch, size.prompt if batch == 1 else size.prompt // 3)
        _generate(model, given, 4)
        times = {}
        for tokens in (4, 4 + size.answer // 4):
            started = time.perf_counter()
            _generate(model, given, tokens)
            _wait(size)
            times[tokens] = time.perf_counter() - started
        spent = times[4 + size.answer // 4] - times[4]
        yield {
            "what": name,
            "batch": batch,
            "tokens/s": batch * (size.answer // 4) / spent,
            "prompt": len(given[0]),
        }


def _generate(model: Any, prompts: list[list[int]], tokens: int, **options: Any) -> torch.Tensor:
    given = torch.tensor(prompts, device=model.device)
    with torch.inference_mode():
        return model.generate(
            input_ids=given, attention_mask=torch.ones_like(given), do_sample=False,
            max_new_tokens=tokens, min_new_tokens=tokens, **options,
        )[:, given.shape[1] :]  # fmt: skip


@torch.no_grad()
def _copying(size: Size, model: Any) -> list[int]:
    """Make the model repeat a cycle of tokens; a prompt that goes through it three times.

    Random weights never quote. Here each token's output row is its predecessor's embedding, and the layers
    add next to nothing though they are computed in full: every guess is right, the most that lookup can gain.
    """
    cycle = size.prompt // 3
    for layer in model.model.layers:
        for linear in (layer.self_attn.o_proj, layer.mlp.down_proj):
            linear.weight.mul_(1e-3)
    tokens = torch.arange(cycle, device=model.device)
    model.lm_head.weight[3 + (tokens + 1) % cycle] = model.model.embed_tokens.weight[3 + tokens]
    return [3 + token for token in range(cycle)] * 3


def _medians(work: Callable[[list[int]], object], prompts: list[list[int]]) -> float:
    """The median time, after one warm-up."""
    times = []
    for prompt in prompts:
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        started = time.perf_counter()
        work(prompt)
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return sorted(times[1:])[len(times[1:]) // 2]


def _wait(size: Size) -> None:
    if size.device == "cuda":
        torch.cuda.synchronize()
