"""Cross-encoders from folders, run by ONNX Runtime: what they prefer, and what is said of wrong ones."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from small_cross_encoder import save_synonyms, save_tokenizer

from brain.cross_encoding.onnx_reader import OnnxReader
from brain.cross_encoding.pairs import TOKENS, Pairs, labels_of, pair_limit, read_config
from brain.errors import UsageError, WeightsUnavailable
from brain.reranking.factory import RerankerChoice, open_reranker

MEANINGS = (("dog", "hound"), ("house", "home"))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return save_synonyms(tmp_path / "model", MEANINGS)


def opened(name: str | Path, **options: object) -> None:
    with ExitStack() as closing:
        open_reranker(RerankerChoice(str(name)), closing, **options)  # type: ignore[arg-type]


def reader(folder: Path, limit: int = TOKENS, threads: int = 2) -> OnnxReader:
    pairs = Pairs(folder / "tokenizer.json", limit)
    return OnnxReader(folder / "onnx" / "model.onnx", pairs, threads=threads)


def test_each_text_gets_its_own_logit_whatever_is_read_beside_it(model: Path) -> None:
    texts = ["A cat.", "The hound is at home, the hound!", "", "x " * 1000, "a hound \ud800 sleeps"]
    found = reader(model).numbers("Where in the house is the dog?", texts)
    assert found == [[0.0], [3.0], [0.0], [0.0], [1.0]]
    alone = [reader(model, threads=1).numbers("Where in the house is the dog?", [text])[0] for text in texts]
    assert alone == found


def test_a_pair_is_cut_where_the_longer_text_is_too_long(model: Path) -> None:
    far = "x " * 40 + "hound"
    assert reader(model).numbers("dog", [far]) == [[1.0]]
    assert reader(model, limit=32).numbers("dog", [far]) == [[0.0]]
    assert reader(model, limit=32).numbers("dog " + "x " * 1000, ["hound"]) == [[1.0]]  # the passage stays


def test_no_more_is_read_than_the_model_takes(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"max_position_embeddings": 130, "id2label": {"10": "c", "0": "a", "1": "b"}}')
    assert pair_limit(read_config(config)) == 126
    assert labels_of(read_config(config)) == ("a", "b", "c")
    assert pair_limit({"max_position_embeddings": 8194}) == TOKENS
    assert pair_limit(read_config(None)) == TOKENS
    config.write_text("half a fi")
    with pytest.raises(WeightsUnavailable, match=r"config\.json can't be read"):
        read_config(config)


@pytest.mark.parametrize("place", ["", "onnx/model.onnx"])
def test_a_folder_or_a_graph_in_it_can_be_named(model: Path, place: str) -> None:
    opened(model / place)


def test_a_graph_may_lie_beside_its_tokenizer(model: Path) -> None:
    (model / "onnx" / "model.onnx").rename(model / "model_int8.onnx")
    opened(model / "model_int8.onnx")
    with pytest.raises(UsageError, match="no cross-encoder in"):
        opened(model)  # which of several is meant is for the person to say


def test_a_classifier_is_no_cross_encoder(tmp_path: Path) -> None:
    folder = save_synonyms(tmp_path / "nli", MEANINGS, weights=(1, 1, 1), biases=(0, 0, 0))
    with pytest.raises(UsageError, match=r"is no reranker: .* it gives 3"):
        opened(folder)


def test_half_a_graph_is_told_from_a_whole_one(model: Path) -> None:
    graph = model / "onnx" / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:-200])
    with pytest.raises(WeightsUnavailable, match=r"model\.onnx can't be opened: it is damaged"):
        opened(model)
    graph.write_bytes(b"")
    with pytest.raises(WeightsUnavailable, match=r"model\.onnx can't be opened"):
        opened(model)


def test_a_missing_a_damaged_and_another_model_s_tokenizer_are_told(model: Path) -> None:
    save_tokenizer(model, [f"word{number}" for number in range(100)] + ["what", "is", "asked", "answered"])
    with pytest.raises(WeightsUnavailable, match=r"does not fit the tokenizer\.json beside it"):
        opened(model)
    (model / "tokenizer.json").write_text('{"version": "1.0"')
    with pytest.raises(WeightsUnavailable, match=r"tokenizer\.json can't be read"):
        opened(model)
    (model / "tokenizer.json").unlink()
    with pytest.raises(WeightsUnavailable, match=r"There is no tokenizer\.json in"):
        opened(model)


def test_wrong_folders_are_told_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such folder"):
        opened(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"neither onnx/model\.onnx nor model\.safetensors is there"):
        opened(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(UsageError, match="pickle only, and those are never opened"):
        opened(tmp_path)
