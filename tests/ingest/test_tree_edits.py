"""Some random edits of a tree; benchmarks/tree_edits.py makes ten thousand."""

import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from sync_kit import POOL


@pytest.fixture
def edits(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2]))
    from benchmarks.tree_edits import Edits

    edits = Edits(tmp_path, 11, lambda workers: nullcontext(POOL))
    yield edits
    edits.close()
    sys.modules.pop("benchmarks.tree_edits")


def test_whatever_is_edited_and_however_the_drive_stumbles_the_index_becomes_the_drive(edits):
    outcome = edits.run(160, converge_every=80)
    assert outcome.faults == []
    assert outcome.convergences == 2
    assert outcome.stumbles > 2
    assert outcome.hinted_looks > 3
    assert outcome.embedded > 50
