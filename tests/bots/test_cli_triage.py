"""`citewise triage`, `cases`, `categories`: tickets at a terminal, alone and through a running `serve`."""

import json
from pathlib import Path
from typing import Any

import pytest
from command_kit import Done, Run
from serving_kit import serving

from brain.catalog.catalog import Catalog
from brain.catalog.tickets.cases import CategoryRow, NewCase

pytestmark = pytest.mark.weights

LABELLED = """\
text,label
The VPN shows error 809 in the hotel,vpn
Causeway does not connect from the café,vpn
The VPN ends after twelve hours,vpn
How many days of leave do I have left,leave
I want to take parental leave in May,leave
Can I carry my annual leave over to next year,leave
"""
TICKET = "Since this morning Causeway shows error 809 in my hotel. I restarted it twice. What can I do?"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text(LABELLED, "utf-8")
    return path


def _json(done: Done) -> Any:
    assert done.code == 0, done.err
    return json.loads(done.out)


def _case(home: Path, **fields: Any) -> int:
    """A case as a chat leaves it."""
    given: dict[str, Any] = {
        "thread": "slack:C1:t1", "place": "slack:channel:C1", "origin": "slack:channel:C1/t1",
        "link": "https://chat/p1", "text": TICKET, "question": "What can I do about error 809?",
        "summary": ("What can I do?",), "trace_id": "none", "category": "vpn", "urgency": 3,
        "owner": "slack:user:UBOB", "opened_by": "slack:user:UKIM", **fields,
    }  # fmt: skip
    with Catalog(home / "catalog.db") as catalog:
        return catalog.cases.open(NewCase(**given))[0].id


def test_a_ticket_is_triaged_at_the_terminal_and_nothing_of_it_is_kept(
    here: Run, home: Path, labelled: Path
) -> None:
    learnt = here("categories", "learn", labelled)
    assert learnt.out == "Learnt 6 messages of 2 categories.\n"
    here("categories", "add", "vpn", "Connecting from outside", "--owner", "slack:user:UBOB")
    shown = here("triage", f"{TICKET} It is urgent.")
    assert shown.code == 0
    assert "Triage: vpn" in shown.out
    assert "hotspot" in shown.out
    assert "[1] Causeway, our VPN" in shown.out
    assert "slack:user:UBOB could take it" in shown.out
    found = _json(here("triage", TICKET, "--json"))
    assert found["category"]["name"] == "vpn"
    assert found["category"]["because"][0]["message"] == "The VPN shows error 809 in the hotel"
    assert found["owner"]["principal"] == "slack:user:UBOB"
    assert found["summary"]
    assert set(found["summary"]) <= {part for part in found["summary"] if part in TICKET}
    assert found["reply"]["citations"][0]["doc"] == "it/vpn.md"
    assert _json(here("cases", "list", "--all", "--json")) == []


def test_a_ticket_comes_from_a_file_too(here: Run, home: Path) -> None:
    found = json.loads(here("triage", "-", "--json", stdin=f"{TICKET}\n\nThanks!\n").out)
    assert found["reply"]["refused"] is False
    for nothing in ("", "  \n"):
        refused = here("triage", "-", stdin=nothing)
        assert refused.code == 2
        assert "There is no ticket" in refused.err


def test_a_ticket_is_triaged_as_somebody_who_may_read_less(here: Run, home: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "pay.md").write_text("# Pay\n\nThe zqbonus of engineers is paid in October.\n")
    here("spaces", "create", "hr")
    here("ingest", secret, "--space", "hr")
    question = "When is the zqbonus of engineers paid?"
    assert "October" in here("triage", question).out
    assert "October" in here("triage", question, "--space", "hr").out
    assert "October" not in here("triage", question, "--as", "slack:user:UEVE").out
    assert here("triage", question, "--space", "nowhere").code == 2


def test_without_a_home_there_is_nothing_to_triage_with(here: Run) -> None:
    done = here("triage", TICKET)
    assert done.code == 4
    assert "citewise ingest" in done.err


def test_categories_are_made_changed_learnt_and_taken_away(here: Run, tmp_path: Path, labelled: Path) -> None:
    assert "No categories yet" in here("categories").out
    assert here("categories", "add", " vpn ", "From outside").out == "Made the category vpn.\n"
    assert here("categories", "add", "vpn", "--owner", "slack:channel:C1").out == (
        "Changed the category vpn, which slack:channel:C1 takes.\n"
    )
    assert _json(here("categories", "list", "--json")) == [
        {"category": "vpn", "description": "From outside", "owner": "slack:channel:C1", "examples": 0}
    ]
    assert here("categories", "add", "VPN", "--owner", "").out == "Changed the category vpn.\n"
    assert here("categories", "add", "vpn", "--owner", "Bob").code == 2
    for odd in ("", "x" * 61, "two\nlines"):
        assert here("categories", "add", odd).code == 2
    assert _json(here("categories", "learn", labelled, "--json")) == {
        "learnt": 6, "passed_over": 0, "categories": 2,
    }  # fmt: skip
    labelled.write_text(LABELLED + "Where is my second factor,vpn\n", "utf-8")
    again = here("categories", "learn", labelled)
    assert again.out == (
        "Learnt 1 message of 2 categories. 6 messages were there already, or stand in it twice.\n"
    )
    table = here("categories", "list").out
    assert [line.split()[0] for line in table.splitlines()] == ["category", "leave", "vpn"]
    assert here("categories", "remove", "leave").code == 2  # there is nobody to ask
    removed = here("categories", "remove", "leave", "--yes")
    assert removed.out == "Removed the category leave, and 3 messages.\n"
    assert here("categories", "remove", "leave", "--yes").code == 2
    log = [(entry["actor"].split(":")[0], entry["action"]) for entry in _json(here("audit", "--json"))]
    assert log == [
        ("terminal", action)
        for action in (
            "set category", "set category", "set category", "learn examples", "learn examples",
            "remove category",
        )
    ]  # fmt: skip


