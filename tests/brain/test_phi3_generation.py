import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("transformers", reason="the phi3 extra is not installed")

from brain.errors import ModelUnavailable
from brain.phi3.decoding import Decoder, Step
from brain.phi3.generation import Generator, Request, Stream
from brain.phi3.lookup import Guesser
from tests.brain.small_phi3 import by_transformers, prompt, small_phi3

pytestmark = pytest.mark.filterwarnings("ignore")
WRITTEN = 40
NEVER = frozenset[int]()
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def model() -> Any:
    return small_phi3()


@pytest.fixture
def generator(model: Any) -> Iterator[Generator]:
    generator = Generator(Decoder(model, slots=2, capacity=256))
    yield generator
    generator.close()


def written(generator: Generator, tokens: list[int], lookup: bool = False) -> list[int]:
    return list(generator.stream(Request(tokens, WRITTEN, NEVER, lookup)))


@pytest.mark.parametrize("key_heads", [4, 2])
@pytest.mark.parametrize("known", [0, 17])
def test_it_writes_what_transformers_writes(key_heads: int, known: int) -> None:
    model = small_phi3(key_heads)
    tokens = prompt(50)
    decoder = Decoder(model, slots=1, capacity=256)
    decoder.remember_prefix(tokens[:known])
    generator = Generator(decoder)
    assert written(generator, tokens) == by_transformers(model, tokens, WRITTEN)
    generator.close()


def test_guesses_change_nothing_but_the_time(generator: Generator, model: Any) -> None:
    tokens = prompt(30) * 3
    assert written(generator, tokens, lookup=True) == by_transformers(model, tokens, WRITTEN)


def test_questions_at_once_get_the_answers_they_get_alone(generator: Generator, model: Any) -> None:
    prompts = [prompt(length, seed=length) for length in (20, 70, 33, 51, 9)]
    streams = [generator.stream(Request(tokens, WRITTEN, NEVER)) for tokens in prompts]
    for tokens, stream in zip(prompts, streams, strict=True):
        assert list(stream) == by_transformers(model, tokens, WRITTEN)


def test_an_answer_ends_before_its_end_token_and_at_its_longest(generator: Generator, model: Any) -> None:
    tokens = prompt(25)
    whole = by_transformers(model, tokens, WRITTEN)
    end = whole[12]
    stopped = list(generator.stream(Request(tokens, WRITTEN, frozenset([end]))))
    assert stopped == whole[: whole.index(end)]
    assert len(list(generator.stream(Request(tokens, 7, NEVER)))) == 7


def test_a_cancelled_answer_stops_and_frees_its_place(generator: Generator, model: Any) -> None:
    tokens = prompt(25)
    streams = [generator.stream(Request(tokens, 200, NEVER, False)) for _ in range(2)]
    firsts = [next(iter(stream)) for stream in streams]
    waiting = generator.stream(Request(tokens, 5, NEVER))
    for stream in streams:
        stream.cancel()
    assert list(waiting) == by_transformers(model, tokens, 5)
    for first, stream in zip(firsts, streams, strict=True):
        assert 1 + len(list(stream)) < 200
        assert first == by_transformers(model, tokens, 1)[0]


def test_what_does_not_fit_is_refused_with_a_sentence(generator: Generator) -> None:
    with pytest.raises(ModelUnavailable, match="The prompt has 256 tokens; the model reads from 1 to 255"):
        generator.stream(Request(prompt(256), 5, NEVER))


def test_a_text_that_fills_its_place_ends_there(generator: Generator, model: Any) -> None:
    tokens = prompt(250)
    assert list(generator.stream(Request(tokens, 100, NEVER))) == by_transformers(model, tokens, 6)


def test_who_still_waits_is_told_when_the_model_is_shut_down(model: Any) -> None:
    generator = Generator(Decoder(model, slots=1, capacity=256))
    streams: list[Stream] = [generator.stream(Request(prompt(20), 200, NEVER)) for _ in range(3)]
    next(iter(streams[0]))
    generator.close()
    with pytest.raises(ModelUnavailable, match="shut down"):
        list(streams[2])
    with pytest.raises(ModelUnavailable, match="shut down"):
        generator.stream(Request(prompt(20), 5, NEVER))


def test_a_prompt_that_memory_is_too_full_for_is_told_and_others_are_answered(model: Any) -> None:
    class FullOnce(Decoder):
        full = True

        def read(self, slot: int, tokens: Any) -> torch.Tensor:
            if self.full:
                self.full = False
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return super().read(slot, tokens)

    generator = Generator(FullOnce(model, slots=1))
    try:
        with pytest.raises(ModelUnavailable, match="GPU's memory is full"):
            list(generator.stream(Request(prompt(20), 5, NEVER)))
        assert written(generator, prompt(20)) == by_transformers(model, prompt(20), WRITTEN)
    finally:
        generator.close()


def test_a_step_that_memory_is_too_full_for_is_told_and_others_are_answered(model: Any) -> None:
    class FullOnce(Decoder):
        full = True

        def step(self, sequences: int, tokens: int = 1) -> Step:
            if self.full:
                self.full = False
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return super().step(sequences, tokens)

    generator = Generator(FullOnce(model, slots=1))
    try:
        with pytest.raises(ModelUnavailable, match="GPU's memory is full"):
            list(generator.stream(Request(prompt(20), 5, NEVER)))
        assert written(generator, prompt(20)) == by_transformers(model, prompt(20), WRITTEN)
        assert not generator.failure
    finally:
        generator.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_generator_that_ended_by_itself_says_what_to_do(model: Any) -> None:
    class Broken(Decoder):
        def read(self, slot: int, tokens: Any) -> torch.Tensor:
            raise RuntimeError("an illegal memory access was encountered")

    generator = Generator(Broken(model, slots=1))
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match=r"stopped with an error.* start citewise again"):
            list(generator.stream(Request(prompt(20), 5, NEVER)))
    assert "start citewise again" in generator.failure
    # Waits for the thread: were it still ending, pytest would tell of its error in a later test.
    generator.close()


def test_a_guess_is_what_followed_the_last_words_before() -> None:
    guesser = Guesser([5, 6, 7, 8, 9, 1, 6, 7])
    assert guesser.guess(2) == [8, 9]
    guesser.extend([3])
    assert guesser.guess(2) == []


def test_the_gpu_kernels_compute_what_pytorch_computes() -> None:
    """In Triton's interpreter; the same was held against transformers on an H200 (benchmarks/gpu.py)."""
    pytest.importorskip("triton", reason="Triton, which comes with PyTorch's GPU builds, is not installed")
    script = (
        "from brain.phi3.decoding import Decoder\n"
        "from brain.phi3.stages import Fused, Plain\n"
        "from tests.brain.small_phi3 import prompt, small_phi3\n"
        "for heads in (4, 2):\n"
        "    found = []\n"
        "    for stages in (Plain(), Fused()):\n"
        "        decoder = Decoder(small_phi3(heads), slots=2, capacity=256, stages=stages)\n"
        "        first = int(decoder.read(1, prompt(140)))\n"
        "        decoder.read(0, prompt(70))\n"
        "        step = decoder.step(2)\n"
        "        step.place([[first], [5]], [140, 70], [1, 0])\n"
        "        found.append([first, [step.run().tolist() for _ in range(3)]])\n"
        "    assert found[0] == found[1], found\n"
    )
    environment = {**os.environ, "TRITON_INTERPRET": "1"}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, env=environment)
