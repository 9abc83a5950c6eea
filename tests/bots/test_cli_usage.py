"""`citewise gaps` and `citewise usage`, as an admin types them."""

import json
from pathlib import Path

import pytest
from command_kit import Run

MISSING = "What is the quux allowance for zeppelins?"


@pytest.mark.weights
def test_what_was_not_found_is_a_gap_until_a_document_says_it(
    here: Run, home: Path, drive: Path, tmp_path: Path
) -> None:
    assert "Nobody asked anything" in here("gaps").out
    assert "Nobody asked anything" in here("usage").out
    here("ask", MISSING)
    here("ask", "How many days of annual leave do full-time employees get?")
    shown = here("gaps")
    assert "2 questions, 1 without a sure or helpful answer." in shown.out
    assert MISSING in shown.out
    (gap,) = json.loads(here("gaps", "--json").out)["gaps"]
    assert (gap["question"], gap["asked"], gap["settled"]) == (MISSING, 1, False)
    assert here("why", gap["trace_ids"][0]).code == 0

    (drive / "zeppelins.md").write_text(
        "# Zeppelins\n\nThe quux allowance for zeppelins is 40 euros a month.\n", "utf-8"
    )
    here("ingest", "drive")
    shown = here("gaps")
    assert MISSING not in shown.out
    assert "1 topic more, which the documents answer by now" in shown.out
    assert f"{MISSING} ✓" in here("gaps", "--all").out

    digest = here("digest")
    assert "2 questions of 1 person: 1 answered" in digest.out
    assert "Nobody is sent it: CITEWISE_DIGEST" in digest.out
    both = json.loads(here("digest", "--json", CITEWISE_DIGEST="admins,slack:channel:C1").out)
    assert [found["for"] for found in both] == ["admins", "slack:channel:C1"]
    assert "names nobody" in here("digest", "--for", "C1").err

    summed = json.loads(here("usage", "--by", "day", "--json").out)
    assert {name: summed["whole"][name] for name in ("questions", "people", "answered", "not_found")} == {
        "questions": 2, "people": 1, "answered": 1, "not_found": 1,
    }  # fmt: skip
    assert sum(period["questions"] for period in summed["periods"]) == 2
    assert "in all" in here("usage").out
    drawn = here("usage", "--plot", "usage.png")
    assert "Drawn: usage.png" in drawn.out
    assert (tmp_path / "usage.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.weights
def test_documents_that_contradict_each_other_are_shown_until_one_is_mended(
    here: Run, home: Path, drive: Path
) -> None:
    guide = (
        "# Starter guide 2019\n\nFull-time employees get {} days of paid annual leave in a calendar year.\n"
    )
    (drive / "guide.md").write_text(guide.format(24), "utf-8")
    here("ingest", "drive")
    asked = here("ask", "How many days of annual leave do full-time employees get?")
    assert "says otherwise: " in asked.out
    assert "The documents don't agree: " in asked.out
    assert json.loads(here("gaps", "--json").out)["contradictions"][0]["asked"] == 1
    shown = here("gaps").out
    assert "1 contradiction between documents:" in shown
    assert "Starter guide 2019 · guide.md" in shown
    assert "“Full-time employees get 24 days of paid annual leave in a calendar year.”" in shown
    (drive / "guide.md").write_text(guide.format(27), "utf-8")
    here("ingest", "drive")
    assert "contradiction" not in here("gaps").out


@pytest.mark.weights
def test_rows_that_contradict_each_other_are_shown_with_what_they_say(
    here: Run, home: Path, drive: Path
) -> None:
    (drive / "till.csv").write_text("Article,Price (EUR)\nRope bag,12.00\nChalk ball,14.00\n", "utf-8")
    (drive / "shop.csv").write_text("Article,Price (EUR)\nRope bag,14.00\nChalk ball,12.00\n", "utf-8")
    here("ingest", "drive")
    assert "says otherwise: " in here("ask", "What does the rope bag cost?").out
    shown = here("gaps").out
    assert "“Rope bag … 12.00”" in shown
    assert "“Rope bag … 14.00”" in shown
    (drive / "shop.csv").write_text("Article,Price (EUR)\nRope bag,12.00\nChalk ball,14.00\n", "utf-8")
    here("ingest", "drive")
    assert "contradiction" not in here("gaps").out


def test_what_is_no_day_and_no_picture_is_refused(here: Run) -> None:
    for words, told in (
        (("gaps", "--since", "yesterday"), "write 2026-10-01 or 30d"),
        (("usage", "--since", "99999999999d"), "write a shorter span"),
        (("usage", "--plot", "usage.txt"), "name a file that ends in .png"),
        (("gaps", "--limit", "0"), "--limit"),
    ):
        refused = here(*words)
        assert (refused.code, refused.out) == (2, "")
        assert told in refused.err
    assert here("gaps", "--since", "2026-01-01").code == 4
