"""`citewise tune train` on a small Phi-3 made on the spot: from start to adapter, and what is in its way."""

import json
import shutil
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")
pytest.importorskip("tensorboard", reason="the phi3 extra is not installed")

from command_kit import Done, Run
from house_rows import house_set
from safetensors.torch import load_file, save_file
from talking_phi3 import talking_phi3
from training_processes import TrainingProcesses
from transformers import Phi3Config

from brain.catalog.home import Home, HomeLock

pytestmark = pytest.mark.filterwarnings("ignore")

QUICK = (
    "--rank", "4", "--learning-rate", "0.005", "--epochs", "1", "--tokens-per-step", "2048",
    "--patience", "99",
)  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talking_phi3(tmp_path_factory.mktemp("phi3"))


@pytest.fixture
def tuned(here: Run, tmp_path: Path, base: Path) -> Run:
    """`citewise tune train …` in a home that has a citing set."""
    citing_set(tmp_path / ".citewise")
    return lambda *words, model=base: here("tune", "train", *words, CITEWISE_MODEL=str(model))


@pytest.fixture(scope="module", autouse=True)
def processes() -> Iterator[TrainingProcesses]:
    """Begun early, so that they import while other tests run."""
    found = TrainingProcesses()
    yield found
    found.close()


def citing_set(home: Path) -> None:
    house_set(home / "tuning" / "data" / "first", 12, 3)


def events(done: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.splitlines()]


def record(home: Path, name: str = "run-1") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "tuning" / "runs" / name / "run.json").read_text("utf-8"))
    return found


def told(done: Done, code: int, *words: str) -> None:
    *_, last = done.err.splitlines()
    assert (done.code, last[:10]) == (code, "citewise: "), done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in last
    assert done.out == ""


def test_a_run_leaves_an_adapter_its_record_and_what_to_do_next(tuned: Run, tmp_path: Path) -> None:
    done = tuned(*QUICK)
    assert done.code == 0, done.err
    assert "Next: citewise tune eval run-1" in done.out
    assert "12 rows to learn from, 3 to stop by" in done.err
    assert "LoRA" in done.err
    assert "GB forecast" in done.err
    folder = tmp_path / ".citewise" / "tuning" / "runs" / "run-1"
    losses = [json.loads(line) for line in (folder / "losses.jsonl").read_text("utf-8").splitlines()]
    assert losses[-1]["loss"] < losses[0]["loss"]
    assert min(step["gradient"] for step in losses) > 0
    run, card = (
        record(tmp_path / ".citewise"),
        json.loads((folder / "adapter" / "card.json").read_text("utf-8")),
    )
    assert (run["status"], run["steps"]) == ("done", losses[-1]["step"])
    for name in ("base", "data", "recipe", "code", "citewise", "adapter"):
        assert card[name] == run[name]
        assert run[name]
    assert (card["data"]["hash"]) in (folder / "adapter" / "card.md").read_text("utf-8")
    assert list((folder / "tensorboard").iterdir())
    if find_spec("matplotlib"):
        assert "<svg" in (folder / "losses.svg").read_text("utf-8")
    weights = (folder / "adapter" / "adapter_model.safetensors").stat()
    again = tuned(*QUICK)
    assert again.code == 0
    assert "run-1 learnt just this already" in again.out
    assert (folder / "adapter" / "adapter_model.safetensors").stat().st_mtime_ns == weights.st_mtime_ns
    other = tuned(*QUICK, "--name", "run-1", "--seed", "1")
    told(other, 2, "run-1 is a run with seed left as it is: choose another --name")


def test_programs_get_a_line_a_step(tuned: Run) -> None:
    done = tuned(*QUICK, "--json", "--name", "mine")
    assert done.code == 0, done.err
    start, *steps, end = events(done.out)
    assert (start["event"], start["run"], start["after_step"]) == ("start", "mine", 0)
    assert 0 < start["memory_needed"] < start["memory_free"]
    assert [step["step"] for step in steps] == list(range(1, steps[-1]["steps"] + 1))
    assert {"loss", "validation", "tokens_per_second", "seconds_left"} <= steps[0].keys()
    assert (end["event"], end["next"]) == ("done", "citewise tune eval mine")
    assert Path(end["adapter"]).is_dir()


def test_a_killed_run_goes_on_where_it_was_and_ends_the_same(
    tuned: Run, tmp_path: Path, base: Path, processes: TrainingProcesses
) -> None:
    words = (*QUICK, "--epochs", "2", "--save-every", "1", "--json")
    killed = processes.run(tmp_path, *words, step=3, end=signal.SIGKILL, CITEWISE_MODEL=str(base))
    assert killed.code == -signal.SIGKILL, killed.err
    home = tmp_path / ".citewise"
    assert record(home)["status"] == "running"
    shutil.rmtree(home.with_name("whole"), ignore_errors=True)
    citing_set(home.with_name("whole"))
    again = events(tuned(*words).out)
    assert again[0]["after_step"] >= 2
    assert again[1]["step"] == again[0]["after_step"] + 1
    assert again[-1]["run"] == "run-1"
    whole = events(tuned(*words, "--home", "whole").out)
    ours, theirs = (
        load_file(str(Path(end["adapter"]) / "adapter_model.safetensors")) for end in (again[-1], whole[-1])
    )
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert again[-1]["validation"] == whole[-1]["validation"]


