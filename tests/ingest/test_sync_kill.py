"""Small series of killed ingests and followers; benchmarks/kill_ingest.py runs the long ones."""

from pathlib import Path

import pytest


@pytest.fixture
def kill_ingest(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2]))
    from benchmarks import kill_ingest

    return kill_ingest


def test_an_ingest_killed_at_any_moment_loses_and_doubles_nothing(kill_ingest, tmp_path):
    outcome = kill_ingest.Series(tmp_path, seed=7, files=25, changes=6).run(kills=5)
    assert outcome.faults == []
    assert outcome.kills >= 5
    assert outcome.documents_checked > 25
    assert outcome.searches > 0
    assert outcome.embedded > 25


def test_a_follower_killed_while_its_drive_changes_loses_and_doubles_nothing(kill_ingest, tmp_path):
    outcome = kill_ingest.FollowedSeries(tmp_path, seed=7, files=25, changes=6).run(kills=2)
    assert outcome.faults == []
    assert outcome.kills >= 2
    assert outcome.embedded > 25


def test_a_text_that_is_embedded_though_its_vector_is_stored_is_noticed(kill_ingest, tmp_path):
    from benchmarks.cheap_embedder import embedded, witnessed
    from brain.catalog.catalog import Catalog

    again = []
    with Catalog(tmp_path / "catalog.db") as catalog:
        witness = witnessed(tmp_path / "catalog.db", tmp_path / "log", again.append)
        catalog.set_embedder(witness.identity, witness.dimensions)
        vectors = witness.embeddings.embed_documents(["wombats dig", "quokkas smile"])
        assert again == []
        keys = embedded(tmp_path / "log")
        catalog.add_vectors(witness.identity, {keys[0]: vectors[0]})
        witness.embeddings.embed_documents(["wombats dig", "quokkas smile"])
    assert again == [1]
    assert len(embedded(tmp_path / "log")) == 4
