import math
import subprocess
import sys
import threading

import pytest
from embedding_server import Reply, Request, Server, serving
from langchain_core.embeddings import Embeddings

from brain.embedding.factory import open_embedder
from brain.embedding.langchain_provider import ProviderEmbeddings
from brain.embedding.token_counting import estimated_tokens
from brain.errors import ModelUnavailable, UsageError

NAMES = ["text-embedding-3-small", "jina-embeddings-v3"]


def embedding_reply(request: Request) -> Reply:
    """As both providers answer: one vector a text, here out of order, [3, 4 · length of the text]."""
    texts = request.json["input"]
    data = [
        {"object": "embedding", "index": index, "embedding": [3.0, 4.0 * len(text)]}
        for index, text in enumerate(texts)
    ]
    if "jina" in request.json["model"]:
        data.reverse()
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return Reply.of({"object": "list", "data": data, "model": request.json["model"], "usage": usage})


def opened(name, server: Server | str, **options):
    address = server if isinstance(server, str) else server.address + "/v1"
    keys = {"openai_api_key": "sk-test", "jina_api_key": "sk-test"}
    return open_embedder(name, base_url=address, **{"retries": 0, **keys, **options})


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_sent_with_the_key_and_come_back_in_order_as_unit_vectors(name):
    with serving(embedding_reply) as server:
        vectors = opened(name, server).embeddings.embed_documents(["a", "bbb"])
    request = server.requests[0]
    assert request.path == "/v1/embeddings"
    assert request.headers["authorization"] == "Bearer sk-test"
    assert request.json["model"] == name
    assert request.json["input"] == ["a", "bbb"]
    assert vectors[0] == pytest.approx([0.6, 0.8])
    assert vectors[1] == pytest.approx([3 / math.hypot(3, 12), 12 / math.hypot(3, 12)])


@pytest.mark.parametrize("name", NAMES)
def test_many_texts_go_in_batches_and_keep_their_order(name):
    texts = ["x" * (1 + number) for number in range(150)]
    with serving(embedding_reply) as server:
        vectors = opened(name, server).embeddings.embed_documents(texts)
    assert [len(request.json["input"]) for request in server.requests] == [64, 64, 22]
    assert [round(4 * v[1] / v[0] * 3 / 16) for v in vectors] == [len(text) for text in texts]


@pytest.mark.parametrize("name", NAMES)
def test_a_question_of_any_size_or_of_nothing_is_sent_as_something_that_is_taken(name):
    with serving(embedding_reply) as server:
        embeddings = opened(name, server).embeddings
        embeddings.embed_query("why? " * 20_000)
        embeddings.embed_query("   ")
        embeddings.embed_query("broken \ud83d pair")
    sent = [request.json["input"][0] for request in server.requests]
    assert len(sent[0]) == 8000
    assert sent[1:] == [".", "broken ? pair"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("status", "words"), [(401, "API key"), (429, "too many requests"), (404, "404")])
def test_an_http_error_becomes_a_sentence(name, status, words):
    with serving(lambda _: Reply.of({"detail": "no", "error": {"message": "no"}}, status)) as server:
        embeddings = opened(name, server).embeddings
        with pytest.raises(ModelUnavailable, match=words) as raised:
            embeddings.embed_query("q")
    assert name in raised.value.sentence
    assert raised.value.retryable
    assert "sk-test" not in raised.value.sentence + raised.value.detail


@pytest.mark.parametrize("name", NAMES)
def test_too_many_requests_are_tried_again(name):
    def answer(request: Request) -> Reply:
        if len(server.requests) == 1:
            return Reply.of({"error": {"message": "slow down"}}, 429, **{"retry-after-ms": "1"})
        return embedding_reply(request)

    with serving(answer) as server:
        assert opened(name, server, retries=2).embeddings.embed_query("q") == pytest.approx([0.6, 0.8])
    assert len(server.requests) == 2


@pytest.mark.parametrize("name", NAMES)
def test_an_endpoint_that_hangs_is_left_after_the_time_limit(name):
    done = threading.Event()
    with serving(lambda _: Reply(b"{}", before_end=lambda: done.wait(20))) as server:
        try:
            with pytest.raises(ModelUnavailable, match="does not answer"):
                opened(name, server, timeout_s=0.2).embeddings.embed_documents(["q"])
        finally:
            done.set()


