"""What the settings make of the parts."""

import threading
from pathlib import Path

import pytest

from bots.serving.lent import LentCitewise
from bots.settings import Settings
from bots.wiring import Citewise
from brain.evidence import FOR_ANY, FOR_MINILM, THRESHOLD, EvidenceGate


def gate(home: Path, **values: object) -> EvidenceGate:
    settings = Settings(_env_file=None).model_copy(update={"home": home, **values})
    with Citewise(settings) as citewise:
        return citewise.gate


@pytest.mark.parametrize(
    ("embeddings", "weights"),
    [
        ("minilm", FOR_MINILM),
        ("text-embedding-3-small", FOR_ANY),
        ("jina-embeddings-v3", FOR_ANY),
        ("langchain:ollama:nomic-embed-text", FOR_ANY),
    ],
)
def test_only_the_default_embedders_cosines_are_weighed(
    tmp_path: Path, embeddings: str, weights: object
) -> None:
    assert gate(tmp_path, embeddings=embeddings).weights == weights


@pytest.mark.parametrize(("setting", "threshold"), [(None, THRESHOLD), (0.0, 0.0), (0.7, 0.7)])
def test_the_threshold_is_the_calibrated_one_unless_set(
    tmp_path: Path, setting: float | None, threshold: float
) -> None:
    assert gate(tmp_path, threshold=setting).threshold == threshold
    assert not (tmp_path / "catalog.db").exists()


def test_whoever_opens_a_catalog_clears_up_after_a_killed_restore(tmp_path: Path) -> None:
    left = tmp_path / "catalog.db.before-restore"
    left.write_bytes(b"words of somebody who was forgotten")
    settings = Settings(_env_file=None).model_copy(update={"home": tmp_path})
    with Citewise(settings, create=True) as citewise:
        assert list(citewise.catalog.documents()) == []
    assert not left.exists()


def test_a_command_that_waits_for_a_part_shows_how_far_its_owner_is(tmp_path: Path) -> None:
    owner = Citewise(Settings(_env_file=None, CITEWISE_HOME=tmp_path / "home"), create=True)  # type: ignore[call-arg]
    owner._tell("Rebuilding the index", 3, 10)
    held, enough = threading.Event(), threading.Event()

    def build() -> None:
        with owner.building:
            held.set()
            enough.wait()

    building = threading.Thread(target=build)
    building.start()
    held.wait()
    shown = []

    def report(*told: object) -> None:
        shown.append(told)
        enough.set()

    with LentCitewise(owner, lambda: None) as lent:
        lent.report = report
        assert lent.gate is owner.gate
    building.join()
    assert shown[0] == ("Rebuilding the index", 3, 10)
