"""`citewise audit` on a home of its own."""

import json
import os
import pwd
from pathlib import Path

import pytest
from command_kit import Run

from brain.catalog.catalog import Catalog


def test_the_log_is_shown_verified_and_a_touch_is_found(here: Run, tmp_path: Path) -> None:
    home = tmp_path / ".citewise"
    home.mkdir()
    with Catalog(home / "catalog.db") as catalog:
        catalog.audit.append("chat:user:U1", "add done", "Leave\x1b[2J", {"space": "hr"})
    shown = here("audit")
    assert "Leave[2J" in shown.out
    assert json.loads(here("audit", "--json").out)[0]["detail"] == '{"space": "hr"}'
    sound = here("audit", "--verify")
    assert (sound.code, "1 entry, none touched" in sound.out) == (0, True)
    with Catalog(home / "catalog.db") as catalog, catalog.database.writing() as writer:
        writer.execute("DROP TRIGGER audit_is_not_rewritten")
        writer.execute("UPDATE audit SET object = 'Salaries'")
    broken = here("audit", "--verify", "--json")
    assert broken.code == 1
    assert json.loads(broken.out)["broken"] == 1


ME = f"terminal:{pwd.getpwuid(os.getuid()).pw_name}"


def entries(here: Run) -> list[tuple[str, str, str]]:
    found = json.loads(here("audit", "--json").out)
    return [(entry["actor"], entry["action"], entry["object"]) for entry in found]


def test_what_a_terminal_changes_in_the_spaces_is_in_the_log_with_who_did_it(
    here: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(variable, "somebody-else")
    assert here("spaces", "create", "hr").code == 0
    assert here("spaces", "allow", "hr", "slack:user:U1", "slack:channel:C1").code == 0
    assert here("spaces", "allow", "hr", "slack:user:U1").code == 0  # it could already: no change
    assert here("spaces", "deny", "hr", "slack:channel:C1", "slack:channel:C2").code == 0
    for refused in (("create", "hr"), ("allow", "nowhere", "slack:user:U1"), ("allow", "hr", "ann")):
        assert here("spaces", *refused).code == 2
    assert entries(here) == [
        (ME, "create space", "hr"),
        (ME, "allow", "slack:user:U1 in hr"),
        (ME, "allow", "slack:channel:C1 in hr"),
        (ME, "deny", "slack:channel:C1 in hr"),
    ]
    assert ME in here("audit").out
    assert here("audit", "--verify").code == 0


def test_what_can_not_be_audited_is_not_changed_from_a_terminal_either(here: Run, tmp_path: Path) -> None:
    assert here("spaces", "create", "hr").code == 0
    assert here("spaces", "allow", "hr", "slack:user:U1").code == 0
    with Catalog(tmp_path / ".citewise" / "catalog.db") as catalog, catalog.database.writing() as writer:
        writer.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'nothing more fits'); END"
        )
    for words in (("create", "board"), ("allow", "hr", "slack:user:U2"), ("deny", "hr", "slack:user:U1")):
        assert here("spaces", *words).code == 1
    with Catalog(tmp_path / ".citewise" / "catalog.db") as catalog:
        assert [space.name for space in catalog.spaces()] == ["general", "hr"]
        assert catalog.principals("hr") == {"slack:user:U1"}
    assert len(entries(here)) == 2


def test_what_a_terminal_brings_in_takes_out_and_puts_back_is_in_the_log(here: Run, tmp_path: Path) -> None:
    """Whoever reads files into another space opens them to others as surely as by `spaces allow`."""
    folder, other = tmp_path / "handbook", tmp_path / "minutes"
    for number, place in enumerate((folder, other)):
        place.mkdir()
        (place / "leave.md").write_text(f"# Leave {number}\n\nThere are 2{number} days of annual leave.\n")
    assert here("ingest", str(folder)).code == 0
    assert here("ingest", str(folder)).code == 0  # a look at what is there is no change of who reads it
    assert here("ingest", str(folder), "--space", "nowhere").code == 2
    assert here("drives", "add", str(other), "--settle", "0").code == 0
    assert here("drives", "sync").code == 0
    saved, head = str(tmp_path / "saved.db"), json.loads(here("audit", "--verify", "--json").out)["head"]
    assert here("backup", saved).code == 0
    assert here("documents", "remove", "Leave 0", "--yes").code == 0
    assert here("drives", "remove", str(other), "--yes").code == 0
    replaced = json.loads(here("audit", "--verify", "--json").out)["head"]
    done = [("ingest", folder.as_uri()), ("add drive", other.as_uri())]
    taken = [("remove document", "Leave 0"), ("remove drive", other.as_uri())]
    assert entries(here) == [(ME, action, what) for action, what in [*done, *taken]]
    assert here("restore", saved, "--yes").code == 0
    assert entries(here) == [(ME, action, what) for action, what in [*done, ("restore", saved)]]
    last = json.loads(here("audit", "--json").out)[-1]
    assert (last["previous"], json.loads(last["detail"])) == (head, {"replaced": replaced})
    assert here("audit", "--verify").code == 0


def test_an_entry_is_one_line_whatever_a_document_is_called(here: Run, tmp_path: Path) -> None:
    home = tmp_path / ".citewise"
    home.mkdir()
    with Catalog(home / "catalog.db") as catalog:
        catalog.audit.append("chat:user:U1", "add done", "Leave\n2  2026-01-01  chat:user:U2  add done", {})
    assert len(here("audit").out.splitlines()) == 2
