"""One of the kills of benchmarks/crash_matrix.py, which kills at every durable write."""

import sys
from pathlib import Path

import pytest


@pytest.fixture
def matrix(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2]))
    from benchmarks.crash_matrix import Matrix

    yield Matrix(tmp_path)
    sys.modules.pop("benchmarks.crash_matrix")


def test_a_look_killed_at_a_durable_write_loses_nothing_and_embeds_nothing_again(matrix):
    writes = matrix.outcome.writes
    assert writes > 15
    matrix.kill(writes // 2, "after")
    assert matrix.outcome.faults == []
    assert matrix.outcome.kills == 1
