"""Documents that an older citewise read in another way: told by every list, and read anew on request."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_kit import DRIVE, Run

pytestmark = pytest.mark.weights


def data(here: Run, *words: str | Path) -> Any:
    done = here(*words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def make_older(tmp_path: Path) -> None:
    """As if all had been read before readings had marks."""
    with closing(sqlite3.connect(tmp_path / ".citewise" / "catalog.db")) as catalog, catalog:
        catalog.execute("UPDATE documents SET reading = ''")


def test_after_an_upgrade_all_is_told_and_read_anew_with_nothing_embedded(
    here: Run, drive: Path, tmp_path: Path
) -> None:
    assert data(here, "ingest", drive)[0]["reread"] == 0
    make_older(tmp_path)
    assert data(here, "documents")["outdated"] == len(DRIVE)
    listed = here("documents").out
    assert f"{len(DRIVE)} documents wait to be read anew on" in " ".join(listed.split())
    assert [row["outdated"] for row in data(here, "drives")] == [len(DRIVE)]
    assert "wait to be read anew" in " ".join(here("drives").out.split())
    doctor = {row["check"]: row for row in json.loads(here("doctor", "--json").out)["checks"]}
    assert doctor["reading"]["verdict"] == "note"
    assert f"citewise ingest {drive}" in doctor["reading"]["mend"]
    assert "wait to be read anew" not in here("ask", "How many days of leave?").out, "it still answers"

    again = here("ingest", drive)
    assert f"{len(DRIVE)} read anew" in again.out
    assert data(here, "documents")["outdated"] == 0
    assert "wait" not in here("documents").out
    (forced,) = data(here, "ingest", drive, "--reread")
    assert (forced["reread"], forced["unchanged"], forced["embedded"]) == (len(DRIVE), 0, 0)
    (unforced,) = data(here, "ingest", drive)
    assert (unforced["reread"], unforced["unchanged"]) == (0, len(DRIVE))


def test_followed_drives_are_read_anew_by_sync(here: Run, drive: Path, tmp_path: Path) -> None:
    assert here("drives", "add", drive, "--settle", "0s").code == 0
    assert data(here, "drives", "sync")[0]["reports"][-1]["added"] == len(DRIVE)
    make_older(tmp_path)
    assert "citewise drives sync 1" in " ".join(here("drives").out.split())
    assert data(here, "drives", "sync")[0]["reports"][-1]["reread"] == len(DRIVE)
    assert data(here, "drives", "sync", "--reread")[0]["reports"][-1]["reread"] == len(DRIVE)
    assert data(here, "drives", "sync")[0]["reports"][-1]["reread"] == 0
