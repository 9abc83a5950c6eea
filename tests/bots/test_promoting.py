"""What happens to the model in memory, the audit log and the name on disk when one of them fails."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from command_kit import bare_environment
from tuned_home import TunedHome, model_in

from bots.model.adapter_in_use import adapter_in_use
from bots.model.promoting import put_in_use, versions_of
from bots.settings import Settings
from bots.wiring import Citewise
from brain.answering.extracting.extractive import ExtractiveAnswerer
from brain.answering.writing.swappable import SwappableAnswerer
from brain.catalog.catalog import Catalog
from brain.errors import NeedsRestart, StorageFailed, UsageError
from brain.phi3.fingerprint import fingerprint
from brain.tuning.versions import Version


@dataclass
class Brain:
    """As far as a change of adapter looks at it; what it `used`, in order."""

    refusing: UsageError | None = None
    used: list[Path | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answerer = SwappableAnswerer(ExtractiveAnswerer(), self._use)  # type: ignore[arg-type]

    def _use(self, adapter: Path | None) -> ExtractiveAnswerer:
        if self.refusing:
            raise self.refusing
        self.used.append(adapter)
        return ExtractiveAnswerer()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model_in(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def tuned(tmp_path: Path, model: Path) -> TunedHome:
    home = TunedHome(tmp_path / "home", model)
    home.home.mkdir()
    Catalog(home.home / "catalog.db").close()
    return home


def settings(tuned: TunedHome, **more: object) -> Settings:
    given = {"CITEWISE_HOME": tuned.home, **tuned.settings, **more}
    return Settings.model_validate(given)


@pytest.fixture
def citewise(tuned: TunedHome) -> Iterator[Citewise]:
    with Citewise(settings(tuned)) as opened:
        yield opened


def served(citewise: Citewise, brain: Brain) -> Citewise:
    citewise.__dict__["brain"] = brain
    return citewise


def kept(tuned: TunedHome, citewise: Citewise, name: str, seed: int) -> Version:
    run = tuned.run(name, seed)
    about = {"when": "now", "run": name, "base_model": str(tuned.model), "data": name, "code": "1"}
    return versions_of(citewise).keep(run / "adapter", about | {"base": fingerprint(tuned.model)})


def actions(citewise: Citewise) -> list[str]:
    return [entry.object for entry in citewise.catalog.audit.entries()]


def test_a_model_that_cannot_take_it_refuses_the_promotion(tuned: TunedHome, citewise: Citewise):
    version = kept(tuned, citewise, "first", 1)
    served(citewise, Brain(UsageError("It is for another model.")))
    with pytest.raises(UsageError, match="another model"):
        put_in_use(citewise, version.number, actor="terminal:ada", action="promote", serving=True)
    assert versions_of(citewise).current() is None
    assert actions(citewise) == []


def test_what_the_model_as_it_was_loaded_cannot_take_answers_from_the_next_start(
    tuned: TunedHome, citewise: Citewise
):
    version = kept(tuned, citewise, "first", 1)
    served(citewise, Brain(NeedsRestart("It takes effect with the next start.")))
    done = put_in_use(citewise, version.number, actor="terminal:ada", action="promote", serving=True)
    assert done.effect == "It takes effect with the next start."
    assert versions_of(citewise).current() == version
    assert actions(citewise) == ["version 1"]


def test_where_the_name_cannot_be_written_the_model_goes_back(tuned: TunedHome, citewise: Citewise):
    first, second = kept(tuned, citewise, "first", 1), kept(tuned, citewise, "second", 2)
    brain = Brain()
    served(citewise, brain)
    put_in_use(citewise, first.number, actor="terminal:ada", action="promote", serving=True)
    (tuned.tuning / ".current.json.part").mkdir()
    with pytest.raises(StorageFailed):
        put_in_use(citewise, second.number, actor="terminal:ada", action="promote", serving=True)
    folders = [versions_of(citewise).folder(number) for number in (1, 2, 1)]
    assert brain.used == folders
    assert brain.answerer.adapter == folders[0]
    assert versions_of(citewise).current() == first


def test_without_the_audit_log_nothing_changes(tuned: TunedHome, citewise: Citewise):
    version = kept(tuned, citewise, "first", 1)
    brain = Brain()
    served(citewise, brain)
    with citewise.catalog.database.writing() as writer:
        writer.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        put_in_use(citewise, version.number, actor="terminal:ada", action="promote", serving=True)
    assert versions_of(citewise).current() is None
    assert brain.answerer.adapter is None


def test_what_leaves_a_version_unused_is_told(tuned: TunedHome, citewise: Citewise, tmp_path: Path):
    version = kept(tuned, citewise, "first", 1)
    done = put_in_use(citewise, version.number, actor="terminal:ada", action="promote", serving=False)
    assert done.effect == "It answers from now on."
    for more, told in (
        ({"CITEWISE_ANSWERER": "extractive"}, "CITEWISE_ANSWERER is extractive"),
        ({"CITEWISE_ADAPTER": tmp_path}, "CITEWISE_ADAPTER is set"),
        ({"CITEWISE_MODEL": str(tmp_path)}, "was trained for"),
        ({"CITEWISE_MODEL": str(tmp_path / "ours.gguf")}, "is a GGUF file, to which version 1 can't"),
    ):
        (tmp_path / "ours.gguf").touch()
        found = adapter_in_use(settings(tuned, **more))
        assert found.version is None
        assert told in found.unused


def test_the_command_killed_at_any_write_leaves_a_version_that_answers(
    tuned: TunedHome, citewise: Citewise, tmp_path: Path
):
    first = kept(tuned, citewise, "first", 1)
    put_in_use(citewise, first.number, actor="terminal:ada", action="promote adapter", serving=False)
    tuned.run("second", 2)
    citewise.close()
    script = [sys.executable, str(Path(__file__).with_name("killed_promote.py")), str(tuned.home)]
    ran = subprocess.run(
        script, capture_output=True, text=True, cwd=tmp_path, env=bare_environment(), check=False
    )
    trials = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(trials) > 15, ran.stderr
    assert [trial["killed"] for trial in trials] == [True] * (len(trials) - 1) + [False], ran.stderr
    for trial in trials:
        after, then = trial["after"], trial["then"]
        assert after["sound"]
        assert after["whole"]
        assert after["version"] == 1 or "version 2" in after["told"]  # nothing takes effect unrecorded
        assert (trial["code"], then["version"], then["sound"], then["whole"]) == (0, 2, True, True)
    answering = [trial["after"]["version"] for trial in trials]
    assert answering == sorted(answering)
    assert set(answering) == {1, 2}
