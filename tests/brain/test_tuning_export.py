import json
import shutil
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")

from langchain_core.messages import HumanMessage, SystemMessage
from sentencepiece_phi3 import sentencepiece_phi3
from talking_phi3 import talking_phi3
from transformers import AutoTokenizer, Phi3ForCausalLM
from tuned_phi3 import saved_adapter

from brain.answering.factory import AnswererChoice, open_answerer
from brain.answering.writing.prompt import opening
from brain.answering.writing.swappable import SwappableAnswerer
from brain.errors import UsageError, WeightsUnavailable
from brain.llamacpp.header import read_header
from brain.llamacpp.opening import check, open_gguf
from brain.phi3.chat import Phi3Chat
from brain.phi3.merged_before import RECORD
from brain.phi3.opening import open_phi3
from brain.phi3.swapping import shared
from brain.tuning.export.exporting import Format, export
from brain.tuning.export.precision import Precision, number_type
from brain.tuning.export.source import Source, source
from brain.tuning.export.vocabulary import Kind, vocabulary
from brain.tuning.runs import Base, Data, Run, RunFolder, Status
from brain.tuning.versions import Versions

pytestmark = pytest.mark.filterwarnings("ignore")
needs_llamacpp = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("gguf") is None, reason="the llamacpp extra is not installed"
)
ASKED = [
    [SystemMessage("Be short."), HumanMessage("Where is Zürich?")],
    [HumanMessage("Which 12 weeks?")],
    [HumanMessage("leave  policy\n\n(paid)")],
]


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: Any) -> Path:
    return talking_phi3(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: Any, base: Path) -> Source:
    folder = tmp_path_factory.mktemp("adapter") / "ours"
    saved_adapter(folder, base)
    return Source(folder, base, "ours")


def said_by(chat: Any) -> list[str]:
    try:
        return [str(chat.invoke(messages).text) for messages in ASKED]
    finally:
        chat.close()


