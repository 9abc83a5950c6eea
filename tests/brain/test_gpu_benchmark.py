"""benchmarks/gpu_tuning.py on a very small model: what will run on a GPU, stage by stage."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the phi3 extra is not installed")
pytest.importorskip("peft", reason="the phi3 extra is not installed")
pytest.importorskip("bitsandbytes", reason="the phi3 extra is not installed")

from benchmarks import gpu_full, gpu_runs, gpu_swapping, gpu_tuning
from benchmarks.gpu_disk import citing_home
from benchmarks.gpu_runner import Benchmark, run
from benchmarks.phi3_shape import TINY, Size
from brain.phi3.adapters import Merged

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is measured with its own sizes"),
]


@pytest.fixture(scope="module")
def size(tmp_path_factory: pytest.TempPathFactory) -> Size:
    return replace(TINY, work=tmp_path_factory.mktemp("work"), answer=12)


def rows(stage: Iterator[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["what"]: row for row in stage}


def test_swaps_under_load_are_held_against_fresh_starts(size: Size) -> None:
    found = rows(gpu_swapping.swap(size))
    assert sum(1 for row in found.values() if row.get("as a fresh start")) == 5
    loaded = [row for row in found.values() if "seconds until in use" in row]
    assert [(row["neither adapter's"], row["asked after it and not the new one's"]) for row in loaded] == [
        (0, 0),
        (0, 0),
    ]


def test_a_swap_that_changed_nothing_is_found(size: Size, monkeypatch: pytest.MonkeyPatch) -> None:
    swap = Merged.swap

    def only_once(self: Merged, deltas: Any) -> None:
        if not self.served:
            swap(self, deltas)

    monkeypatch.setattr(Merged, "swap", only_once)
    with pytest.raises(AssertionError, match="other answers than a fresh start's"):
        list(gpu_swapping.swap(size))


def test_adapters_beside_packed_weights_are_held_against_peft(size: Size) -> None:
    found = rows(gpu_swapping.packed(size))
    for packed in ("4bit", "8bit"):
        assert found[f"{packed}, adapter beside: logits, relative difference"]["from PEFT's"] < 0.01
        assert found[f"{packed}, adapter beside"]["tokens/s"] > 0


def test_memory_stages_run_without_a_gpu_too(size: Size) -> None:
    chosen = [row["chosen"] for row in rows(gpu_full.choice(size)).values()]
    assert chosen == ["none (float32)", "8bit", "4bit"]
    assert all(row["value"] for row in rows(gpu_full.full(size)).values() if "value" in row)


def test_a_forecast_is_held_against_the_peak() -> None:
    done = gpu_runs.Trained([{"memory_needed": 100}], 0, "", {"allocated": 114}, 1.0)
    on_gpu = replace(TINY, device="cuda")
    gpu_runs._hold(on_gpu, done)
    with pytest.raises(AssertionError, match=r"1\.16 of the forecast"):
        gpu_runs._hold(on_gpu, replace(done, peaks={"allocated": 116}))


def test_a_stage_that_fails_is_noted_and_the_rest_goes_on(
    size: Size, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    citing_home(size)
    words = ["--tiny", "--stages", "evaluated,profile_decoding", "--work", str(size.work)]
    monkeypatch.setattr(sys, "argv", ["gpu_tuning", *words, "--out", str(tmp_path / "out.json")])
    run(Benchmark("gpu_tuning", gpu_tuning.STAGES, tmp_path / "unused.json"), "")
    stages = json.loads((tmp_path / "out.json").read_text("utf-8"))["stages"]
    assert stages["evaluated"]["failed"] == "ended with code 1"
    assert "run it first" in stages["evaluated"]["printed"][-1]
    assert "failed" not in stages["profile_decoding"]
    shown = capsys.readouterr().out
    assert shown.index("expected on an H200") < shown.index("== evaluated")


def test_stages_that_are_not_there_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu_tuning", "--tiny", "--stages", "swap,nothing"])
    with pytest.raises(SystemExit, match=r"No such stages: nothing\. There are: swap, lora"):
        run(Benchmark("gpu_tuning", gpu_tuning.STAGES, Path("unused.json")), "")
