"""What is indexed, who may read it, and keeping it safe: through the command line, on a real home."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import DRIVE, Run, write_drive

pytestmark = pytest.mark.weights


def data(cli: Run, *words: str | Path) -> Any:
    done = cli(*words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_ingest_tells_what_changed_and_what_could_not_be_read(cli: Run, drive: Path) -> None:
    (drive / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of use")
    (drive / "song.mp3").write_bytes(b"ID3")
    (first,) = data(cli, "ingest", drive)
    assert (first["added"], first["failed"], first["skipped"]) == (len(DRIVE), 1, 1)
    assert first["failures"][0]["doc"] == "broken.pdf"
    assert first["passages"] >= len(DRIVE)

    (drive / "leave.md").write_text("# Leave\n\nThere are now 28 days of annual leave.\n", "utf-8")
    (drive / "holidays.csv").unlink()
    again = cli("ingest", drive)
    assert again.code == 0
    assert "1 changed, 1 removed, 2 unchanged, 1 failed" in again.out
    assert "--retry" in again.out
    (retried,) = data(cli, "ingest", drive, "--retry")
    assert [failure["doc"] for failure in retried["failures"]] == ["broken.pdf"]

    listed = data(cli, "documents")
    assert {row["doc"] for row in listed["documents"]} == {"leave.md", "it/vpn.md", "products/petrel.txt"}
    assert [failure["doc"] for failure in listed["failures"]] == ["broken.pdf"]
    assert [version["version"] for version in data(cli, "documents", "history", "leave.md")] == [1, 2]


def test_only_unreadable_files_leave_nothing_indexed(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.docx").write_bytes(b"PK\x03\x04 no archive")
    done = cli("ingest", "broken.docx")
    assert done.code == 4
    assert "broken.docx" in done.out
    assert "mend" in done.err


def test_documents_are_listed_shown_and_removed(cli: Run, home: Path) -> None:
    table = cli("documents")
    assert table.code == 0
    assert len(table.out.splitlines()) == 1 + len(DRIVE)
    assert "\x1b" not in table.out
    (found,) = data(cli, "documents", "list", "causeway")["documents"]
    assert found["doc"] == "it/vpn.md"
    shown = cli("documents", "show", "it/vpn.md")
    assert "error 809" in shown.out

    refused = cli("documents", "remove", "it/vpn.md")
    assert refused.code == 2
    assert "--yes" in refused.err
    removed = data(cli, "documents", "remove", "it/vpn.md", "--yes")
    assert removed["removed"]["doc"] == "it/vpn.md"
    assert cli("documents", "show", "it/vpn.md").code == 2
    assert len(data(cli, "documents")["documents"]) == len(DRIVE) - 1


def test_spaces_are_created_and_opened_to_principals(cli: Run) -> None:
    assert data(cli, "spaces", "create", "hr") == {"space": "hr"}
    allowed = data(cli, "spaces", "allow", "hr", "slack:user:U1", "discord:role:7")
    assert allowed == {"space": "hr", "principals": ["discord:role:7", "slack:user:U1"]}
    assert data(cli, "spaces", "deny", "hr", "discord:role:7")["principals"] == ["slack:user:U1"]
    general, hr = data(cli, "spaces")
    assert (general["space"], general["everyone"]) == ("general", True)
    assert (hr["space"], hr["everyone"], hr["principals"]) == ("hr", False, ["slack:user:U1"])
    again = cli("spaces", "create", "hr")
    assert (again.code, again.out) == (2, "")
    assert "slack:user:U1" in cli("spaces", "list").out


def test_verify_notices_what_changed_on_the_drive(cli: Run, drive: Path) -> None:
    assert cli("ingest", drive).code == 0
    agreed = cli("verify")
    assert agreed.code == 0, agreed.out + agreed.err
    assert "Index and catalog agree" in agreed.out
    assert "Catalog and drive agree" in agreed.out
    (drive / "new.md").write_text("# New\n\nSomething new.\n", "utf-8")
    (drive / "holidays.csv").unlink()
    differing = cli("verify", "--json")
    assert differing.code == 1
    found = json.loads(differing.out)
    assert not found["ok"]
    assert (found["drives"][0]["new"], found["drives"][0]["gone"]) == (1, 1)
    (drive / "new.md").unlink()
    write_drive(drive)
    assert cli("ingest", drive).code == 0
    assert cli("verify").code == 0


def test_a_backup_brings_back_what_was_there(cli: Run, home: Path, tmp_path: Path) -> None:
    saved = data(cli, "backup", "copy.db")
    assert saved["documents"] == len(DRIVE)
    assert cli("documents", "remove", "leave.md", "--yes").code == 0
    assert cli("restore", "copy.db").code == 2
    (home / "catalog.db").write_bytes(b"damaged beyond reading" * 100)
    restored = data(cli, "restore", "copy.db", "--yes")
    assert restored["documents"] == len(DRIVE)
    assert restored["passages"] == data(cli, "rebuild")["passages"]
    (tmp_path / "other.db").write_text("no backup", "utf-8")
    wrong = cli("restore", "other.db", "--yes")
    assert wrong.code == 1
    assert len(data(cli, "documents")["documents"]) == len(DRIVE)


def test_vectors_of_another_embedder_are_refused_until_all_are_embedded_again(cli: Run, home: Path) -> None:
    with closing(sqlite3.connect(home / "catalog.db")) as catalog, catalog:
        catalog.execute("UPDATE embedders SET identity = 'another/model@1'")
        (passages,) = catalog.execute("SELECT count(*) FROM passages").fetchone()
    refused = cli("search", "annual leave")
    assert refused.code == 1
    assert "another/model@1" in refused.err
    assert "citewise rebuild --embed-again" in refused.err
    ill = cli("doctor")
    assert ill.code == 1
    assert "citewise rebuild --embed-again" in ill.out
    assert data(cli, "rebuild", "--embed-again") == {"passages": passages, "embedded": passages}
    assert data(cli, "search", "annual leave")[0]["doc"] == "leave.md"


def test_home_and_json_may_stand_before_or_after_the_command(cli: Run, home: Path, tmp_path: Path) -> None:
    home.rename(tmp_path / "elsewhere")
    before = cli("--home", "elsewhere", "--json", "documents", "list")
    after = cli("documents", "list", "--home", "elsewhere", "--json")
    set_by_name = cli("documents", "--json", CITEWISE_HOME="elsewhere")
    assert before.code == 0
    assert before.out == after.out == set_by_name.out
    assert len(json.loads(before.out)["documents"]) == len(DRIVE)
