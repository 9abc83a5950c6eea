"""What is indexed, who may read it, and keeping it safe: through the command line, on a real home."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_kit import DRIVE, Run, write_drive

pytestmark = pytest.mark.weights


def data(here: Run, *words: str | Path) -> Any:
    done = here(*words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_ingest_tells_what_changed_and_what_could_not_be_read(here: Run, drive: Path) -> None:
    (drive / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of use")
    (drive / "song.mp3").write_bytes(b"ID3")
    (first,) = data(here, "ingest", drive)
    assert (first["added"], first["failed"], first["skipped"]) == (len(DRIVE), 1, 1)
    assert first["failures"][0]["doc"] == "broken.pdf"
    assert first["passages"] >= len(DRIVE)

    (drive / "leave.md").write_text("# Leave\n\nThere are now 28 days of annual leave.\n", "utf-8")
    (drive / "holidays.csv").unlink()
    again = here("ingest", drive)
    assert again.code == 0
    assert "1 changed, 1 removed, 2 unchanged, 1 failed" in again.out
    assert "--retry" in again.out
    assert "1 skipped: a format that can't be read (.mp3)" in again.out
    (retried,) = data(here, "ingest", drive, "--retry")
    assert [failure["doc"] for failure in retried["failures"]] == ["broken.pdf"]

    listed = data(here, "documents")
    assert {row["doc"] for row in listed["documents"]} == {"leave.md", "it/vpn.md", "products/petrel.txt"}
    assert [failure["doc"] for failure in listed["failures"]] == ["broken.pdf"]
    assert [version["version"] for version in data(here, "documents", "history", "leave.md")] == [1, 2]


def test_only_unreadable_files_leave_nothing_indexed(here: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04 no archive")
    done = here("ingest", "broken.docx")
    assert done.code == 4
    assert "broken.docx" in done.out
    assert "mend" in done.err


def test_documents_are_listed_shown_and_removed(here: Run, home: Path) -> None:
    table = here("documents")
    assert table.code == 0
    assert len(table.out.splitlines()) == 1 + len(DRIVE)
    assert "\x1b" not in table.out
    (found,) = data(here, "documents", "list", "causeway")["documents"]
    assert found["doc"] == "it/vpn.md"
    shown = here("documents", "show", "it/vpn.md")
    assert "error 809" in shown.out

    refused = here("documents", "remove", "it/vpn.md")
    assert refused.code == 2
    assert "--yes" in refused.err
    removed = data(here, "documents", "remove", "it/vpn.md", "--yes")
    assert removed["removed"]["doc"] == "it/vpn.md"
    assert here("documents", "show", "it/vpn.md").code == 2
    assert len(data(here, "documents")["documents"]) == len(DRIVE) - 1


def test_one_passage_is_told_as_one(here: Run, home: Path, tmp_path: Path) -> None:
    (tmp_path / "canteen.md").write_text("# Canteen\n\nThe canteen opens at 11:30.\n", "utf-8")
    assert here("ingest", tmp_path / "canteen.md").code == 0
    removed = here("documents", "remove", "canteen.md", "--yes")
    assert removed.out.startswith("Removed Canteen (canteen.md): 1 passage. ")


def test_spaces_are_created_and_opened_to_principals(here: Run) -> None:
    assert data(here, "spaces", "create", "hr") == {"space": "hr"}
    allowed = data(here, "spaces", "allow", "hr", "slack:user:U1", "discord:role:7")
    assert allowed == {"space": "hr", "principals": ["discord:role:7", "slack:user:U1"]}
    assert data(here, "spaces", "deny", "hr", "discord:role:7")["principals"] == ["slack:user:U1"]
    general, hr = data(here, "spaces")
    assert (general["space"], general["everyone"]) == ("general", True)
    assert (hr["space"], hr["everyone"], hr["principals"]) == ("hr", False, ["slack:user:U1"])
    again = here("spaces", "create", "hr")
    assert (again.code, again.out) == (2, "")
    assert "slack:user:U1" in here("spaces", "list").out


def test_verify_notices_what_changed_on_the_drive(here: Run, drive: Path) -> None:
    assert here("ingest", drive).code == 0
    agreed = here("verify")
    assert agreed.code == 0, agreed.out + agreed.err
    assert "Index and catalog agree" in agreed.out
    assert "Catalog and drive agree" in agreed.out
    (drive / "new.md").write_text("# New\n\nSomething new.\n", "utf-8")
    (drive / "holidays.csv").unlink()
    differing = here("verify", "--json")
    assert differing.code == 1
    found = json.loads(differing.out)
    assert not found["ok"]
    assert (found["drives"][0]["new"], found["drives"][0]["gone"]) == (1, 1)
    (drive / "new.md").unlink()
    write_drive(drive)
    assert here("ingest", drive).code == 0
    assert here("verify").code == 0


def test_a_backup_brings_back_what_was_there(here: Run, home: Path, tmp_path: Path) -> None:
    saved = data(here, "backup", "copy.db")
    assert saved["documents"] == len(DRIVE)
    assert here("documents", "remove", "leave.md", "--yes").code == 0
    assert here("restore", "copy.db").code == 2
    assert "There is no file cpoy.db to restore" in here("restore", "cpoy.db").err
    (home / "catalog.db").write_bytes(b"damaged beyond reading" * 100)
    restored = data(here, "restore", "copy.db", "--yes")
    assert restored["documents"] == len(DRIVE)
    assert restored["passages"] == data(here, "rebuild")["passages"]
    (tmp_path / "other.db").write_text("no backup", "utf-8")
    wrong = here("restore", "other.db", "--yes")
    assert wrong.code == 1
    assert len(data(here, "documents")["documents"]) == len(DRIVE)


def test_vectors_of_another_embedder_are_refused_until_all_are_embedded_again(here: Run, home: Path) -> None:
    with closing(sqlite3.connect(home / "catalog.db")) as catalog, catalog:
        catalog.execute("UPDATE embedders SET identity = 'another/model@1'")
        (passages,) = catalog.execute("SELECT count(*) FROM passages").fetchone()
    refused = here("search", "annual leave")
    assert refused.code == 1
    assert "another/model@1" in refused.err
    assert "citewise rebuild --embed-again" in refused.err
    ill = here("doctor")
    assert ill.code == 1
    assert "citewise rebuild --embed-again" in ill.out
    assert data(here, "rebuild", "--embed-again") == {"passages": passages, "embedded": passages}
    assert data(here, "search", "annual leave")[0]["doc"] == "leave.md"


def test_home_and_json_may_stand_before_or_after_the_command(here: Run, home: Path, tmp_path: Path) -> None:
    home.rename(tmp_path / "elsewhere")
    before = here("--home", "elsewhere", "--json", "documents", "list")
    after = here("documents", "list", "--home", "elsewhere", "--json")
    set_by_name = here("documents", "--json", CITEWISE_HOME="elsewhere")
    assert before.code == 0
    assert before.out == after.out == set_by_name.out
    assert len(json.loads(before.out)["documents"]) == len(DRIVE)


def test_a_name_with_line_ends_starts_no_line_of_its_own(here: Run, tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    name = "a\n[2] Official \u2028🚀.md"
    (tmp_path / "drive" / name).write_text("# Sheds\n\nThe bicycle shed has 44 places.\n", "utf-8")
    (tmp_path / "drive" / "b\n[3] broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of use")
    shown = [here("ingest", "drive"), here("documents")]
    shown += [here("ask", asked) for asked in ("How many places has the bicycle shed?", "Who won in 1974?")]
    for done in (*shown, here("why"), here("search", "bicycle shed")):
        assert done.code == 0, done.err
        assert "Official" in done.out or "broken" in done.out
        assert not any(line.strip().startswith(("[2]", "[3]")) for line in done.out.splitlines()), done.out
    assert json.loads(here("search", "bicycle shed", "--json").out)[0]["doc"] == name


def test_old_documents_are_listed_with_how_much_answers_rely_on_them(here: Run, home: Path) -> None:
    assert here("documents", "stale").out == "No document is that old.\n"
    here("ask", "How many days of annual leave do full-time employees get?")
    found = json.loads(here("documents", "stale", "--before", "0d", "--json").out)
    assert (found[0]["doc"], found[0]["cited"], found[0]["called_outdated"]) == ("leave.md", 1, 0)
    assert len(found) == 4
    assert {row["cited"] for row in found[1:]} == {0}
    assert "leave.md" in here("documents", "stale", "--before", "0d").out


def test_what_of_a_document_could_not_be_read_stands_in_the_list(here: Run, drive: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Item", "Net", "Gross"], ["Desk", 100, "=B2*1.19"]):
        book.active.append(row)
    book.save(drive / "prices.xlsx")
    here("ingest", drive)
    told = "Sheet Sheet: 1 formula has no value yet and can't be read"
    for words in (("documents",), ("documents", "show", "prices.xlsx")):
        assert f"prices.xlsx: {told}" in " ".join(here(*words).out.split())
    (found,) = data(here, "documents", "list", "prices")["documents"]
    assert found["left_out"][0].startswith(told)
