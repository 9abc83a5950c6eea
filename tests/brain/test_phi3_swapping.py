import threading
import weakref
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from langchain_core.messages import HumanMessage
from saved_adapter import saved_adapter
from talking_phi3 import talking_phi3

from brain.answering.writing.prompt import opening
from brain.errors import CitewiseError, ModelUnavailable, NeedsRestart, UsageError, WeightsUnavailable
from brain.phi3.chat import Phi3Chat
from brain.phi3.full_memory import let_go
from brain.phi3.generation import Generator, Request
from brain.phi3.opening import open_phi3

PLAIN, SHOTS = opening(few_shot=False), opening(few_shot=True)
ASKED = [*PLAIN, HumanMessage("[1] The gym opens at 6:00.\n\nQuestion: When does the gym open?")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talking_phi3(tmp_path_factory.mktemp("phi3"))


@pytest.fixture(scope="module")
def adapters(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    made = tmp_path_factory.mktemp("adapters")
    return saved_adapter(made / "1", folder, 1), saved_adapter(made / "2", folder, 2)


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def opened(closing: ExitStack, folder: Path, adapter: Path | None = None, longest: int = 24) -> Phi3Chat:
    chat = open_phi3(str(folder), adapter, begin=SHOTS if adapter is None else PLAIN, longest=longest)
    closing.callback(chat.close)
    return chat


def said(chat: Phi3Chat) -> str:
    return str(chat.invoke(ASKED).text)


def test_after_a_swap_it_says_what_a_fresh_start_would(
    folder: Path, adapters: tuple[Path, Path], closing: ExitStack
):
    fresh = {adapter: said(opened(closing, folder, adapter)) for adapter in (None, *adapters)}
    assert len(set(fresh.values())) == 3  # else nothing below would tell them apart
    chat = opened(closing, folder)
    for adapter in (adapters[0], adapters[1], None, adapters[1], adapters[0]):
        chat.swap(adapter, PLAIN if adapter else SHOTS)
        assert said(chat) == fresh[adapter]


def test_the_shared_beginning_is_computed_anew(folder: Path, adapters: tuple[Path, Path], closing: ExitStack):
    """Without that, its keys and values would be those of the weights before."""
    chat = opened(closing, folder)
    decoder = chat.swapping._decoder
    chat.swap(adapters[0], PLAIN)
    before = decoder.network.cache.both[:, :, decoder.slots, :, : len(decoder.prefix)].clone()
    chat.swap(adapters[1], PLAIN)
    after = decoder.network.cache.both[:, :, decoder.slots, :, : len(decoder.prefix)]
    assert len(decoder.prefix) > 20
    assert not torch.allclose(before, after)
    other = opened(closing, folder, adapters[1]).swapping._decoder
    torch.testing.assert_close(after, other.network.cache.both[:, :, decoder.slots, :, : len(decoder.prefix)])


def test_answers_under_way_are_finished_with_the_weights_that_began_them(
    folder: Path, adapters: tuple[Path, Path], closing: ExitStack
):
    old = said(opened(closing, folder, adapters[0], longest=200))
    new = said(opened(closing, folder, adapters[1], longest=200))
    chat = opened(closing, folder, adapters[0], longest=200)
    first, swapped = [chat.stream(ASKED) for _ in range(2)], threading.Event()
    texts = [str(next(stream).text) for stream in first]  # both are being written now

    def swap() -> None:
        chat.swap(adapters[1], PLAIN)
        swapped.set()

    swapping = threading.Thread(target=swap)
    swapping.start()
    for number, stream in enumerate(first):
        texts[number] += "".join(str(piece.text) for piece in stream)
    swapping.join(30)
    assert swapped.is_set()
    assert texts == [old, old]
    assert said(chat) == new != old


def test_requests_keep_their_place_before_and_after_the_swap(
    folder: Path, adapters: tuple[Path, Path], closing: ExitStack
):
    """More requests than places: those that came before the swap are served before it."""
    chat = opened(closing, folder, adapters[0])
    tokens = chat.prompts.tokens(ASKED)
    request = Request(tokens, 12, frozenset())
    generator, order, heard = chat.generator, list[str](), list[list[int]]()

    def ask(name: str) -> None:
        tokens: list[int] = []
        heard.append(tokens)

        def hear(item: int | CitewiseError | None) -> None:
            if item is None:
                order.append(name)
            else:
                assert isinstance(item, int)
                tokens.append(item)

        generator.stream(request, hear)

    for _ in range(10):
        ask("before")
    chat.swap(adapters[1], PLAIN)
    assert order == ["before"] * 10
    ask("after")
    generator.between(lambda: order.append("end"))
    assert order == [*["before"] * 10, "after", "end"]
    assert heard[:10] == [heard[0]] * 10
    assert heard[10] != heard[0]


def test_an_adapter_that_cannot_be_served_changes_nothing(
    folder: Path, adapters: tuple[Path, Path], tmp_path: Path, closing: ExitStack
):
    chat = opened(closing, folder, adapters[0])
    before = said(chat)
    wrong = saved_adapter(tmp_path / "wrong", folder, 3, wider=8)
    with pytest.raises(UsageError, match="made for another base model"):
        chat.swap(wrong, PLAIN)
    half = saved_adapter(tmp_path / "half", folder, 3)
    weights = half / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(WeightsUnavailable):
        chat.swap(half, PLAIN)
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "adapter_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(WeightsUnavailable, match="pickled"):
        chat.swap(pickled, PLAIN)
    assert said(chat) == before


def test_a_quantised_model_says_when_the_adapter_takes_effect(
    folder: Path, adapters: tuple[Path, Path], closing: ExitStack
):
    chat = opened(closing, folder)

    class Quantised(torch.nn.Linear):
        """As bitsandbytes' layers are."""

    for name, module in chat.swapping._model.named_modules():
        if name.endswith("_proj"):
            module.__class__ = Quantised
    with pytest.raises(NeedsRestart, match="takes effect when citewise is started again"):
        chat.swap(adapters[0], PLAIN)


def test_work_that_is_refused_ends_nothing(folder: Path, closing: ExitStack):
    chat = opened(closing, folder)
    generator: Generator = chat.generator

    def refused() -> None:
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        generator.between(refused)
    assert said(chat)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_work_that_fails_in_the_middle_ends_the_generator(folder: Path, closing: ExitStack):
    """Half an adapter in the weights must answer nobody."""
    chat = opened(closing, folder)

    def broken() -> None:
        raise MemoryError

    with pytest.raises(ModelUnavailable, match="The model stopped"):
        chat.generator.between(broken)
    with pytest.raises(ModelUnavailable):
        said(chat)


def test_a_closed_generator_does_no_more_work(folder: Path, closing: ExitStack):
    chat = opened(closing, folder)
    chat.close()
    with pytest.raises(ModelUnavailable):
        chat.generator.between(lambda: None)


def test_where_memory_is_too_full_to_change_the_one_in_use_stays(
    folder: Path, adapters: tuple[Path, Path], closing: ExitStack, monkeypatch: pytest.MonkeyPatch
):
    chat = opened(closing, folder, adapters[0])
    before, decoder = said(chat), chat.swapping._decoder
    known, read = decoder.prefix, decoder._read

    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    with monkeypatch.context() as patched:
        patched.setattr("brain.phi3.adapters.torch.empty", full)  # what a swap needs for its work
        with pytest.raises(ModelUnavailable, match="too full to change the adapter: the one in use stays"):
            chat.swap(adapters[1], PLAIN)
    assert said(chat) == before
    times = iter((True, False))

    def full_once(*place: object) -> torch.Tensor:
        return full() if next(times) else read(*place)

    with monkeypatch.context() as patched:
        patched.setattr(decoder, "_read", full_once)  # the weights are changed already by then
        with pytest.raises(ModelUnavailable, match="the one in use stays"):
            chat.swap(adapters[1], PLAIN)
    assert decoder.prefix == known
    assert said(chat) == before
    with monkeypatch.context() as patched:
        patched.setattr(decoder, "_read", full)
        with pytest.raises(ModelUnavailable, match="the one in use stays"):
            chat.swap(adapters[1], PLAIN)
    assert decoder.prefix == []  # what was read of it belonged to other weights
    assert said(chat) == before


def test_what_failed_work_holds_is_let_go_of():
    class Held:
        pass

    held: list[weakref.ref[Held]] = []

    def work() -> None:
        tensors = Held()
        held.append(weakref.ref(tensors))
        raise torch.OutOfMemoryError("CUDA out of memory.")

    try:
        work()
    except torch.OutOfMemoryError as error:
        assert held[0]() is not None
        let_go(error)
        assert held[0]() is None
