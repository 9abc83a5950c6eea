"""A small series of killed ingests; benchmarks/kill_ingest.py runs the long one."""

import sys
from pathlib import Path

import pytest


@pytest.fixture
def series(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2]))
    from benchmarks.kill_ingest import Series

    yield Series(tmp_path, seed=7, files=25, changes=6)
    sys.modules.pop("benchmarks.kill_ingest")


def test_an_ingest_killed_at_any_moment_loses_and_doubles_nothing(series):
    outcome = series.run(kills=8)
    assert outcome.faults == []
    assert outcome.kills >= 8
    assert outcome.documents_checked > 25
    assert outcome.searches > 0