def test_a_run_that_is_stopped_saves_first_and_is_resumed(
    tuned: Run, tmp_path: Path, base: Path, processes: TrainingProcesses
) -> None:
    words, model = (*QUICK, "--epochs", "30", "--json"), {"CITEWISE_MODEL": str(base)}
    done = processes.run(tmp_path, *words, step=2, end=signal.SIGINT, **model)
    assert done.code == 130, done.err
    *_, last, stopped = events(done.out)
    assert stopped == {"event": "stopped", "run": "run-1"}
    run = record(tmp_path / ".citewise")
    assert (run["status"], run["steps"]) == ("stopped", last["step"])
    told(tuned("--resume", "--epochs", "2"), 2, "--resume goes on with a run as it was begun")
    after = last["step"] + 1
    again = processes.run(tmp_path, "--resume", "--json", step=after, end=signal.SIGTERM, **model)
    assert again.code == 130, again.err
    assert events(again.out)[0]["after_step"] == last["step"]
    assert record(tmp_path / ".citewise")["steps"] > last["step"]


def test_a_full_disk_is_said_and_the_same_command_goes_on(
    tuned: Run, tmp_path: Path, base: Path, processes: TrainingProcesses
) -> None:
    done = processes.run(tmp_path, *QUICK, largest_file=30_000, CITEWISE_MODEL=str(base))
    told(done, 1, "checkpoint could not be written", "disk space")
    assert record(tmp_path / ".citewise")["status"] == "failed"
    again = tuned(*QUICK)
    assert "Trained run-1" in again.out, again.err
    assert record(tmp_path / ".citewise")["reason"] == ""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("could not create a primitive"),  # as oneDNN says it under `ulimit -v`
        RuntimeError("unable to mmap 9 bytes from file <model.safetensors>: Cannot allocate memory (12)"),
    ],
)
def test_full_memory_is_said_and_the_same_command_goes_on(
    tuned: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("brain.tuning.learning.training.Trainee.step", full)
        told(tuned(*QUICK), 1, "Memory was full while training", "--tokens-at-once")
    assert "Trained run-1" in tuned(*QUICK).out


def test_full_memory_while_loading_is_no_fault_of_the_weights(
    tuned: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise RuntimeError(
            "unable to mmap 9 bytes from file <model.safetensors>: Cannot allocate memory (12)"
        )

    monkeypatch.setattr("transformers.Phi3ForCausalLM.from_pretrained", full)
    told(tuned(*QUICK), 1, "emory was full while loading")


def test_four_bits_learn_too(tuned: Run, tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes", reason="the phi3 extra is not installed")
    done = tuned(*QUICK, "--method", "qlora", "--no-recompute")
    assert done.code == 0, done.err
    assert record(tmp_path / ".citewise")["recipe"]["method"] == "qlora"


def test_one_training_at_a_time_and_a_serving_bot_is_no_hindrance(tuned: Run, tmp_path: Path) -> None:
    home = Home(tmp_path / ".citewise")
    with home.lock("citewise serve"), HomeLock(home.tuning, "citewise tune train"):
        told(tuned(*QUICK), 3, "A training runs in this home already: `citewise tune train` (process")
    with home.lock("citewise serve"):
        done = tuned(*QUICK, "--json")
    assert events(done.out)[-1]["event"] == "done", done.err


def test_a_loss_that_is_no_number_is_said_and_recorded(tuned: Run, tmp_path: Path) -> None:
    broken = talking_phi3(tmp_path / "broken")
    weights = load_file(str(broken / "model.safetensors"))
    weights["model.norm.weight"] = torch.full_like(weights["model.norm.weight"], float("nan"))
    save_file(weights, str(broken / "model.safetensors"), metadata={"format": "pt"})
    told(tuned(*QUICK, model=broken), 1, "no number before anything was learnt", "Download the model again")
    run = record(tmp_path / ".citewise")
    assert (run["status"], run["reason"][:8]) == ("failed", "The loss")
    assert not (tmp_path / ".citewise" / "tuning" / "runs" / "run-1" / "adapter").exists()


def test_without_a_citing_set_the_way_to_one_is_said(here: Run, base: Path) -> None:
    told(here("tune", "train", CITEWISE_MODEL=str(base)), 2, "no citing set yet", "citewise tune data")


def test_wrong_words_are_refused_before_anything_is_loaded(tuned: Run, tmp_path: Path) -> None:
    told(tuned("--data", "other"), 2, "no citing set other: there are first")
    told(tuned("--name", "a/b"), 2, "a/b can't be a run's name")
    told(tuned("--resume"), 2, "No run is waiting to be resumed")
    told(tuned("--rank", "0"), 2, "rank must be from 1 to 512, not 0")
    told(tuned("--longest", "4000"), 2, "up to 2,047 tokens")
    told(tuned("--method", "full"), 2, "--help")
    assert not (tmp_path / ".citewise" / "tuning" / "runs").exists()


def test_models_that_cannot_be_trained_are_refused(tuned: Run, tmp_path: Path, base: Path) -> None:
    told(tuned(model="no/such"), 1, "no/such", "hf download")
    half = tmp_path / "half"
    shutil.copytree(base, half)
    with (half / "model.safetensors").open("r+b") as file:
        file.truncate(50_000)
    told(tuned(model=half), 1, "downloaded by half")
    (half / "model.safetensors").rename(half / "pytorch_model.bin")
    told(tuned(model=half), 1, "pickled weights")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_large_model_without_a_gpu_is_refused_with_what_it_needs(
    tuned: Run, tmp_path: Path, base: Path
) -> None:
    large = tmp_path / "large"
    shutil.copytree(base, large)
    Phi3Config().save_pretrained(str(large))
    header = json.dumps({"w": {"dtype": "BF16", "shape": [10**9], "data_offsets": [0, 2 * 10**9]}}).encode()
    with (large / "model.safetensors").open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + 2 * 10**9)
    done = tuned(model=large)
    told(done, 1, "No GPU was found, and a model of 2.0 GB", "5.4 GB of memory free for QLoRA", "37.6 GB")
