"""Questions through the command line: cited answers, refusals, batches, and how each came about."""

import json
from pathlib import Path
from typing import Any

import pytest
from command_kit import DRIVE, Run

from brain.catalog.questions.answers import Answers
from brain.errors import StorageFailed

pytestmark = pytest.mark.weights

ANSWERED = "How many days of annual leave do full-time employees get?"
NOT_IN_THERE = "Who won the football world cup in 1974?"


def data(here: Run, *words: str | Path) -> Any:
    done = here(*words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_an_answer_has_exactly_the_promised_shape(here: Run, home: Path) -> None:
    found = data(here, "ask", ANSWERED)
    assert list(found) == [
        "answer", "refused", "reason", "citations", "retrieved", "trace_id", "timings_ms",
    ]  # fmt: skip
    assert "27 days" in found["answer"]
    assert (found["refused"], found["reason"]) == (False, None)
    (citation, *_) = found["citations"]
    assert list(citation) == ["number", "doc", "title", "uri", "page", "heading", "quote"]
    assert citation["doc"] == "leave.md"
    assert citation["quote"] in " ".join(DRIVE["leave.md"].split())
    assert f"[{citation['number']}]" in found["answer"]
    assert set(found["retrieved"][0]) == {"doc", "score"}
    assert found["timings_ms"]
    assert all(spent >= 0 for spent in found["timings_ms"].values())

    why = data(here, "why")
    assert (why["trace_id"], why["question"]) == (found["trace_id"], ANSWERED)
    assert why["steps"]
    assert data(here, "why", found["trace_id"]) == why
    assert "leave.md" in here("why").out
    assert here("why", "no-such-trace").code == 2


def test_a_refusal_is_an_answer_too(here: Run, home: Path) -> None:
    found = data(here, "ask", NOT_IN_THERE)
    assert (found["refused"], found["reason"], found["citations"]) == (True, "no_evidence", [])
    shown = here("ask", NOT_IN_THERE)
    assert shown.code == 0
    assert f"the {len(DRIVE)} documents in general" in shown.out


def test_people_read_an_answer_with_sources_and_quotes(cli: Run, home: Path) -> None:
    shown = cli("ask", ANSWERED, "--quotes")
    assert shown.code == 0
    assert "27 days" in shown.out
    assert "[1] Leave" in shown.out
    assert "leave.md" in shown.out
    assert "“" in shown.out
    assert "\x1b" not in shown.out
    assert shown.err == ""


def test_search_shows_passages_best_first(here: Run, home: Path) -> None:
    hits = data(here, "search", "error 809", "--limit", "3")
    assert len(hits) == 3
    assert hits[0]["doc"] == "it/vpn.md"
    assert "error 809" in hits[0]["text"]
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    assert "it/vpn.md" in here("search", "error 809").out


def test_nobody_reads_a_space_that_is_not_theirs(here: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "hr").mkdir()
    secret = "# Salaries\n\nThe office manager earns 61,400 euros a year.\n"
    (tmp_path / "hr" / "salaries.md").write_text(secret, "utf-8")
    question = "How much does the office manager earn?"
    assert here("spaces", "create", "hr").code == 0
    assert here("ingest", "hr", "--space", "hr").code == 0
    stranger = here("ask", question, "--as", "slack:user:U1", "--json")
    assert stranger.code == 0
    assert "61,400" not in stranger.out
    assert "salaries" not in stranger.out.lower()
    assert json.loads(stranger.out)["refused"]
    assert here("ask", question, "--as", "slack:user:U1", "--space", "hr").code == 4
    assert here("spaces", "allow", "hr", "slack:user:U1").code == 0
    assert "61,400" in data(here, "ask", question, "--as", "slack:user:U1")["answer"]
    assert data(here, "ask", question, "--space", "hr")["retrieved"][0]["doc"] == "salaries.md"
    assert data(here, "ask", question, "--space", "general")["refused"]


def test_a_batch_is_answered_and_scored(here: Run, home: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "q1", "question": ANSWERED, "answers": ["27 days"], "gold": [{"doc": "leave.md"}]},
        {"id": "q2", "question": NOT_IN_THERE, "answerable": False},
    ]
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    told = data(here, "ask-batch", "questions.jsonl", "--out", "predictions.jsonl")
    assert told == {"questions": 2, "refused": 1, "out": "predictions.jsonl"}
    lines = (tmp_path / "predictions.jsonl").read_text("utf-8").splitlines()
    first, second = (json.loads(line) for line in lines)
    assert (first["id"], first["refused"], second["id"], second["refused"]) == ("q1", False, "q2", True)
    assert {"id", "answer", "refused", "citations", "retrieved", "latency_ms"} <= set(first)
    assert set(first["citations"][0]) == {"doc", "page", "quote"}
    assert set(first["retrieved"][0]) == {"doc", "page"}

    scored = data(here, "eval", "questions.jsonl", "--against", "predictions.jsonl")
    assert scored["metrics"]["accuracy"]["value"] == 1
    assert scored["metrics"]["quote_valid"]["value"] == 1
    assert scored["metrics"]["refuse_f1"]["diff"] == 0
    table = here("eval", "questions.jsonl", "--plot", "risk.png", "--by", "answerable")
    assert table.code == 0, table.err
    for word in ("accuracy", "hit@1", "p95", "Slowest", "risk.png"):
        assert word in table.out
    assert (tmp_path / "risk.png").read_bytes().startswith(b"\x89PNG")


def test_a_batch_with_a_broken_line_is_told_before_anything_is_asked(here: Run, tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text('{"id": "a", "question": "x"}\nnot json\n', "utf-8")
    done = here("ask-batch", "questions.jsonl", "--out", "predictions.jsonl")
    assert done.code == 2
    assert "questions.jsonl" in done.err
    assert not (tmp_path / "predictions.jsonl").exists()


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_answer_that_can_not_be_kept_is_given_and_that_is_one_sentence(
    here: Run, home: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    def full(*_: object) -> None:
        raise StorageFailed("The disk is full: free some space.")

    monkeypatch.setattr(Answers, "keep", full)
    done = here("ask", ANSWERED, *options)
    assert done.code == 0
    assert "27 days" in done.out
    assert done.err == "citewise: This answer could not be kept: The disk is full: free some space.\n"
