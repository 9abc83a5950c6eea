"""A reranker behind HTTP: a real server on loopback, in both dialects, and in all that can go wrong."""

import threading
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from embedding_server import Reply, Request, serving

from brain.errors import ModelUnavailable
from brain.reranking import endpoint
from brain.reranking.endpoint import EndpointReader, is_endpoint, leaves_for
from brain.reranking.factory import RerankerChoice, open_reranker

TEXTS = ["one", "three three three", "two two"]
LENGTHS = [1.0, 3.0, 2.0]


def as_vllm(request: Request) -> Reply:
    """Results are sorted by score, and carry more than is needed."""
    rows = [
        {"index": at, "document": {"text": text}, "relevance_score": float(len(text.split()))}
        for at, text in enumerate(request.json["documents"])
    ]
    rows.sort(key=lambda row: -row["relevance_score"])
    return Reply.of({"id": "rerank-1", "model": "m", "usage": {"total_tokens": 9}, "results": rows})


def as_tei(request: Request) -> Reply:
    """It refuses more than 32 texts."""
    texts = request.json["texts"]
    if len(texts) > 32:
        return Reply.of({"error": "batch size", "error_type": "Validation"}, status=422)
    rows = [{"index": at, "score": float(len(text.split()))} for at, text in enumerate(texts)]
    return Reply.of(sorted(rows, key=lambda row: -row["score"]))


def scores(name: str, texts: list[str] | None = None, **options: Any) -> list[float]:
    reader = EndpointReader(name, **options)
    try:
        return reader.scores("how many?", TEXTS if texts is None else texts)
    finally:
        reader.close()


@pytest.mark.parametrize(
    ("path", "asked"),
    [("", "/rerank"), ("/v1", "/v1/rerank"), ("/v1/rerank", "/v1/rerank"), ("/v2/rerank/", "/v2/rerank")],
)
def test_vllm_jina_and_cohere_are_asked_alike(path: str, asked: str) -> None:
    with serving(as_vllm) as server:
        assert scores(f"{server.address}{path}", model="jina-reranker", key="secret") == LENGTHS
    (request,) = server.requests
    assert request.path == asked
    assert request.headers["authorization"] == "Bearer secret"
    assert request.json == {"query": "how many?", "documents": TEXTS, "model": "jina-reranker"}


def test_without_model_and_key_none_is_sent() -> None:
    with serving(as_vllm) as server:
        scores(server.address)
    assert set(server.requests[0].json) == {"query", "documents"}
    assert "authorization" not in server.requests[0].headers


def test_text_embeddings_inference_is_asked_in_its_own_way_and_not_for_too_much() -> None:
    many = ["word " * number for number in range(1, 41)]
    with serving(as_tei) as server:
        assert scores(f"tei:{server.address}", many) == [float(number) for number in range(1, 41)]
    assert [len(request.json["texts"]) for request in server.requests] == [32, 8]
    assert server.requests[0].path == "/rerank"
    assert server.requests[0].json["truncate"] is True


def test_long_and_broken_texts_are_made_fit_to_be_sent() -> None:
    with serving(as_vllm) as server:
        assert len(scores(server.address, ["x" * 9000, "\ud800", " "])) == 3
    assert [len(text) for text in server.requests[0].json["documents"]] == [2000, 1, 1]


@pytest.mark.parametrize("status", [400, 413, 422])
def test_pairs_that_are_too_long_for_the_model_are_cut_and_asked_for_once_more(status: int) -> None:
    def small(request: Request) -> Reply:
        longest = len(request.json["query"]) + max(map(len, request.json["documents"]))
        return Reply(status=status) if longest > 512 * 3 else as_vllm(request)

    texts = ["word " * 390, "word " * 20, "short"]
    with serving(small) as server:
        found = scores(server.address, texts)
    assert [len(request.json["documents"]) for request in server.requests] == [3, 3]
    assert sorted(range(3), key=lambda at: -found[at]) == [0, 1, 2]
    assert server.requests[1].json["documents"][1:] == [texts[1].strip(), "short"]


