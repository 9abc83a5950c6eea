"""Where documents came from, and taking out all that came from one place: on a real home."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_kit import DRIVE, Run, write_drive

from brain.catalog.catalog import Catalog
from brain.catalog.drives import removals
from brain.index.search_index import SearchIndex

pytestmark = pytest.mark.weights


def data(here: Run, *words: str | Path) -> Any:
    done = here(*words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that stays where it is, since a home knows the places of its drives."""
    return tmp_path_factory.mktemp("two drives")


@pytest.fixture
def two_drives(here: Run, taken_in: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small drive in general, and a folder with a broken file in hr; made once, put back each time."""
    there, kept = taken_in / "there", taken_in / "kept"
    if kept.exists():
        shutil.rmtree(there)
        shutil.copytree(kept, there)
        monkeypatch.chdir(there)
        return there
    write_drive(there / "drive")
    (there / "hr files").mkdir()
    (there / "hr files" / "pay.md").write_text(
        "# Pay\n\nSalaries are paid on the 25th of a month.\n", "utf-8"
    )
    (there / "hr files" / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of use")
    monkeypatch.chdir(there)
    assert here("ingest", "drive").code == 0
    assert here("spaces", "create", "hr").code == 0
    assert here("ingest", "hr files", "--space", "hr").code == 0
    shutil.copytree(there, kept)
    return there


def test_drives_are_listed_with_what_they_hold(here: Run, two_drives: Path) -> None:
    first, second = data(here, "drives")
    assert (first["url"], first["space"]) == ((two_drives / "drive").as_uri(), "general")
    assert (first["documents"], first["failures"]) == (len(DRIVE), 0)
    assert (second["space"], second["documents"], second["failures"]) == ("hr", 1, 1)
    table = here("drives", "list")
    assert table.code == 0
    head, *rows = table.out.splitlines()
    assert head.split() == (
        ["no.", "place", "space", "state", "documents", "pending", "failed", "lag", "p50/p95", "reconciled"]
    )
    assert [row.split()[0] for row in rows] == [str(first["id"]), str(second["id"])]
    assert str(two_drives / "hr files") in rows[1]


@pytest.mark.parametrize("named", ["path", "absolute", "address", "number"])
def test_a_drive_is_removed_by_any_of_its_names(here: Run, two_drives: Path, named: str) -> None:
    folder = two_drives / "hr files"
    names = {"path": "hr files/", "absolute": str(folder), "address": folder.as_uri()}
    number = str(next(row["id"] for row in data(here, "drives") if row["space"] == "hr"))
    removed = data(here, "drives", "remove", names.get(named, number), "--yes")
    assert (removed["removed"]["url"], removed["removed"]["documents"]) == (folder.as_uri(), 1)
    assert [row["space"] for row in data(here, "drives")] == ["general"]
    listed = data(here, "documents")
    assert {row["doc"] for row in listed["documents"]} == set(DRIVE)
    assert listed["failures"] == []
    assert all(hit["doc"] != "pay.md" for hit in data(here, "search", "When are salaries paid?"))
    assert (folder / "pay.md").exists()


def cut_short(home: Path, drive_id: int) -> None:
    """Leave a home as a `drives remove` does that is killed at once."""
    with Catalog(home / "catalog.db") as catalog:
        catalog.removals.begin(drive_id)


def test_a_removal_that_was_cut_short_is_shown_and_goes_on(here: Run, two_drives: Path) -> None:
    cut_short(two_drives / ".citewise", 1)
    assert {hit["doc"] for hit in data(here, "search", "How much annual leave is there?")} == {"pay.md"}
    assert {row["doc"] for row in data(here, "documents")["documents"]} == {"pay.md"}
    assert data(here, "drives")[-1]["state"] == "removing"
    shown = here("drives")
    assert "nothing is answered from it any more" in shown.out
    assert "`citewise drives remove 1` goes on" in shown.out
    for command in ("sync", "confirm", "retry"):
        refused = here("drives", command, "1")
        assert refused.code == 2
        assert "drive is being taken out: `citewise drives remove 1` goes on" in refused.err
    assert f"{len(DRIVE)} of the documents are being taken out and hidden" in here("verify").out
    done = here("drives", "remove", "1")  # a yes was given the first time
    assert done.code == 0, done.err
    assert f"{len(DRIVE)} documents" in done.out
    assert [row["state"] for row in data(here, "drives")] == ["ok"]
    assert here("verify").code == 0


@pytest.mark.parametrize("command", ["ingest", "drives add"])
def test_a_place_whose_removal_was_cut_short_is_taken_in_as_new(
    here: Run, two_drives: Path, command: str
) -> None:
    cut_short(two_drives / ".citewise", 1)
    (two_drives / "drive" / "leave.md").unlink()
    assert here(*command.split(), "drive").code == 0
    held = {row["doc"] for row in data(here, "documents")["documents"]}
    assert held == ({"pay.md"} | (set(DRIVE) - {"leave.md"} if command == "ingest" else set()))
    assert "removing" not in here("drives").out


def test_ctrl_c_in_a_removal_says_what_it_came_to(
    here: Run, two_drives: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(index: SearchIndex, *_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(removals, "DOCUMENTS_AT_ONCE", 1)
    monkeypatch.setattr(removals, "_INDEXED_AT_ONCE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(SearchIndex, "apply_pending", interrupted)
        stopped = here("drives", "remove", "drive", "--yes")
    assert (stopped.code, stopped.out) == (130, "")
    assert f"Nothing is answered from {two_drives / 'drive'} any more" in stopped.err
    assert f"{len(DRIVE) - 1} documents of it are still stored" in stopped.err
    assert "`citewise drives remove 1` goes on" in stopped.err
    assert here("drives", "remove", "1").code == 0
    assert here("verify").code == 0


def test_a_drive_whose_folder_is_gone_can_be_removed(here: Run, two_drives: Path) -> None:
    shutil.rmtree(two_drives / "drive")
    done = here("drives", "remove", "drive", "--yes")
    assert done.code == 0, done.err
    assert f"{len(DRIVE)} documents" in done.out
    assert here("ask", "How much leave?", "--space", "general").code == 4


def test_removing_a_drive_needs_a_yes_and_a_drive_that_is_known(here: Run, two_drives: Path) -> None:
    unasked = here("drives", "remove", "hr files")
    assert (unasked.code, unasked.out) == (2, "")
    assert "--yes" in unasked.err
    unknown = here("drives", "remove", "nowhere", "--yes")
    assert (unknown.code, unknown.out) == (2, "")
    for words in ("nowhere", str(two_drives / "drive"), str(two_drives / "hr files"), "general", "hr"):
        assert words in unknown.err
    assert len(data(here, "drives")) == 2


def test_a_drive_that_moves_to_another_space_is_removed_as_ingest_says(here: Run, two_drives: Path) -> None:
    refused = here("ingest", "hr files", "--space", "general")
    assert refused.code == 2
    assert f"`citewise drives remove '{two_drives / 'hr files'}'`" in refused.err
    assert here("drives", "remove", two_drives / "hr files", "--yes").code == 0
    assert here("ingest", "hr files", "--space", "general").code == 0
    assert {row["space"] for row in data(here, "drives")} == {"general"}


def test_a_place_in_two_spaces_is_removed_by_its_number(here: Run, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "one.md").write_text("# One\n\nThe first of all notes.\n", "utf-8")
    assert here("spaces", "create", "hr").code == 0
    assert here("ingest", "notes").code == 0
    assert here("documents", "remove", "one.md", "--yes").code == 0
    assert here("ingest", "notes", "--space", "hr").code == 0
    unclear = here("drives", "remove", "notes", "--yes")
    assert unclear.code == 2
    assert "2 drives" in unclear.err
    assert "number" in unclear.err
    empty = next(row for row in data(here, "drives") if row["space"] == "general")
    assert data(here, "drives", "remove", str(empty["id"]), "--yes")["removed"]["documents"] == 0
    assert [row["documents"] for row in data(here, "drives")] == [1]


def test_a_removed_document_comes_back_only_where_its_file_still_lies(here: Run, drive: Path) -> None:
    assert here("ingest", drive).code == 0
    still_there = here("documents", "remove", "it/vpn.md", "--yes")
    assert f"The next `citewise ingest {drive}` brings it back" in still_there.out
    twice = here("documents", "remove", "holidays.csv", "--yes", "--json")
    number = str(json.loads(twice.out)["removed"]["id"])
    assert json.loads(twice.out)["returns"] is True
    assert here("documents", "remove", number, "--yes").code == 2
    (drive / "leave.md").unlink()
    gone = here("documents", "remove", "leave.md", "--yes")
    assert gone.code == 0
    assert "brings it back" not in gone.out
    assert "2 added" in here("ingest", drive).out


def test_what_to_type_names_the_space_so_that_nothing_reaches_another_audience(
    here: Run, two_drives: Path
) -> None:
    command = f"`citewise ingest '{two_drives / 'hr files'}' --space hr`"
    (two_drives / "hr files" / "new.md").write_text("# New\n\nSomething new.\n", "utf-8")
    assert command in here("verify").out
    assert command in here("documents", "remove", "pay.md", "--yes").out
