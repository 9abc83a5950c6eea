"""`citewise tune eval`, `promote`, `rollback`, `list` and `status` on a home with a tiny Phi-3."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from chat_server import chat_serving
from command_kit import Run
from saved_adapter import saved_adapter
from tuned_home import TunedHome, copied, model_in

from bots.terminal.account import account_name
from brain.catalog.catalog import Catalog
from brain.tuning.citing_set import data_hash


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model_in(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def tuned(tmp_path: Path, model: Path) -> TunedHome:
    """A home without a catalog."""
    return TunedHome(tmp_path / ".citewise", model)


def test_a_better_adapter_is_promoted_and_gone_back_from(here: Run, tuned: TunedHome):
    tuned.run("first", 1)
    tuned.run("second", 2)
    nothing = here("tune", "rollback", **tuned.settings)
    assert (nothing.code, "There is no version before" in nothing.err) == (2, True)
    assert "No adapter was promoted yet" in here("tune", "list").out
    done = here("tune", "promote", "first", **tuned.settings)
    assert done.code == 0, done.err
    assert "In use: version 1 (first)." in done.out
    assert "It answers from now on." in done.out
    done = json.loads(here("tune", "promote", "second", "--json", **tuned.settings).out)
    assert (done["promoted"], done["version"]) == (True, 2)
    assert all(condition["holds"] for condition in done["conditions"])
    listed = json.loads(here("tune", "list", "--json").out)
    assert [(v["number"], v["run"], v["in_use"]) for v in listed] == [
        (1, "first", False),
        (2, "second", True),
    ]
    assert listed[1]["figures"]["f1"] == 0.7
    assert "0.700" in here("tune", "list").out
    status = here("tune", "status", **tuned.settings).out
    assert "In use: version 2, from second" in status
    assert "goes back to version 1" in status
    assert "In use: version 1 (first)." in here("tune", "rollback", **tuned.settings).out
    assert "In use: the base model." in here("tune", "rollback", **tuned.settings).out
    again = here("tune", "rollback", "2", "--json", **tuned.settings)
    assert json.loads(again.out)["version"] == 2
    assert json.loads(here("tune", "rollback", "none", "--json", **tuned.settings).out)["version"] is None


@pytest.mark.parametrize(
    ("version", "told"),
    [
        ("7", "There is no version 7"),
        ("x", "x is no version"),
        ("none", "The base model answers already"),
    ],
)
def test_a_version_that_is_none_is_told(here: Run, tuned: TunedHome, version: str, told: str):
    tuned.home.mkdir(parents=True)
    done = here("tune", "rollback", version, **tuned.settings)
    assert (done.code, told in done.err) == (2, True)


def test_a_refused_adapter_says_why_and_the_one_before_goes_on(here: Run, tuned: TunedHome):
    tuned.run("first", 1)
    tuned.run("worse", 2, better=False)
    here("tune", "promote", "first", **tuned.settings)
    done = here("tune", "promote", "worse", **tuned.settings)
    assert done.code == 1
    lines = [line for line in done.out.splitlines() if "✗" in line]
    assert len(lines) == 3
    for line, rival in zip(lines, ("extractive", "base", "few-shot"), strict=True):
        assert f"answers (f1) against {rival}: +0.200 (-0.100 to +0.300): it must be better" in line
    assert "It was not promoted: what answered before goes on." in done.out
    assert json.loads(here("tune", "status", "--json", **tuned.settings).out)["version"] == 1
    assert [path.name for path in (tuned.tuning / "adapters").iterdir()] == ["1"]


@pytest.mark.parametrize(
    ("held_out", "own", "answerable", "promoted", "judged_by"),
    [
        (False, True, 40, True, "mine.jsonl"),
        (True, False, 40, False, "mine.jsonl"),
        (True, False, 29, True, "held-out questions"),  # too few of them tell anything
        (False, True, 29, False, "held-out questions"),
    ],
)
def test_enough_questions_of_ones_own_decide_instead_of_the_held_out_ones(
    here: Run, tuned: TunedHome, held_out: bool, own: bool, answerable: int, promoted: bool, judged_by: str
):
    folder = tuned.run("first", 1, better=held_out)
    tuned.judged_by_own(folder, better=own, answerable=answerable)
    done = here("tune", "promote", "first", "--json", **tuned.settings)
    found = json.loads(done.out)
    assert (done.code, found["promoted"], found["judged_by"]) == (0 if promoted else 1, promoted, judged_by)
    told = "50 of 60 questions can judge it." if judged_by == "mine.jsonl" else "29 answerable and 10"
    assert told in found["why"]


def test_own_questions_decide_also_where_nothing_was_held_out(here: Run, tuned: TunedHome):
    folder = tuned.run("first", 1)
    tuned.judged_by_own(folder, better=True)
    (folder / "evaluation" / "report.json").unlink()
    done = here("tune", "promote", "first", **tuned.settings)
    assert done.code == 0, done.err
    assert "Judged by mine.jsonl, asked now: 50 of 60 questions can judge it." in done.out


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"adapter": "0" * 64}, "the report is about another adapter"),
        ({"data": "0" * 64}, "the report is about another citing set"),
    ],
)
def test_a_report_about_something_else_does_not_count(
    here: Run, tuned: TunedHome, changes: dict[str, str], told: str
):
    tuned.run("first", 1, **changes)
    done = here("tune", "promote", "first", **tuned.settings)
    assert (done.code, told in done.out) == (1, True)


def test_what_is_missing_or_damaged_is_one_sentence(here: Run, tuned: TunedHome, tmp_path: Path):
    folder = tuned.run("first", 1)

    def refused(*words: str) -> str:
        done = here("tune", *words, **tuned.settings)
        assert done.code in (1, 2)
        assert done.err.count("\n") == 1
        return done.err

    assert "There is no training run other; there are: first." in refused("promote", "other")
    assert "There is no training run other; there are: first." in refused("eval", "other")
    (folder / "evaluation" / "report.json").rename(tmp_path / "report.json")
    assert "first was not evaluated: run `citewise tune eval first` first." in refused("promote", "first")
    (tmp_path / "report.json").rename(folder / "evaluation" / "report.json")
    held_out = tuned.tuning / "data" / "small" / "held_out.jsonl"
    whole = held_out.read_text()
    held_out.write_text(whole.splitlines()[0] + "\n")
    assert "was changed after first was trained on it" in refused("promote", "first")
    assert "was changed after first was trained on it" in refused("eval", "first")
    held_out.write_text(whole)
    weights = folder / "adapter" / "adapter_model.safetensors"
    weights.rename(folder / "adapter" / "adapter_model.bin")
    assert "is pickled, which can run any code" in refused("promote", "first")
    assert "is pickled, which can run any code" in refused("eval", "first")
    (folder / "adapter" / "adapter_model.bin").write_bytes(b"")
    weights.write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    assert "adapter_model.safetensors" in refused("eval", "first")
    record = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(record | {"status": "running"}))
    assert "`citewise tune train --resume --name first` finishes it" in refused("promote", "first")
    (folder / "run.json").write_text("{")
    assert "run.json is damaged" in refused("promote", "first")


def test_an_empty_split_is_told(here: Run, tuned: TunedHome):
    folder = tuned.run("first", 1)
    data = tuned.tuning / "data" / "small"
    (data / "held_out.jsonl").write_text("")
    record = json.loads((folder / "run.json").read_text())
    record["data"]["hash"] = data_hash(data)
    (folder / "run.json").write_text(json.dumps(record))
    done = here("tune", "eval", "first", **tuned.settings)
    assert (done.code, "holds out no question" in done.err) == (2, True)


def test_an_adapter_of_another_base_model_is_neither_evaluated_nor_answers(
    here: Run, tuned: TunedHome, tmp_path: Path
):
    tuned.run("first", 1)
    here("tune", "promote", "first", **tuned.settings)
    other = {"CITEWISE_ANSWERER": "phi3", "CITEWISE_MODEL": str(copied(tuned.model, tmp_path / "other"))}
    done = here("tune", "eval", "first", **other)
    assert (done.code, "first was trained for" in done.err) == (2, True)
    status = json.loads(here("tune", "status", "--json", **other).out)
    assert status["version"] is status["adapter"] is None
    assert "version 1 was trained for" in status["unused"]


def test_the_adapter_that_is_set_wins_and_doctor_says_so(here: Run, tuned: TunedHome, tmp_path: Path):
    tuned.run("first", 1)
    here("tune", "promote", "first", **tuned.settings)
    mine = saved_adapter(tmp_path / "mine", tuned.model, 9)

    def checked(**more: str) -> dict[str, dict[str, str]]:
        found = json.loads(here("doctor", "--json", **tuned.settings, **more).out)
        return {check["check"]: check for check in found["checks"]}

    assert "version 1 from first" in checked()["adapter"]["found"]
    assert "with" in checked()["answerer"]["found"]
    told = checked(CITEWISE_ADAPTER=str(mine))
    assert "CITEWISE_ADAPTER is set, which wins over version 1" in told["adapter"]["found"]
    assert str(mine) in told["answerer"]["found"]
    status = json.loads(here("tune", "status", "--json", **tuned.settings, CITEWISE_ADAPTER=str(mine)).out)
    assert (status["adapter"], status["version"]) == (str(mine), None)
    (tuned.tuning / "adapters" / "1" / "adapter_config.json").write_text("{}")
    assert checked()["adapter"]["verdict"] == "fault"
    gone = here("tune", "rollback", "none", **tuned.settings)  # the way out is open
    assert gone.code == 0


def test_a_damaged_version_is_not_gone_back_to(here: Run, tuned: TunedHome):
    for number, name in enumerate(("first", "second"), 1):
        tuned.run(name, number)
        here("tune", "promote", name, **tuned.settings)
    (tuned.tuning / "adapters" / "1" / "adapter_model.safetensors").write_bytes(b"x")
    done = here("tune", "rollback", **tuned.settings)
    assert (done.code, "The files of version 1 are missing or were changed" in done.err) == (2, True)
    assert json.loads(here("tune", "status", "--json", **tuned.settings).out)["version"] == 2
    (tuned.tuning / "adapters" / "1" / "version.json").write_text("{")
    listed = here("tune", "list")
    assert (listed.code, "second" in listed.out, "first" in listed.out) == (0, True, False)
    assert "`citewise tune rollback none`" in listed.err
    assert "goes back to version 1" in here("tune", "status", **tuned.settings).out


def test_each_change_is_in_the_audit_log(here: Run, tuned: TunedHome):
    tuned.home.mkdir(parents=True)
    Catalog(tuned.home / "catalog.db").close()
    tuned.run("first", 1)
    here("tune", "promote", "first", **tuned.settings)
    again = here("tune", "promote", "first", **tuned.settings)
    assert (again.code, "It answers already." in again.out) == (0, True)
    here("tune", "rollback", **tuned.settings)
    entries = json.loads(here("audit", "--json").out)
    who = f"terminal:{account_name()}"
    assert [(entry["actor"], entry["action"], entry["object"]) for entry in entries] == [
        (who, "promote adapter", "version 1"),
        (who, "roll back adapter", "base model"),
    ]
    assert json.loads(entries[0]["detail"])["run"] == "first"
    assert here("audit", "--verify").code == 0


def test_a_model_server_must_have_the_adapter_before_it_is_asked_for_it(here: Run, tuned: TunedHome):
    tuned.run("first", 1)
    with chat_serving(served=str(tuned.model)) as server:
        settings = tuned.settings | {"CITEWISE_ANSWERER": "server", "CITEWISE_MODEL_URL": server.address}
        early = here("tune", "promote", "first", **settings, CITEWISE_MODEL_KEY="hidden")
        assert (early.code, early.err.count("\n")) == (2, 1)
        folder = tuned.tuning / "adapters" / "1"
        said = json.dumps({"lora_name": "citewise-1", "lora_path": str(folder)})
        assert f"curl {server.address}/load_lora_adapter -H 'Content-Type: application/json'" in early.err
        assert f"-d '{said}'" in early.err
        assert "$CITEWISE_MODEL_KEY" in early.err
        assert "hidden" not in early.err
        assert (folder / "adapter_model.safetensors").is_file()
        assert json.loads(here("tune", "status", "--json", **settings).out)["version"] is None
        server.served.append("citewise-1")
        assert here("tune", "promote", "first", **settings).code == 0
        status = json.loads(here("tune", "status", "--json", **settings).out)
        assert (status["version"], status["adapter"]) == (1, "citewise-1")
    down = here("tune", "rollback", "none", **settings)  # the way back needs no server
    assert down.code == 0
    again = here("tune", "promote", "first", **settings)
    assert (again.code, "does not answer as one" in again.err) == (1, True)
    assert json.loads(here("tune", "status", "--json", **settings).out)["version"] is None


@pytest.mark.weights
def test_an_evaluation_is_kept_shown_and_gone_on_with(here: Run, tuned: TunedHome):
    folder = tuned.run("first", 1)
    shutil.rmtree(folder / "evaluation")
    done = here("tune", "eval", "first", "--limit", "3", "--json", **tuned.settings)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert list(found["given"]["figures"]) == ["extractive", "base", "few-shot", "adapter"]
    assert (found["given"]["rows"], found["split"], found["may_be_promoted"]) == (3, 5, False)
    assert found["given"]["figures"]["base"]["f1"]["value"] == 0.0  # it babbles
    written = folder / "evaluation"
    assert "# Evaluation of first" in (written / "report.md").read_text()
    replies = {path.name: path.read_text().splitlines()[1:] for path in (written / "replies").glob("*.jsonl")}
    assert {name: len(lines) for name, lines in replies.items()} == dict.fromkeys(
        ("base.jsonl", "few-shot.jsonl", "adapter.jsonl"), 3
    )
    said = [json.loads(replies[f"{name}.jsonl"][0])["written"] for name in ("base", "adapter")]
    assert said[0] != said[1]  # the adapter was really in it
    whole = here("tune", "eval", "first", **tuned.settings)
    assert "Given the same passages" in whole.out
    assert "Training stopped by these" not in whole.out
    assert "It may not be promoted." in whole.out
    after = (written / "replies" / "adapter.jsonl").read_text().splitlines()[1:]
    assert after[:3] == replies["adapter.jsonl"]  # kept, not asked again
    assert len(after) == 5
    assert here("tune", "promote", "first", **tuned.settings).code == 1
    (tuned.tuning / "data" / "small" / "validation.jsonl").unlink()  # as sets were before
    record = json.loads((folder / "run.json").read_text())
    record["data"]["hash"] = data_hash(tuned.tuning / "data" / "small")
    (folder / "run.json").write_text(json.dumps(record))
    old = here("tune", "eval", "first", **tuned.settings)
    assert "Training stopped by these very questions" in old.out
    promoted = here("tune", "promote", "first", **tuned.settings)
    assert "Training stopped by these very questions" in promoted.out


@pytest.mark.weights
def test_own_questions_are_asked_end_to_end_as_far_as_they_were_not_learnt(
    here: Run, home: Path, model: Path, tmp_path: Path
):
    tuned = TunedHome(home, model)
    folder = tuned.run("first", 1)
    questions = (
        {"id": "a", "question": "How long is parental leave?", "answers": ["16 weeks"]}
        | {"gold": [{"doc": "leave.md"}]},
        {"id": "b", "question": "What does parking cost?", "gold": [{"doc": "parking.md"}]},
        {"id": "c", "question": "Who repairs the telescope?", "answerable": False},
    )
    (tmp_path / "mine.jsonl").write_text("".join(f"{json.dumps(question)}\n" for question in questions))
    done = here("tune", "eval", "first", "--questions", "mine.jsonl", **tuned.settings)
    assert done.code == 0, done.err
    assert "2 of 3 questions can judge it; left out: 1 about documents that the adapter learnt" in done.err
    assert "In use, mine.jsonl" in done.out
    assert "2 unseen questions, 1 of them answerable" in done.out
    own = json.loads((folder / "evaluation" / "questions.json").read_text())
    assert list(own["given"]["figures"]) == ["extractive", "base", "few-shot", "adapter"]
    # Nothing that the babbling model says is backed: the extractive answer stands in for all.
    assert {name: table["accuracy"]["value"] for name, table in own["given"]["figures"].items()} == (
        dict.fromkeys(own["given"]["figures"], 1.0)
    )
    assert "mine.jsonl" in (folder / "evaluation" / "questions.md").read_text()
    kept = (folder / "evaluation" / "replies" / "base.jsonl").read_text()
    assert here("tune", "eval", "first", "--questions", "mine.jsonl", **tuned.settings).code == 0
    assert (folder / "evaluation" / "replies" / "base.jsonl").read_text() == kept  # nothing was asked again
    shutil.rmtree(folder / "evaluation" / "replies")
    (folder / "evaluation" / "replies").write_text("in the way")
    full = here("tune", "eval", "first", "--questions", "mine.jsonl", **tuned.settings)
    assert full.code == 1  # the fallback doesn't hide that the model was not asked
    assert "Answers can't be kept in" in full.err
    both = here("tune", "eval", "first", "--questions", "mine.jsonl", "--in-use", **tuned.settings)
    assert (both.code, "leave out --in-use" in both.err) == (2, True)


@pytest.mark.weights
def test_in_use_the_whole_of_citewise_is_asked(here: Run, home: Path, model: Path):
    tuned = TunedHome(home, model)
    tuned.run("first", 1)
    done = here("tune", "eval", "first", "--limit", "1", "--in-use", "--json", **tuned.settings)
    assert done.code == 0, done.err
    figures = json.loads(done.out)["in_use"]["figures"]
    assert list(figures) == ["extractive", "base", "few-shot", "adapter"]
    # Nothing that the babbling model says is backed: the extractive answer stands in for all.
    assert {name: table["accuracy"]["value"] for name, table in figures.items()} == dict.fromkeys(
        figures, 1.0
    )