def test_what_is_refused_for_another_reason_is_asked_for_once() -> None:
    with serving(lambda _: Reply(status=400)) as server, pytest.raises(ModelUnavailable, match="status 400"):
        scores(server.address)
    assert len(server.requests) == 1
    with serving(lambda _: Reply(status=401)) as server, pytest.raises(ModelUnavailable, match="the key"):
        scores(server.address, ["word " * 390])
    assert len(server.requests) == 1
    with serving(lambda _: Reply(status=422)) as server, pytest.raises(ModelUnavailable, match="status 422"):
        scores(server.address, ["word " * 390])
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=401), "refuses the key: set CITEWISE_RERANKER_KEY"),
        (Reply(status=404), "no such path or model"),
        (Reply(status=422), "needs tei: before it, or none"),
        (Reply(status=429), "too many requests"),
        (Reply(status=500), "HTTP status 500"),
        (Reply(status=302, headers={"Location": "http://127.0.0.1:9/"}), "HTTP status 302"),
        (Reply(b"<html>"), "not in JSON"),
        (Reply.of([{"index": 0, "score": 1.0}]), "Set tei:http"),
        (Reply.of({"results": [{"index": 0, "relevance_score": 1.0}]}), "not answer as a reranker"),
        (Reply.of({"results": [{"index": n, "relevance_score": None} for n in range(3)]}), "not answer as"),
        (Reply.of({"results": "none"}), "not answer as a reranker"),
        (Reply(b"{}" * 3_000_000), "with too much"),
        (Reply(b"", claimed_length=100), "does not answer"),
    ],
)
def test_what_is_no_answer_is_told_with_its_remedy(reply: Reply, words: str) -> None:
    with serving(lambda _: reply) as server, pytest.raises(ModelUnavailable, match=words):
        scores(server.address)


def test_the_other_dialect_is_recognised() -> None:
    with serving(as_vllm) as server, pytest.raises(ModelUnavailable):
        scores(f"tei:{server.address}")
    with (
        serving(lambda _: Reply.of({"results": []})) as server,
        pytest.raises(ModelUnavailable, match="without tei:"),
    ):
        scores(f"tei:{server.address}")


def test_what_a_server_gives_back_of_the_passages_is_not_for_a_log() -> None:
    def half(request: Request) -> Reply:
        first = {"index": 0, "document": {"text": request.json["documents"][0]}, "relevance_score": 1.0}
        return Reply.of({"id": "rerank-1", "results": [first]})

    with serving(half) as server, pytest.raises(ModelUnavailable) as told:
        scores(server.address, ["wages of zqann", "wages of zqben"])
    assert told.value.detail == "KeyError: an object with id, results"


def test_a_server_that_is_gone_that_is_silent_and_that_drips_are_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ModelUnavailable, match="Start it, or check the address"):
        scores("http://127.0.0.1:9")
    monkeypatch.setattr(endpoint, "READ_SECONDS", 0.2)
    monkeypatch.setattr(endpoint, "WHOLE_SECONDS", 0.4)
    with hanging(Reply.of({"results": []})) as address, pytest.raises(ModelUnavailable, match="not answer"):
        scores(address)
    with dripping() as address, pytest.raises(ModelUnavailable, match="too slowly"):
        scores(address)


@contextmanager
def hanging(reply: Reply) -> Any:
    """A server that says half of its answer, and the rest when nobody waits any more."""
    over = threading.Event()
    reply.before_end = lambda: over.wait(20)
    with serving(lambda _: reply) as server:
        try:
            yield server.address
        finally:
            over.set()


@contextmanager
def dripping() -> Any:
    """A server that says a space every tenth of a second, for as long as somebody reads."""
    import socket

    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1 << 16)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not over.wait(0.1):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        thread.join(10)
        listener.close()


@pytest.mark.parametrize(
    ("name", "goes_to"),
    [
        ("http://127.0.0.1:8000/v1/rerank", ""),
        ("tei:http://localhost:8080", ""),
        ("http://[::1]:8080", ""),
        ("https://api.jina.ai/v1/rerank", "api.jina.ai"),
        ("tei:http://10.0.0.7:8080", "10.0.0.7:8080"),
        ("http://localhost.example.org", "localhost.example.org"),
    ],
)
def test_it_is_known_where_text_goes(name: str, goes_to: str) -> None:
    assert is_endpoint(name)
    assert leaves_for(name) == goes_to
    with ExitStack() as closing:
        assert open_reranker(RerankerChoice(name), closing).sent_to == goes_to  # and nobody was asked


def test_names_that_are_no_address() -> None:
    assert not any(map(is_endpoint, ["owner/model", "/models/http:", "tei:", "ftp://x/y"]))
