"""A running `citewise serve` with a tiny Phi-3 answers with what was promoted from the next question on."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from serving_kit import Serving, serving
from test_serve import run as run_in
from tuned_home import TunedHome, model_in

pytestmark = pytest.mark.weights

QUESTION = "How long is parental leave?"


@pytest.fixture(scope="module")
def tuned(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> TunedHome:
    folder = tmp_path_factory.mktemp("tuned")
    shutil.copytree(ingested / ".citewise", folder / ".citewise")
    home = TunedHome(folder / ".citewise", model_in(folder / "tiny"))
    home.run("first", 1)
    home.run("second", 2)
    home.run("worse", 3, better=False)
    return home


@pytest.fixture(scope="module")
def served(tuned: TunedHome) -> Iterator[Serving]:
    with serving(tuned.home.parent, **tuned.settings) as server:
        yield server


def run(tuned: TunedHome, *words: str, code: int = 0) -> str:
    done = run_in(tuned.home.parent, *words, **tuned.settings)
    assert done.code == code, done.err
    return done.out


def fails(tuned: TunedHome, *words: str) -> str:
    done = run_in(tuned.home.parent, *words, **tuned.settings)
    assert (done.code, done.err.count("\n")) == (1, 1)
    return done.err


def wrote(tuned: TunedHome) -> tuple[str, list[str]]:
    """Who wrote the answer, and what the model said: none of its babble is backed."""
    answer = json.loads(run(tuned, "ask", QUESTION, "--json"))
    assert "16 weeks" in answer["answer"]
    steps = json.loads(run(tuned, "why", answer["trace_id"], "--json"))["steps"]
    return steps["written"], [dropped["sentence"] for dropped in steps["check"]["dropped"]]


def test_what_is_promoted_answers_the_next_question_and_rollback_takes_it_back(
    served: Serving, tuned: TunedHome
):
    by_base, said_by_base = wrote(tuned)
    assert "with adapter" not in by_base
    assert said_by_base
    told = json.loads(run(tuned, "tune", "promote", "first", "--json"))
    assert told["effect"] == "The running `citewise serve` answers with it from the next question on."
    by_first, said_by_first = wrote(tuned)
    assert "with adapter 1" in by_first
    run(tuned, "tune", "promote", "second")
    by_second, said_by_second = wrote(tuned)
    assert "with adapter 2" in by_second
    assert len({tuple(said) for said in (said_by_base, said_by_first, said_by_second)}) == 3
    assert "It was not promoted" in run(tuned, "tune", "promote", "worse", code=1)
    assert wrote(tuned) == (by_second, said_by_second)
    in_the_way = tuned.tuning / ".current.json.part"  # as a full disk would be
    in_the_way.mkdir()
    assert "can't be written" in fails(tuned, "tune", "rollback")
    in_the_way.rmdir()
    assert wrote(tuned) == (by_second, said_by_second)
    status = json.loads(run(tuned, "tune", "status", "--json"))
    assert (status["version"], status["from_next_start"]) == (2, False)
    run(tuned, "tune", "rollback")
    assert wrote(tuned) == (by_first, said_by_first)
    run(tuned, "tune", "rollback")
    assert wrote(tuned) == (by_base, said_by_base)
    actions = [entry["action"] for entry in json.loads(run(tuned, "audit", "--json"))]
    # One of them failed after that.
    assert actions == ["ingest", *["promote adapter"] * 2, *["roll back adapter"] * 3]
    run(tuned, "tune", "rollback", "2")
    code, _, err = served.stop()
    assert code == 0, err
    # A fresh start says the same as the swap did.
    assert wrote(tuned) == (by_second, said_by_second)
