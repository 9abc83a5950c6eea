"""`citewise forget`, and what `serve` forgets by itself."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_kit import Run

from bots.serving.retention import Retention
from brain.catalog.catalog import Catalog
from brain.catalog.questions.forgetting import Forgetting

QUESTION = "How many days of annual leave do full-time employees get?"


@pytest.mark.weights
def test_questions_and_removed_documents_are_forgotten_after_a_yes(here: Run, home: Path) -> None:
    trace = json.loads(here("ask", QUESTION, "--json").out)["trace_id"]
    here("ask", QUESTION, "--as", "slack:user:U1")
    refused = here("forget", "questions", "--before", "0d")
    assert (refused.code, "add --yes" in refused.err) == (2, True)
    assert json.loads(here("forget", "person", "slack:user:U1", "--yes", "--json").out)["questions"] == 1
    assert here("forget", "questions", "--before", "1d", "--yes").out.startswith("Forgot 0 questions")
    assert here("why", trace).code == 0
    assert here("forget", "questions", "--before", "0d", "--yes").out.startswith("Forgot 1 question,")
    assert here("why", trace).code == 2

    assert here("documents", "remove", "leave.md", "--yes").code == 0
    gone = here("forget", "documents", "--before", "0d", "--yes")
    assert gone.out == "Forgot 1 removed document.\n"
    did = [(entry["action"], entry["object"]) for entry in json.loads(here("audit", "--json").out)]
    assert did[0][0] == "ingest"
    assert did[1:] == [
        *(("forget", what) for what in ("slack:user:U1", "questions", "questions")),
        ("remove document", "Leave"),
        ("forget", "documents"),
    ]


def test_who_is_no_person_is_refused(here: Run) -> None:
    for principal in ("ann", "slack:channel:C1", "slack:user", "slack:user:"):
        refused = here("forget", "person", principal, "--yes")
        assert refused.code == 2
        assert "write slack:user:U123" in refused.err


def test_a_number_without_a_unit_is_no_span_that_could_be_meant(here: Run) -> None:
    refused = here("forget", "questions", "--before", "365", "--yes")
    assert refused.code == 2
    assert "write 2026-10-01 or 30d" in refused.err


def test_serve_forgets_what_is_older_than_was_set(tmp_path: Path) -> None:
    with Catalog(tmp_path / "catalog.db") as catalog:
        for name, days in (("old", 40), ("new", 20)):
            at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            with catalog.database.writing() as connection:
                connection.execute(
                    "INSERT INTO traces VALUES (?, 't', 'ann', 'q', 'q', 'a', '{}', '{}', ?)", (name, at)
                )
        service = Retention(lambda: catalog.forgetting, 30, None)
        service.start()
        deadline = time.monotonic() + 30
        while "1 question older than 30 days" not in service.status().sentence:
            assert time.monotonic() < deadline, service.status()
            threading.Event().wait(0.01)
        service.stop(5)
        assert (catalog.conversations.trace("old"), catalog.conversations.trace("new") is not None) == (
            None,
            True,
        )


def test_where_the_catalog_fails_the_service_says_so_and_goes_on(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.db")
    catalog.close()
    service = Retention(lambda: Forgetting(catalog.database), 30, 30)
    service.start()
    deadline = time.monotonic() + 30
    while "could not forget" not in service.status().sentence:
        assert time.monotonic() < deadline, service.status()
        threading.Event().wait(0.01)
    assert service.status().running
    service.stop(5)
