from pathlib import Path

import pytest

from brain.domain import Locator, Passage, Source
from brain.errors import UsageError
from brain.tuning.rows import Row, read_rows, write_rows

SOURCE = Source(
    "hr/leave.md", "Leave", "general", "file:///leave.md", Locator(page=2, heading=("Leave", "Sick"))
)
PASSAGE = Passage(1, "Sick leave is 10 days.", SOURCE, context="Leave › Sick", table_header="a\tb", end=22)
ROW = Row(
    "r1", "How long is sick leave?", (PASSAGE,), "Sick leave is 10 days [1].", (1,), "heading", "hr/leave.md"
)


def test_what_is_written_is_read_again(tmp_path: Path):
    refused = Row("r2", "Who?", (PASSAGE,), "Not in the documents.", (), "heading", "hr/leave.md")
    write_rows(tmp_path / "rows.jsonl", [ROW, refused])
    assert read_rows(tmp_path / "rows.jsonl") == (ROW, refused)
    assert (ROW.answerable, refused.answerable) == (True, False)


def test_a_line_that_is_no_row_is_named(tmp_path: Path):
    write_rows(tmp_path / "rows.jsonl", [ROW])
    with (tmp_path / "rows.jsonl").open("a") as file:
        file.write('{"id": "half"\n')
    with pytest.raises(UsageError, match=r"Line 2 of .*rows\.jsonl"):
        read_rows(tmp_path / "rows.jsonl")


def test_a_missing_file_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(UsageError, match="citewise tune data"):
        read_rows(tmp_path / "none.jsonl")


def test_texts_may_hold_any_line_end_and_a_file_no_row(tmp_path: Path):
    odd = Row("r3", "Which\u2028one?\x85", (PASSAGE,), "a\u2029b\x0c [1].", (1,), "heading", "hr/leave.md")
    write_rows(tmp_path / "rows.jsonl", [odd, ROW])
    assert read_rows(tmp_path / "rows.jsonl") == (odd, ROW)
    write_rows(tmp_path / "rows.jsonl", [])
    assert read_rows(tmp_path / "rows.jsonl") == ()