def test_what_is_wrong_with_a_file_is_said_and_nothing_is_learnt(here: Run, labelled: Path) -> None:
    labelled.write_text(LABELLED + "No label,\n", "utf-8")
    for command in ("learn", "eval"):
        done = here("categories", command, labelled)
        assert done.code == 2
        assert f"Line 8 of {labelled} has no label" in done.err
    labelled.write_text(LABELLED + f"Fine,{'x' * 61}\n", "utf-8")
    assert "can't name a category" in here("categories", "learn", labelled).err
    assert _json(here("categories", "list", "--json")) == []
    labelled.write_text(LABELLED, "utf-8")
    assert "There is no category to tell" in here("categories", "eval", labelled).err


def test_categories_are_scored(here: Run, tmp_path: Path, labelled: Path) -> None:
    here("categories", "learn", labelled)
    others = tmp_path / "others.csv"
    others.write_text(
        "text,label\nError 809 again: the VPN from the hotel,vpn\nMy parental leave in May,leave\n"
        "The VPN shows error 809 in the hotel,canteen\nzq zq zq,leave\n"
    )
    found = _json(here("categories", "eval", others, "--json"))
    assert (found["tickets"], found["learnt_before"]) == (4, 1)
    assert found["accuracy"] >= 0.5
    assert {"wanted": "canteen", "found": "vpn", "tickets": 1} in found["mixed_up"]
    assert found["unknown_labels"] == ["canteen"]
    shown = here("categories", "eval", others).out
    assert "macro-F1" in shown
    assert "1 message of these were learnt" in shown
    assert "never told: canteen" in shown


def test_cases_are_listed_shown_closed_and_deleted(here: Run, home: Path) -> None:
    assert "No open cases" in here("cases").out
    first = _case(home)
    second = _case(home, thread="slack:C2:t1", place="", urgency=4, category="", owner="")
    rows = here("cases", "list").out.splitlines()
    assert rows[1].split()[:3] == [str(second), "critical", "–"]
    assert "in private" in rows[1]
    assert rows[2].split()[:4] == [str(first), "high", "vpn", "slack:user:UBOB"]
    assert len(_json(here("cases", "list", "--place", "slack:channel:C1", "--json"))) == 1
    shown = here("cases", "show", str(first)).out
    assert "Triage: vpn" in shown
    assert "“What can I do?”" in shown
    assert _json(here("cases", "show", str(first), "--json"))["urgency"] == "high"
    assert here("cases", "show", "99").code == 2
    assert here("cases", "resolve", str(first), "A hotspot helped.").out == f"Case {first} is closed.\n"
    assert "closed already" in here("cases", "resolve", str(first)).err
    assert len(_json(here("cases", "list", "--json"))) == 1
    assert len(_json(here("cases", "list", "--all", "--json"))) == 2
    assert here("cases", "remove", str(first)).code == 2  # there is nobody to ask
    assert here("cases", "remove", str(first), "--yes").out == f"Deleted case {first}.\n"
    assert here("cases", "show", str(first)).code == 2
    assert [entry["action"] for entry in _json(here("audit", "--json"))] == ["ingest", "resolve", "remove"]


def test_tickets_go_through_a_running_server_as_they_do_without(
    cli: Run, here: Run, home: Path, tmp_path: Path, labelled: Path
) -> None:
    number = _case(home)
    with serving(tmp_path):
        assert here("categories", "learn", "tickets.csv").out == "Learnt 6 messages of 2 categories.\n"
        assert "Triage: vpn" in here("triage", TICKET).out
        assert "hotspot" in cli("triage", "-", stdin=f"{TICKET}\n").out
        assert "macro-F1" in here("categories", "eval", "tickets.csv").out
        assert here("cases", "resolve", str(number), "A hotspot helped.").code == 0
        assert "A hotspot helped." in here("cases", "show", str(number)).out
        assert here("cases", "show", "99").code == 2
    assert {"vpn", "leave"} == {
        row["category"] for row in _json(here("categories", "--json"))
    }  # and it is all there when the server is gone


def test_names_of_a_chat_do_not_paint_the_screen(here: Run, home: Path) -> None:
    number = _case(home, text="\x1b[31mred\x1b[0m", summary=("\x1b[31mred",), category="a\x1bb")
    for line in (("cases",), ("cases", "show", str(number))):
        assert "\x1b" not in here(*line).out
    with Catalog(home / "catalog.db") as catalog:
        catalog.cases.set_category(CategoryRow("x\x1by", "\x1b[2J"), by="test")
    assert "\x1b" not in here("categories").out
