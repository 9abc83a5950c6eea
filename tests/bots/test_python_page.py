"""docs/python.md: its example runs as it stands."""

import re
from pathlib import Path

import pytest
from command_kit import Run

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def test_the_example_runs_as_it_stands(here: Run, drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert here("ingest", drive).code == 0
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    exec(compile(example, PAGE.name, "exec"), {})
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("False ")
    assert re.match(r"\[1\] .+ file://", told[1])
    assert told[-2:] == ["[False, True]", "Any of LangChain's chat models goes here."]
