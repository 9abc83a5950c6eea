"""Which run a command means, and what is said of it; nothing here needs torch."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from house_rows import house_rows, house_set

from brain.errors import StorageFailed, UsageError
from brain.tuning.learning.beginning import Asked, meant
from brain.tuning.learning.data import find_data
from brain.tuning.learning.recipe import Recipe
from brain.tuning.rows import write_rows
from brain.tuning.runs import Base, Data, Run, RunFolder, Status, new_name, run_folder, runs_in

BASE = Base("phi", "f" * 64)


@pytest.fixture
def tuning(tmp_path: Path) -> Path:
    house_set(tmp_path / "data" / "first", 4, 2)
    return tmp_path


def record(tuning: Path, name: str = "run-1", **changes: object) -> Run:
    """A run of the set `first`, written into its folder."""
    data = find_data(tuning, "first")
    run = Run(
        name, Status.STOPPED, BASE, Data("first", str(data.folder), data.data_hash, 4, 2), "auto",
        Recipe().as_dict(), "0.1.0", "c" * 64, {"torch": "2"}, "processor", "2026-01-01T00:00:00+00:00",
    )  # fmt: skip
    run = replace(run, **changes)  # type: ignore[arg-type]
    RunFolder(tuning / "runs" / name).write(run)
    return run


def adapter(run: Path) -> None:
    (run / "adapter").mkdir()
    (run / "adapter" / "adapter_model.safetensors").write_bytes(b"")


def test_a_record_is_read_as_it_was_written(tuning: Path) -> None:
    run = record(tuning, status=Status.DONE, validation_loss=0.25, asked={"rank": 8})
    assert run_folder(tuning, "run-1").read() == run
    assert Recipe.from_dict(run.recipe) == Recipe()


def test_a_renamed_run_is_called_by_its_folder(tuning: Path) -> None:
    record(tuning, status=Status.DONE)
    adapter(tuning / "runs" / "run-1")
    (tuning / "runs" / "run-1").rename(tuning / "runs" / "best")
    which = meant(tuning, BASE, Asked())
    assert which.done
    assert which.folder.path == tuning / "runs" / "best"


def test_a_record_of_before_sets_had_three_parts_is_read(tuning: Path) -> None:
    run = record(tuning, validation_loss=0.25)
    path = tuning / "runs" / "run-1" / "run.json"
    values = json.loads(path.read_text("utf-8"))
    values["held_out"] = values.pop("validation_loss")
    values["data"]["held_out"] = values["data"].pop("validation")
    path.write_text(json.dumps(values), "utf-8")
    assert run_folder(tuning, "run-1").read() == run


def test_a_recipe_of_another_version_is_said() -> None:
    with pytest.raises(UsageError, match="another version of citewise"):
        Recipe.from_dict({**Recipe().as_dict(), "momentum": 0.9})


def test_runs_are_listed_newest_first_without_broken_ones(tuning: Path) -> None:
    record(tuning, "old", started="2026-01-01T00:00:00+00:00")
    record(tuning, "new", started="2026-02-01T00:00:00+00:00")
    (tuning / "runs" / "broken").mkdir()
    (tuning / "runs" / "broken" / "run.json").write_text("{", "utf-8")
    assert [run.name for run in runs_in(tuning)] == ["new", "old"]
    with pytest.raises(UsageError, match=r"run\.json is damaged"):
        run_folder(tuning, "broken").read()
    with pytest.raises(UsageError, match="There is no training run other; there are: broken, new, old"):
        run_folder(tuning, "other").read()


def test_new_names_count_on(tuning: Path) -> None:
    assert new_name(tuning) == "run-1"
    record(tuning, "run-9")
    record(tuning, "mine")
    assert new_name(tuning) == "run-10"


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "x" * 200])
def test_a_name_stays_in_its_folder(tuning: Path, name: str) -> None:
    with pytest.raises(UsageError, match="can't be a run's name"):
        run_folder(tuning, name)


def test_a_record_that_cannot_be_written_is_said(tuning: Path) -> None:
    run = record(tuning)
    (tuning / "in the way").write_text("", "utf-8")
    with pytest.raises(StorageFailed, match="can't be written"):
        RunFolder(tuning / "in the way").write(run)


def test_the_same_command_again_means_the_same_run(tuning: Path) -> None:
    first = meant(tuning, BASE, Asked(fields={"rank": 8}))
    assert (first.folder.path.name, first.before) == ("run-1", None)
    run = record(tuning, asked={"rank": 8})
    again = meant(tuning, BASE, Asked(fields={"rank": 8}))
    assert (again.before, again.done) == (run, False)
    record(tuning, asked={"rank": 8}, status=Status.DONE)
    assert not meant(tuning, BASE, Asked(fields={"rank": 8})).done  # its adapter is gone
    adapter(tuning / "runs" / "run-1")
    assert meant(tuning, BASE, Asked(fields={"rank": 8})).done


def test_anything_else_means_another_run(tuning: Path) -> None:
    record(tuning)
    others = (
        (BASE, Asked(fields={"rank": 8})),
        (BASE, Asked(method="qlora")),
        (Base("phi", "e" * 64), Asked()),
    )
    for base, asked in others:
        found = meant(tuning, base, asked)
        assert (found.folder.path.name, found.before) == ("run-2", None)
    write_rows(tuning / "data" / "first" / "train.jsonl", house_rows(5))
    assert meant(tuning, BASE, Asked()).before is None


def test_a_name_that_is_taken_by_another_run_is_refused_with_what_differs(tuning: Path) -> None:
    record(tuning, "mine", asked={"rank": 8})
    with pytest.raises(UsageError, match="mine is a run with rank 8: choose another --name"):
        meant(tuning, BASE, Asked(name="mine"))
    with pytest.raises(UsageError, match="epochs left as it is"):
        meant(tuning, BASE, Asked(name="mine", fields={"rank": 8, "epochs": 1}))
    with pytest.raises(UsageError, match=r"another model \(phi\)"):
        meant(tuning, Base("other", "e" * 64), Asked(name="mine", fields={"rank": 8}))


def test_what_was_left_of_a_beginning_is_begun_anew_and_other_files_are_left_alone(
    tuning: Path,
) -> None:
    """A run's folder is there before its record is, and the same command must go on from a kill between."""
    left = tuning / "runs" / "mine"
    left.mkdir(parents=True)
    (left / ".run.json.part").touch()
    assert meant(tuning, BASE, Asked(name="mine")).before is None
    (left / "adapter").mkdir()
    with pytest.raises(UsageError, match="There is no training run mine"):
        meant(tuning, BASE, Asked(name="mine"))


