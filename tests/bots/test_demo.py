"""The first thing that a newcomer types."""

from pathlib import Path

import pytest
from command_kit import Run

from bots.terminal.commands.demo import QUESTIONS, command_called, sample_drive


def test_the_sample_drive_is_found_in_a_checkout() -> None:
    assert (sample_drive() / "hr").is_dir()
    assert len([path for path in sample_drive().rglob("*") if path.is_file()]) >= 25


def test_what_comes_next_is_said_in_words_that_the_shell_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command_called(".venv/bin/citewise") == ".venv/bin/citewise"  # as `make demo` does
    assert command_called("-c") == "citewise"
    (tmp_path / "citewise").touch(mode=0o755)
    assert command_called(".venv/bin/citewise") == "citewise"


@pytest.mark.weights
def test_without_a_terminal_three_questions_are_answered_with_their_sources(cli: Run, tmp_path: Path) -> None:
    done = cli("demo")
    assert done.code == 0, done.err
    for question in QUESTIONS:
        assert f"› {question}\n" in done.out
    parts = [done.out.split(f"› {question}\n", 1)[1].split("\n› ")[0] for question in QUESTIONS]
    for part, true in zip(parts, ("27 days", "Warranty: 3 years", "312 ports"), strict=True):
        assert true in part
        assert "\n[1] " in part
    assert "ingest FOLDER" in done.err
    assert (tmp_path / ".citewise" / "demo" / "catalog.db").is_file()
    assert not (tmp_path / ".citewise" / "catalog.db").exists()