def test_the_merged_model_computes_what_base_and_adapter_compute(
    tmp_path: Path, base: Path, tuned: Source
) -> None:
    beside = saved_adapter(tmp_path / "again", base)
    done = export(tuned, tmp_path / "merged", Format.SAFETENSORS, Precision.F16, silent)
    merged = Phi3ForCausalLM.from_pretrained(str(done.folder), dtype=torch.float32)
    plain = Phi3ForCausalLM.from_pretrained(str(base), dtype=torch.float32)
    tokens = torch.randint(6, 250, (2, 40), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = beside(tokens).logits
        torch.testing.assert_close(merged(tokens).logits, expected, atol=1e-4, rtol=1e-4)
        assert float((plain(tokens).logits - expected).abs().max()) > 0.1
    AutoTokenizer.from_pretrained(str(done.folder))
    assert done.gguf is None
    assert json.loads((done.folder / RECORD).read_text())["adapter"].startswith("ours (")


@needs_llamacpp
def test_llama_cpp_says_what_the_adapted_model_says(tmp_path: Path, base: Path, tuned: Source) -> None:
    done = export(tuned, tmp_path / "both", Format.BOTH, Precision.F32, silent)
    assert done.gguf is not None
    header = read_header(done.gguf)
    assert (header.architecture, header.context) == ("phi3", 4096)
    assert header.adapter.startswith("ours (")
    expected = said_by(open_phi3(str(base), tuned.adapter, longest=24))
    for ours, theirs in zip(expected, said_by(open_gguf(check(str(done.gguf)), longest=24)), strict=True):
        # What is babbled may end in the first bytes of a letter, which llama.cpp keeps back.
        assert ours.startswith(theirs)
        assert len(theirs) > len(ours) - 6
    assert said_by(open_phi3(str(done.folder), longest=24)) == expected
    assert said_by(open_phi3(str(base), longest=24)) != expected


def test_a_merged_model_is_known_as_tuned_and_gets_no_examples(
    tmp_path: Path, base: Path, tuned: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = export(tuned, tmp_path / "merged", Format.SAFETENSORS, Precision.Q8_0, silent)
    chats: list[Phi3Chat] = []

    def noted(*given: Any, **named: Any) -> Phi3Chat:
        chats.append(open_phi3(*given, **named))
        return chats[-1]

    monkeypatch.setattr("brain.phi3.opening.open_phi3", noted)
    for folder, few_shot in ((base, True), (done.folder, False)):
        with ExitStack() as closing:
            answerer = open_answerer(AnswererChoice("phi3", str(folder)), closing)
            assert isinstance(answerer, SwappableAnswerer)
            beginning = shared(chats[-1].prompts, opening(few_shot=few_shot))
            assert chats[-1].generator.decoder.prefix == beginning
            answerer.use(tuned.adapter)
            answerer.use(None)
            assert chats[-1].generator.decoder.prefix == beginning
            state = answerer.state()
            assert state is not None
            assert state.facts is not None
            assert state.facts.adapter.startswith("" if few_shot else "ours (")


@needs_llamacpp
@pytest.mark.parametrize("precision", [Precision.Q4_K_M, Precision.Q5_K_M, Precision.Q8_0, Precision.F16])
def test_packed_weights_stay_near(
    tmp_path: Path, tmp_path_factory: Any, tuned: Source, precision: Precision
) -> None:
    """Rows of 256 numbers, which is what the K types pack: by ggml here, unpacked by Python's gguf."""
    import gguf

    wide = talking_phi3(tmp_path / "wide", hidden_size=256, intermediate_size=512, num_hidden_layers=4)
    saved_adapter(tmp_path / "adapter", wide)
    done = export(
        Source(tmp_path / "adapter", wide, "ours"), tmp_path / "done", Format.BOTH, precision, silent
    )
    reader = gguf.GGUFReader(str(done.gguf))
    found = {tensor.name: tensor for tensor in reader.tensors}
    exact = Phi3ForCausalLM.from_pretrained(str(done.folder), dtype=torch.float32).state_dict()
    most = {Precision.Q4_K_M: 0.1, Precision.Q5_K_M: 0.05, Precision.Q8_0: 0.01, Precision.F16: 0.0005}[
        precision
    ]
    pairs = {
        "blk.3.ffn_down.weight": "model.layers.3.mlp.down_proj.weight",
        "blk.0.attn_qkv.weight": "model.layers.0.self_attn.qkv_proj.weight",
        "blk.1.ffn_up.weight": "model.layers.1.mlp.gate_up_proj.weight",
        "output.weight": "lm_head.weight",
    }
    for name, weight in pairs.items():
        unpacked = torch.from_numpy(gguf.quants.dequantize(found[name].data, found[name].tensor_type))
        right = exact[weight]
        assert unpacked.shape == right.shape
        error = float((unpacked - right).norm() / right.norm())
        assert 0 < error < most, name
    assert len(said_by(open_gguf(check(str(done.gguf)), longest=8))) == len(ASKED)


def test_the_mix_gives_more_bits_to_what_errors_hurt_most() -> None:
    def types(precision: Precision, tied: bool = False) -> list[str]:
        names = ("token_embd", "output", "blk.0.attn_qkv", "blk.1.ffn_down", "blk.3.ffn_down", "blk.0.ffn_up")
        shape = (512, 256)
        return [number_type(f"{name}.weight", shape, precision, 32, tied=tied) for name in names]

    assert types(Precision.Q4_K_M) == ["Q4_K", "Q6_K", "Q5_K", "Q6_K", "Q6_K", "Q4_K"]
    assert number_type("blk.4.ffn_down.weight", (512, 256), Precision.Q4_K_M, 32, tied=False) == "Q4_K"
    assert types(Precision.Q4_K_M, tied=True)[0] == "Q6_K"
    assert set(types(Precision.Q8_0)) == {"Q8_0"}
    assert number_type("blk.0.ffn_up.weight", (8, 96), Precision.Q4_K_M, 32, tied=False) == "Q5_0"
    assert number_type("blk.0.ffn_up.weight", (8, 40), Precision.Q8_0, 32, tied=False) == "F16"
    assert number_type("output_norm.weight", (256,), Precision.Q8_0, 32, tied=False) == "F32"


@needs_llamacpp
def test_llama_cpp_reads_text_as_phi3s_own_tokenizer_does(tmp_path: Path) -> None:
    base = sentencepiece_phi3(tmp_path / "base")
    saved_adapter(tmp_path / "adapter", base)
    done = export(
        Source(tmp_path / "adapter", base, "x"), tmp_path / "done", Format.GGUF, Precision.F32, silent
    )
    words = AutoTokenizer.from_pretrained(str(base))
    chat = open_gguf(check(str(done.gguf)), longest=8)
    try:
        for text in (
            "the leave policy",
            "Zürich – 12 weeks 🙂",
            " two  spaces",
            "<|user|>\nWhere is it?<|end|>\n<|assistant|>\n",
        ):
            assert chat.tokens(text) == words(text).input_ids, text
        for messages in ASKED:
            assert chat.count(messages) == open_prompts(base).count(messages)
    finally:
        chat.close()
    kinds = vocabulary(base, len(words) + 3).kinds
    assert [kinds[0], kinds[1], kinds[3], kinds[-1]] == [
        Kind.UNKNOWN, Kind.CONTROL, Kind.BYTE, Kind.UNUSED
    ]  # fmt: skip


def open_prompts(folder: Path) -> Any:
    from brain.phi3.chat import Phi3Chat, Prompts

    return Phi3Chat.model_construct(prompts=Prompts.of(folder))


def test_nothing_half_written_stays(tmp_path: Path, tuned: Source, base: Path) -> None:
    other = talking_phi3(tmp_path / "other", hidden_size=32, intermediate_size=64)
    with pytest.raises(UsageError, match="made for another base model"):
        export(
            Source(tuned.adapter, other, "ours"), tmp_path / "a", Format.SAFETENSORS, Precision.F16, silent
        )

    def stop(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(tuned, tmp_path / "a", Format.SAFETENSORS, Precision.F16, stop)
    assert {path.name for path in tmp_path.iterdir()} == {"other"}
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(UsageError, match="is there already"):
        export(tuned, tmp_path / "full", Format.SAFETENSORS, Precision.F16, silent)


def test_an_adapter_is_found_by_version_run_or_folder(tmp_path: Path, tuned: Source, base: Path) -> None:
    tuning = tmp_path / "tuning"
    nowhere = tmp_path / "nowhere"

    def found(meant: str, place: Path = nowhere, model: str | None = None) -> Source:
        return source(meant, place, tuning, model, "not/fetched")

    with pytest.raises(UsageError, match="No version was promoted yet"):
        found("current")
    versions = Versions(tuning)
    about = dict.fromkeys(("when", "run", "base", "data", "code"), "x")
    version = versions.keep(tuned.adapter, {**about, "base_model": str(base)})
    versions.use(version.number)
    kept = Source(tuning / "adapters" / "1", base, "citewise-1")
    assert found("current") == found("1") == kept
    run = tuning / "runs" / "night"
    shutil.copytree(tuned.adapter, run / "adapter")
    base_of, of = Base("elsewhere/model", "x"), Data("x", "", "x", 1, 0)
    done = Run("night", Status.DONE, base_of, of, "auto", {}, "0.1.0", "c", {}, "processor", "2026-01-01")
    RunFolder(run).write(done)
    assert found("night") == Source(run / "adapter", base, "night")
    assert found("x/ours", tuned.adapter) == tuned
    other = talking_phi3(tmp_path / "other")
    assert found("night", model=str(other)).base == other
    with pytest.raises(UsageError, match=r"There is no adapter called dusk: .* a run \(night\)"):
        found("dusk")
    (kept.adapter / "adapter_config.json").write_text("{}")
    with pytest.raises(WeightsUnavailable, match="were changed"):
        found("1")


def test_a_tokenizer_that_gguf_cannot_tell_of_is_refused(tmp_path: Path, base: Path) -> None:
    content = json.loads((base / "tokenizer.json").read_text())
    content["pre_tokenizer"] = {"type": "Whitespace"}
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(UsageError, match="--format safetensors"):
        vocabulary(tmp_path, 400)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(WeightsUnavailable, match="Download the model again"):
        vocabulary(tmp_path, 400)
