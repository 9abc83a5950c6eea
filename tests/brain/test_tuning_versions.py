import json
import subprocess
import sys
from pathlib import Path

import pytest

from brain.errors import StorageFailed, UsageError, WeightsUnavailable
from brain.tuning.versions import InUse, Version, Versions

ABOUT = {"when": "now", "run": "first", "base_model": "m", "base": "b", "data": "d", "code": "1"}
TESTS = Path(__file__).parent


def adapter(folder: Path, content: str, size: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_text(content * size)
    return folder


def kept(versions: Versions, tmp_path: Path, content: str, **changes: str) -> Version:
    return versions.keep(adapter(tmp_path / f"{content}-{len(versions.numbers)}", content), ABOUT | changes)


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "tuning")


def test_without_any_the_base_model_answers(versions: Versions):
    assert versions.current() is None
    assert versions.numbers == ()
    assert versions.in_use() == InUse()


def test_a_version_keeps_the_files_and_where_they_are_from(versions: Versions, tmp_path: Path):
    first = kept(versions, tmp_path, "one")
    assert (first.number, first.name, first.run, first.data) == (1, "citewise-1", "first", "d")
    assert (versions.folder(1) / "adapter_model.safetensors").read_text() == "one"
    assert versions.version(1) == first
    assert versions.is_sound(first)
    assert versions.current() is None  # keeping is not using
    versions.use(1)
    assert versions.current() == first


def test_the_same_adapter_is_kept_once_unless_it_was_judged_on_other_data(versions: Versions, tmp_path: Path):
    numbers = [
        kept(versions, tmp_path, "one").number,
        kept(versions, tmp_path, "two").number,
        kept(versions, tmp_path, "one").number,
        kept(versions, tmp_path, "one", data="other").number,
    ]
    assert numbers == [1, 2, 1, 3]


def test_going_back_takes_the_way_that_was_come(versions: Versions, tmp_path: Path):
    for content in ("one", "two", "three"):
        versions.use(kept(versions, tmp_path, content).number)
    assert versions.in_use() == InUse(3, (None, 1, 2))
    versions.go_back(2)
    assert versions.in_use() == InUse(2, (None, 1))
    versions.go_back(3)  # forth again: it can be gone back from
    assert versions.in_use() == InUse(3, (None, 1, 2))
    versions.go_back(None)
    assert versions.in_use() == InUse(None, ())
    assert versions.current() is None


def test_what_answers_already_is_no_change(versions: Versions, tmp_path: Path):
    versions.use(kept(versions, tmp_path, "one").number)
    versions.use(1)
    assert versions.in_use() == InUse(1, (None,))


def test_changed_files_are_noticed(versions: Versions, tmp_path: Path):
    first = kept(versions, tmp_path, "one")
    weights = versions.folder(1) / "adapter_model.safetensors"
    weights.write_text("onE")
    assert not versions.is_sound(first)
    assert kept(versions, tmp_path, "one").number == 2  # the damaged one is not taken
    weights.unlink()
    assert not versions.is_sound(first)


def test_what_is_damaged_or_missing_is_told(versions: Versions, tmp_path: Path):
    with pytest.raises(UsageError, match="There is no version 7"):
        versions.version(7)
    kept(versions, tmp_path, "one")
    (versions.folder(1) / "version.json").write_text("{")
    with pytest.raises(StorageFailed, match=r"version\.json is damaged: go back"):
        versions.version(1)
    assert kept(versions, tmp_path, "one").number == 2
    current = tmp_path / "tuning" / "current.json"
    for content in ("", "[]", '{"version": "x", "before": []}'):
        current.write_text(content)
        with pytest.raises(StorageFailed, match=r"current\.json is damaged: delete it"):
            versions.current()


def test_pickled_and_missing_adapters_are_not_kept(versions: Versions, tmp_path: Path):
    (tmp_path / "pickled").mkdir()
    (tmp_path / "pickled" / "adapter_config.json").write_text("{}")
    (tmp_path / "pickled" / "adapter_model.bin").write_text("x")
    with pytest.raises(WeightsUnavailable, match="pickled"):
        versions.keep(tmp_path / "pickled", ABOUT)
    with pytest.raises(WeightsUnavailable, match=r"adapter_config\.json is missing"):
        versions.keep(tmp_path / "nothing", ABOUT)
    assert versions.numbers == ()


def test_a_promotion_killed_at_any_step_leaves_the_old_adapter_answering(versions: Versions, tmp_path: Path):
    versions.use(kept(versions, tmp_path, "old").number)
    new = adapter(tmp_path / "new", "new")
    script = [sys.executable, str(TESTS / "killed_promotion.py"), str(tmp_path / "tuning"), str(new)]
    ran = subprocess.run(script, capture_output=True, text=True, check=True)
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(told) > 20
    assert all(trial["sound"] for trial in told)
    assert [trial["killed"] for trial in told] == [True] * (len(told) - 1) + [False]
    answering = [trial["version"] for trial in told]
    assert answering == sorted(answering)  # the old one up to one step, the new one from there on
    assert set(answering) == {1, 2}
    assert all(trial["then"] == 2 for trial in told)
    assert all(trial["numbers"] == [1, 2] for trial in told)


_FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from killed_promotion import promote
from brain.errors import StorageFailed
from brain.tuning.versions import Versions
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
tuning, new = Path(sys.argv[2]), Path(sys.argv[3])
for room in (0, 10, 100, 5000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        promote(tuning, new)
    except StorageFailed as error:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert "can't be written" in error.sentence
        versions = Versions(tuning)
        assert versions.current().number == 1 and versions.is_sound(versions.current())
        assert versions.numbers == (1,)
        print("full")
    else:
        print("done")
"""


def test_where_the_disk_is_full_the_old_adapter_goes_on_answering(versions: Versions, tmp_path: Path):
    versions.use(kept(versions, tmp_path, "old").number)
    new = adapter(tmp_path / "new", "new", size=1000)
    given = [str(TESTS), str(tmp_path / "tuning"), str(new)]
    ran = subprocess.run([sys.executable, "-c", _FULL, *given], capture_output=True, text=True, check=False)
    assert ran.stdout.split() == ["full", "full", "full", "done"], ran.stderr
