"""A reranker on the command line: used and shown by `why`, looked at by `doctor`, counted by `eval`."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from command_kit import Run
from embedding_server import Reply, Request, Server
from embedding_server import serving as answering
from serving_kit import serving
from small_cross_encoder import save_synonyms
from test_serve import run as run_in

from bots.model.cross_encoders import summary
from bots.model.watch import model_rows
from bots.settings import Settings
from brain.reranking.reranker import PASSAGES, RerankerState

pytestmark = pytest.mark.weights
QUESTION = "How long is parental leave?"


@contextmanager
def preferring(word: str) -> Iterator[Server]:
    """A reranker behind HTTP that prefers texts with a word."""

    def answer(request: Request) -> Reply:
        rows = enumerate(request.json["documents"])
        return Reply.of({"results": [{"index": n, "relevance_score": float(word in t)} for n, t in rows]})

    with answering(answer) as server:
        yield server


def data(done: Any) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


def checks(out: str) -> Mapping[str, tuple[str, str]]:
    return {row["check"]: (row["verdict"], row["found"] + row["mend"]) for row in json.loads(out)["checks"]}


def retrieved(here: Run, **settings: str) -> list[str]:
    return [row["doc"] for row in data(here("ask", QUESTION, "--json", **settings))["retrieved"]]


def test_a_model_in_a_folder_puts_passages_in_order_and_why_shows_it(
    here: Run, home: Path, tmp_path: Path
) -> None:
    model = str(save_synonyms(tmp_path / "model", [("parental", "causeway"), ("long", "hours")]))
    assert retrieved(here)[0] == "leave.md"
    assert retrieved(here, CITEWISE_RERANKER=model)[0] == "it/vpn.md"
    steps = data(here("why", "--json"))["steps"]
    assert steps["reranker"]["put in order"] == steps["reranker"]["passages"] > 1
    assert steps["candidates"][0]["reranker"] > steps["candidates"][-1]["reranker"]
    shown = here("why").out
    assert "Reranker" in shown
    assert "before" in shown
    found = data(here("search", QUESTION, "--json", "--limit", "1", CITEWISE_RERANKER=model))
    assert [hit["doc"] for hit in found] == ["it/vpn.md"]
    looked = checks(here("doctor", "--json", CITEWISE_RERANKER=model).out)
    assert looked["reranker"][0] == "good"
    assert f"{PASSAGES} passages of a question in" in looked["reranker"][1]
    assert "privacy" not in looked


def test_a_server_that_goes_down_costs_the_order_and_nothing_else(here: Run, home: Path) -> None:
    with preferring("Causeway") as server:
        settings = {"CITEWISE_RERANKER": f"{server.address}/v1", "CITEWISE_RERANKER_KEY": "hidden"}
        assert retrieved(here, **settings)[0] == "it/vpn.md"
        assert server.requests[0].json["query"] == QUESTION
        assert server.requests[0].headers["authorization"] == "Bearer hidden"
        looked = checks(here("doctor", "--json", **settings).out)
        assert looked["reranker"][0] == "good"
        assert not any(QUESTION in str(request.json) for request in server.requests[1:])
    down = here("ask", QUESTION, **settings)
    assert down.code == 0
    assert "16 weeks" in down.out
    told = str(data(here("why", "--json"))["steps"]["reranker"]["failed"])
    assert "does not answer" in told
    searched = here("search", "parental leave", **settings)
    assert searched.code == 0
    assert "did not put them in order" in searched.err
    verdict, words = checks(here("doctor", "--json", **settings).out)["reranker"]
    assert verdict == "fault"
    assert "passages stay in the search's order" in words


def test_doctor_tells_what_leaves_and_what_is_yet_to_be_fetched(here: Run) -> None:
    away = checks(here("doctor", "--json", CITEWISE_RERANKER="tei:http://192.0.2.1:9").out)
    assert "are sent to 192.0.2.1:9" in away["privacy"][1]
    unfetched = checks(here("doctor", "--json", CITEWISE_RERANKER="owner/model").out)
    assert unfetched["reranker"] == ("note", "owner/model: its files are fetched at first use")
    wrong = here("doctor", "--json", CITEWISE_RERANKER="/no/such/folder")
    assert wrong.code == 1
    assert checks(wrong.out)["reranker"][0] == "fault"


def test_a_wrong_model_ends_with_a_sentence(here: Run, home: Path, tmp_path: Path) -> None:
    model = save_synonyms(tmp_path / "model", [("a", "b")], weights=(1, 1, 1), biases=(0, 0, 0))
    done = here("ask", QUESTION, CITEWISE_RERANKER=str(model))
    assert done.code == 2
    assert "is no reranker" in done.err
    assert "Traceback" not in done.err


def test_eval_tells_by_what_passages_were_put_in_order_and_how_often_that_failed(
    here: Run, home: Path, tmp_path: Path
) -> None:
    rows = [
        {"id": "1", "question": QUESTION, "answers": ["16 weeks"], "gold": [{"doc": "leave.md"}]},
        {"id": "2", "question": "Who won the world cup?", "answerable": False},
    ]
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert here("ask-batch", "questions.jsonl", "--out", "without.jsonl").code == 0
    with preferring("Causeway") as server:
        address = {"CITEWISE_RERANKER": server.address}
        compared = data(here("eval", "questions.jsonl", "--json", "--against", "without.jsonl", **address))
        assert compared["rerankers"] == [{"name": server.address, "reranked": 1, "failed": 0}]
        assert compared["metrics"]["hit@1"]["value"] == 0
        assert compared["metrics"]["hit@1"]["other"] == 1
        assert here("ask-batch", "questions.jsonl", "--out", "with.jsonl", **address).code == 0
    kept = [json.loads(line) for line in (tmp_path / "with.jsonl").read_text().splitlines()]
    assert [row.get("reranked") for row in kept] == [True, None]
    down = here("eval", "questions.jsonl", **address)
    assert f"Reranked by {server.address}: 0 questions; it failed for 1" in down.out
    assert "Reranked" not in here("eval", "questions.jsonl").out


def test_served_it_is_kept_warm_and_a_client_that_wants_another_one_is_told(
    home: Path, tmp_path: Path
) -> None:
    model = str(save_synonyms(tmp_path / "model", [("parental", "causeway"), ("long", "hours")]))
    with serving(tmp_path, CITEWISE_RERANKER=model):
        answer = json.loads(run_in(tmp_path, "ask", QUESTION, "--json").out)
        assert answer["retrieved"][0]["doc"] == "it/vpn.md"
        assert checks(run_in(tmp_path, "doctor", "--json").out)["reranker"][0] == "good"
        other = run_in(tmp_path, "ask", QUESTION, CITEWISE_RERANKER="another/one")
        assert "CITEWISE_RERANKER" in other.err  # it is answered, by the model that is served


def test_the_chats_status_has_a_row_of_it() -> None:
    state = RerankerState("ours", "", "", 0.25)
    brain: Any = SimpleNamespace(reranker=SimpleNamespace(state=lambda: state))
    (row,) = model_rows(Settings(CITEWISE_RERANKER="ours/model"), lambda: brain)()
    assert (row.text, row.detail) == ("Reranker", "ours; 0.25 s a question")
    assert model_rows(Settings(), lambda: brain)() == ()
    assert "failed, so passages stay in the search's order. Down." in summary(RerankerState("o", "", "Down."))
    assert "text is sent to api.example.org" in summary(RerankerState("o", "api.example.org"))