def test_resume_takes_the_newest_that_is_not_done(tuning: Path) -> None:
    with pytest.raises(UsageError, match="No run is waiting"):
        meant(tuning, BASE, Asked(resume=True))
    record(tuning, "run-1", asked={"rank": 8}, status=Status.FAILED)
    record(tuning, "run-2", status=Status.DONE, started="2026-03-01T00:00:00+00:00")
    found = meant(tuning, BASE, Asked(resume=True))
    assert found.folder.path.name == "run-1"
    adapter(tuning / "runs" / "run-2")
    assert meant(tuning, BASE, Asked(resume=True, name="run-2")).done
    with pytest.raises(UsageError, match="begun with phi, and CITEWISE_MODEL is other"):
        meant(tuning, Base("other", "e" * 64), Asked(resume=True))
    write_rows(tuning / "data" / "first" / "train.jsonl", house_rows(5))
    with pytest.raises(UsageError, match="first has changed since run-1 was begun"):
        meant(tuning, BASE, Asked(resume=True))


def test_a_run_is_resumed_in_a_home_that_was_moved(tuning: Path, tmp_path: Path) -> None:
    record(tuning)
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("data", "runs"):
        (tuning / name).rename(moved / name)
    which = meant(moved, BASE, Asked(resume=True))
    assert which.data.folder == moved / "data" / "first"
    assert which.folder.path == moved / "runs" / "run-1"


def test_data_is_found_by_name_folder_or_age(tuning: Path, tmp_path: Path) -> None:
    house_set(tuning / "data" / "second", 4, 2, first=20)
    assert find_data(tuning, "first").name == "first"
    assert find_data(tuning, None).name == "second"
    assert find_data(tuning, None).data_hash != find_data(tuning, "first").data_hash
    house_set(tmp_path / "elsewhere", 4, 2)
    assert find_data(tuning, "elsewhere", tmp_path / "elsewhere").folder == tmp_path / "elsewhere"
    with pytest.raises(UsageError, match="no citing set third: there are first, second"):
        find_data(tuning, "third")
    with pytest.raises(UsageError, match="no citing set yet"):
        find_data(tmp_path / "no home", None)


def test_rows_that_are_none_are_said_with_their_line(tuning: Path) -> None:
    path = tuning / "data" / "first" / "train.jsonl"
    path.write_text(path.read_text("utf-8") + json.dumps({"id": "x"}) + "\n", "utf-8")
    with pytest.raises(UsageError, match=r"Line 5 of .*train\.jsonl is no row"):
        find_data(tuning, "first").train()
