"""What `citewise tune train` says at the end of a run."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")  # tuned_home makes weights

from tuned_home import done_run

from bots.terminal.tune.progress import Shown
from brain.tuning.runs import Base, Data, RunFolder


@pytest.mark.parametrize(
    ("held_out", "following"),
    [
        ("a row\n", "Next: citewise tune eval night\n"),
        ("", "Next: citewise tune eval night --questions FILE\n"),
    ],
)
def test_the_next_command_is_one_that_can_judge_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], held_out: str, following: str
):
    (tmp_path / "held_out.jsonl").write_text(held_out)
    run = done_run("night", Base("tiny", "0" * 64), Data("small", str(tmp_path), "0" * 64, 3, 0))
    Shown(as_json=False).end(replace(run, steps=1), RunFolder(tmp_path / "night"))
    said = capsys.readouterr().out
    assert "Trained night: 1 step; the last adapter was kept" in said
    assert said.endswith(following)


def test_a_run_with_looks_says_whose_adapter_was_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    run = done_run("night", Base("tiny", "0" * 64), Data("small", str(tmp_path), "0" * 64, 3, 1))
    run = replace(run, steps=24, early=True, validation_loss=0.3371)
    Shown(as_json=False).end(run, RunFolder(tmp_path / "night"))
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "24 steps, stopped early; the adapter of the best look was kept, with loss 0.337 on the rows" in said
    )
