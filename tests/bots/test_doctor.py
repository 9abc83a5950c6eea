"""What the doctor finds, and what it says to do about it."""

import json
import os
from pathlib import Path

import pytest
from command_kit import Run

from brain.catalog.catalog import Catalog


def checks(out: str) -> dict[str, tuple[str, str]]:
    return {row["check"]: (row["verdict"], row["found"] + row["mend"]) for row in json.loads(out)["checks"]}


def test_a_new_machine_has_no_fault_and_says_what_to_do(here: Run, tmp_path: Path) -> None:
    done = here("doctor")
    assert done.code == 0, done.out
    assert "✓" in done.out
    assert "✗" not in done.out
    assert "citewise ingest" in done.out
    assert not (tmp_path / ".citewise").exists()


def test_a_misspelt_or_wrong_setting_is_a_fault(here: Run) -> None:
    misspelt = here("doctor", "--json", CITEWISE_ANSWERRER="extractive")
    assert misspelt.code == 1
    verdict, words = checks(misspelt.out)["settings"]
    assert verdict == "fault"
    assert "CITEWISE_ANSWERRER" in words
    wrong = here("doctor", CITEWISE_QUANTIZATION="3bit")
    assert wrong.code == 1
    assert "✗" in wrong.out
    assert "3bit" in wrong.out


def test_an_answerer_that_can_t_write_is_a_fault_and_one_that_sends_text_out_says_so(
    here: Run, tmp_path: Path
) -> None:
    down = here("doctor", "--json", CITEWISE_ANSWERER="server", CITEWISE_MODEL_URL="http://127.0.0.1:9/v1")
    found = checks(down.out)
    assert found["answerer"][0] == "fault"
    assert "the documents' own sentences answer" in found["answerer"][1]
    assert found["privacy"][0] == "note"
    assert "are sent to http://127.0.0.1:9/v1" in found["privacy"][1]
    nothing = here("doctor", "--json", CITEWISE_ANSWERER="phi3", CITEWISE_MODEL=str(tmp_path))
    assert checks(nothing.out)["answerer"][0] == "fault"
    assert "privacy" not in checks(nothing.out)


def test_days_off_that_are_all_over_are_worth_a_note(here: Run) -> None:
    def verdict(off: str) -> str:
        return checks(here("doctor", "--json", CITEWISE_DAYS_OFF=off).out)["days off"][0]

    assert verdict("2020-12-24..2021-01-01") == "note"
    assert verdict("2020-12-24,12-25") == "good"
    assert verdict("2999-12-24") == "good"


def test_a_digest_that_can_reach_nobody_is_a_fault(here: Run) -> None:
    for wanted, why in (
        ("admins", "there are none"),
        ("slack:channel:C1", "slack:channel:C1 can't be sent it: no token"),
        ("docs", "allowed is: admins, or channels"),
    ):
        done = here("doctor", "--json", CITEWISE_DIGEST=wanted)
        assert done.code == 1
        assert why in done.out
    sound = here(
        "doctor", "--json", CITEWISE_DIGEST="admins", CITEWISE_ADMINS="slack:U1", SLACK_BOT_TOKEN="x"
    )
    assert checks(sound.out)["digest"][0] == "good"


@pytest.mark.weights
def test_a_healthy_home_passes_every_check(here: Run, home: Path) -> None:
    done = here("doctor", "--json")
    found = checks(done.out)
    assert done.code == 0, done.out
    assert set(found) == {
        "python",
        "settings",
        "home",
        "disk",
        "catalog",
        "embedder",
        "index",
        "drives",
        "files",
        "reading",
    }
    assert {verdict for verdict, _ in found.values()} == {"good"}


@pytest.mark.weights
def test_faults_of_catalog_and_embedder_are_told_with_their_remedy(
    here: Run, home: Path, tmp_path: Path
) -> None:
    no_weights = here("doctor", "--json", CITEWISE_CACHE=str(tmp_path / "empty"))
    assert no_weights.code == 1
    assert checks(no_weights.out)["embedder"][0] == "fault"
    (home / "catalog.db").write_bytes(b"damaged" * 1000)
    damaged = here("doctor", "--json")
    assert damaged.code == 1
    verdict, words = checks(damaged.out)["catalog"]
    assert verdict == "fault"
    assert "citewise restore" in words


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_cannot_be_written_is_a_fault(here: Run, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o500)
    done = here("doctor", "--json", "--home", "home")
    assert done.code == 1
    assert checks(done.out)["home"][0] == "fault"


@pytest.mark.weights
def test_drives_that_need_somebody_are_told_without_serve_too(here: Run, drive: Path, tmp_path: Path) -> None:
    assert here("drives", "add", drive, "--settle", "0s").code == 0
    assert here("drives", "sync").code == 0
    assert checks(here("doctor", "--json").out)["drives"] == ("good", "1 to be followed")
    drive.rename(tmp_path / "away")
    assert here("drives", "sync").code == 1
    verdict, found = checks(here("doctor", "--json").out)["drives"]
    assert (verdict, found.partition("citewise drives says why")[0]) == ("note", "1 suspended")
    with Catalog(tmp_path / ".citewise" / "catalog.db") as catalog:
        catalog.removals.begin(1)
    assert checks(here("doctor", "--json").out)["drives"][1].startswith("1 removing")
