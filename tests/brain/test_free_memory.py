"""How much memory may be taken, where a container or a unit has a limit of its own."""

from pathlib import Path

import psutil
import pytest

from brain.free_memory import free_memory


def group(folder: Path, limit: str, used: int, cached: int, names: tuple[str, str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 7\n{names[2]} {cached}\n")


V2 = ("memory.max", "memory.current", "inactive_file")
V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def test_the_tightest_group_above_counts(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("0::/system/citewise\n")
    groups = tmp_path / "groups"
    group(groups / "system" / "citewise", "9000", 1000, 0, V2)
    group(groups / "system", "5000", 4000, 500, V2)
    assert free_memory(groups, own) == 1500
    group(groups / "system", "max", 4000, 500, V2)
    assert free_memory(groups, own) == 8000
    group(groups / "system" / "citewise", "900", 1000, 0, V2)
    assert free_memory(groups, own) == 0


def test_the_older_kind_of_groups_counts_too(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("5:cpu:/\n4:memory:/docker/x\n0::/\n")
    # In a container, the path is the host's and the group is what is mounted.
    group(tmp_path / "groups" / "memory", "3000", 1000, 100, V1)
    assert free_memory(tmp_path / "groups", own) == 2100


@pytest.mark.parametrize("told", ["", "nonsense\n", "0::/\n"])
def test_without_a_limit_the_machine_counts(tmp_path: Path, told: str) -> None:
    own = tmp_path / "own"
    own.write_text(told)
    most = psutil.virtual_memory().total
    for where in (own, tmp_path / "nowhere"):
        assert 1_000_000 < free_memory(tmp_path, where) <= most
    assert 1_000_000 < free_memory() <= most


def test_a_limit_on_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = psutil.Process().memory_info().vms
    monkeypatch.setattr("resource.getrlimit", lambda _: (taken + 50_000_000, -1))
    assert 0 <= free_memory() <= 150_000_000
