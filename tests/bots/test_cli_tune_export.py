"""`citewise tune export`, from the command line: what it prints, and what it refuses in a sentence."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("gguf")

from command_kit import Run
from tuned_home import TunedHome, model_in

from brain.llamacpp.header import read_header


@pytest.fixture
def tuned(tmp_path: Path) -> TunedHome:
    home = TunedHome(tmp_path / ".citewise", model_in(tmp_path / "tiny"))
    home.run("night", 1)
    return home


def test_a_run_and_the_version_in_use_are_exported(here: Run, tuned: TunedHome, tmp_path: Path) -> None:
    asked = ("tune", "export", "night", "--to", "out", "--quantize", "q8_0", "--json")
    told = json.loads(here(*asked, **tuned.settings).out)
    assert told["adapter"] == "night"
    header = read_header(Path(told["gguf"]))
    assert (header.numbers, header.adapter.partition(" ")[0]) == ("Q8_0", "night")
    assert {path.suffix for path in (tmp_path / "out").iterdir()} >= {".gguf", ".safetensors", ".json"}
    assert told["bytes"] == sum(path.stat().st_size for path in (tmp_path / "out").iterdir())
    assert here("tune", "promote", "night", **tuned.settings).code == 0
    done = here("tune", "export", "--to", "version", "--quantize", "q8_0", **tuned.settings)
    assert done.code == 0
    assert "citewise-1, merged into tiny" in done.out
    assert "CITEWISE_ANSWERER=phi3" in done.out
    model = {"CITEWISE_ANSWERER": "phi3", "CITEWISE_MODEL": told["gguf"]}
    status = json.loads(here("model", "status", "--json", **model).out)
    assert status["adapter"].startswith("night (")
    checks = json.loads(here("doctor", "--json", **model).out)["checks"]
    assert {check["check"]: check["verdict"] for check in checks}["answerer"] == "good"
    answering = here("tune", "status", **model).out
    assert answering.startswith("In use: night (")
    assert "Not in use: CITEWISE_MODEL is a GGUF file, to which version 1 can't be added" in answering
    promoted = {**model, "CITEWISE_MODEL": str(tmp_path / "version" / "citewise-1-q8_0.gguf")}
    answering = here("tune", "status", **promoted).out
    assert answering.startswith("In use: citewise-1 (")
    assert "Not in use" not in answering


def test_what_can_not_be_exported_is_one_sentence(here: Run, tuned: TunedHome, tmp_path: Path) -> None:
    def refused(*words: str) -> str:
        done = here("tune", "export", *words, **tuned.settings)
        assert done.code != 0
        assert done.err.count("citewise: ") == 1
        assert "Traceback" not in done.err
        return done.err

    assert "There is no adapter called dawn: name a version's number, a run (night)" in refused(
        "dawn", "--to", "a"
    )
    assert "No version was promoted yet" in refused("--to", "a")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").touch()
    assert "is there already" in refused("night", "--to", "a")
    assert "There is no version 7" in refused("7", "--to", "b")
    assert not (tmp_path / "b").exists()
