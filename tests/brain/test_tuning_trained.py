import json
from pathlib import Path

import pytest
from citing_rows import rows

from brain.errors import UsageError
from brain.tuning.citing_set import data_hash
from brain.tuning.rows import write_rows
from brain.tuning.runs import Base, Data, Run, RunFolder, Status, run_names
from brain.tuning.trained import trained_run


def written(tuning: Path, place: Path, **changes: object) -> None:
    place.mkdir(parents=True)
    write_rows(place / "train.jsonl", rows(2, 0))
    write_rows(place / "held_out.jsonl", rows(1, 1))
    (tuning / "runs" / "leave" / "adapter").mkdir(parents=True)
    base, of = Base("m", "f"), Data("mine", str(place), data_hash(place), 2, 1)
    folder = RunFolder(tuning / "runs" / "leave")
    folder.write(Run("leave", Status.DONE, base, of, "auto", {}, "0.1.0", "c", {}, "processor", "2026-01-01"))
    record = folder.path / "run.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | changes))


def test_the_set_is_found_in_the_home_or_where_it_lay(tmp_path: Path):
    written(tmp_path / "tuning", tmp_path / "elsewhere")
    run = trained_run(tmp_path / "tuning", "leave")
    assert run.record == run.folder.read()
    assert (run.record.base, run.record.data.name) == (Base("m", "f"), "mine")
    assert run.held_out(tmp_path / "tuning") == rows(1, 1)
    moved = tmp_path / "tuning" / "data" / "mine"
    moved.parent.mkdir()
    (tmp_path / "elsewhere").rename(moved)
    assert run.held_out(tmp_path / "tuning") == rows(1, 1)
    (moved / "train.jsonl").unlink()
    with pytest.raises(UsageError, match="put it back, or make one"):
        run.held_out(tmp_path / "tuning")


def test_another_set_of_that_name_in_the_home_does_not_hide_it(tmp_path: Path):
    tuning = tmp_path / "tuning"
    written(tuning, tmp_path / "elsewhere")
    other = tuning / "data" / "mine"
    other.mkdir(parents=True)
    write_rows(other / "train.jsonl", rows(1, 0))
    write_rows(other / "held_out.jsonl", rows(2, 2))
    run = trained_run(tuning, "leave")
    assert run.data_in(tuning) == tmp_path / "elsewhere"
    assert run.held_out(tuning) == rows(1, 1)
    write_rows(tmp_path / "elsewhere" / "train.jsonl", rows(3, 0))
    with pytest.raises(UsageError, match="was changed after leave was trained"):
        run.held_out(tuning)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"status": "failed"}, "--resume --name leave` finishes it"),
        ({"status": "failed", "reason": "The loss was no number."}, r"it failed: The loss was no number\."),
        ({"base": None}, r"run\.json is damaged"),
        ({"data": []}, r"run\.json is damaged"),
        ({"data": {"name": "mine"}}, r"run\.json is damaged"),
    ],
)
def test_a_run_that_is_none_is_told(tmp_path: Path, changes: dict[str, object], told: str):
    written(tmp_path / "tuning", tmp_path / "data", **changes)
    with pytest.raises(UsageError, match=told):
        trained_run(tmp_path / "tuning", "leave")


def test_without_any_run_the_way_to_one_is_told(tmp_path: Path):
    assert run_names(tmp_path) == []
    with pytest.raises(UsageError, match="There is no training run x; `citewise tune train` makes one"):
        trained_run(tmp_path, "x")
