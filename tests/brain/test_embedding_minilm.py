import math
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.embedding.factory import open_embedder
from brain.embedding.minilm import DIMENSIONS, MAX_TOKENS, MiniLM
from brain.embedding.minilm_graph import HEADS, LAYERS, build_graph, read_safetensors
from brain.embedding.prepared import VARIANT, prepared_graph
from brain.embedding.weights import MINILM, default_cache, ensure_files
from brain.errors import WeightsUnavailable

pytestmark = pytest.mark.weights

WORDS = """leave office parental employee printer days vpn password thirty manager request before contract
holiday reset approve invoice travel budget laptop security badge week notice health plan cover deductible"""
TEXTS = [
    " ".join(WORDS.split()[(7 * text + 3 * word + word * word) % 28] for word in range(3 + 5 * text)) + "."
    for text in range(12)
]


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where the default embedder's real files lie, fetched by the real route when they are missing."""
    return ensure_files(MINILM, default_cache())


@pytest.fixture(scope="module")
def model(folder) -> MiniLM:
    return open_embedder("minilm").embeddings


@pytest.fixture(scope="module")
def weights(folder):
    return read_safetensors(folder / "model.safetensors")


@pytest.fixture(scope="module")
def float_model(folder, weights) -> MiniLM:
    return MiniLM(build_graph(weights, "float"), folder / "tokenizer.json")


