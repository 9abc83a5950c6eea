"""A real BERT that was taught what to prefer: run by transformers from safetensors, and by ONNX Runtime."""

import shutil
import warnings
from contextlib import ExitStack
from pathlib import Path

import pytest
from small_cross_encoder import save_tokenizer

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel

from brain.cross_encoding import files
from brain.cross_encoding.pairs import Pairs
from brain.domain import Locator, Passage, Source
from brain.errors import UsageError, WeightsUnavailable
from brain.reranking.factory import RerankerChoice, open_reranker

QUESTION = "where does the dog sleep"
WANTED = "a hound rests in the kennel"
OTHERS = ("the dog does not sleep where the cat does", "a cat rests", "")
WORDS = sorted({word for text in (QUESTION, WANTED, *OTHERS) for word in text.split()})
SHAPE = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
    "max_position_embeddings": 64, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
}  # fmt: skip


def fed(pairs: Pairs, text: str) -> dict[str, torch.Tensor]:
    row = pairs.row(QUESTION, text)
    values = {"input_ids": row.ids, "attention_mask": [1] * len(row.ids), "token_type_ids": row.types}
    return {name: torch.tensor([numbers]) for name, numbers in values.items()}


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with safetensors and tokenizer of a BERT whose logit of the wanted passage is the highest."""
    folder = tmp_path_factory.mktemp("bert")
    size = save_tokenizer(folder, WORDS)
    torch.manual_seed(1)
    model = BertForSequenceClassification(BertConfig(vocab_size=size, num_labels=1, **SHAPE))
    pairs = Pairs(folder / "tokenizer.json")
    rows = [(fed(pairs, text), torch.tensor([[float(text == WANTED)]])) for text in (WANTED, *OTHERS)]
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(40):
        optimiser.zero_grad()
        loss = sum(
            torch.nn.functional.binary_cross_entropy_with_logits(model(**x).logits, y) for x, y in rows
        )
        loss.backward()
        optimiser.step()
    model.eval().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def exported(taught: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as an ONNX graph, laid out as the hub does."""
    folder = tmp_path_factory.mktemp("graph")
    (folder / "onnx").mkdir()
    for name in ("tokenizer.json", "config.json"):
        shutil.copy(taught / name, folder)
    example = fed(Pairs(taught / "tokenizer.json"), WANTED)
    axes = {name: {0: "pairs", 1: "tokens"} for name in example}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            BertForSequenceClassification.from_pretrained(taught).eval(),
            tuple(example.values()),
            str(folder / "onnx" / "model.onnx"),
            input_names=list(example),
            output_names=["logits"],
            dynamic_axes={**axes, "logits": {0: "pairs"}},
            opset_version=17,
            dynamo=False,
        )
    return folder


def scored(folder: Path) -> dict[int, float]:
    source = Source("a.md", "A", "general", "", Locator())
    passages = [Passage(number, text, source) for number, text in enumerate((*OTHERS, WANTED))]
    with ExitStack() as closing:
        found = open_reranker(RerankerChoice(str(folder)), closing).rerank(QUESTION, passages)
    assert not found.fault
    assert found.order[0] == len(OTHERS)
    return dict(found.scores)


def test_both_ways_prefer_what_was_taught_and_give_the_model_s_own_logits(
    taught: Path, exported: Path
) -> None:
    model = BertForSequenceClassification.from_pretrained(taught).eval()
    pairs = Pairs(taught / "tokenizer.json")
    with torch.inference_mode():
        own = {n: float(model(**fed(pairs, text)).logits) for n, text in enumerate((*OTHERS, WANTED))}
    assert scored(taught) == pytest.approx(own, abs=1e-3)
    assert scored(exported) == pytest.approx(own, abs=1e-3)


def test_a_graph_goes_before_safetensors_and_needs_no_torch(
    taught: Path, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(exported, tmp_path / "both")
    shutil.copy(taught / "model.safetensors", folder)
    assert files.files_in(folder).is_graph
    monkeypatch.setattr(files, "has_torch", lambda: False)
    assert scored(folder)
    with pytest.raises(UsageError, match=r"needs citewise\[phi3\]"):
        files.files_in(taught)


@pytest.mark.parametrize(("labels", "words"), [(3, "it gives 3"), (2, "it gives 2")])
def test_a_classifier_is_no_cross_encoder(taught: Path, tmp_path: Path, labels: int, words: str) -> None:
    size = save_tokenizer(tmp_path, WORDS)
    BertForSequenceClassification(BertConfig(vocab_size=size, num_labels=labels, **SHAPE)).save_pretrained(
        tmp_path
    )
    with pytest.raises(UsageError, match=words), ExitStack() as closing:
        open_reranker(RerankerChoice(str(tmp_path)), closing)


def test_an_embedder_is_no_cross_encoder(tmp_path: Path) -> None:
    size = save_tokenizer(tmp_path, WORDS)
    BertModel(BertConfig(vocab_size=size, num_labels=1, **SHAPE)).save_pretrained(tmp_path)
    with pytest.raises(UsageError, match=r"its weights lack classifier\.bias"), ExitStack() as closing:
        open_reranker(RerankerChoice(str(tmp_path)), closing)


def test_half_a_file_of_weights_is_told(taught: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(taught, tmp_path / "half")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    with pytest.raises(WeightsUnavailable, match="only partly downloaded"), ExitStack() as closing:
        open_reranker(RerankerChoice(str(folder)), closing)
    (folder / "config.json").unlink()
    with pytest.raises(WeightsUnavailable, match="can't be loaded"), ExitStack() as closing:
        open_reranker(RerankerChoice(str(folder)), closing)


def test_a_model_that_wants_its_own_code_run_is_refused(taught: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(taught, tmp_path / "own-code")
    (folder / "config.json").write_text(
        '{"model_type": "ours", "auto_map": {"AutoConfig": "ours.Config", '
        '"AutoModelForSequenceClassification": "ours.Model"}}'
    )
    ran = tmp_path / "ran"
    (folder / "ours.py").write_text(f"open({str(ran)!r}, 'w')\n")
    with pytest.raises(WeightsUnavailable, match="without the model's own code"), ExitStack() as closing:
        open_reranker(RerankerChoice(str(folder)), closing)
    assert not ran.exists()
