"""An adapter beside weights in 8 or 4 bits: the same as PEFT beside the same packed weights."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("bitsandbytes", reason="the phi3 extra is not installed")
peft = pytest.importorskip("peft", reason="the phi3 extra is not installed")

from langchain_core.messages import HumanMessage, SystemMessage
from talking_phi3 import talking_phi3
from tuned_phi3 import saved_adapter

from brain.errors import UsageError
from brain.phi3.chat import Phi3Chat
from brain.phi3.opening import check, open_phi3
from brain.phi3.quantising import Quantization
from brain.phi3.weights import load

pytestmark = pytest.mark.filterwarnings("ignore")
ASKED = [SystemMessage("Be short."), HumanMessage("Where is Zürich?")]


@pytest.fixture(scope="module")
def base(tmp_path_factory: Any) -> Path:
    return talking_phi3(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: Any, base: Path) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("adapters")
    saved_adapter(folder / "one", base, seed=1)
    saved_adapter(folder / "two", base, seed=2)
    return folder / "one", folder / "two"


@pytest.fixture(params=[Quantization.FOUR_BIT, Quantization.EIGHT_BIT])
def chat(request: Any, base: Path, adapters: tuple[Path, Path]) -> Iterator[Phi3Chat]:
    chat = open_phi3(str(base), adapters[0], request.param, longest=12)
    yield chat
    chat.close()


def said(chat: Phi3Chat) -> str:
    return str(chat.invoke(ASKED).text)


def test_it_says_what_peft_says_beside_the_same_packed_weights(
    chat: Phi3Chat, base: Path, adapters: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    packed = Quantization(chat.facts().quantization)
    model = load(base, packed, processor_allowed=True)
    tokens = torch.tensor([chat.prompts.tokens(ASKED)])
    options = {"do_sample": False, "max_new_tokens": 12, "eos_token_id": [1, 2], "pad_token_id": 0}
    plain = model.generate(tokens, attention_mask=torch.ones_like(tokens), **options)
    adapted = peft.PeftModel.from_pretrained(model, str(adapters[0])).eval()
    expected = adapted.generate(input_ids=tokens, attention_mask=torch.ones_like(tokens), **options)
    start = tokens.shape[1]
    assert caplog.text == ""  # bitsandbytes would tell of every product in 8 bits
    assert said(chat) == chat.prompts.text(expected[0, start:].tolist()).rstrip("\ufffd")
    assert plain[0, start:].tolist() != expected[0, start:].tolist()


def test_another_one_takes_its_place_and_it_is_taken_out(
    chat: Phi3Chat, base: Path, adapters: tuple[Path, Path]
) -> None:
    packed = Quantization(chat.facts().quantization)
    first = said(chat)
    chat.swap(adapters[1])
    second = said(chat)
    fresh = open_phi3(str(base), adapters[1], packed, longest=12)
    assert said(fresh) == second != first
    fresh.close()
    chat.swap(None)
    plain = open_phi3(str(base), None, packed, longest=12)
    assert said(plain) == said(chat)
    plain.close()
    chat.swap(adapters[0])
    assert said(chat) == first


def test_what_does_not_fit_is_refused_and_the_one_before_stays(
    tmp_path: Path, base: Path, adapters: tuple[Path, Path]
) -> None:
    chat = open_phi3(str(base), adapters[0], Quantization.FOUR_BIT, longest=12)
    before = said(chat)
    wide = talking_phi3(tmp_path / "wide", hidden_size=128)
    saved_adapter(tmp_path / "other", wide)
    with pytest.raises(UsageError, match="made for another base model"):
        chat.swap(tmp_path / "other")
    saved_adapter(tmp_path / "ranked", base, rank=32)
    with pytest.raises(UsageError, match="started again"):
        chat.swap(tmp_path / "ranked")
    assert said(chat) == before
    chat.close()
    assert check(str(base), adapters[0], Quantization.FOUR_BIT) == base


def test_a_gpu_records_steps_in_four_bits_but_not_in_eight(chat: Phi3Chat) -> None:
    """In eight bits each input is looked at for outliers by the processor, which no recording allows."""
    assert chat.generator.decoder.network.recordable == (chat.facts().quantization == "4bit")