def plain_bert(weights, ids):
    """Token states by the model's definition (Devlin et al. 2018), written out in numpy."""

    def linear(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def normalised(x, name):
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def heads(x):
        return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)

    embedded = {kind: weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position")}
    x = embedded["word"][ids] + embedded["position"][: len(ids)]
    x = normalised(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            heads(linear(x, f"{name}.attention.self.{p}")) for p in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(DIMENSIONS / HEADS)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (shares / shares.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(x.shape)
        x = normalised(
            linear(mixed, f"{name}.attention.output.dense") + x, f"{name}.attention.output.LayerNorm"
        )
        inner = linear(x, f"{name}.intermediate.dense")
        inner = inner * (1 + np.vectorize(math.erf)(inner / math.sqrt(2))) / 2
        x = normalised(linear(inner, f"{name}.output.dense") + x, f"{name}.output.LayerNorm")
    return x


def test_the_float_graph_computes_what_the_models_definition_says(folder, weights, float_model):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    for text in TEXTS[:3]:
        mean = plain_bert(weights, tokenizer.encode(text).ids).mean(0)
        assert float_model.embed_array([text])[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


def test_integers_stay_close_to_the_float_model(model, float_model):
    cosine = (model.embed_array(TEXTS) * float_model.embed_array(TEXTS)).sum(axis=1)
    assert cosine.mean() > 0.995
    assert cosine.min() > 0.99


def test_vectors_have_length_one_and_like_meanings_lie_close(model):
    vectors = model.embed_array(
        [
            "Employees may take thirty days of vacation.",
            "How many vacation days does an employee get?",
            "The printer is out of ink.",
        ]
    )
    assert vectors.shape == (3, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_a_vector_is_the_same_to_the_last_bit_whatever_is_embedded_with_it(model):
    texts = TEXTS + [text.replace("leave", "badge") for text in TEXTS] + TEXTS[::-1]
    together = model.embed_array(texts)
    alone = np.stack([model.embed_array([text])[0] for text in texts])
    assert np.array_equal(together, alone)
    assert np.array_equal(model.embed_array(texts[::-1])[::-1], alone)


def test_threads_share_the_model_and_change_nothing(model, folder):
    expected = model.embed_array(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(found, expected) for found in pool.map(model.embed_array, [TEXTS] * 4))
    single = MiniLM(
        prepared_graph(folder, folder / "model.safetensors"), folder / "tokenizer.json", threads=1
    )
    assert np.array_equal(single.embed_array(TEXTS), expected)


def test_it_knows_common_words_and_no_misspelt_ones(model):
    assert all(map(model.knows, ["vacation", "password", "address", "calendar"]))
    assert not any(map(model.knows, ["vacatoin", "pasword", "milaege", "calender", ""]))


def test_langchain_gets_lists_of_numbers(model):
    documents = model.embed_documents(TEXTS[:2])
    assert [type(documents), type(documents[0]), type(documents[0][0])] == [list, list, float]
    assert model.embed_query(TEXTS[1]) == documents[1]
    assert model.embed_documents([]) == []


def test_a_text_is_read_up_to_the_limit_and_not_beyond(model):
    def vector(words: int) -> np.ndarray:
        return model.embed_array([" ".join(["leave"] * (words - 1) + ["printer"] * 300)])[0]

    assert model.count_tokens("leave " * MAX_TOKENS) == MAX_TOKENS
    assert np.array_equal(vector(MAX_TOKENS + 1), vector(MAX_TOKENS + 200))
    assert not np.array_equal(vector(MAX_TOKENS), vector(MAX_TOKENS + 1))


@pytest.mark.parametrize(
    "text",
    [
        "Employees get 30 days (20 in the first year), e.g. 2.5 a month.",
        "x" * 300 + " naïve café—Überstundenausgleich’s\n\tend",
        "休暇は 三十日 です",
        "mail me@example.com or see https://example.com/a_b?c=1#d",
    ],
)
def test_counting_by_words_is_exact(model, text):
    assert model.count_tokens(text) == len(model.token_ids(text)) - 2
    assert model.count_tokens(f"{text} {text}\n{text}") == 3 * model.count_tokens(text)


@given(text=st.text(max_size=60))
def test_no_text_has_more_tokens_than_are_counted(model, text):
    assert model.count_tokens(text) >= len(model.token_ids(text)) - 2


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00", "half a pair \ud83d", "🙂" * 50, "x" * 100_000, "休暇は三十日です"]
)
def test_odd_texts_have_a_vector_too(model, text):
    assert np.linalg.norm(model.embed_query(text)) == pytest.approx(1, abs=1e-5)
    assert model.count_tokens(text) >= 0


def test_a_text_is_read_token_by_token(model, float_model, folder, weights):
    from tokenizers import Tokenizer

    text = "Überraschung: naïve café staff 🙂 get thirty days"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    encoding = tokenizer.encode(text)
    states = plain_bert(weights, encoding.ids)
    read = float_model.token_states([text])[0]
    at = encoding.tokens.index("staff")
    start, end = read.characters[at - 1]  # the marker before the text is left out
    assert text[start:end] == "staff"
    assert read.vectors[at - 1] == pytest.approx(states[at] / np.linalg.norm(states[at]), abs=1e-5)
    assert len(read.vectors) == len(read.characters) == len(encoding.ids) - 2


def test_states_are_the_same_whatever_is_read_beside_them(model):
    alone = [model.token_states([text])[0] for text in TEXTS]
    together = model.token_states([*TEXTS, ""])
    assert all(np.array_equal(a.vectors, b.vectors) for a, b in zip(alone, together, strict=False))
    assert together[-1].vectors.shape == (0, DIMENSIONS)
    assert together[-1].characters.shape == (0, 2)


@pytest.mark.parametrize("question", ["How many days of leave?", "", "printer " * 300])
def test_a_question_is_embedded_and_read_in_one(model, question):
    assert model.embed_query(question) == model.embed_documents([question])[0]
    read, alone = model.question_states(question), model.token_states([question])[0]
    assert np.array_equal(read.vectors, alone.vectors)
    assert np.array_equal(read.characters, alone.characters)


def test_what_is_beyond_the_limit_has_no_states(model):
    read = model.token_states(["printer " * 300])[0]
    assert len(read.vectors) == MAX_TOKENS
    assert read.characters[-1][1] <= MAX_TOKENS * len("printer ")


def test_the_words_that_ask_tell_more_than_the_words_around_them(model):
    question = "Hello there, thank you, how many days?"
    read = model.token_states([question])[0]
    telling = model.telling(read)
    assert telling.sum() == pytest.approx(1, abs=1e-5)
    assert (telling > 0).all()
    worth = {question[a:b]: share for (a, b), share in zip(read.characters, telling, strict=True)}
    assert worth["many"] > worth["there"]
    assert model.telling(model.token_states([""])[0]).shape == (0,)


def test_the_embedder_says_what_it_is(folder):
    embedder = open_embedder("minilm")
    assert embedder.identity == f"all-MiniLM-L6-v2/{VARIANT}@53aa5117"
    assert (embedder.dimensions, embedder.max_tokens) == (DIMENSIONS, MAX_TOKENS)
    assert embedder.count_tokens("thirty days") == 2


@pytest.fixture
def own_cache(folder, tmp_path) -> Path:
    """A cache of the test's own, whose weights are the shared ones."""
    own = tmp_path / MINILM.folder
    own.mkdir()
    for file in MINILM.files:
        (own / file.name).symlink_to(folder / file.name)
    return tmp_path


def test_the_rewritten_model_is_kept_and_made_again_when_damaged(own_cache):
    expected = open_embedder("minilm", cache=own_cache, offline=True).embeddings.embed_query("leave")
    graph = own_cache / MINILM.folder / f"{VARIANT}.onnx"
    made = graph.stat().st_mtime_ns
    open_embedder("minilm", cache=own_cache, offline=True)
    assert graph.stat().st_mtime_ns == made
    with graph.open("r+b") as stream:
        stream.truncate(graph.stat().st_size // 2)
    again = open_embedder("minilm", cache=own_cache, offline=True).embeddings.embed_query("leave")
    assert graph.stat().st_mtime_ns != made
    assert again == expected


def test_where_nothing_can_be_kept_the_model_is_made_in_memory(folder, tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("a file where a folder should be")
    graph = prepared_graph(blocker, folder / "model.safetensors")
    assert isinstance(graph, bytes)
    assert MiniLM(graph, folder / "tokenizer.json").embed_query("leave") == open_embedder(
        "minilm"
    ).embeddings.embed_query("leave")


def test_offline_with_an_empty_cache_says_what_to_place_where(tmp_path):
    with pytest.raises(WeightsUnavailable, match=r"model\.safetensors \(SHA-256 53aa51") as raised:
        open_embedder("minilm", cache=tmp_path / "empty", offline=True)
    assert os.fspath(tmp_path / "empty" / MINILM.folder) in raised.value.sentence
