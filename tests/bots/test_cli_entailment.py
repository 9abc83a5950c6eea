"""What judges a language model's sentences, on the command line: looked at by `doctor`, told by `why`."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from chat_server import chat_serving
from command_kit import Run
from small_cross_encoder import save_synonyms

# Entailment is likeliest where something is said twice.
NLI = {"weights": (0, 1), "biases": (1.5, 0), "labels": ("not_entailment", "entailment")}
ELSEWHERE = {"CITEWISE_ANSWERER": "server", "CITEWISE_MODEL_URL": "http://127.0.0.1:9/v1"}


def checks(out: str) -> Mapping[str, tuple[str, str]]:
    return {row["check"]: (row["verdict"], row["found"]) for row in json.loads(out)["checks"]}


def test_doctor_looks_at_it(here: Run, tmp_path: Path) -> None:
    def looked(model: str, **settings: str) -> tuple[str, str]:
        return checks(here("doctor", "--json", CITEWISE_ENTAILMENT=model, **settings).out)["entailment"]

    good = str(save_synonyms(tmp_path / "nli", [("weeks", "week")], **NLI))
    other = str(save_synonyms(tmp_path / "other", [("weeks", "week")]))
    assert looked(good, **ELSEWHERE) == ("good", good)
    assert looked("owner/model", **ELSEWHERE) == ("note", "owner/model: its files are fetched at first use")
    verdict, found = looked(other, **ELSEWHERE)
    assert verdict == "fault"
    assert "does not judge entailment" in found
    verdict, found = looked(good)
    assert verdict == "note"
    assert "the documents' own sentences need no judge" in found


@pytest.mark.weights
def test_sentences_of_a_model_are_judged(here: Run, home: Path, tmp_path: Path) -> None:
    pytest.importorskip("langchain_openai")
    model = str(
        save_synonyms(tmp_path / "nli", [("weeks", "week"), ("parental", "parents"), ("leave",)], **NLI)
    )
    written = ("Parents get 16 weeks of parental leave [1].", " Service of six months comes after it [1].")
    with chat_serving(*written) as server:
        settings = {
            "CITEWISE_ANSWERER": "server", "CITEWISE_MODEL": "phi-3", "CITEWISE_MODEL_URL": server.address
        }  # fmt: skip
        done = here("ask", "How long is parental leave?", CITEWISE_ENTAILMENT=model, **settings)
    assert done.code == 0, done.err
    assert "Parents get 16 weeks of parental leave." in done.out
    told = json.loads(here("why", "--json").out)["steps"]
    assert f"entailment judged by {model}" in told["written"]