@pytest.mark.parametrize("name", NAMES)
def test_an_endpoint_that_is_not_there_becomes_a_sentence(name):
    with serving(embedding_reply) as server:
        pass
    with pytest.raises(ModelUnavailable, match="does not answer"):
        opened(name, server).embeddings.embed_query("q")


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_that_is_no_embedding_becomes_a_sentence(name):
    with serving(lambda _: Reply.of({"detail": "maintenance"})) as server, pytest.raises(ModelUnavailable):
        opened(name, server).embeddings.embed_query("q")


def test_too_few_vectors_are_noticed():
    def one_only(_: Request) -> Reply:
        return Reply.of({"data": [{"index": 0, "embedding": [1.0]}], "model": "m", "object": "list"})

    with serving(one_only) as server, pytest.raises(ModelUnavailable, match="1 vectors for 2 texts"):
        opened("jina-embeddings-v3", server).embeddings.embed_documents(["a", "b"])


@pytest.mark.parametrize(
    ("name", "dimensions"),
    [("text-embedding-3-small", 1536), ("text-embedding-3-large", 3072), ("jina-embeddings-v3", 1024)],
)
def test_known_models_are_opened_without_a_request(name, dimensions):
    with serving(embedding_reply) as server:
        embedder = opened(name, server)
    assert (embedder.identity, embedder.dimensions, server.requests) == (name, dimensions, [])


def test_the_dimensions_of_an_unknown_model_are_asked_for():
    with serving(embedding_reply) as server:
        assert opened("jina-embeddings-v99", server).dimensions == 2


@pytest.mark.parametrize(("name", "key"), [(NAMES[0], "OPENAI_API_KEY"), (NAMES[1], "JINA_API_KEY")])
def test_a_missing_key_is_named_even_if_the_environment_has_one(name, key, monkeypatch):
    monkeypatch.setenv(key, "from-the-environment")
    with pytest.raises(UsageError, match=key):
        open_embedder(name)


def test_a_missing_extra_is_named():
    program = (
        "import sys; sys.modules['langchain_openai'] = None\n"
        "from brain.embedding.factory import open_embedder\n"
        "open_embedder('text-embedding-3-small', openai_api_key='k')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "UsageError" in ended.stderr
    assert "needs citewise[openai]: `" in ended.stderr


def test_an_unknown_name_lists_what_can_be_set():
    with pytest.raises(UsageError, match=r"'word2vec'.*minilm.*text-embedding-3-small.*jina"):
        open_embedder("word2vec")


def test_any_langchain_provider_can_be_set(monkeypatch):
    with serving(embedding_reply) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
        monkeypatch.setenv("OPENAI_BASE_URL", server.address + "/v1")
        embedder = open_embedder("langchain:openai:some-model")
    assert (embedder.identity, embedder.dimensions) == ("langchain:openai:some-model", 2)
    assert server.requests[0].json["input"] == ["dimensions"]  # text: many servers take no tokens


class ProviderError(Exception):
    """A provider's own error, of no tree that anyone knows."""

    status_code = 429


class Refusing(Embeddings):
    def embed_documents(self, texts):
        raise ProviderError(f"quota of {texts}")

    def embed_query(self, text):
        raise ProviderError(f"quota of {text}")


def test_whatever_a_provider_raises_becomes_a_sentence():
    embeddings = ProviderEmbeddings("langchain:x:y", Refusing())
    for ask in (lambda: embeddings.embed_query("q"), lambda: embeddings.embed_documents(["q"])):
        with pytest.raises(ModelUnavailable, match="langchain:x:y says that there were too many") as raised:
            ask()
        assert isinstance(raised.value.__cause__, ProviderError)


def test_a_provider_without_its_key_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UsageError, match="set its key"):
        open_embedder("langchain:openai:some-model")


@pytest.mark.parametrize("name", ["langchain:ollama:nomic-embed-text", "langchain:nonsense", "langchain:x:y"])
def test_a_provider_that_is_not_installed_or_unknown_is_refused_with_the_remedy(name):
    with pytest.raises(UsageError, match="langchain:provider:model"):
        open_embedder(name)


@pytest.mark.parametrize(
    "text", ["", "leave", "Thirty days of leave.", "a.b(c)[d]{e}", "休暇は三十日です", "1" * 60]
)
def test_the_estimate_is_never_below_a_third_of_the_bytes_nor_the_count_of_words_and_marks(text):
    assert estimated_tokens(text) >= len(text.encode()) / 3
    assert estimated_tokens(text) >= len(text.split())
    assert (estimated_tokens(text) == 0) == (text == "")
